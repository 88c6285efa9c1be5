"""What can be operated on: a machine, a recovery plan, several machines at once, a job, or a
machine that is not protected yet.

Whoever deals with requests asks here, and need not know which sort it is.
"""

from typing import Annotated

from pydantic import Field

from bot.domain.candidates import Candidate
from bot.domain.data import digest
from bot.domain.fleets import Fleet
from bot.domain.jobs import Job
from bot.domain.machines import Machine
from bot.domain.plans import Plan

Target = Annotated[Machine | Plan | Fleet | Job | Candidate, Field(discriminator="sort")]


def provider_of(target: Target) -> str:
    """Return what kind of replication it has, `plan` or `job` for these."""
    match target:
        case Machine() | Candidate():
            return target.provider
        case Fleet():
            return target.members[0].provider
        case _:
            return target.sort


def busy_with(target: Target) -> str:
    """Return the operation that Azure runs on it, '' when it is idle."""
    return target.scenario if isinstance(target, Machine | Plan) else ""


def name_of(target: Target) -> str:
    """Return what people call it."""
    return target.label if isinstance(target, Job) else target.name


def facts_of(target: Target) -> dict[str, str]:
    """Return what must still be so when the request is carried out, by the name people read."""
    match target:
        case Machine():
            return {
                "machine": target.id.casefold(),
                "state": target.state,
                "active side": target.active,
                "runs in": target.runs_in,
            }
        case Plan():
            content = [group.model_dump(mode="json") for group in target.groups]
            return {"plan": target.id.casefold(), "its groups and actions": digest(content)[:12]}
        case Fleet():
            return {"machines": digest([[one.request, one.fingerprint] for one in target.members])}
        case Job():
            return {"job": target.name.casefold(), "job state": target.state}
        case Candidate():
            disks = digest(sorted(one.id.casefold() for one in target.volumes))[:12]
            return {
                "machine": target.id.casefold(),
                "protected in": target.container.casefold(),
                "its disks": disks,
            }


def claims_of(
    target: Target, operation: str, machines: tuple[Machine, ...], request: str
) -> dict[str, str]:
    """Return what a request keeps for itself while it is open, each with who holds it then.

    A plan keeps its machines too; of several machines each is held by its own request.
    """
    if isinstance(target, Fleet):
        return {member.id: member.request for member in target.members}
    own = claim_of(target, operation)
    return dict.fromkeys([own, *(machine.id for machine in machines)], request)


def claim_of(target: Target, operation: str) -> str:
    """Return what stands for a target among the claims.

    A job is kept for each operation by itself: what was restarted or resumed is followed to its
    end, and somebody must be able to cancel it meanwhile.
    """
    return f"{target.id}#{operation}" if isinstance(target, Job) else target.id

"""What a target offers now, and why it does not offer the rest: judged by Azure's own lists."""

from bot.domain.candidates import Candidate
from bot.domain.catalogue import Ground, Operation
from bot.domain.fleets import Fleet
from bot.domain.jobs import Job
from bot.domain.machines import Machine, segment
from bot.domain.operations import CATALOGUE
from bot.domain.plans import Plan
from bot.domain.scenarios import scenario_words
from bot.errors import NotNow
from bot.refusals import Now

_WORDY = 3
"""So many machines that stand in the way are named with their reasons."""


def why_not(operation: Operation, target: Machine | Plan | Job | Candidate) -> NotNow | None:
    """Say why an operation cannot be had now and what can be had instead, or return None."""
    match target:
        case Machine():
            return _machine(operation, target)
        case Plan():
            return _plan(operation, target)
        case Job():
            return _job(operation, target)
        case Candidate():
            return _candidate(target)


def is_offered(operation: Operation, target: Machine | Plan) -> bool:
    """Whether an operation can be had now: what `why_not` says, without the time for the reason.

    What is done to a job may be: the machine does not tell.
    """
    if operation.about == "job":
        return True
    if isinstance(target, Plan):
        return _plan(operation, target) is None
    return (
        operation.about == "machine"
        and not target.scenario
        and operation.needs.get(target.provider) in target.allowed
        and operation.refuses(target) is None
    )


def protected_already(machine: Machine) -> NotNow:
    """Say that a machine is protected, and what can be asked for instead."""
    return NotNow(
        Now.PROTECTED,
        f"{machine.name} is protected already, in {segment(machine.vault, 'vaults')}: it is "
        f"“{machine.state_words}” and runs in {machine.here}.",
        _instead(machine),
    )


def why_not_all(operation: Operation, ground: Ground) -> NotNow | None:
    """Say why the machines of a plan do not allow what the plan itself may offer, or None."""
    judged = [(machine, _machine(operation, machine)) for machine in ground.machines]
    against = [reason for _, reason in judged if reason]
    if not against:
        return None
    said = " ".join(reason.sentence for reason in against[:_WORDY])
    more = f" Nor can {len(against) - _WORDY} more." if len(against) > _WORDY else ""
    able = [machine.name for machine, reason in judged if reason is None]
    advice = f"Those that can, by themselves: /dr {operation.name} {' '.join(able)}" if able else ""
    return NotNow(Now.SOME_CANNOT, f"Not all machines of {ground.name} can: {said}{more}", advice)


def by_machine(operation: Operation, plan: Plan) -> bool:
    """Whether an operation on a plan is done to each of its machines by itself."""
    return not plan.providers or not set(plan.providers) <= set(operation.plan)


def offered(target: Machine | Plan | Job) -> tuple[Operation, ...]:
    """Return what this target offers now, in the order of the catalogue."""
    return tuple(one for one in CATALOGUE.values() if why_not(one, target) is None)


def offered_on(ground: Ground) -> tuple[Operation, ...]:
    """Return what a target offers now whose machines are known as well."""
    assert not isinstance(ground.target, Fleet | Candidate)  # noqa: S101 - they offer no one thing
    found = offered(ground.target)
    return tuple(one for one in found if by_itself(one, ground) or not why_not_all(one, ground))


def by_itself(operation: Operation, ground: Ground) -> bool:
    """Whether what a plan offers is done machine by machine, where any of them can."""
    if not isinstance(ground.target, Plan) or not by_machine(operation, ground.target):
        return False
    return any(_machine(operation, machine) is None for machine in ground.machines)


def _machine(operation: Operation, machine: Machine) -> NotNow | None:
    if operation.about == "candidate":
        return protected_already(machine)
    if operation.about != "machine":
        return NotNow(
            Now.WRONG_KIND, f"{operation.title} is done to a job, and {machine.name} is a machine."
        )
    if machine.scenario:
        return NotNow(
            Now.BUSY,
            f"Azure is running “{scenario_words(machine.scenario)}” on {machine.name}.",
            "Ask again when it has ended; /dr status shows it.",
        )
    if machine.provider not in operation.needs:
        return NotNow(
            Now.OTHER_PROVIDER,
            f"{machine.name} is replicated by {machine.provider or 'an unknown provider'}; "
            f"{operation.title.lower()} is offered for {', '.join(operation.needs)}.",
            _instead(machine),
        )
    allowed = operation.needs[machine.provider] in machine.allowed
    if allowed:
        return operation.refuses(machine)
    if machine.testing:
        return NotNow(
            Now.TEST_IS_THERE,
            f"{operation.title} is not possible for {machine.name} now: a test failover of it was "
            "not cleaned up.",
            f"Clean it up first: /dr cleanup {machine.name}",
        )
    return NotNow(
        Now.NOT_OFFERED,
        f"{operation.title} is not possible for {machine.name} now: it is "
        f"“{machine.state_words}” and runs in {machine.here}.",
        _instead(machine),
    )


def _plan(operation: Operation, plan: Plan) -> NotNow | None:
    if operation.about != "machine":
        what = {"job": "a job", "candidate": "a machine that is not protected yet"}
        return NotNow(
            Now.WRONG_KIND,
            f"{operation.title} is done to {what[operation.about]}, and {plan.name} is a plan.",
        )
    if plan.scenario:
        return NotNow(
            Now.BUSY,
            f"Azure is running “{scenario_words(plan.scenario)}” on {plan.name}.",
            "Ask again when it has ended; /dr plan shows it.",
        )
    if by_machine(operation, plan):
        if set(plan.providers) <= set(operation.needs):
            return None
        return NotNow(
            Now.OTHER_PROVIDER,
            f"{plan.name} has machines of {', '.join(plan.providers)}; {operation.title.lower()} "
            f"is offered for {', '.join(operation.needs)}.",
        )
    lacking = {operation.plan[one] for one in plan.providers} - set(plan.allowed)
    if not lacking:
        return None
    names = [one.name for one in CATALOGUE.values() if one.plan and _plan_offers(one, plan)]
    instead = ", ".join(f"/dr {name} plan:{plan.name}" for name in names)
    return NotNow(
        Now.NOT_OFFERED,
        f"{operation.title} is not possible for the plan {plan.name} now.",
        f"It offers now: {instead}." if instead else "Azure offers nothing for it in this state.",
    )


def _plan_offers(operation: Operation, plan: Plan) -> bool:
    needed = {operation.plan.get(one, "") for one in plan.providers}
    return bool(needed) and needed <= set(plan.allowed)


def _job(operation: Operation, job: Job) -> NotNow | None:
    if operation.about != "job":
        return NotNow(Now.WRONG_KIND, f"{operation.title} is not done to a job.")
    if operation.needs["job"] in job.actions:
        return None
    can = [one for one in CATALOGUE.values() if one.needs.get("job", "") in job.actions]
    return NotNow(
        Now.NOT_OFFERED,
        f"{operation.title} is not possible for {job.label}, which is {job.words or job.state}.",
        f"It offers now: {', '.join(f'/dr {one.name}' for one in can)}." if can else "",
    )


def _candidate(candidate: Candidate) -> NotNow | None:
    if not candidate.unready:
        return None
    said = " ".join(candidate.unready)
    return NotNow(Now.NOT_PROTECTABLE, f"{candidate.name} cannot be protected as it is: {said}")


def _instead(machine: Machine) -> str:
    names = [
        f"/dr {one.name}"
        for one in CATALOGUE.values()
        if one.needs.get(machine.provider, "") in machine.allowed and one.refuses(machine) is None
    ]
    if names:
        return f"It offers now: {', '.join(names)}."
    if machine.state.startswith("InitialReplication"):
        return "It is still replicating for the first time; wait until it is protected."
    return "Azure offers nothing that the bot can do for it in this state; see the portal."

"""Samples in which every text that somebody else can name is the same hostile one."""

from collections.abc import Iterator, Mapping
from enum import Enum
from typing import Any, Final

from bot.domain.audit import Actor, Fact
from bot.domain.data import Data
from bot.domain.drift import Change
from bot.domain.fleets import LeftOut
from bot.domain.freezes import Frozen
from bot.domain.jobs import MANUAL, JobStep
from bot.domain.operations import CATALOGUE
from bot.domain.quorum import Need
from bot.domain.request import Outcome, Request, State
from tests.bot.samples import (
    BO,
    DAN,
    JOB_ERROR,
    NOW,
    STEPS,
    broken,
    in_state,
    job,
    request,
    reviewed,
    terms,
    vote,
)
from tests.gallery import several
from tests.gallery.arranged import locked_meanwhile

_OURS: Final = frozenset(
    {
        *("Request.id", "Request.operation", "Request.channel", "Request.target_id"),
        *("Request.arguments", "Request.fingerprint", "Request.parent", "Member.request"),
        *(
            "Actor.id",
            "Actor.team",
            "Person.id",
            "Person.team",
            "Entry.sequence",
            "Entry.time",
            "Entry.hash",
        ),
        *("Terms.tell", "Terms.may_ask", "Terms.may_approve", "Glass.tell", "Glass.reviewers"),
        *("Glass.may_review", "Need.of", "Terms.escalate_to", "Terms.confirm", "Nod.task"),
        *("Lock.id", "Delegation.id", "Delegation.only", "HeldBy.id", "HeldBy.override"),
        *("Incident.id", "Incident.channel", "Incident.place", "Doing.request", "Failed.request"),
        *(
            "Place.delegation",
            "JobStep.id",
            "Frozen.override",
            "JobStep.kind",
            "Checkpoint.signature",
        ),
    }
)
"""What the bot makes itself, or takes only in a form that it has checked."""


def wild(value: Any, text: str) -> Any:
    """Put a text into every field of a value that somebody else can fill, however deep."""
    if isinstance(value, Data):
        kind = type(value).__name__
        changes = {
            name: wild(inner, text) for name, inner in value if f"{kind}.{name}" not in _OURS
        }
        if "sort" in changes:
            changes["sort"] = dict(value)["sort"]  # it tells the kinds apart
        return value.model_copy(update=changes)
    if isinstance(value, Enum):
        return value
    if isinstance(value, str):
        return text
    if isinstance(value, tuple | list):
        return type(value)(wild(one, text) for one in value)
    if isinstance(value, Mapping):
        return {
            f"{text}{number}" if number else text: wild(one, text)
            for number, one in enumerate(value.values())
        }
    return value


WAITS = JobStep(name="x", id="task-4", state="Suspended", kind=MANUAL, instructions="x")
JOB = job("Failed", target="x", words="x", errors=(JOB_ERROR,) * 3, actions=("Cancel", "Resume"))
RUNNING = job(steps=(*STEPS, WAITS), target="x", actions=("Cancel", "Resume"))
WELL_MEANT = terms(
    needs=(Need(count=2, of=("@dr-approvers",)), Need(of=("@owners", DAN.id))),
    approvals=3,
    overrides=(Frozen(name="x", until=NOW + 86_400_000, override=(BO.id,)),),
    tell=(BO.id, "S0APPROVERS"),
)


def _requests() -> Iterator[Request]:
    for operation in CATALOGUE:
        yield request(operation)
    for state in State:
        yield in_state(state, watching=True, why="x", advice="x")
        yield several.several(
            state, several.fleet(30, left_out=(LeftOut(name="x", why="x"),) * 9, notes=("x",) * 9)
        )
        yield several.of_plan(state, several.plan())
    yield request(terms=WELL_MEANT, votes=(vote(BO),))
    yield locked_meanwhile()
    for state in (State.WAITING, State.VOID):
        yield in_state(
            state, changes=(Change(what="x", before="x", after="x"), Change(what="x")) * 9
        )
    yield request(terms=broken())
    yield in_state(State.SUCCEEDED, terms=broken(), votes=(vote(BO),), reviews=(reviewed(DAN),) * 6)
    yield in_state(State.RUNNING, job=RUNNING, nods=(several.SAID,))
    yield in_state(State.RUNNING, job=RUNNING.model_copy(update={"steps": STEPS * 30}))


REQUESTS: Final = tuple(_requests())
WAITING: Final = request(terms=WELL_MEANT)
GLASS: Final = in_state(
    State.SUCCEEDED, terms=broken(), votes=(vote(BO),), reviews=(reviewed(DAN),)
)
SEVERAL: Final = several.several(State.RUNNING, several.THREE)
MANY: Final = several.several(State.RUNNING, several.fleet(90))
FACT: Final = Fact(
    type="request.deny",
    subject="x",
    actor=Actor(name="x"),
    operation="x",
    target="x",
    before="x",
    after="protected",
    reason="x",
    policy="x",
    words="x",
    correlation={"job": "x", "client_request_id": "x"},
)


def outcomes(one: Request, text: str) -> dict[str, Outcome]:
    """Say of several machines that some never started, and some were lost."""
    states = (State.APPROVED, State.UNKNOWN, State.FAILED)
    return {
        member.request: Outcome(name=text, why=text, state=states[n % 3], needs_nod=n % 3 == 0)
        for n, member in enumerate(one.fleet.members if one.fleet else ())
    }

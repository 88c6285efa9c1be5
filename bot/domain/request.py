"""The life of a request: what people approve, and what then happens to it.

Somebody asks; the request **waits** for votes. One denial ends it, the asker may withdraw it, time
may run out. The vote that completes the quorum makes it **approved**, once, whoever presses when.

From there it belongs to the workers. A worker reads the machine again: if it is no longer what was
approved, the request is **void**. Otherwise the intent is written down first (**submitting**), and
only then is Azure called, at most once. Azure says yes and names a job (**running**), or says no
(**failed**); or the answer is lost, and then we do not know (**unknown**). From unknown the only
ways out are evidence: the job is found, or it is proved that there is none, and then a person has
to say *Submit again*. Where neither can be had, because somebody changed the machine meanwhile, a
person who looked in the portal may give it up (**void**); nothing is sent again from there. The
job's own end makes it **succeeded**, **failed** or **cancelled**.

`TABLE` is the truth about all this: a step that it does not have raises `IllegalStep` and changes
nothing. The picture in `docs/request-life.md` is drawn from it.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from bot.domain.catalogue import Call, Ground
from bot.domain.data import Data, digest
from bot.domain.machines import Job, Machine
from bot.domain.people import Person
from bot.errors import IllegalStep


class State(StrEnum):
    """Where a request is in its life."""

    WAITING = "waiting"
    """People vote."""
    APPROVED = "approved"
    """Enough have approved; a worker will take it up."""
    SUBMITTING = "submitting"
    """The intent is recorded and Azure is being called."""
    UNKNOWN = "unknown"
    """Azure's answer was lost; we are finding out."""
    RUNNING = "running"
    """Azure's job runs; we follow it."""
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"
    DENIED = "denied"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    """Not approved in time."""
    VOID = "void"
    """What was approved is no longer what would happen."""


class Step(StrEnum):
    """What can happen to a request."""

    VOTE = "vote"
    APPROVE = "approve"
    DENY = "deny"
    WITHDRAW = "withdraw"
    EXPIRE = "expire"
    INVALIDATE = "invalidate"
    WAIT = "wait"
    CLAIM = "claim"
    ACCEPT = "accept"
    REJECT = "reject"
    LOSE = "lose"
    FIND = "find"
    ABSENT = "absent"
    GIVE_UP = "give-up"
    RESUBMIT = "resubmit"
    PROGRESS = "progress"
    SUCCEED = "succeed"
    FAIL = "fail"
    CANCEL = "cancel"
    OBSERVE = "observe"


TABLE: Final[Mapping[State, Mapping[Step, State]]] = {
    State.WAITING: {
        Step.VOTE: State.WAITING,
        Step.APPROVE: State.APPROVED,
        Step.DENY: State.DENIED,
        Step.WITHDRAW: State.WITHDRAWN,
        Step.EXPIRE: State.EXPIRED,
        Step.INVALIDATE: State.VOID,
    },
    State.APPROVED: {
        Step.CLAIM: State.SUBMITTING,
        Step.WITHDRAW: State.WITHDRAWN,
        Step.WAIT: State.APPROVED,
        Step.RESUBMIT: State.APPROVED,
        Step.INVALIDATE: State.VOID,
    },
    State.SUBMITTING: {
        Step.ACCEPT: State.RUNNING,
        Step.REJECT: State.FAILED,
        Step.LOSE: State.UNKNOWN,
    },
    State.UNKNOWN: {
        Step.ACCEPT: State.RUNNING,
        Step.FIND: State.RUNNING,
        Step.ABSENT: State.APPROVED,
        Step.GIVE_UP: State.VOID,
    },
    State.RUNNING: {
        Step.PROGRESS: State.RUNNING,
        Step.SUCCEED: State.SUCCEEDED,
        Step.FAIL: State.FAILED,
        Step.CANCEL: State.CANCELLED,
    },
    State.SUCCEEDED: {Step.OBSERVE: State.SUCCEEDED},
    State.FAILED: {},
    State.CANCELLED: {},
    State.DENIED: {},
    State.WITHDRAWN: {},
    State.EXPIRED: {},
    State.VOID: {},
}

FINAL: Final = frozenset(
    state for state, steps in TABLE.items() if all(after is state for after in steps.values())
)
"""The states that a request does not leave."""
OPEN: Final = frozenset(State) - FINAL


class Terms(Data):
    """What the policy asked for when the request was made; it is decided under these."""

    rule: str
    policy: str
    """The policy's version."""
    approvals: int
    may_ask: tuple[str, ...]
    may_approve: tuple[str, ...]
    request_lifetime: int
    approval_lifetime: int


class Vote(Data):
    """One person's word."""

    person: Person
    approves: bool
    at: int
    """Milliseconds since the epoch, by Redis' clock, like every `at` here."""
    click: str
    """The id of the click that carried it."""


class Submission(Data):
    """One attempt to start the operation."""

    attempt: int
    client_request_id: str
    at: int
    """When the intent was recorded."""
    claim: str
    """Which worker's run made the claim: no other may send."""
    pace: int = 20
    """Seconds between two looks at the job, as Azure asked."""


class Request(Data):
    """What people approve, frozen when it was asked, and everything that happened since."""

    id: str
    rev: int = 1
    """Grows by one with every step."""
    state: State = State.WAITING
    operation: str
    machine_id: str
    """Where the machine is now: a reprotect moves it."""
    arguments: dict[str, str]
    ground: Ground
    call: Call
    terms: Terms
    fingerprint: str
    reason: str
    asker: Person
    channel: str
    """The channel that holds the card."""
    asked_at: int
    expires_at: int
    """When waiting, the request expires; when approved, the approval does."""
    votes: tuple[Vote, ...] = ()
    approved_at: int = 0
    attempts: tuple[Submission, ...] = ()
    job: Job | None = None
    closed_at: int = 0
    why: str = ""
    """Why it ended as it did, or why we do not know: one or more sentences."""
    advice: str = ""
    needs_nod: bool = False
    """Approved, but proved never to have started: a person must say *Submit again*."""
    after: Machine | None = None
    """The machine as it was read when the job had ended."""
    watching: bool = False
    """Whether we still look after the machine although the job has ended."""

    @property
    def machine(self) -> Machine:
        """The machine as it was when somebody asked."""
        return self.ground.machine

    @property
    def approvals(self) -> tuple[Vote, ...]:
        """The votes that say yes."""
        return tuple(vote for vote in self.votes if vote.approves)

    @property
    def submission(self) -> Submission | None:
        """The latest attempt."""
        return self.attempts[-1] if self.attempts else None

    @property
    def open(self) -> bool:
        """Whether it can still change what happens."""
        return self.state in OPEN

    @property
    def followed(self) -> bool:
        """Whether a worker has to look after it."""
        return self.watching or self.state in {State.SUBMITTING, State.UNKNOWN, State.RUNNING}


def take(request: Request, step: Step, **changes: object) -> Request:
    """Make a step; raises `IllegalStep` when the table does not have it."""
    after = TABLE[request.state].get(step)
    if after is None:
        raise IllegalStep(f"A {request.state} request cannot {step}.")
    return request.model_copy(update={**changes, "state": after, "rev": request.rev + 1})


def fingerprint(
    operation: str,
    arguments: Mapping[str, str],
    ground: Ground,
    call: Call,
    terms: Terms,
    asker: Person,
) -> str:
    """Digest what is approved: if any of it changes, the approval is worth nothing."""
    content = {
        "facts": facts(ground),
        "operation": operation,
        "arguments": dict(arguments),
        "call": call.model_dump(mode="json"),
        "terms": terms.model_dump(mode="json"),
        "asker": [asker.team, asker.id],
    }
    return digest(content)


def facts(ground: Ground) -> dict[str, str]:
    """Return what must still be so when the request is carried out, by the name people read."""
    machine = ground.machine
    return {
        "machine": machine.id.casefold(),
        "state": machine.state,
        "active side": machine.active,
        "runs in": machine.runs_in,
        "recovery point": ground.point.id.casefold() if ground.point else "",
    }


def drift(before: Ground, after: Ground) -> tuple[str, ...]:
    """Say what is no longer as it was, one line each; empty when nothing is."""
    was, now = facts(before), facts(after)
    return tuple(
        f"{name}: {was[name] or 'none'} → {now[name] or 'none'}"
        for name in was
        if was[name] != now[name]
    )

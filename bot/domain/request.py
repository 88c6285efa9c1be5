"""The life of a request: what people approve, and what then happens to it.

Somebody asks; the request **waits** for votes. One denial ends it, the asker may withdraw it, time
may run out. The vote that completes the quorum makes it **approved**, once, whoever presses when.
Until a worker takes it up, whoever approved may take that back, and then it waits again.

From there it belongs to the workers. A worker reads the machine again: if it is no longer what was
approved, the request is **void**; where only the RPO or the health went further than the policy
lets them, people are asked again. Otherwise the intent is written down first (**submitting**), and
only then is Azure called, at most once. Azure says yes and names a job (**running**), or says no
(**failed**); or Azure's front door is too busy and says that it passed the call on to nobody, and
then it is **approved** as before and waits for its next turn; or the answer is lost, and then we do
not know (**unknown**). From unknown the only
ways out are evidence: the job is found, or it is proved that there is none, and then a person has
to say *Submit again*. Where neither can be had, because somebody changed the machine meanwhile or
Azure has forgotten a job that it had accepted, a person who looked in the portal may give it up
(**void**); nothing is sent again from there. The job's own end makes it **succeeded**, **failed**
or **cancelled**.

A request for several machines is voted on as one. When it is approved, each of its machines gets a
request of its own that begins as approved, with the same votes, and goes the same way; the request
for the whole is **running** until the last of them has ended.

A request whose glass was broken (it was approved by fewer than its rule asks for) owes a **review**
when it has ended, however it ended; the state stays what it was.

`TABLE` is the truth about all this: a step that it does not have raises `IllegalStep` and changes
nothing. The picture in `docs/request-life.md` is drawn from it.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from bot.domain.ballots import Vote, seats
from bot.domain.break_glass import Review
from bot.domain.catalogue import Call, Ground
from bot.domain.data import Data, digest
from bot.domain.drift import Change, facts, watched
from bot.domain.fleets import Fleet
from bot.domain.jobs import Job
from bot.domain.nods import Nod
from bot.domain.people import Person
from bot.domain.quorum import Filled, fill
from bot.domain.targets import Target, claims_of
from bot.domain.terms import Terms
from bot.domain.validations import Validation
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
    """Azure's answer was lost, or Azure forgot the job; we are finding out."""
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
    REVOKE = "revoke"
    ASK_AGAIN = "ask-again"
    DENY = "deny"
    WITHDRAW = "withdraw"
    EXPIRE = "expire"
    INVALIDATE = "invalidate"
    WAIT = "wait"
    RELEASE = "release"
    CLAIM = "claim"
    ACCEPT = "accept"
    REJECT = "reject"
    LOSE = "lose"
    TURN_AWAY = "turn-away"
    FIND = "find"
    ABSENT = "absent"
    GIVE_UP = "give-up"
    RESUBMIT = "resubmit"
    PROGRESS = "progress"
    NOD = "nod"
    SUCCEED = "succeed"
    FAIL = "fail"
    CANCEL = "cancel"
    OBSERVE = "observe"
    VALIDATE = "validate"
    REVIEW = "review"
    OVERDUE = "overdue"


def _reviewed_in(state: State) -> Mapping[Step, State]:
    """The steps of a review, which changes nothing about how a request ended."""
    return {Step.REVIEW: state, Step.OVERDUE: state}


TABLE: Final[Mapping[State, Mapping[Step, State]]] = {
    State.WAITING: {
        Step.VOTE: State.WAITING,
        Step.APPROVE: State.APPROVED,
        Step.REVOKE: State.WAITING,
        Step.DENY: State.DENIED,
        Step.WITHDRAW: State.WITHDRAWN,
        Step.EXPIRE: State.EXPIRED,
        Step.INVALIDATE: State.VOID,
    },
    State.APPROVED: {
        Step.RELEASE: State.RUNNING,
        Step.CLAIM: State.SUBMITTING,
        Step.REVOKE: State.WAITING,
        Step.ASK_AGAIN: State.WAITING,
        Step.WITHDRAW: State.WITHDRAWN,
        Step.WAIT: State.APPROVED,
        Step.RESUBMIT: State.APPROVED,
        Step.INVALIDATE: State.VOID,
    },
    State.SUBMITTING: {
        Step.ACCEPT: State.RUNNING,
        Step.REJECT: State.FAILED,
        Step.LOSE: State.UNKNOWN,
        Step.TURN_AWAY: State.APPROVED,
    },
    State.UNKNOWN: {
        Step.ACCEPT: State.RUNNING,
        Step.FIND: State.RUNNING,
        Step.ABSENT: State.APPROVED,
        Step.GIVE_UP: State.VOID,
    },
    State.RUNNING: {
        Step.PROGRESS: State.RUNNING,
        Step.NOD: State.RUNNING,
        Step.LOSE: State.UNKNOWN,
        Step.SUCCEED: State.SUCCEEDED,
        Step.FAIL: State.FAILED,
        Step.CANCEL: State.CANCELLED,
    },
    State.SUCCEEDED: {
        Step.OBSERVE: State.SUCCEEDED,
        Step.VALIDATE: State.SUCCEEDED,
        **_reviewed_in(State.SUCCEEDED),
    },
    State.FAILED: _reviewed_in(State.FAILED),
    State.CANCELLED: _reviewed_in(State.CANCELLED),
    State.DENIED: {},
    State.WITHDRAWN: _reviewed_in(State.WITHDRAWN),
    State.EXPIRED: {},
    State.VOID: _reviewed_in(State.VOID),
}

FINAL: Final = frozenset(
    state for state, steps in TABLE.items() if all(after is state for after in steps.values())
)
"""The states that a request does not leave."""
OPEN: Final = frozenset(State) - FINAL


_SHORT: Final = 300
"""So many characters of a reason stand on the card of several machines."""


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


class Outcome(Data):
    """How one machine of several stands, for the card of the whole."""

    name: str
    state: State
    why: str = ""
    needs_nod: bool = False
    sent_at: int = 0
    """When it was last submitted, in milliseconds; 0 when it was not."""


class Request(Data):
    """What people approve, frozen when it was asked, and everything that happened since."""

    id: str
    rev: int = 1
    """Grows by one with every step."""
    state: State = State.WAITING
    parent: str = ""
    """The id of the request for several machines that this is a part of."""
    among: int = 0
    """How many machines that one has."""
    passed: tuple[str, ...] = ()
    """Of several machines: the milestones that were told."""
    operation: str
    target_id: str
    """Where the target is now: a reprotect moves a machine."""
    arguments: dict[str, str]
    ground: Ground
    call: Call | None
    """What will be sent; None for several machines, of which each has a call of its own."""
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
    changes: tuple[Change, ...] = ()
    """What is no longer as it was approved: why it is void, or why people are asked again. It
    goes with that state."""
    asked_again_at: int = 0
    """When people were last asked again, 0 when they were not."""
    advice: str = ""
    needs_nod: bool = False
    """Approved, but proved never to have started: a person must say *Submit again*."""
    after: Ground | None = None
    """The target as it was read when the job had ended."""
    nods: tuple[Nod, ...] = ()
    watching: bool = False
    """Whether we still look after the machine although the job has ended."""
    reviews: tuple[Review, ...] = ()
    """What people said afterwards of a glass that was broken for it."""
    overdue: bool = False
    """Whether everybody has been told that its review is overdue."""
    validations: tuple[Validation, ...] = ()
    """What people and checks said of what was failed over."""
    protected_at: int = 0
    """When what was failed over was protected again; 0 when it is not, or that is not known."""

    @property
    def target(self) -> Target:
        """What it is about, as it was when somebody asked."""
        return self.ground.target

    @property
    def name(self) -> str:
        """What people call what it is about."""
        return self.ground.name

    @property
    def fleet(self) -> Fleet | None:
        """The machines, when it is about several."""
        return self.target if isinstance(self.target, Fleet) else None

    @property
    def claims(self) -> dict[str, str]:
        """The ids of what it keeps for itself while it is open, each with its holder."""
        return claims_of(self.target, self.operation, self.ground.machines, self.id)

    @property
    def sends(self) -> Call:
        """What will be sent; raises `TypeError` for several machines, which are sent one by one."""
        if self.call is None:
            raise TypeError("several machines are never sent as one")
        return self.call

    @property
    def approvals(self) -> tuple[Vote, ...]:
        """The votes that say yes, and were neither taken back nor asked for anew since."""
        return tuple(vote for vote in self.votes if vote.counts)

    @property
    def seats(self) -> dict[str, Vote]:
        """The approvals that fill something, by the human who counts by them."""
        return seats(self.approvals)

    @property
    def filled(self) -> Filled:
        """Who fills which need, as they stood when they pressed; every human once."""
        votes = self.seats
        filled = fill(self.terms.quorum, {human: one.serves for human, one in votes.items()})
        return tuple(tuple(votes[human].seat.id for human in need) for need in filled)

    @property
    def read_at(self) -> int:
        """When the ground was read that people decide on."""
        return self.asked_again_at or self.asked_at

    @property
    def decided_by(self) -> int:
        """Until when people may approve, whatever was approved and taken back meanwhile."""
        return self.read_at + self.terms.request_lifetime * 1000

    @property
    def full_why(self) -> str:
        """Why it stands as it does, in one line, with everything that changed."""
        changes = "; ".join(one.words for one in self.changes)
        return f"{self.why} What has changed: {changes}.".strip() if changes else self.why

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

    @property
    def outcome(self) -> Outcome:
        """How it stands, in short."""
        why = self.full_why[:_SHORT]
        return Outcome(
            name=self.name,
            state=self.state,
            why=why,
            needs_nod=self.needs_nod,
            sent_at=self.submission.at if self.submission else 0,
        )

    @property
    def place(self) -> str:
        """Where a worker looks after it: its vault, or itself when it is about several machines."""
        return self.id if self.fleet else self.target.vault


def take(request: Request, step: Step, **changes: object) -> Request:
    """Make a step; raises `IllegalStep` when the table does not have it."""
    after = TABLE[request.state].get(step)
    if after is None:
        raise IllegalStep(f"A {request.state} request cannot {step}.")
    # What has changed is told where it matters: in the state that it led to.
    told = request.changes if after is request.state else ()
    update = {"changes": told, **changes, "state": after, "rev": request.rev + 1}
    return request.model_copy(update=update)


def fingerprint(
    operation: str,
    arguments: Mapping[str, str],
    ground: Ground,
    call: Call | None,
    terms: Terms,
    asker: Person,
) -> str:
    """Digest what is approved: if any of it changes, the approval is worth nothing."""
    content = {
        "facts": facts(ground),
        "watched": watched(ground, terms),
        "operation": operation,
        "arguments": dict(arguments),
        "call": call.model_dump(mode="json") if call else None,
        "terms": terms.model_dump(mode="json"),
        "asker": [asker.team, asker.id],
    }
    return digest(content)

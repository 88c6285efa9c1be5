"""Who comes too late: somebody presses a button of a card whose request has moved on meanwhile.

They are told what became of it: by whom, when, and how it stands now.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final

from bot.domain.request import Request, State
from bot.errors import NotAllowed
from bot.refusals import Appr


class Wish(StrEnum):
    """What people press for; the words stand in the audit log behind *tried to*."""

    APPROVE = "approve it"
    DENY = "deny it"
    WITHDRAW = "withdraw it"
    WITHDRAW_REST = "withdraw the rest of it"
    REVOKE = "take an approval of it back"
    RESUBMIT = "have it sent again"
    GIVE_UP = "give it up"
    NOD = "let it go on"
    NUDGE = "nudge those who can approve it"
    REVIEW = "review it"
    HOLD = "hold the reminders to commit it"
    VALIDATE = "say whether it works"

    @property
    def verb(self) -> str:
        """`approve`."""
        return self.removesuffix(" it")


_POSSIBLE: Final[Mapping[Wish, Callable[[Request], bool]]] = {
    Wish.APPROVE: lambda one: one.state is State.WAITING,
    Wish.DENY: lambda one: one.state is State.WAITING,
    Wish.WITHDRAW: lambda one: one.state in {State.WAITING, State.APPROVED},
    Wish.WITHDRAW_REST: lambda one: one.state is State.RUNNING and one.fleet is not None,
    # One machine of several was approved with the others, and cannot wait by itself.
    Wish.REVOKE: lambda one: one.state in {State.WAITING, State.APPROVED} and not one.parent,
    Wish.RESUBMIT: lambda one: one.state is State.APPROVED and one.needs_nod,
    Wish.GIVE_UP: lambda one: one.state is State.UNKNOWN,
    Wish.NOD: lambda one: one.state is State.RUNNING and bool(one.job and one.job.asks),
}
_INSTEAD: Final[Mapping[Wish, str]] = {
    Wish.APPROVE: "it is too late to approve",
    Wish.DENY: "it is too late to deny",
    Wish.WITHDRAW: "it is too late to withdraw",
    Wish.WITHDRAW_REST: "there is nothing left to withdraw",
    Wish.REVOKE: "it is too late to take an approval back",
    Wish.RESUBMIT: "there is nothing to submit again",
    Wish.GIVE_UP: "there is nothing to give up",
    Wish.NOD: "it does not wait for anybody any more",
}
_MOST: Final = 5
"""So many of those who approved are named."""
_ON_ITS_WAY: Final[Mapping[State, str]] = {
    State.APPROVED: "a worker takes it up now",
    State.SUBMITTING: "it is being sent to Azure",
    State.UNKNOWN: "Azure's answer was lost, and the bot is looking for the job",
    State.RUNNING: "Azure works on it",
}


LATE: Final = frozenset({Appr.TOO_LATE, Appr.NOTHING_LEFT, Appr.WAITS_NO_MORE})
"""The codes of what comes too late."""


def too_late(request: Request, wish: Wish) -> NotAllowed | None:
    """Say why nobody can have that any more and what became of it; None when somebody can."""
    if wish not in _POSSIBLE or _POSSIBLE[wish](request):
        return None
    said = f"This request is {request.state}; {_INSTEAD[wish]}. {became(request)}"
    match wish:
        case Wish.NOD:
            return NotAllowed(Appr.WAITS_NO_MORE, said)
        case Wish.WITHDRAW_REST | Wish.RESUBMIT | Wish.GIVE_UP:
            return NotAllowed(Appr.NOTHING_LEFT, said)
        case _:
            return NotAllowed(Appr.TOO_LATE, said)


def became(request: Request) -> str:
    """Say what became of a request: by whom, when, and how it stands now."""
    if request.state is State.WAITING:
        votes = f"{len(request.approvals)} of {request.terms.approvals}"
        return f"It waits for approval, {votes} so far, until {_moment(request.expires_at)}."
    approved = _approved(request)
    if request.needs_nod and request.open:
        return f"{approved}It never started; somebody has to have it submitted again."
    if request.open:
        way = _ON_ITS_WAY[request.state]
        return f"{approved}{way[:1].upper()}{way[1:]}."
    why = request.full_why or f"It has {request.state}."
    when = f" That was at {_moment(request.closed_at)}." if request.closed_at else ""
    return f"{approved}{why}{when}"


def _approved(request: Request) -> str:
    """Say who approved it and when the last of them did; '' when it never was approved."""
    names = [vote.who for vote in request.approvals]
    if not names or not request.approved_at:
        return ""
    if len(names) > _MOST:
        names = [*names[:_MOST], f"{len(names) - _MOST} more"]
    who = " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))
    return f"{who} approved it at {_moment(request.approved_at)}. "


def _moment(at: int) -> str:
    return f"{datetime.fromtimestamp(at / 1000, UTC):%Y-%m-%d %H:%M:%S} UTC"

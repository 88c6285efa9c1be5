"""How far several machines of one request have come: how many stand where, and what is worth
telling of that.

Of a few machines the thread is told how each of them ended. Of many it is told at once what went
wrong, and at milestones how far they all are.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Final

from bot.domain.data import Data
from bot.domain.fleets import Fleet, Member
from bot.domain.request import FINAL, OPEN, Outcome, State

FEW: Final = 20
"""Of so many machines each is told and shown by itself."""
SENT: Final = "sent"
_QUARTERS: Final = (25, 50, 75)
_LOST: Final = "its record was lost or altered outside the bot: look in the portal"


class Progress(Data):
    """How many of several machines stand where."""

    total: int
    states: dict[State, int]
    """How many are in each state that any is in."""
    stuck: int = 0
    """How many of those that are approved never started, and wait for *Submit again*."""

    @property
    def unsent(self) -> int:
        """How many are still to be submitted."""
        return self.states.get(State.APPROVED, 0) - self.stuck

    @property
    def ended(self) -> int:
        """How many have ended, however they did."""
        return sum(count for state, count in self.states.items() if state in FINAL)

    @property
    def percent(self) -> int:
        """How much of the whole has ended; 100 only when all have."""
        return self.ended * 100 // self.total

    def of(self, *states: State) -> int:
        """How many are in any of some states."""
        return sum(self.states.get(state, 0) for state in states)


def stands(
    members: Iterable[Member], outcomes: Mapping[str, Outcome], *, ended: bool = False
) -> list[tuple[Member, Outcome]]:
    """Return each machine with how it stands, in the order of submission.

    When the whole has `ended`, one that still seems to be open is one whose record was lost.
    """
    return [(one, _stand(one, outcomes.get(one.request), ended)) for one in members]


def _stand(member: Member, known: Outcome | None, ended: bool) -> Outcome:
    if ended and (known is None or known.state in OPEN):
        return Outcome(name=member.name, state=State.UNKNOWN, why=_LOST)
    return known or Outcome(name=member.name, state=State.APPROVED)


def progress(outcomes: Iterable[Outcome]) -> Progress:
    """Count how machines stand."""
    listed = list(outcomes)
    return Progress(
        total=len(listed),
        states=dict(Counter(one.state for one in listed)),
        stuck=sum(one.needs_nod for one in listed),
    )


def progress_of(fleet: Fleet, outcomes: Mapping[str, Outcome], *, ended: bool = False) -> Progress:
    """Count how the machines of a request stand."""
    return progress(stand for _, stand in stands(fleet.members, outcomes, ended=ended))


def which(one: Outcome) -> str:
    """Return the word by which people choose machines that stand so."""
    return "failed" if one.state in FINAL - {State.SUCCEEDED} else _WHICH[one.state]


_WHICH: Final = {
    State.WAITING: "waiting",
    State.APPROVED: "waiting",
    State.SUBMITTING: "running",
    State.RUNNING: "running",
    State.UNKNOWN: "unknown",
    State.SUCCEEDED: "succeeded",
}


def milestones(now: Progress) -> tuple[str, ...]:
    """Return what many machines have passed on their way; the end is told by itself."""
    if now.total <= FEW or now.ended == now.total:
        return ()
    sent = (SENT,) if not now.unsent else ()
    return sent + tuple(str(one) for one in _QUARTERS if now.percent >= one)


def milestone_words(now: Progress, passed: Iterable[str]) -> str:
    """Say that milestones were passed: the highest, with how those that ended did."""
    passed = set(passed)
    said = f"All {now.total:,} are submitted to Azure." if SENT in passed else ""
    quarters = [one for one in map(str, _QUARTERS) if one in passed]
    if not quarters:
        return said
    counted = ", ".join(
        f"{now.states[state]:,} {state}" for state in _WORST_FIRST if now.states.get(state)
    )
    far = f"{quarters[-1]} %: {now.ended:,} of {now.total:,} have ended: {counted}."
    return f"{said} {far}".strip()


_WORST_FIRST: Final = (
    State.FAILED,
    State.CANCELLED,
    State.VOID,
    State.WITHDRAWN,
    State.EXPIRED,
    State.SUCCEEDED,
)

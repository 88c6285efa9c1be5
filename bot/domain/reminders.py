"""When people are told again that a request waits for them: from the request and the time alone.

Being told is a *round*. Time begins some: reminders, of which the pause doubles each time, and one
escalation. People begin others: a nudge. Whoever a round concerns has one *letter* about the
request, which the next round replaces and the end of the request closes.
"""

from collections.abc import Collection
from enum import StrEnum
from typing import Final

from bot.domain.data import Data
from bot.domain.people import Person
from bot.domain.request import Request, State

NUDGE_PAUSE: Final = 300
"""Seconds between two nudges about a request."""


class Kind(StrEnum):
    """What begins a round, and whom it concerns."""

    REMINDER = "reminder"
    """Time; it concerns those who can still approve."""
    NUDGE = "nudge"
    """A person; it concerns the same."""
    ESCALATION = "escalation"
    """Time, once; it concerns those whom the rule names for it."""
    WINDOW = "window"
    """Time, while a failover is not committed; it concerns whoever reads its thread."""
    HOLD = "hold"
    """A person, who wants none of these until then."""


CALLS: Final = frozenset({Kind.REMINDER, Kind.NUDGE})
"""The rounds that call upon those who can still approve."""


class Round(Data):
    """One time at which people are told."""

    mark: str
    """What tells it from the other rounds of the request."""
    kind: Kind
    at: int
    """When it began, in milliseconds."""
    number: int = 0
    """Which of the reminders it is, counted from 1."""
    by: Person | None = None
    """Who nudged."""


class Letter(Data):
    """The one message about a request that somebody has."""

    name: str
    """Who has it, for the audit log."""
    at: int = 0
    """When the latest round began that it is for."""
    marks: tuple[str, ...] = ()
    """The rounds that it is for: the latest, and those that it came too late for."""
    channel: str = ""
    ts: str = ""
    """'' when they have none, for Slack has not taken any."""
    taken: bool = True
    """Whether Slack took the one of this round; if not, it is that of an earlier round."""
    old: tuple[str, str] = ("", "")
    """The channel and the ts of the one that it replaced, until that is deleted."""
    ended: bool = False
    """Whether it says how things ended."""


class Kept(Data):
    """What is remembered of the rounds of a request."""

    rounds: tuple[Round, ...] = ()
    letters: dict[str, Letter] = {}
    """By the id of the person; or by a name of ours, for one that stands in the thread."""
    noted: frozenset[str] = frozenset()
    """The marks of the rounds that are in the audit log."""


def waits(request: Request, now: int) -> bool:
    """Whether somebody could still approve a request in time."""
    return request.state is State.WAITING and now < request.expires_at


def due(request: Request, now: int, begun: Collection[str]) -> tuple[Round, ...]:
    """Return the rounds that time has come for, of those whose marks are not in `begun`.

    Of several reminders that were missed, there is only the latest.
    """
    if not waits(request, now):
        return ()
    found: list[Round] = []
    if number := _reminders_until(request, now):
        found.append(
            Round(mark=f"reminder:{number}", kind=Kind.REMINDER, at=now, number=number),
        )
    if (at := _escalation(request)) and at <= now:
        found.append(Round(mark="escalation", kind=Kind.ESCALATION, at=now))
    return tuple(one for one in found if one.mark not in begun)


def next_due(request: Request, now: int) -> int | None:
    """Return when the next round begins by itself, in milliseconds; None when none will."""
    times = [next_reminder(request, now)]
    if waits(request, now) and now < (at := _escalation(request)) < request.expires_at:
        times.append(at)
    return min((at for at in times if at), default=None)


def next_reminder(request: Request, now: int) -> int | None:
    """Return when the next reminder is, in milliseconds; None when there will be none."""
    if not (waits(request, now) and request.terms.remind_after):
        return None
    number = _reminders_until(request, now) + 1
    at = request.asked_at + request.terms.remind_after * 1000 * ((1 << number) - 1)
    return at if at < request.expires_at else None


def _reminders_until(request: Request, now: int) -> int:
    """Count the reminders until now: of a pause of 10 minutes, after 10, 30, 70 and 150 minutes."""
    pause = request.terms.remind_after * 1000
    if not pause:
        return 0
    return (max(0, now - request.asked_at) // pause + 1).bit_length() - 1


def _escalation(request: Request) -> int:
    terms = request.terms
    if not (terms.escalate_after and terms.escalate_to):
        return 0
    return request.asked_at + terms.escalate_after * 1000

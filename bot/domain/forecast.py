"""When several machines will be through, as far as anybody can tell: said as an estimate, or not
at all.

How fast Azure takes changes is known; how long each takes is what it took lately.
"""

from collections import Counter
from collections.abc import Mapping
from typing import Final

from bot.domain.data import Data
from bot.domain.fleets import Fleet
from bot.domain.machines import segment
from bot.domain.progress import stands
from bot.domain.request import Outcome, State

_AHEAD: Final = frozenset({State.SUBMITTING, State.RUNNING})


class Pace(Data):
    """How fast changes of one subscription are sent, as its queue is at this moment."""

    queued: int
    """How many have a place in the queue that is still to come."""
    last: float
    """The seconds until the last of these places."""
    free: int
    """How many more may go at once."""
    per_second: float
    """How many have room each second from then on."""


class Forecast(Data):
    """What is to be expected of several machines."""

    unsent: int = 0
    """How many are still to be submitted."""
    per_minute: int = 0
    """How many Azure takes a minute, where any are to be submitted."""
    last_sent: int = 0
    """When the last is submitted, in milliseconds; 0 when all are."""
    end: int = 0
    """When the last ends, in milliseconds; 0 when nobody can tell."""


def unsent_by_subscription(fleet: Fleet, outcomes: Mapping[str, Outcome]) -> dict[str, int]:
    """Count what is still to be submitted, in each subscription that has any."""
    return dict(
        Counter(
            segment(member.vault, "subscriptions").casefold()
            for member, stand in stands(fleet.members, outcomes)
            if stand.state is State.APPROVED and not stand.needs_nod
        )
    )


def forecast(
    outcomes: Mapping[str, Outcome],
    unsent: Mapping[str, int],
    paces: Mapping[str, Pace],
    expected: int | None,
    now: int,
) -> Forecast:
    """Work out when the last is submitted, and when the last ends.

    `unsent` and `paces` are by subscription; `expected` is how many seconds one takes. What takes
    longer than expected already has no end that could be named.
    """
    waits = {one: _last(count, paces[one]) for one, count in unsent.items()}
    last_sent = now + round(max(waits.values()) * 1000) if waits else 0
    sent = [one.sent_at for one in outcomes.values() if one.state in _AHEAD and one.sent_at]
    latest = last_sent or max(sent, default=0)
    end = latest + expected * 1000 if latest and expected else 0
    return Forecast(
        unsent=sum(unsent.values()),
        per_minute=round(sum(paces[one].per_second for one in unsent) * 60),
        last_sent=last_sent,
        end=end if end > now else 0,
    )


def _last(unsent: int, pace: Pace) -> float:
    """Return the seconds until the last of some goes, behind those that have a place already."""
    return pace.last + max(0, unsent - pace.queued - pace.free) / pace.per_second

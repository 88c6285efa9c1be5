"""Clocks that should agree: this host's, and those of Redis, Slack and Azure."""

from collections.abc import Mapping
from statistics import median
from typing import Final

from bot.domain.data import Data

CARE: Final = 5.0
"""Seconds that a clock may be off before somebody should know."""
BAD: Final = 60.0
"""Seconds from which it will do harm: Slack's signatures are refused from 300 on."""
VENDORS: Final = ("Slack", "Azure")
_ENOUGH: Final = 3
"""With fewer clocks nobody can tell which of them is wrong."""


class Skew(Data):
    """How far one clock is off."""

    clock: str
    ahead: float
    """In seconds; negative when it is behind."""
    of: str
    """What it was compared with."""


def skews(ahead: Mapping[str, float], host: str) -> tuple[Skew, ...]:
    """Say how far each clock is off, from how far the others are ahead of the host's.

    Slack and Azure are right when they agree. Otherwise, of three or more, the one that stands
    alone is wrong.
    """
    every = {host: 0.0, **ahead}
    vendors = [every[name] for name in VENDORS if name in every]
    if len(vendors) == len(VENDORS) and max(vendors) - min(vendors) <= CARE:
        right, of = median(vendors), " and ".join(VENDORS)
    elif len(every) >= _ENOUGH:
        right, of = median(every.values()), "the others"
    else:
        right, of = 0.0, host
    return tuple(Skew(clock=name, ahead=by - right, of=of) for name, by in every.items())

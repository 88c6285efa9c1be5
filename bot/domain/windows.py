"""The commit window: from a failover until it is committed, or otherwise settled.

While it is open people are reminded, at the intervals of the policy, unless somebody holds that
for a while. Nothing is ever committed by itself.
"""

from collections.abc import Iterable
from typing import Final

from pydantic import ConfigDict

from bot.domain.data import Data
from bot.domain.lifetimes import Lifetime
from bot.domain.reminders import Kind, Round

_MARK: Final = "window"


class Committing(Data):
    """What happens while a failover waits to be committed."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    remind_every: Lifetime = 0
    """How often people are reminded that a failover is not committed, such as `1h`; never, when
    it is left out."""
    hold: Lifetime = 4 * 3600
    """For how long *Hold* keeps the reminders back, such as `4h`."""


class Exposed(Data):
    """Since when a machine is not protected, and when it should be again."""

    since: int
    """The moment of failover, in milliseconds."""
    request: str
    """The request that failed it over."""
    reprotect: str = ""
    """The request that has begun to protect it again."""
    reprotect_at: int = 0
    """When that was sent."""
    expected: int | None = None
    """How many seconds it usually takes from there, by the history of this machine or its kind."""

    @property
    def ends(self) -> int:
        """When it should be protected again, in milliseconds; 0 when nobody can tell."""
        known = self.reprotect_at and self.expected
        return self.reprotect_at + (self.expected or 0) * 1000 if known else 0


def reminder_due(
    since: int, now: int, rounds: Iterable[Round], committing: Committing
) -> Round | None:
    """Return the reminder that time has come for; of several that were missed, the latest."""
    every = committing.remind_every * 1000
    number = (now - since) // every if every and since else 0
    known = list(rounds)
    last = max((one.number for one in known if one.kind is Kind.WINDOW), default=0)
    if number <= last or now < held_until(known):
        return None
    return Round(mark=f"{_MARK}:{number}", kind=Kind.WINDOW, at=now, number=number)


def held_until(rounds: Iterable[Round]) -> int:
    """Return until when reminders are held back, in milliseconds; 0 when nobody holds them."""
    return max((one.at for one in rounds if one.kind is Kind.HOLD), default=0)

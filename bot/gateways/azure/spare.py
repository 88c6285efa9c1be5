"""What Azure lets a subscription read, and who has to leave some of it to others.

Azure Resource Manager allows 250 reads at once and 25 more a second. To look at hundreds of jobs
that changed in the same moment would use all of it up, and what is about to be sent could not be
looked at again. So those who can wait go only while enough is left for those who cannot.
"""

import asyncio
import time
from collections.abc import Mapping
from typing import Final

from bot.domain.machines import segment

BURST: Final = 250
PER_SECOND: Final = 25
RESERVED: Final = 100
"""So many reads are left to whoever cannot wait."""
_NAME: Final = "x-ms-ratelimit-remaining-subscription-reads"


class Spare:
    """What is left, by subscription: as Azure said, and by what has been refilled since."""

    def __init__(self) -> None:
        self._left: dict[str, tuple[float, float]] = {}
        self._turn: dict[str, asyncio.Lock] = {}

    def heard(self, path: str, headers: Mapping[str, str]) -> None:
        """Note what an answer says; one that comes late never makes it more."""
        told = headers.get(_NAME, "")
        if told.isdecimal():
            subscription = _subscription(path)
            self._note(subscription, min(float(told), self._now(subscription)))

    async def wait(self, path: str) -> None:
        """Wait until a read can be spared, in the order of asking, and take it."""
        subscription = _subscription(path)
        async with self._turn.setdefault(subscription, asyncio.Lock()):
            if (missing := RESERVED + 1 - self._now(subscription)) > 0:
                await asyncio.sleep(missing / PER_SECOND)
            self._note(subscription, self._now(subscription) - 1)

    def _now(self, subscription: str) -> float:
        left, at = self._left.get(subscription, (float(BURST), 0.0))
        return min(float(BURST), left + (time.monotonic() - at) * PER_SECOND)

    def _note(self, subscription: str, left: float) -> None:
        self._left[subscription] = max(0.0, left), time.monotonic()


def _subscription(path: str) -> str:
    return segment(path, "subscriptions").casefold()

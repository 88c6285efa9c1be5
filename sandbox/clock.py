"""The sandbox's own time: real, hurried, or moved by hand.

Nothing in the sandbox asks the computer what time it is; it asks a `Clock`. What should happen
"in two minutes" is worked out from the clock when somebody looks, so a clock moved by hand
needs no waiting and no background task.
"""

import time
from datetime import UTC, datetime, timedelta


class Clock:
    """Real time, `speed` times as fast, starting at `start` (now, unless told otherwise).

    `hurry` leaves the time of day alone and lets work take so many times less of it, so that a
    demo is quick and every date in it is still true.
    """

    def __init__(
        self, speed: float = 1.0, start: datetime | None = None, *, hurry: float = 1.0
    ) -> None:
        if speed <= 0 or hurry <= 0:
            raise ValueError("A clock runs forwards: its speed and hurry must be above zero.")
        self.speed = speed
        self.hurry = hurry
        self.moved_by_hand = False
        self._start = start or datetime.now(UTC)
        self._origin = time.monotonic()
        self._added = timedelta()

    @classmethod
    def by_hand(cls, start: datetime | None = None) -> "Clock":
        """Make a clock that stands still until somebody calls `advance`."""
        clock = cls(start=start)
        clock.moved_by_hand = True
        return clock

    def now(self) -> datetime:
        """Tell the time, aware and in UTC."""
        ran = 0.0 if self.moved_by_hand else (time.monotonic() - self._origin) * self.speed
        return self._start + self._added + timedelta(seconds=ran)

    def advance(self, seconds: float) -> None:
        """Move on by so many seconds; a running clock jumps ahead and runs on from there."""
        if seconds < 0:
            raise ValueError("Time does not run backwards, not even by hand.")
        self._added += timedelta(seconds=seconds)

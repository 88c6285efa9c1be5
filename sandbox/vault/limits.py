"""ARM's allowance of requests: two buckets that empty with every request and fill up with time.

A clock moved by hand would never fill them, so then they are only counted and never refuse.
"""

import time

from sandbox.clock import Clock


class Bucket:
    """So many requests at once, and so many more each second."""

    def __init__(self, size: int, per_second: float, clock: Clock) -> None:
        self._size = size
        self._per_second = per_second * clock.speed
        self._left = float(size)
        self._filled = time.monotonic()
        self._refuses = not clock.moved_by_hand

    def take(self) -> bool:
        """Take one request out; tell whether there was one."""
        now = time.monotonic()
        gained = (now - self._filled) * self._per_second
        self._left, self._filled = min(float(self._size), self._left + gained), now
        if self._left < 1 and self._refuses:
            return False
        self._left = max(0.0, self._left - 1)
        return True

    @property
    def left(self) -> int:
        """Requests left, as the headers tell."""
        return int(self._left)


class Limits:
    """The two buckets of a subscription: 250 reads and 25 a second, 200 writes and 10 a second."""

    retry_after = "1"
    """The seconds that whoever is turned away is told to wait."""

    def __init__(self, clock: Clock) -> None:
        self.reads = Bucket(250, 25, clock)
        self.writes = Bucket(200, 10, clock)

    def bucket(self, method: str) -> Bucket:
        """The bucket a request is taken out of."""
        return self.reads if method == "GET" else self.writes

    def headers(self, method: str) -> dict[str, str]:
        """Write what is left: for the subscription, and for all of its regions."""
        kind, size = ("reads", 250) if method == "GET" else ("writes", 200)
        left = self.bucket(method).left
        name = "x-ms-ratelimit-remaining-subscription"
        return {f"{name}-{kind}": f"{left}", f"{name}-global-{kind}": f"{size * 14 + left}"}

"""Trouble on command, and at a low seeded rate.

A test asks for the next N calls of a method, or the next N envelopes, to go wrong in a named way.
The rule: this decides *that* something goes wrong; those who carry calls and envelopes do it.
"""

import random
from collections import deque
from dataclasses import dataclass, field

ANY = "*"


@dataclass(frozen=True)
class Mishap:
    """What happens to one call.

    `kind` is `ratelimited` (HTTP 429), a number such as `503` (that status, no JSON),
    `drop_before` or `drop_after` (the connection dies before or after the work is done), or the
    name of a Slack error such as `channel_not_found`.
    """

    kind: str
    retry_after: int = 1


@dataclass
class EnvelopeMishap:
    """What happens to one envelope on its way to the app, or to its answer."""

    copies: int = 1
    """How often the app receives it; 0 loses it."""
    late: float = 0.0
    """Seconds by which the app's answer reaches the workspace late."""


@dataclass
class Trouble:
    """What is going to go wrong."""

    seed: int = 7
    rate: float = 0.0
    """Share of `chat.*` calls that are refused for a moment, and of envelopes that come twice."""
    _calls: dict[str, deque[Mishap]] = field(default_factory=dict)
    _envelopes: deque[EnvelopeMishap] = field(default_factory=deque)

    def __post_init__(self) -> None:
        self._dice = random.Random(self.seed)

    def next(self, method: str, kind: str, *, times: int = 1, retry_after: int = 1) -> None:
        """Make the next calls of a method (`*`: of any) go wrong; see `Mishap` for the kinds."""
        self._calls.setdefault(method, deque()).extend([Mishap(kind, retry_after)] * times)

    def duplicate_envelopes(self, times: int = 1) -> None:
        """Deliver each of the next envelopes twice; one acknowledgement is enough."""
        self._envelopes.extend(EnvelopeMishap(copies=2) for _ in range(times))

    def lose_envelopes(self, times: int = 1) -> None:
        """Never deliver the next envelopes; people see a timeout."""
        self._envelopes.extend(EnvelopeMishap(copies=0) for _ in range(times))

    def delay_acks(self, seconds: float, times: int = 1) -> None:
        """Let the next answers arrive late; past the deadline people see a timeout at once."""
        self._envelopes.extend(EnvelopeMishap(late=seconds) for _ in range(times))

    def clear(self) -> None:
        """Forget everything that was still going to go wrong."""
        self._calls.clear()
        self._envelopes.clear()
        self.rate = 0.0

    def for_call(self, method: str) -> Mishap | None:
        """What happens to this call."""
        for key in (method, ANY):
            if self._calls.get(key):
                return self._calls[key].popleft()
        if method.startswith("chat.") and self._dice.random() < self.rate:
            return Mishap(self._dice.choice(["ratelimited", "503"]))
        return None

    def for_envelope(self) -> EnvelopeMishap:
        """What happens to this envelope."""
        if self._envelopes:
            return self._envelopes.popleft()
        return EnvelopeMishap(copies=2 if self._dice.random() < self.rate else 1)

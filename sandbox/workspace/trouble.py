"""Trouble on command, and at a low seeded rate.

The switches for calls are four: `next` orders trouble for the next calls of a method (`*`: of any),
`sometimes` for a share of them by the workspace's own seed, `clear` calls all of that off; `behind`
is a low rate of trouble behind everything else, for a whole suite of tests. A response address is
called as the method `response_url`. Envelopes are doubled, lost, overtaken or acknowledged late by
`duplicate_envelopes`, `lose_envelopes`, `reorder_envelopes` and `delay_acks`. What goes wrong with
the connections of Socket Mode is in `SocketMode`: `disconnect`, `cut`, `refuse_handshakes`,
`expire_addresses` and `answer_pings`.

The rule: this decides *that* something goes wrong; those who carry calls and envelopes do it.
"""

import random
from collections import deque
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

ANY = "*"
KINDS = (
    "ratelimited",
    "429",
    "500",
    "502",
    "503",
    "drop_before",
    "drop_after",
    "slow",
    "malformed",
    "html",
)
"""The kinds that are no error of Slack's own; every other word is taken for one."""


@dataclass(frozen=True)
class Mishap:
    """What happens to one call.

    `kind` is `ratelimited` (HTTP 429 in Slack's words), a number such as `503` (that status, no
    JSON), `drop_before` or `drop_after` (the connection dies before or after the work is done),
    `slow` (the work is done and the answer takes `Trouble.slow_seconds`), `malformed` (200 with
    JSON that breaks off), `html` (200 with a page of somebody in between), or the name of a Slack
    error such as `channel_not_found`.
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
    overtaken: bool = False
    """Whether it waits until another envelope has been delivered, though not for long."""


@dataclass
class _Background:
    """A low rate of trouble behind everything else."""

    kinds: tuple[str, ...]
    rate: float
    spared: int
    dice: random.Random
    left_alone: int = 0

    def strikes(self) -> bool:
        """Whether it strikes now; after each strike some are spared."""
        if self.left_alone:
            self.left_alone -= 1
            return False
        if self.dice.random() >= self.rate:
            return False
        self.left_alone = self.spared
        return True


@dataclass
class Trouble:
    """What is going to go wrong."""

    seed: int = 7
    rate: float = 0.0
    """Share of `chat.*` calls that are refused for a moment, and of envelopes that come twice."""
    slow_seconds: float = 2.0
    _calls: dict[str, deque[Mishap]] = field(default_factory=dict)
    _shares: list[tuple[str, Mishap, float]] = field(default_factory=list)
    _envelopes: deque[EnvelopeMishap] = field(default_factory=deque)
    _behind: _Background | None = None
    _doubles: _Background | None = None
    _never: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        self._dice = random.Random(self.seed)

    def next(self, method: str, kind: str, *, times: int = 1, retry_after: int = 1) -> None:
        """Make the next calls of a method (`*`: of any) go wrong; see `Mishap` for the kinds."""
        self._calls.setdefault(method, deque()).extend([Mishap(kind, retry_after)] * times)

    def sometimes(self, methods: str, kind: str, rate: float, *, retry_after: int = 1) -> None:
        """Make a share of the calls of some methods (`chat.*`) go wrong, from 0 to 1."""
        self._shares.append((methods, Mishap(kind, retry_after), rate))

    def behind(
        self,
        kinds: tuple[str, ...],
        rate: float,
        *,
        seed: int,
        spared: int = 4,
        but: tuple[str, ...] = (),
    ) -> None:
        """Let any call `but` some meet one of these at a low rate, and any envelope come twice.

        It stays whatever is ordered or cleared. After each strike so many calls are spared.
        """
        self._never = but
        self._behind = _Background(kinds, rate, spared, random.Random(seed))
        self._doubles = _Background((), rate, 0, random.Random(seed + 1))

    def duplicate_envelopes(self, times: int = 1) -> None:
        """Deliver each of the next envelopes twice; one acknowledgement is enough."""
        self._envelopes.extend(EnvelopeMishap(copies=2) for _ in range(times))

    def lose_envelopes(self, times: int = 1) -> None:
        """Never deliver the next envelopes; people see a timeout."""
        self._envelopes.extend(EnvelopeMishap(copies=0) for _ in range(times))

    def reorder_envelopes(self, times: int = 1) -> None:
        """Let each of the next envelopes be overtaken by the one behind it."""
        for _ in range(times):
            self._envelopes.extend((EnvelopeMishap(overtaken=True), EnvelopeMishap()))

    def delay_acks(self, seconds: float, times: int = 1) -> None:
        """Let the next answers arrive late; past the deadline people see a timeout at once."""
        self._envelopes.extend(EnvelopeMishap(late=seconds) for _ in range(times))

    def clear(self) -> None:
        """Forget everything that was still going to go wrong."""
        self._calls.clear()
        self._shares.clear()
        self._envelopes.clear()
        self.rate = 0.0

    @property
    def orders(self) -> list[dict[str, object]]:
        """What is ordered, for people to read."""
        counted: list[dict[str, object]] = [
            {"path": method, "kind": mishaps[0].kind, "times": len(mishaps)}
            for method, mishaps in self._calls.items()
            if mishaps
        ]
        shares = [
            {"path": each, "kind": one.kind, "rate": rate} for each, one, rate in self._shares
        ]
        envelopes = {"path": "envelopes", "times": len(self._envelopes)}
        return [*counted, *shares, *([envelopes] if self._envelopes else [])]

    def for_call(self, method: str) -> Mishap | None:
        """What happens to this call."""
        for key in (method, ANY):
            if self._calls.get(key):
                return self._calls[key].popleft()
        for methods, mishap, rate in self._shares:
            if fnmatchcase(method, methods) and self._dice.random() < rate:
                return mishap
        if method.startswith("chat.") and self._dice.random() < self.rate:
            return Mishap(self._dice.choice(["ratelimited", "503"]))
        if self._behind and method not in self._never and self._behind.strikes():
            return Mishap(self._behind.dice.choice(self._behind.kinds))
        return None

    def for_envelope(self) -> EnvelopeMishap:
        """What happens to this envelope."""
        if self._envelopes:
            return self._envelopes.popleft()
        twice = self._dice.random() < self.rate or (self._doubles and self._doubles.strikes())
        return EnvelopeMishap(copies=2 if twice else 1)

"""Trouble on purpose: what is to go wrong with the next requests, or with some of them.

The switches are four: `next` orders trouble for so many requests, `sometimes` for a share of them
by the vault's own seed, `calm` calls all of that off; `behind` is a low rate of trouble that lies
behind everything else, for a whole suite of tests. A request is named by the end of its path (`*`
may stand for anything) and, if it matters, by its method; a wish for a token has the path
`/msi/token`. What becomes of a job that runs already is in the vault's own hands: `fail_next_job`,
`destine_next_job`, `cancel_job`, `forget_job`.

The other files ask `strike` and act; nothing here knows HTTP.
"""

from dataclasses import dataclass
from fnmatch import fnmatchcase
from random import Random
from typing import Literal, get_args

Kind = Literal[
    "throttle",  # 429 with Retry-After
    "throttle_silently",  # 429 without one
    "throttle_behind",  # 429 not of ARM itself, but of the service that it had passed the call to
    "broken",  # 500, nothing was accepted
    "broken_after_accept",  # 500, although the request was accepted
    "unavailable",  # 503, nothing was accepted
    "unavailable_after_accept",  # 503, although the request was accepted
    "drop",  # the connection closes, nothing was accepted
    "drop_after_accept",  # the connection closes, although the request was accepted
    "slow",  # the request waits before it is looked at
    "slow_after_accept",  # accepted at once; the answer takes its time
    "slow_body",  # the headers come at once, the body takes its time
    "unauthorized",  # 401: the token is worth nothing
    "forbidden",  # 403
    "missing",  # 404
    "conflict",  # 409
    "malformed",  # the right status with a body that breaks off
    "strange",  # states, kinds and fields that nobody has heard of
    "fail_job",  # accepted; the job fails two fifths of the way along
    "cancel_job",  # accepted; somebody else cancels the job there
    "suspend_job",  # accepted; the job waits there for a person
    "warn_job",  # accepted; the job succeeds with a remark
    "slow_job",  # accepted; the job takes ten times as long
    "forget_job",  # accepted; from there on the vault does not know the job any more
]
KINDS: tuple[str, ...] = get_args(Kind)


@dataclass
class _Order:
    pattern: str
    kind: Kind
    method: str | None
    times: int | None = None
    rate: float = 1.0


@dataclass
class _Background:
    kinds: tuple[Kind, ...]
    rate: float
    spared: int
    dice: Random
    left_alone: int = 0


class Trouble:
    """The trouble in store for the vault's clients."""

    def __init__(self, rng: Random) -> None:
        self.slow_seconds = 2.0
        self._rng = rng
        self._orders: list[_Order] = []
        self._background: _Background | None = None

    def next(self, suffix: str, kind: Kind, times: int = 1, method: str | None = None) -> None:
        """Order trouble for the next requests whose path ends so."""
        if times < 1:
            raise ValueError("Trouble strikes at least once.")
        self._take(_Order(_pattern(suffix), kind, method, times=times))

    def sometimes(self, suffix: str, kind: Kind, rate: float, method: str | None = None) -> None:
        """Order trouble for a share of the requests whose path ends so, from 0 to 1."""
        self._take(_Order(_pattern(suffix), kind, method, rate=rate))

    def behind(self, kinds: tuple[Kind, ...], rate: float, *, seed: int, spared: int = 4) -> None:
        """Let any reading meet one of these troubles at a low rate, whatever is ordered or calmed.

        Only a GET is met. After each strike so many are spared, so that three tries are enough.
        """
        self._background = _Background(kinds, rate, spared, Random(seed))

    def calm(self) -> None:
        """Call off all trouble that was ordered."""
        self._orders.clear()

    @property
    def left(self) -> int:
        """How much of the counted trouble has not struck yet."""
        return sum(order.times or 0 for order in self._orders)

    @property
    def orders(self) -> list[dict[str, object]]:
        """What is ordered, for people to read."""
        return [vars(order) for order in self._orders]

    def strike(self, method: str, path: str) -> Kind | None:
        """Tell what goes wrong with this request, and count it."""
        folded = path.casefold().rstrip("/")
        for order in self._orders:
            if order.method not in (None, method) or not fnmatchcase(folded, order.pattern):
                continue
            if order.times is None and self._rng.random() >= order.rate:
                continue
            if order.times is not None:
                order.times -= 1
                if order.times == 0:
                    self._orders.remove(order)
            return order.kind
        return self._strike_behind(method)

    def _strike_behind(self, method: str) -> Kind | None:
        behind = self._background
        if behind is None or method != "GET":
            return None
        if behind.left_alone:
            behind.left_alone -= 1
            return None
        if behind.dice.random() >= behind.rate:
            return None
        behind.left_alone = behind.spared
        return behind.dice.choice(behind.kinds)

    def _take(self, order: _Order) -> None:
        if order.kind not in KINDS:
            raise ValueError(f"There is no trouble called {order.kind!r}.")
        self._orders.append(order)


def _pattern(suffix: str) -> str:
    return f"*{suffix.casefold().rstrip('/')}"

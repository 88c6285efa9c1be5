"""Trouble on purpose: what is to go wrong with the next requests, or with some of them.

Trouble is ordered for requests whose path ends in certain words (`*` may stand for anything) and
strikes so many times; or it comes at a rate, drawn from the vault's own seed, until it is called
off. The other files ask `strike` and act; nothing here knows HTTP.
"""

from dataclasses import dataclass
from fnmatch import fnmatchcase
from random import Random
from typing import Literal, get_args

Kind = Literal[
    "throttle",  # 429 with Retry-After
    "throttle_silently",  # 429 without one
    "unavailable",  # 503, nothing was accepted
    "unavailable_after_accept",  # 503, although the request was accepted
    "drop",  # the connection closes, nothing was accepted
    "drop_after_accept",  # the connection closes, although the request was accepted
    "slow",  # the answer takes its time
    "forbidden",  # 403
    "conflict",  # 409
    "malformed",  # 200 or 202 with a body that is no JSON
    "fail_job",  # accepted; the job fails two fifths of the way along
    "cancel_job",  # accepted; somebody else cancels the job there
    "suspend_job",  # accepted; the job waits there for a person
    "warn_job",  # accepted; the job succeeds with a remark
    "slow_job",  # accepted; the job takes ten times as long
]
KINDS: tuple[str, ...] = get_args(Kind)


@dataclass
class _Order:
    pattern: str
    kind: Kind
    method: str | None
    times: int | None = None
    rate: float = 1.0


class Trouble:
    """The trouble in store for the vault's clients."""

    def __init__(self, rng: Random) -> None:
        self.slow_seconds = 2.0
        self._rng = rng
        self._orders: list[_Order] = []

    def next(self, suffix: str, kind: Kind, times: int = 1, method: str | None = None) -> None:
        """Order trouble for the next requests whose path ends so."""
        self._take(_Order(_pattern(suffix), kind, method, times=times))

    def sometimes(self, suffix: str, kind: Kind, rate: float, method: str | None = None) -> None:
        """Order trouble for a share of the requests whose path ends so, from 0 to 1."""
        self._take(_Order(_pattern(suffix), kind, method, rate=rate))

    def calm(self) -> None:
        """Call off all trouble."""
        self._orders.clear()

    @property
    def left(self) -> int:
        """How much of the counted trouble has not struck yet."""
        return sum(order.times or 0 for order in self._orders)

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
        return None

    def _take(self, order: _Order) -> None:
        if order.kind not in KINDS:
            raise ValueError(f"There is no trouble called {order.kind!r}.")
        self._orders.append(order)


def _pattern(suffix: str) -> str:
    return f"*{suffix.casefold().rstrip('/')}"

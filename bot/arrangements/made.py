"""What an arrangement did: plain data, for `messages` to draw."""

from bot.domain.data import Data
from bot.domain.delegations import Delegation
from bot.domain.locks import Lock


class NowLocked(Data):
    """A lock that was put on."""

    lock: Lock
    waiting: int
    """How many requests that it holds back wait for votes."""


class NowUnlocked(Data):
    """Locks that were ended."""

    locks: tuple[Lock, ...]


class NowDelegated(Data):
    """A delegation that was made."""

    delegation: Delegation
    told: bool
    """Whether the delegate was told."""


class NoLongerDelegated(Data):
    """A delegation that was ended."""

    delegation: Delegation

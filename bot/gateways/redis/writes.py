"""What is read at one moment, what is written if all is still so, and what came of it."""

from enum import StrEnum

from bot.domain.audit import Fact
from bot.domain.data import Data
from bot.domain.request import Request
from bot.gateways.redis.bell import Call
from bot.gateways.redis.books import Kept


class Verdict(StrEnum):
    """What the script said."""

    DONE = "done"
    REPLAYED = "replayed"
    """This very click has been carried out before."""
    MOVED = "moved"
    """The request, or a record of a book, is no longer as it was read."""
    CONTENDED = "contended"
    """Another entry was written in between."""
    LATE = "late"
    EARLY = "early"
    STALE = "stale"
    """The reader's idea of the time is more than five seconds off."""
    TAKEN = "taken"
    """Another request is open for the target."""


class Snapshot(Data):
    """What was read in one transaction."""

    now: int
    """Milliseconds since the epoch, by Redis' clock."""
    request: Request | None
    sequence: int
    head: str


class Write(Data):
    """What to write, if all is still as in the snapshot."""

    fact: Fact
    request: Request | None = None
    drafts: tuple[Request, ...] = ()
    """Of several machines: the requests that are made of them when the whole is approved."""
    click: str = ""
    """An id that makes a second execution harmless; made up when empty."""
    not_after: int = 0
    not_before: int = 0
    told: bool = True
    """For one machine of several: whether the thread of the whole is told of it."""
    policy: tuple[str, str] = ("", "")
    """The version of the policy that was recorded last, and the one that is recorded now."""
    kept: tuple[Kept, ...] = ()
    """Records of the books that change with it."""
    calls: tuple[Call, ...] = ()
    """What the workers are called for, once it is written."""

"""What an arrangement did: plain data, for `messages` to draw."""

from bot.domain.data import Data
from bot.domain.delegations import Delegation
from bot.domain.incidents import Incident
from bot.domain.locks import Lock
from bot.domain.situation import Doing


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


class NowDeclared(Data):
    """An incident that was declared, or that there was."""

    incident: Incident
    already: bool
    """Whether it was there before."""


class NowNoted(Data):
    """A note that was put into a timeline."""

    incident: Incident


class NowUpdated(Data):
    """An update that was put on a board."""

    incident: Incident
    meanwhile: str
    """Who else wrote one while this was written; '' for nobody."""


class NowSnoozed(Data):
    """An update that was put off."""

    incident: Incident


class NowClosed(Data):
    """An incident that was closed."""

    incident: Incident


class StillGoingOn(Data):
    """An incident that was not closed, for something goes on in it."""

    incident: Incident
    going_on: tuple[Doing, ...]
    word: str
    """The stash word to close it anyway with."""

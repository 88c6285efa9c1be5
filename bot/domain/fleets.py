"""Several machines in one request: the frozen list that people approve, and who was left out.

Each machine gets a request of its own when the whole is approved, which is submitted, followed and
ended like any other; here stand only what people have to see, and the digest of each of them.
"""

import re
from typing import Final, Literal

from bot.domain.data import Data

_ID: Final = re.compile(r"^R-[0-9A-Z]{6}(\.\d+)?$", re.IGNORECASE)
NAMED: Final = 3
"""So many machines are called by their names in a title."""


class Member(Data):
    """One of the machines."""

    request: str
    """The id of the request that will be made for it."""
    id: str
    name: str
    vault: str
    provider: str
    here: str
    there: str
    state_words: str
    health: str
    rpo_seconds: int | None = None
    together: str = ""
    """The multi-VM consistency group that it belongs to."""
    cluster: str = ""
    risk: str = ""
    """The heaviest of what speaks against failing it over, when that is asked."""
    fingerprint: str
    """The digest of all that is approved for it."""


class LeftOut(Data):
    """A machine that was meant too, and cannot."""

    name: str
    why: str


class Fleet(Data):
    """Several machines, in the order in which they are submitted."""

    sort: Literal["fleet"] = "fleet"
    id: str
    """A digest of what they are: the same list has the same id."""
    words: str
    """What was typed to mean them."""
    members: tuple[Member, ...]
    left_out: tuple[LeftOut, ...] = ()
    notes: tuple[str, ...] = ()
    """What people should know about machines that belong together."""

    @property
    def name(self) -> str:
        """Their names, or how many they are."""
        if len(self.members) <= NAMED:
            return ", ".join(member.name for member in self.members)
        return f"{len(self.members)} machines"

    @property
    def vault(self) -> str:
        """The vault of the first of them; others may be in others."""
        return self.members[0].vault


def child(parent: str, number: int) -> str:
    """Return the id of the request for one machine of several, counted from 1."""
    return f"{parent}.{number}"


def root(request_id: str) -> str:
    """Return the id of the request that people see and decide on."""
    return request_id.partition(".")[0]


def number(request_id: str) -> int:
    """Return the number of one machine of several; 0 for a request that is none of those."""
    _, _, found = request_id.partition(".")
    return int(found or 0)


def is_request(word: str) -> bool:
    """Whether a word is the id of a request, or of one machine of several."""
    return bool(_ID.match(word))

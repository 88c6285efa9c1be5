"""Incidents: something is down, people work on it together, and one day it is over.

An incident is declared once for a region, has a channel, gathers notes, updates and the requests
that are made in its channel, and is closed. It decides nothing: what is done to a machine is a
request, with its own votes. What of an incident people have to see is a projection of this record
and of those requests.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Final, Literal

from bot.domain.data import Data
from bot.domain.people import Person
from bot.domain.request import Request
from bot.errors import Misunderstood
from bot.refusals import Inc

LONGEST_TITLE: Final = 120
LONGEST_WORDS: Final = 1500
"""So much may be said in a note, or in one part of an update."""
LIFE: Final = 90 * 24 * 3600 * 1000
"""Milliseconds for which an incident is kept after its last step; the audit log keeps it longer."""
NAMED: Final = 50
"""So many machines that were down are kept by name."""
_LONGEST_CHANNEL: Final = 80
_ID: Final = re.compile(r"I-[2-9A-HJ-NP-Z]{6}", re.IGNORECASE)
_SAID: Final = re.compile(r'\b(region|channel):("[^"]*"|\S*)', re.IGNORECASE)
_QUOTED: Final = re.compile(r'"([^"]*)"')
_HERE: Final = "here"
_PARTS: Final = ("conditions", "actions", "needs")
_PART: Final = re.compile(r"\b(conditions|actions|needs):", re.IGNORECASE)

Place = Literal["", "made", "adopted", "default"]
"""What its channel is: none yet, one made for it, one that was there, or the default channel."""


class Declaration(Data):
    """What somebody typed to declare an incident."""

    title: str
    region: str = ""
    here: bool = False
    """Whether the channel in which it was typed is to be the incident's."""


class Update(Data):
    """How things stand, in somebody's words."""

    conditions: str = ""
    """What is the case."""
    actions: str = ""
    """What is being done about it."""
    needs: str = ""
    """What is lacking, and from whom."""

    @property
    def parts(self) -> tuple[tuple[str, str], ...]:
        """What was said, each with its title."""
        said = ((name.capitalize(), str(getattr(self, name))) for name in _PARTS)
        return tuple((title, words) for title, words in said if words)

    @property
    def words(self) -> str:
        """All of it in one line."""
        return " ".join(f"{title}: {words}" for title, words in self.parts)


class Standing(Data):
    """An update with who wrote it and when."""

    by: Person
    at: int
    update: Update


class Incident(Data):
    """One incident, as it is now."""

    id: str
    entry: int
    """The number of its newest entry in the audit log: an older record put back has none that fits.
    It changes with every step, and so says which state of it somebody has seen."""
    title: str
    region: str = ""
    """Azure's code of the region that is down; '' when it is not one region."""
    region_name: str = ""
    down: tuple[str, ...] = ()
    """Machines that ran there when it was declared, by name; not all where they are many."""
    down_count: int = 0
    """How many machines ran there then."""
    by: Person
    at: int
    """Milliseconds since the epoch, by Redis' clock, like all times here."""
    here: str = ""
    """The channel that is to be adopted, where somebody wanted that."""
    channel: str = ""
    """The channel's id, once it has one."""
    place: Place = ""
    trouble: str = ""
    """Why it is in the default channel, in words, when it is."""
    latest: Standing | None = None
    """The latest update."""
    notes: int = 0
    due: int = 0
    """When the next update is due; 0 when nobody is reminded."""
    closed_at: int = 0
    closed_by: Person | None = None
    closing: str = ""
    """What was said when it was closed."""
    until: int
    """When its record is dropped."""

    @property
    def open(self) -> bool:
        """Whether it goes on."""
        return not self.closed_at

    @property
    def where(self) -> str:
        """What is down, for a sentence: the region, or what it is called."""
        return self.region_name or self.title


def is_incident(word: str) -> bool:
    """Whether this is the id of an incident."""
    return bool(_ID.fullmatch(word))


def named_first(line: str) -> tuple[str, str]:
    """Split the id of an incident off the beginning of a line; '' when none stands there."""
    word, _, rest = line.partition(" ")
    return (word.upper(), rest.strip()) if is_incident(word) else ("", line)


def read_declaration(line: str) -> Declaration:
    """Read `"West Europe down" region:westeurope here`; raises `Misunderstood`.

    Without quotes everything that names no region and no channel is the title.
    """
    said: dict[str, str] = {}
    for name, value in _SAID.findall(line):
        if name.casefold() in said:
            raise Misunderstood(Inc.TWICE_SAID, f"It is said twice which {name} is meant.", _HOW)
        said[name.casefold()] = value.strip('"').strip()
    rest = " ".join(_SAID.sub(" ", line).split())
    here = _is_here(said.get("channel"))
    quoted = _QUOTED.findall(rest)
    if quoted:
        over = _QUOTED.sub(" ", rest).split()
        here = here or any(word.casefold() == _HERE for word in over)
        if strange := [word for word in over if word.casefold() != _HERE]:
            raise Misunderstood(
                Inc.NO_TITLE, f"What {strange[0][:40]!r} behind the title is for cannot be told.",
                _HOW,
            )  # fmt: skip
    title = " ".join(" ".join(quoted).split()) if quoted else rest
    if not title:
        raise Misunderstood(Inc.NO_TITLE, "Say in a few words what is down.", _HOW)
    if len(title) > LONGEST_TITLE:
        raise Misunderstood(
            Inc.TOO_LONG,
            f"The title has {len(title)} characters, and {LONGEST_TITLE} are the most.",
            "Say the rest in a note: /dr note …",
        )
    return Declaration(title=title, region=said.get("region", ""), here=here)


def checked(words: str, what: str) -> str:
    """Return what somebody said; raises `Misunderstood` when it is nothing, or too long."""
    if not words:
        raise Misunderstood(
            Inc.NOTHING_SAID, f"There is nothing in the {what}.", f"Type it behind: /dr {what} …"
        )
    if len(words) > LONGEST_WORDS:
        raise Misunderstood(
            Inc.TOO_LONG,
            f"That has {len(words)} characters, and {LONGEST_WORDS} are the most of one {what}.",
            "Say it in several.",
        )
    return words


def read_update(line: str) -> Update:
    """Read `conditions: … actions: … needs: …`; without those words all of it is conditions."""
    pieces = _PART.split(line)
    said = {"conditions": pieces[0].strip()} if pieces[0].strip() else {}
    for name, words in zip(pieces[1::2], pieces[2::2], strict=True):
        part = name.casefold()
        said[part] = " ".join(filter(None, (said.get(part, ""), words.strip())))
    return update_of(said)


def update_of(said: dict[str, str]) -> Update:
    """Make an update of its parts; raises `Misunderstood` when nothing is said in any."""
    parts = {name: said.get(name, "") for name in _PARTS}
    checked(max(parts.values(), key=len), "update")
    return Update(**parts)


def channel_names(template: str, incident: Incident) -> tuple[str, str]:
    """Return what its channel is to be called, and what else when there is one of that name.

    The second ends with the id of the incident, so that it cannot be another's.
    """
    mark = incident.id.removeprefix("I-").casefold()
    day = datetime.fromtimestamp(incident.at / 1000, UTC).strftime("%Y%m%d")
    bare = template.replace("{date}", day).replace("{region}", _slug(incident.region) or "azure")
    bare = bare.replace("{id}", mark)
    room = _LONGEST_CHANNEL - len(mark) - 1 - len(bare.replace("{slug}", ""))
    slug = _slug(incident.title)[: max(room, 0)].strip("-") or "incident"
    name = bare.replace("{slug}", slug)[: _LONGEST_CHANNEL - len(mark) - 1].strip("-_")
    return name, f"{name}-{mark}"


def same_region(one: str, other: str) -> bool:
    """Whether two texts name one region, by its code or as people call it."""
    return _bare(one) == _bare(other)


def there_already(
    open_ones: Iterable[Incident], region: str, title: str, channel: str
) -> Incident | None:
    """Return the incident that a declaration leads to: of that region, or of that very channel."""
    for one in open_ones:
        if region and one.region and same_region(one.region, region):
            return one
        if not region and not one.region and one.title.casefold() == title.casefold():
            return one
        if channel and one.place in {"made", "adopted"} and one.channel == channel:
            return one
        if channel and one.here == channel and not one.channel:
            return one
    return None


def belongs(request: Request, incident: Incident, incidents: Sequence[Incident]) -> bool:
    """Whether a request was made in an incident's channel while it was open.

    Of several that share the default channel it is the latest that was declared by then.
    """
    if request.channel != incident.channel or not _during(incident, request.asked_at):
        return False
    sharing = [
        one
        for one in incidents
        if one.channel == incident.channel and _during(one, request.asked_at)
    ]
    return max(sharing, key=lambda one: one.at, default=incident).id == incident.id


def _during(incident: Incident, at: int) -> bool:
    return incident.at <= at and (incident.open or at <= incident.closed_at)


def _is_here(channel: str | None) -> bool:
    if channel is None:
        return False
    if channel.casefold() != _HERE:
        raise Misunderstood(
            Inc.NO_CHANNEL,
            f"The channel {channel[:80]!r} cannot be named from elsewhere.",
            "Type the command in that channel, with channel:here, or leave it out for a new one.",
        )
    return True


def _slug(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().casefold()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")


def _bare(region: str) -> str:
    return "".join(region.split()).casefold()


_HOW: Final = 'Type: /dr declare "West Europe down" region:westeurope'

"""The audit log: what an entry holds, how entries are chained, and how the chain is checked.

An entry is a CloudEvents 1.0 envelope whose `hash` covers everything in it, the hash of the entry
before included: nobody can change, drop or reorder one without breaking all that follow.
"""

from collections.abc import Iterable
from typing import Any, Final

from bot.domain.data import Data, digest

START: Final = "0" * 64
"""What the first entry has as the hash before it."""
SOURCE: Final = "/dr-bot"


class Actor(Data):
    """Who did it: a person of Slack, or the bot itself (`team` and `id` are then '')."""

    team: str = ""
    id: str = ""
    name: str = "dr"


BOT: Final = Actor()


class Fact(Data):
    """What happened, before it has a place in the chain."""

    type: str
    """`request.asked`, `request.approved`, `click.refused`, …"""
    subject: str
    """The request it belongs to, or what else it is about."""
    actor: Actor
    operation: str = ""
    target: str = ""
    target_id: str = ""
    before: str = ""
    after: str = ""
    reason: str = ""
    policy: str = ""
    correlation: dict[str, str] = {}
    """Azure's ids: client request id, job."""
    words: str = ""
    """One line for people: what an entry says in a thread or a listing."""


class Entry(Data):
    """A fact with its place in the chain."""

    specversion: str = "1.0"
    id: str
    source: str = SOURCE
    type: str
    subject: str
    time: str
    """RFC 3339 in UTC, by Redis' clock."""
    sequence: int
    prevhash: str
    data: Fact
    hash: str


def chain(fact: Fact, *, sequence: int, prevhash: str, time: str) -> Entry:
    """Give a fact its place behind the entry whose hash is `prevhash`."""
    content = {
        "specversion": "1.0",
        "id": f"{sequence}",
        "source": SOURCE,
        "type": f"dr.{fact.type}",
        "subject": fact.subject,
        "time": time,
        "sequence": sequence,
        "prevhash": prevhash,
        "data": fact.model_dump(mode="json"),
    }
    return Entry.model_validate(content | {"hash": digest(content)})


def hash_of(entry: Entry) -> str:
    """Compute the hash that an entry should carry."""
    content: dict[str, Any] = entry.model_dump(mode="json", exclude={"hash"})
    return digest(content)


def first_broken(entries: Iterable[Entry], head: str) -> str | None:
    """Walk the chain and say what is wrong with the first broken entry, or return None.

    `head` is the hash that the store believes to be the newest: a log cut at its end disagrees.
    """
    before, expected = START, 1
    for entry in entries:
        if entry.sequence != expected:
            return f"Entry {expected} is missing: entry {entry.sequence} stands in its place."
        if entry.prevhash != before:
            return f"Entry {entry.sequence} does not follow the entry before it."
        if hash_of(entry) != entry.hash:
            return f"Entry {entry.sequence} was changed after it was written."
        before, expected = entry.hash, expected + 1
    if before != head:
        return f"The log ends at entry {expected - 1}, but that is not where it ended when written."
    return None

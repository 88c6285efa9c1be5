"""The audit log: what an entry holds, how entries are chained, and how the chain is checked.

An entry is a CloudEvents 1.0 envelope whose `hash` covers everything in it, the hash of the entry
before included: nobody can change, drop or reorder one without breaking all that follow.

A field that came later is left out where it says nothing. The hash of an entry that an earlier
version wrote is therefore what it was, and has to stay so: a log is checked for as long as it is
kept.
"""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, Final

from pydantic import ConfigDict, Field

from bot.domain.data import Data, digest

START: Final = "0" * 64
"""What the first entry has as the hash before it."""
SOURCE: Final = "/dr-bot"
_DESCRIBED: Final = ConfigDict(use_attribute_docstrings=True)
"""The published schema says what is said here of each field."""


def _says_nothing(value: str) -> bool:
    return not value


class Actor(Data):
    """Who did it: a person of Slack, or the bot itself (`team` and `id` are then '')."""

    model_config = _DESCRIBED

    team: str = ""
    """The id of the workspace, or of the organisation."""
    id: str = ""
    """The id of the Slack account."""
    name: str = "dr"
    """The display name at the time."""
    entra: str = Field(default="", exclude_if=_says_nothing)
    """The Entra object id of the human, where the policy's directory has it."""


BOT: Final = Actor()


class Fact(Data):
    """What happened, before it has a place in the chain."""

    model_config = _DESCRIBED

    type: str
    """`request.asked`, `request.approved`, `click.refused`, …"""
    subject: str
    """The request it belongs to, or what else it is about."""
    actor: Actor
    """Who did it."""
    operation: str = ""
    """The operation, as it is typed; Azure's name of it for a job past the bot."""
    target: str = ""
    """The machine, plan or job, by the name that people use."""
    target_id: str = ""
    """Its id in Azure."""
    before: str = ""
    """The state of the request before."""
    after: str = ""
    """The state of the request after."""
    reason: str = ""
    """Why, in the words of whoever asked or pressed."""
    policy: str = ""
    """The version of the policy that it was decided under."""
    correlation: dict[str, str] = {}
    """What leads elsewhere: Azure's client request id and job, a fingerprint, a checkpoint, the
    code of a refusal."""
    words: str = ""
    """One line for people: what an entry says in a thread or a listing."""


class Entry(Data):
    """A fact with its place in the chain: a CloudEvents 1.0 envelope."""

    model_config = _DESCRIBED

    specversion: str = "1.0"
    """The version of CloudEvents."""
    id: str
    """The sequence, as a string."""
    source: str = SOURCE
    """What wrote it."""
    type: str
    """The type of the fact, with `dr.` before it."""
    subject: str
    """The subject of the fact."""
    time: str
    """RFC 3339 in UTC, by Redis' clock."""
    sequence: int
    """Its number, counted from 1 without a gap."""
    prevhash: str
    """The hash of the entry before, 64 zeros for the first."""
    data: Fact
    """What happened."""
    hash: str
    """SHA-256, in hex, over the RFC 8785 form of everything before it in the entry."""
    mac: str = Field(default="", exclude_if=_says_nothing)
    """HMAC-SHA256, in hex, of `dr.audit.entry <hash>`, by a key that Redis does not hold."""
    mackey: str = Field(default="", exclude_if=_says_nothing)
    """Which key that was: the first 16 digits of the HMAC of `the name of this key`."""

    @property
    def at(self) -> datetime:
        """When it was written; the beginning of time for an entry that was altered so."""
        try:
            return datetime.fromisoformat(self.time).astimezone(UTC)
        except (ValueError, OverflowError):
            return datetime.fromtimestamp(0, UTC)


_BESIDE: Final = {"hash", "mac", "mackey"}
"""What the hash of an entry does not cover."""


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
    content: dict[str, Any] = entry.model_dump(mode="json", exclude=_BESIDE)
    return digest(content)


def first_broken(
    entries: Iterable[Entry], head: str, *, before: str = START, expected: int = 1
) -> str | None:
    """Walk the chain and say what is wrong with the first broken entry, or return None.

    `head` is the hash that the store believes to be the newest: a log cut at its end disagrees.
    What is not the whole log begins behind the hash `before`, with the number `expected`.
    """
    for entry in entries:
        if entry.sequence != expected:
            return (
                f"Entry {expected} is missing: entry {entry.sequence} stands in its place. "
                f"{_gap(entry.sequence, expected)}"
            )
        if entry.prevhash != before:
            return (
                f"Entry {entry.sequence} does not follow the entry before it. One of the two was "
                "replaced by somebody who computed its hash anew."
            )
        if hash_of(entry) != entry.hash:
            return (
                f"Entry {entry.sequence} was changed after it was written. What it says now is "
                "not what happened; what its hash was computed over is not known any more."
            )
        before, expected = entry.hash, expected + 1
    if before != head:
        return (
            f"The log ends at entry {expected - 1}, but that is not where it ended when written. "
            "Entries were cut off its end, or the newest was replaced."
        )
    return None


def _gap(found: int, expected: int) -> str:
    if found > expected:
        count = found - expected
        what = f"{count} entries were" if count > 1 else "It was"
        where = " from the beginning of the log" if expected == 1 else ""
        return f"{what} removed{where}, or moved, after being written."
    return "An entry was put in or moved that was not written there."

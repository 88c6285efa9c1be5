"""Looking for entries in the audit log: since when, of what kind, by whom."""

from datetime import UTC, datetime
from typing import Annotated

from bot.domain.audit import Entry
from bot.domain.data import Data
from bot.domain.unseen import quoted
from bot.domain.verbs import Argument
from bot.errors import Misunderstood
from bot.refusals import Type

_LONGEST = 80


class Filter(Data):
    """Which entries are wanted; what is empty filters nothing."""

    target: str = ""
    """The name of a machine, plan or job."""
    since: str = ""
    kind: str = ""
    by: str = ""

    def early(self, entry: Entry) -> bool:
        """Whether an entry is from before the time that is wanted."""
        return bool(self.since) and at(entry.time) < at(self.since)

    def takes(self, entry: Entry) -> bool:
        """Whether an entry is wanted."""
        fact = entry.data
        if self.target and fact.target.casefold() != self.target.casefold():
            return False
        if self.by and self.by.casefold() not in {
            fact.actor.name.casefold(),
            fact.actor.id.lower(),
            fact.actor.entra,
        }:
            return False
        said = f"{entry.type} {fact.operation} {fact.after}".casefold()
        return not self.early(entry) and all(word in said for word in self.kind.casefold().split())


def at(text: str) -> datetime:
    """Read a time as it stands in an entry."""
    return datetime.fromisoformat(text)


def read_since(text: str) -> str:
    """Read a day or a time of a day, in UTC unless it names a zone; raises `Misunderstood`."""
    try:
        when = datetime.fromisoformat(text.upper())
    except ValueError:
        raise Misunderstood(
            Type.WRONG_VALUE,
            f"{quoted(text)} is not a date.",
            "Say 2026-03-01, or 2026-03-01T13:55, which is UTC.",
        ) from None
    return (when if when.tzinfo else when.replace(tzinfo=UTC)).astimezone(UTC).isoformat()


def _some_words(text: str) -> str:
    if len(text) > _LONGEST:
        raise Misunderstood(
            Type.WRONG_VALUE,
            f"That is longer than {_LONGEST} characters.",
            "A word or two will do.",
        )
    return text.removeprefix("@")


Since = Annotated[
    str,
    Argument("Since", "<date>", "only what happened then or later: 2026-03-01", read_since),
]
Kind = Annotated[
    str,
    Argument(
        "Kind",
        "<words>",
        "only entries of that kind: approve, refused, failover, outside, succeeded…",
        _some_words,
    ),
]
By = Annotated[
    str, Argument("By", "<person>", "only what that person did, by name or id", _some_words)
]

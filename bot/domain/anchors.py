"""Anchors: hashes of entries that stand where Redis cannot reach them.

The bot posts some to Slack and keeps the whole log in a file. A log that was rewritten as a whole
is whole in itself; it disagrees with what was said of it before.
"""

import json
import re
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Final

from pydantic import ValidationError

from bot.domain.audit import Entry, first_broken
from bot.domain.data import Data
from bot.errors import Misunderstood
from bot.refusals import Log

_SAID: Final = re.compile(r"audit entry (\d{1,15}) · `?([0-9a-f]{64})\b")
_REWRITTEN: Final = (
    "It was replaced after the anchor was made: the log was rewritten from there or before."
)


class Anchor(Data):
    """The hash that an entry had at some time."""

    sequence: int
    hash: str


def anchor_words(sequence: int, hash_: str) -> str:
    """Write an entry's hash where Redis cannot reach it: a cut or rewritten log disagrees."""
    return f"audit entry {sequence} · `{hash_}`"


def read_anchors(lines: Iterable[str]) -> list[Anchor]:
    """Read anchors: JSON Lines with `sequence` and `hash`, or lines copied out of Slack.

    A line that holds neither is passed over; raises `Misunderstood` when none holds any.
    """
    found = [anchor for line in lines for anchor in _anchors(line)]
    if not found:
        raise Misunderstood(
            Log.NO_ANCHOR,
            "The file holds no anchor.",
            'A line is {"sequence": 12, "hash": "…"}, or what Slack shows: audit entry 12 · ….',
        )
    return found


def first_false(entries: Sequence[Entry], anchors: Iterable[Anchor]) -> str | None:
    """Name the first anchor that the log disagrees with, or return None."""
    hashes = {entry.sequence: entry.hash for entry in entries}
    for anchor in sorted(anchors, key=lambda one: one.sequence):
        if anchor.sequence not in hashes:
            return (
                f"Entry {anchor.sequence} is not there, and an anchor names it. "
                "It was cut off the log after the anchor was made."
            )
        if hashes[anchor.sequence] != anchor.hash:
            return f"Entry {anchor.sequence} is not the one that an anchor names. {_REWRITTEN}"
    return None


def read_lines(lines: Sequence[str]) -> list[Entry]:
    """Read the entries of a sink; raises `Misunderstood` with the line that is none.

    A line that the next one begins with was cut short when a worker died, and written again.
    """
    found: list[Entry] = []
    for number, (line, after) in enumerate(pairwise([*lines, ""]), 1):
        if not line or (after and after.startswith(line)):
            continue
        try:
            found.append(Entry.model_validate_json(line))
        except ValidationError:
            raise Misunderstood(
                Log.BAD_LINE, f"Line {number} of the sink cannot be read as an entry."
            ) from None
    return found


def first_difference(kept: Sequence[Entry], entries: Sequence[Entry]) -> str | None:
    """Name the first entry in which Redis is not what the sink was told, or return None.

    The newest entries may still be on their way to the sink.
    """
    if broken := first_broken(kept, kept[-1].hash if kept else ""):
        return None if not kept else f"The sink itself is broken. {broken}"
    for old, new in zip(kept, entries, strict=False):
        if old != new:
            return (
                f"Entry {old.sequence} is not the one in the sink. It says “{_said(old)}” there "
                f"and “{_said(new)}” in Redis: the log in Redis was rewritten from there on."
            )
    if len(kept) > len(entries):
        return (
            f"Entry {len(entries) + 1} is in the sink and not in Redis: {len(kept) - len(entries)} "
            "were cut off the end of the log in Redis."
        )
    return None


def _said(entry: Entry) -> str:
    return f"{entry.type.removeprefix('dr.')} of {entry.subject} by {entry.data.actor.name}"


def _anchors(line: str) -> list[Anchor]:
    try:
        said = [Anchor(sequence=int(number), hash=one) for number, one in _SAID.findall(line)]
        if said or not line.lstrip().startswith("{"):
            return said
        content = json.loads(line)
        return [Anchor(sequence=int(content["sequence"]), hash=str(content["hash"]))]
    except (KeyError, TypeError, ValueError, OverflowError, RecursionError):
        return []

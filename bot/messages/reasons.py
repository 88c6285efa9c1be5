"""Machines that have the same to say, said once: their names, and the reason that they share."""

import re
from collections import defaultdict
from collections.abc import Iterable
from typing import Final

from bot.messages.blocks import esc

_NAMED: Final = 12
"""So many machines are named with a reason; the rest of them are counted."""
_IN_A_NAME: Final = re.compile(r"[\w-]")
_OWN: Final = re.compile(
    r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}|\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:\d\d)?",
    re.IGNORECASE,
)
"""What no two machines share in the same words: ids and times."""


def by_reason(some: Iterable[tuple[str, str]], most: int, where: str) -> list[str]:
    """Lines of mrkdwn for names with their reasons, the reason of the most machines first.

    Those that have no room in `most` lines are counted, with `where` they are all to be seen.
    """
    groups: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for name, why in some:
        groups[_shared(name, why)].append((name, why))
    ordered = sorted(groups.items(), key=lambda one: -len(one[1]))
    said = [_line(shared, group) for shared, group in ordered[:most]]
    if rest := sum(len(group) for _, group in ordered[most:]):
        said.append(f"• and {rest:,} more for other reasons{f': {where}' if where else ''}")
    return said


def names(some: Iterable[str], most: int = _NAMED) -> str:
    """Name machines, as many as there is room for; the rest are counted."""
    listed = list(some)
    said = ", ".join(f"*{esc(one, 80)}*" for one in listed[:most])
    return f"{said} and {len(listed) - most:,} more" if len(listed) > most else said


def _shared(name: str, why: str) -> str:
    """Return what others may say, too: the reason without the machine's own name, ids and times."""
    first, *others = why.split(name) if name else [why]
    said = first
    for part in others:
        within_word = _IN_A_NAME.match(said[-1:]) or _IN_A_NAME.match(part[:1])
        said += f"{name if within_word else '…'}{part}"
    return _OWN.sub("…", said).replace("….", "…")


def _line(shared: str, group: list[tuple[str, str]]) -> str:
    why = shared if len(group) > 1 else group[0][1]
    return f"• {names(name for name, _ in group)}{f' — {esc(why, 240)}' if why else ''}"

"""What the thread under a board says: one line for each step of an incident, from the audit log."""

import re
from collections.abc import Sequence
from typing import Final

from bot.domain.anchors import anchor_words
from bot.domain.audit import Entry
from bot.domain.incidents import Incident
from bot.domain.situation import Situation
from bot.messages.blocks import Block, Message, actions, context, esc, mention, section
from bot.messages.buttons import SNOOZE, UPDATE
from bot.messages.incident import summary

_ICONS: Final = {
    "incident.declare": ":fire:",
    "incident.channel": ":memo:",
    "incident.note": ":memo:",
    "incident.update": ":loudspeaker:",
    "incident.due": ":bell:",
    "incident.snooze": ":zzz:",
    "incident.close": ":white_check_mark:",
}
_LOUD: Final = frozenset({"incident.update", "incident.due", "incident.close"})


def line(
    entry: Entry, incident: Incident, known: Situation, snooze: Sequence[int]
) -> tuple[Message, bool] | None:
    """Say one audit entry of an incident, and whether the channel must hear it."""
    kind = entry.type.removeprefix("dr.")
    icon = _ICONS.get(kind)
    if icon is None or not entry.data.words:
        return None
    loud = kind in _LOUD
    who = f"{mention(entry.data.actor.id)}: " if kind in _SAYS else ""
    words = esc(entry.data.reason if kind in _SAYS else entry.data.words, 2700)
    text = f"{icon} {who}{words}{linked(entry, 'where that was said')}"
    blocks = [section(text)]
    if kind == "incident.due" and incident.open:
        blocks.append(_offers(incident, snooze))
    if kind == "incident.close" and not incident.open:
        blocks += summary(incident, known)
    if loud and kind != "incident.due":
        blocks.append(context(anchor_words(entry.sequence, entry.hash)))
    return Message(text=text, blocks=blocks), loud


_SAYS: Final = frozenset({"incident.note", "incident.update"})
"""What is in the words of a person, which are the reason of its entry."""


def linked(entry: Entry, said: str) -> str:
    """Link the message that an entry is about; '' where there is none, or no address of Slack's."""
    link = entry.data.correlation.get("link", "")
    return f" (<{link}|{said}>)" if _LINK.fullmatch(link) else ""


_LINK: Final = re.compile(r"https://[a-z0-9.-]+\.slack(?:-gov)?\.com/archives/[A-Za-z0-9/?=&._-]+")


def _offers(incident: Incident, snooze: Sequence[int]) -> Block:
    buttons = [UPDATE.draw(incident.id)]
    buttons += [
        SNOOZE.draw(
            f"{seconds}:{incident.id}", label=f"Snooze {_long(seconds)}", suffix=str(seconds)
        )
        for seconds in snooze
    ]
    return actions(buttons)


def _long(seconds: int) -> str:
    """A length of time for a button: `15 min`, `1 h`."""
    if seconds % 3600 == 0:
        return f"{seconds // 3600} h"
    return f"{seconds // 60} min" if seconds >= 60 else f"{seconds} s"

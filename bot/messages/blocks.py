"""The bricks of Block Kit that we use, each with its limits kept.

Text of people and of Azure is data: it goes through `plain` or `esc` and never speaks markup.
"""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

Block = dict[str, Any]

_SECTION: Final = 3000
_FIELD: Final = 2000
_HEADER: Final = 150
_FALLBACK: Final = 3900
"""chat.update refuses a text of more than 4,000 characters."""


@dataclass(frozen=True)
class Message:
    """What is posted: the blocks, and the text for notifications and screen readers."""

    text: str
    blocks: list[Block] = field(default_factory=list)

    def __post_init__(self) -> None:
        object.__setattr__(self, "text", clip(self.text, _FALLBACK))


def bare(message: Message) -> Message:
    """Return a message as its words and its buttons, for when Slack does not take its looks."""
    rows = [block for block in message.blocks if block["type"] == "actions"]
    return Message(text=message.text, blocks=[section(message.text), *rows])


def clip(text: str, most: int) -> str:
    """Shorten a text to at most `most` characters, and show that it was."""
    return text if len(text) <= most else text[: most - 1] + "…"


def esc(text: str, most: int = 500) -> str:
    """Make a text of somebody else safe to stand in mrkdwn."""
    safe = clip(visible(text), most)
    safe = safe.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return "".join(_UNSTYLED.get(c, c) for c in safe)


def code(text: str, most: int = 300) -> str:
    """Show a text of somebody else as it was typed, where no markup has a meaning."""
    safe = clip(visible(text), most).replace("`", "ˋ")
    return f"`{safe.replace('&', '&amp;').replace('<', '&lt;').replace('>', '&gt;')}`"


def visible(text: str) -> str:
    """Drop what cannot be seen, such as characters that turn the direction of reading."""
    return "".join(
        " " if c.isspace() else c
        for c in text
        if c.isspace() or unicodedata.category(c) not in {"Cc", "Cf", "Co", "Cs"}
    )


# Characters that would style what stands between two of them, and look-alikes that do not.
_UNSTYLED: Final = {"*": "∗", "~": "∼", "`": "ˋ"}


def header(text: str) -> Block:
    """A title."""
    return {"type": "header", "text": _plain(clip(visible(text), _HEADER))}


def section(text: str, accessory: Block | None = None) -> Block:
    """A paragraph of mrkdwn that we wrote, with everything foreign already escaped."""
    block: Block = {"type": "section", "text": _mrkdwn(text, _SECTION)}
    return block | ({"accessory": accessory} if accessory else {})


def sections(lines: Sequence[str]) -> list[Block]:
    """Lines of mrkdwn in as few sections as hold them; none for none."""
    parts: list[str] = []
    for line in lines:
        if parts and len(parts[-1]) + len(line) < _SECTION - 1:
            parts[-1] += f"\n{line}"
        else:
            parts.append(line)
    return [section(part) for part in parts]


def as_many(lines: Sequence[str], most: int, rest: str) -> list[Block]:
    """Lines in at most so many sections; `rest` says where those are that have no room."""
    found = sections(lines)
    return found if len(found) <= most else [*found[: most - 1], context(rest)]


def words(text: str) -> Block:
    """A paragraph of somebody else's words, shown as they are."""
    return {"type": "section", "text": _plain(clip(visible(text), _SECTION))}


def fields(*pairs: tuple[str, str]) -> Block:
    """Labels with their values (mrkdwn, escaped), two in a row, ten at the most."""
    return {
        "type": "section",
        "fields": [_mrkdwn(f"*{label}*\n{value}", _FIELD) for label, value in pairs[:10]],
    }


def context(*texts: str) -> Block:
    """Small print."""
    return {"type": "context", "elements": [_mrkdwn(t, _FIELD) for t in texts[:10]]}


def divider() -> Block:
    """A line."""
    return {"type": "divider"}


def actions(buttons: Sequence[Block], block_id: str = "") -> Block:
    """A row of at most 25 buttons."""
    row: Block = {"type": "actions", "elements": list(buttons[:25])}
    return row | ({"block_id": block_id} if block_id else {})


def moment(at: datetime | int, style: str = "{date_short_pretty} at {time}") -> str:
    """A point in time (milliseconds, or a datetime), in the reader's own time zone."""
    when = at if isinstance(at, datetime) else datetime.fromtimestamp(at / 1000, UTC)
    return f"<!date^{int(when.timestamp())}^{style}|{when.astimezone(UTC):%Y-%m-%d %H:%M} UTC>"


def clock(at: datetime | int) -> str:
    """The time of day of a moment, to the second."""
    when = at if isinstance(at, datetime) else datetime.fromtimestamp(at / 1000, UTC)
    return f"<!date^{int(when.timestamp())}^{{time_secs}}|{when.astimezone(UTC):%H:%M:%S} UTC>"


def duration(seconds: float) -> str:
    """A length of time in words: `2 min 20 s`, `1 h 05 min`."""
    whole = max(0, round(seconds))
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02d} s"
    if whole < 48 * 3600:
        return f"{whole // 3600} h {whole % 3600 // 60:02d} min"
    return f"{whole // 86400} days"


def many(count: int, thing: str) -> str:
    """Count things: `1 machine`, `2 machines`."""
    return f"{count} {thing}" if count == 1 else f"{count} {thing}s"


def mention(user_id: str) -> str:
    """A person or a user group, by id, as Slack links them."""
    return f"<!subteam^{user_id}>" if user_id.startswith("S") else f"<@{user_id}>"


def _plain(text: str) -> Block:
    return {"type": "plain_text", "text": text, "emoji": True}


def _mrkdwn(text: str, most: int) -> Block:
    return {"type": "mrkdwn", "text": _whole(clip(text, most)), "verbatim": True}


def _whole(text: str) -> str:
    """Drop a mention or a date that was cut in two at the end."""
    return text if text.rfind("<") <= text.rfind(">") else text[: text.rfind("<")] + "…"

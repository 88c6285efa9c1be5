"""The bricks of Block Kit that we use, each with its limits kept.

Text of people and of Azure is data: it goes through `plain` or `esc` and never speaks markup.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from bot.domain.unseen import without_unseen

Block = dict[str, Any]

_SECTION: Final = 3000
_FIELD: Final = 2000
_HEADER: Final = 150
_FALLBACK: Final = 3900
"""chat.update refuses a text of more than 4,000 characters."""
ROOM: Final = 10_000
"""So many characters of text are in the blocks of one message, all in all. Slack refuses it from
some 12,000 on (`msg_blocks_too_long`), and counts something for each block besides."""


@dataclass(frozen=True)
class Message:
    """What is posted: the blocks, and the text for notifications and screen readers."""

    text: str
    blocks: list[Block] = field(default_factory=list)

    def __post_init__(self) -> None:
        object.__setattr__(self, "text", cut(self.text, _FALLBACK) or "–")


def bare(message: Message) -> Message:
    """Return a message as its words and its buttons, for when Slack does not take its looks."""
    rows = [block for block in message.blocks if block["type"] == "actions"]
    return Message(text=message.text, blocks=[section(message.text), *rows])


def clip(text: str, most: int) -> str:
    """Shorten a text to at most `most` characters, and show that it was."""
    return text if len(text) <= most else text[: most - 1] + "…"


def esc(text: str, most: int = 500) -> str:
    """Make a text of somebody else safe to stand in mrkdwn."""
    safe = _STYLE.sub(lambda found: _UNSTYLED[found.group()], plain(text, most))
    return safe.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def code(text: str, most: int = 300) -> str:
    """Show a text of somebody else as it was typed, where no markup has a meaning."""
    safe = (_short(text, most) or "–").replace("`", "ˋ")
    return f"`{safe.replace('&', '&amp;').replace('<', '&lt;').replace('>', '&gt;')}`"


def plain(text: str, most: int) -> str:
    """Make a text of somebody else safe to stand where only emoji have a meaning."""
    return _EMOJI.sub("∶", _short(text, most))


def visible(text: str) -> str:
    """Drop what cannot be seen, such as characters that turn the direction of reading, and put
    everything on one line; what has nothing to be seen at all is called so."""
    seen = without_unseen(text)
    return seen if seen.strip() or not text else _NOTHING


def _short(text: str, most: int) -> str:
    """Keep what can be seen, without going through all of a text that is endless."""
    return clip(visible(text[: 8 * most]), most)


_NOTHING: Final = "(nothing that can be seen)"
# What would style a text, and look-alikes that do not. An underscore within a word does nothing.
_STYLE: Final = re.compile(r"[*~`]|(?<![^\W_])_|_(?![^\W_])|^>")
_UNSTYLED: Final = {"*": "∗", "~": "∼", "`": "ˋ", "_": "ˍ", ">": "›"}
# The colon of what Slack may take for an emoji, be it closed here or by what stands behind; a date
# before its time is none.
_EMOJI: Final = re.compile(
    r":(?!\d{4}-\d\d-\d\dT\d\d:)(?=[^\s:]*[^\W\d_][^\s:]*:|100:|1234:|[+-]1:)"
    r"|(?<!\w):(?=[^\s:]*[^\W\d_][^\s:]*$)"
)


def header(text: str, icon: str = "") -> Block:
    """A title, with an emoji of ours before it."""
    mark = f"{icon} " if icon else ""
    return {"type": "header", "text": _plain(mark + plain(text, _HEADER - len(mark)))}


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


def as_much(lines: Sequence[str], room: int, rest: str) -> list[Block]:
    """Lines in sections, with at most so many characters; `rest` says where the others are."""
    if sum(len(line) + 1 for line in lines) <= room:
        return sections(lines)
    left = room - len(rest)
    kept = list[str]()
    for line in lines:
        left -= len(line) + 1
        if left < 0:
            break
        kept.append(line)
    return [*sections(kept), context(rest)]


def within(blocks: Sequence[Block], room: int, rest: str) -> list[Block]:
    """The first blocks, with at most so many characters; `rest` says where the others are."""
    if size(blocks) <= room:
        return list(blocks)
    kept, left = list[Block](), room - len(rest)
    for block in blocks:
        left -= size([block])
        if left < 0:
            break
        kept.append(block)
    return [*kept, context(rest)]


def size(content: Any) -> int:
    """How many characters of text some blocks show, in their buttons and dialogs, too."""
    if isinstance(content, list):
        return sum(map(size, content))
    if not isinstance(content, dict):
        return 0
    return sum(
        len(value) if key == "text" and isinstance(value, str) else size(value)
        for key, value in content.items()
    )


def words(text: str) -> Block:
    """A paragraph of somebody else's words, shown as they are."""
    return {"type": "section", "text": _plain(plain(text, _SECTION))}


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
    """A length of time in words: `2 min 20 s`, `10 min`, `1 h 05 min`."""
    whole = max(0, round(seconds))
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return _two(whole // 60, "min", whole % 60, "s")
    if whole < 48 * 3600:
        return _two(whole // 3600, "h", whole % 3600 // 60, "min")
    return f"{whole // 86400} days"


def _two(large: int, unit: str, small: int, smaller: str) -> str:
    """Two units of time, the smaller only where there is something of it."""
    return f"{large} {unit} {small:02d} {smaller}" if small else f"{large} {unit}"


def many(count: int, thing: str, things: str = "") -> str:
    """Count things: `1 machine`, `2 machines`; `things` is what more than one are called."""
    return f"{count} {thing}" if count == 1 else f"{count} {things or f'{thing}s'}"


def mention(user_id: str) -> str:
    """A person or a user group, by id, as Slack links them."""
    return f"<!subteam^{user_id}>" if user_id.startswith("S") else f"<@{user_id}>"


def _plain(text: str) -> Block:
    return {"type": "plain_text", "text": text or "–", "emoji": True}


def _mrkdwn(text: str, most: int) -> Block:
    return {"type": "mrkdwn", "text": cut(text, most) or "–", "verbatim": True}


def cut(text: str, most: int) -> str:
    """Shorten mrkdwn; a mention, a date, a link, an entity or code is not left cut in two."""
    if len(text) <= most:
        return text
    kept = _TORN.sub("", text[: most - 2])
    return f"{kept}`…" if kept.count("`") % 2 else f"{kept}…"


_TORN: Final = re.compile(r"(<[^>]*|&[a-z]{0,3})$")

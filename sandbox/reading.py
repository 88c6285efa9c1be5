"""What a person reads when blocks are on the screen: plain words, one line for each block.

The rule: nothing is lost that the page would show, and no mark-up is left.
"""

import re
from collections.abc import Mapping
from html import unescape
from typing import Any, TypeAlias

# Blocks come from an app and have any shape.
Json: TypeAlias = dict[str, Any]
Names: TypeAlias = Mapping[str, str]

_MARKED = re.compile(r"<([^<>\n]+)>")
_EMPHASIS = [
    re.compile(rf"(?<![\w{sign}])[{sign}](\S|\S[^\n]*?\S)[{sign}](?![\w{sign}])") for sign in "*_~`"
]


def words_of(blocks: list[Json], names: Names) -> str:
    """Everything readable in these blocks; `names` says what ids are called."""
    lines = [_block(block, names) for block in blocks]
    return "\n".join(line for line in lines if line)


def plain(mrkdwn: str, names: Names) -> str:
    """Slack's mark-up as the words people read."""
    text = mrkdwn.replace("```", "")
    for pattern in _EMPHASIS:
        text = pattern.sub(r"\1", text)
    return unescape(_MARKED.sub(lambda found: _mark(found[1], names), text))


def _mark(inside: str, names: Names) -> str:
    target, _, label = inside.partition("|")
    if target.startswith("!date^"):
        return label
    if target.startswith("!subteam^"):
        return label or "@" + names.get(target.removeprefix("!subteam^"), "group")
    if target.startswith("!"):
        return "@" + target[1:]
    if target.startswith(("@", "#")):
        return target[0] + (names.get(target[1:]) or label or target[1:])
    return label or target


def _text(item: Json, names: Names) -> str:
    text = str(item.get("text", ""))
    return plain(text, names) if item.get("type") == "mrkdwn" else text


def _block(block: Json, names: Names) -> str:
    kind = block.get("type", "")
    if kind == "markdown":
        return plain(block["text"].replace("**", "*"), names)
    if kind == "rich_text":
        return _rich(block, names)
    if kind == "table":
        rows = (" | ".join(_cell(cell, names) for cell in row) for row in block["rows"])
        return "\n".join(rows)
    if kind == "plan":
        return "\n".join([block["title"], *(_task(task, names) for task in block.get("tasks", []))])
    if kind == "task_card":
        return _task(block, names)
    return " ".join(part for part in _parts(block, names) if part)


def _parts(block: Json, names: Names) -> list[str]:
    """The readable parts of a block, in the order in which they are shown."""
    titles = [block.get(name) for name in ("title", "label", "text", "hint")]
    parts = [_text(title, names) for title in titles if isinstance(title, dict)]
    parts += [_text(field, names) for field in block.get("fields", [])]
    items = [*block.get("elements", []), block.get("element"), block.get("accessory")]
    parts += [_element(item, names) for item in items if item]
    if "alt_text" in block:
        parts.append(block["alt_text"])
    return parts


def _element(item: Json, names: Names) -> str:
    kind = item["type"]
    if kind in {"plain_text", "mrkdwn"}:
        return _text(item, names)
    if kind == "button":
        return f"[{item['text']['text']}]"
    if kind == "image":
        return str(item["alt_text"])
    labels = [_text(option["text"], names) for option in item.get("options", [])]
    if kind in {"checkboxes", "radio_buttons"}:
        return " ".join(labels)
    chosen = item.get("initial_option", {}).get("text") or item.get("placeholder")
    return f"[{chosen['text']}]" if chosen else ""


def _cell(cell: Json, names: Names) -> str:
    return _rich(cell, names) if cell["type"] == "rich_text" else str(cell["text"])


def _task(task: Json, names: Names) -> str:
    parts = [f"{task['title']} ({task['status'].replace('_', ' ')})"]
    parts += [_rich(task[name], names) for name in ("details", "output") if name in task]
    return " ".join(parts)


def _rich(item: Json, names: Names) -> str:
    """A rich text of any depth."""
    if "elements" in item:
        between = "" if item["type"] not in {"rich_text", "rich_text_list"} else "\n"
        return between.join(_rich(part, names) for part in item["elements"])
    kind = item["type"]
    if kind in {"text", "link"}:
        return str(item.get("text") or item.get("url", ""))
    if kind == "date":
        return str(item.get("fallback", item["timestamp"]))
    if kind == "emoji":
        return f":{item['name']}:"
    if kind == "broadcast":
        return f"@{item['range']}"
    identity = str(item.get(f"{kind}_id", ""))
    return ("#" if kind == "channel" else "@") + names.get(identity, identity)

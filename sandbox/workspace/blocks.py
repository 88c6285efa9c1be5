"""Which blocks a message, a modal or an App Home may hold, checked as strictly as Slack does.

`check_blocks` returns complaints, each with the JSON pointer of what is wrong; `fill_in` gives the
blocks their stored form. The rule: everything that concerns one block is in `BLOCKS`, everything
that concerns several of them is a function below.
"""

import secrets
from collections import Counter
from collections.abc import Iterator
from typing import Any

from sandbox.workspace.elements import element, plain, words
from sandbox.workspace.rich_text import RICH_TEXT
from sandbox.workspace.shapes import (
    Complaints,
    Rule,
    Shape,
    complaint,
    flag,
    kinds,
    list_of,
    one_of,
    string,
    typed,
)
from sandbox.workspace.wire import Json

_ID = {"block_id": string(255, 1)}
_CELL = kinds(
    {"raw_text": typed("raw_text", {"text": string(3000, 1)}), "rich_text": RICH_TEXT}, "table cell"
)
_COLUMN = Shape({}, {"align": one_of("left", "center", "right"), "is_wrapped": flag})
_SOURCE = typed("url", {"url": string(3000, 1), "text": string(3000, 1)})
_TASK = typed(
    "task_card",
    {
        "task_id": string(255, 1),
        "title": string(3000, 1),
        "status": one_of("pending", "in_progress", "complete", "error"),
    },
    {"details": RICH_TEXT, "output": RICH_TEXT, "sources": list_of(_SOURCE, 100, 0), **_ID},
)


def _section(value: Any, pointer: str) -> Complaints:
    shape = typed(
        "section",
        {},
        {
            "text": words(3000),
            "fields": list_of(words(2000), 10),
            "accessory": element("accessory"),
            "expand": flag,
            **_ID,
        },
    )
    if "text" not in value and "fields" not in value:
        yield complaint("must have at least one of: text, fields", pointer)
    yield from shape(value, pointer)


_CONTEXT_ITEM = kinds(
    {
        "plain_text": plain(2000),
        "mrkdwn": words(2000),
        "image": element("context"),
    },
    "element in context",
)

BLOCKS: dict[str, Rule] = {
    "header": typed("header", {"text": plain(150)}, _ID),
    "section": _section,
    "divider": typed("divider", {}, _ID),
    "context": typed("context", {"elements": list_of(_CONTEXT_ITEM, 10)}, _ID),
    "actions": typed("actions", {"elements": list_of(element("actions"), 25)}, _ID),
    "input": typed(
        "input",
        {"label": plain(2000), "element": element("input")},
        {"hint": plain(2000), "optional": flag, "dispatch_action": flag, **_ID},
    ),
    "image": typed(
        "image",
        {"image_url": string(3000, 1), "alt_text": string(2000, 1)},
        {"title": plain(2000), **_ID},
    ),
    "markdown": typed("markdown", {"text": string(12_000, 1)}, _ID),
    "rich_text": RICH_TEXT,
    "table": typed(
        "table",
        {"rows": list_of(list_of(_CELL, 20), 100)},
        {"column_settings": list_of(_COLUMN, 20, 0), **_ID},
    ),
    "task_card": _TASK,
    "plan": typed("plan", {"title": string(3000, 1)}, {"tasks": list_of(_TASK, 50, 0), **_ID}),
    "alert": typed(
        "alert",
        {"text": words(3000)},
        {"level": one_of("default", "info", "warning", "error", "success"), **_ID},
    ),
}

_ONLY_MESSAGES = {"markdown", "table", "plan", "task_card"}
_NOT_HERE = {
    "message": {"alert"},
    "modal": _ONLY_MESSAGES,
    "home": {*_ONLY_MESSAGES, "alert"},
}
_MOST = {"message": 50, "modal": 100, "home": 100}


def check_blocks(blocks: Any, surface: str, pointer: str = "/blocks") -> list[str]:
    """Everything wrong with the blocks of a `message`, a `modal` or a `home` tab."""
    complaints = list(list_of(kinds(BLOCKS, "block"), _MOST[surface], 0)(blocks, pointer))
    if complaints:
        return complaints
    checks = (_surface_rules(blocks, surface, pointer), _unique_ids(blocks, pointer))
    complaints = [words_ for check in checks for words_ in check]
    return complaints + list(_together(blocks, pointer))


def _surface_rules(blocks: list[Json], surface: str, pointer: str) -> Complaints:
    for index, block in enumerate(blocks):
        if block["type"] in _NOT_HERE[surface]:
            yield complaint(
                f"unsupported type: {block['type']} (not in a {surface})", f"{pointer}/{index}/type"
            )


def _unique_ids(blocks: list[Json], pointer: str) -> Complaints:
    block_ids = Counter(block["block_id"] for block in blocks if "block_id" in block)
    for index, block in enumerate(blocks):
        if block_ids.get(block.get("block_id"), 0) > 1:
            yield complaint("block_id already exists", f"{pointer}/{index}/block_id")
        action_ids = Counter(
            item["action_id"] for item in elements_of(block) if "action_id" in item
        )
        for action_id, count in action_ids.items():
            if count > 1:
                yield complaint(f"action_id {action_id} already exists", f"{pointer}/{index}")


def _together(blocks: list[Json], pointer: str) -> Complaints:
    counts = Counter(block["type"] for block in blocks)
    markdown = sum(len(block["text"]) for block in blocks if block["type"] == "markdown")
    if markdown > 12_000:
        yield complaint("markdown blocks must be less than 12001 characters together", pointer)
    if counts["table"] > 1:
        yield complaint("only one table is allowed in a message", pointer)
    if counts["plan"] and counts["task_card"]:
        yield complaint("plan and task_card cannot be used together", pointer)


def shown_by(content: Any) -> int:
    """How many characters of text blocks show."""
    if isinstance(content, list):
        return sum(map(shown_by, content))
    if not isinstance(content, dict):
        return 0
    return sum(
        len(value) if key == "text" and isinstance(value, str) else shown_by(value)
        for key, value in content.items()
    )


def elements_of(block: Json) -> Iterator[Json]:
    """The interactive elements of a block."""
    for item in (*block.get("elements", []), block.get("accessory"), block.get("element")):
        if isinstance(item, dict) and block["type"] in {"actions", "section", "input"}:
            yield item


def find_element(blocks: list[Json], block_id: str, action_id: str) -> tuple[Json, Json] | None:
    """A block and the element in it that has this action id."""
    for block in blocks:
        if block.get("block_id") == block_id:
            for item in elements_of(block):
                if item.get("action_id") == action_id:
                    return block, item
    return None


def fill_in(blocks: list[Json]) -> list[Json]:
    """The blocks as Slack stores them: every block and element has an id."""
    return [_filled(block) for block in blocks]


def _filled(block: Json) -> Json:
    stored: Json = {**block}
    stored.setdefault("block_id", secrets.token_urlsafe(4))
    if block["type"] == "actions":
        stored["elements"] = [_with_action_id(item) for item in block["elements"]]
    for name in ("accessory", "element"):
        if name in block:
            stored[name] = _with_action_id(block[name])
    return _with_defaults(stored)


def _with_action_id(item: Json) -> Json:
    if item["type"] == "image":
        return item
    return {"action_id": secrets.token_urlsafe(4), **item}


def _with_defaults(value: Json) -> Json:
    """Texts say whether they hold emoji or are verbatim, the way Slack returns them."""
    filled: Json = {name: _deep(item) for name, item in value.items()}
    if filled.get("type") == "plain_text":
        filled.setdefault("emoji", True)
    if filled.get("type") == "mrkdwn":
        filled.setdefault("verbatim", False)
    return filled


def _deep(value: Any) -> Any:
    if isinstance(value, dict):
        return _with_defaults(value)
    if isinstance(value, list):
        return [_deep(item) for item in value]
    return value

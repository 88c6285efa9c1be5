"""Every example looks as it did when somebody last looked, Slack takes it, and its text says it.

When a message is meant to look different, run `make gallery` and read the difference before you
commit it.
"""

import json
import re
import sys
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from bot.messages.blocks import Message
from sandbox.workspace.blocks import check_blocks, shown_by
from sandbox.workspace.view_rules import check_view
from tests.bot.messages.every_message import functions_that_draw
from tests.gallery import KINDS, NAMES, draw
from tests.gallery.reviewed import FOLDER, content, expected
from tests.hostile import OUR_EMOJI, texts

_EMOJI = re.compile(r":[a-z_]+:")
_REQUEST = re.compile(r"\bR-[0-9A-Z]{6}\b")
_NO_EMOJI = frozenset[str]()
_SOMETHING = re.compile(r"\w+(?:\W+\w+)+")


@pytest.mark.parametrize("name", NAMES)
def test_it_looks_as_it_did(name: str) -> None:
    """Whole, text and blocks: `make gallery` renews the file."""
    kept = json.loads((FOLDER / f"{name}.json").read_text("utf-8"))
    assert content(draw(name)) == kept


def test_no_reviewed_file_is_left_over() -> None:
    """Each belongs to an example, and the page knows them all."""
    wanted = expected()
    assert {*FOLDER.rglob("*.json")} == {*wanted}
    assert (FOLDER / "about.json").read_text("utf-8") == wanted[FOLDER / "about.json"]


@pytest.mark.parametrize("name", NAMES)
def test_slack_takes_it(name: str) -> None:
    """By the sandbox's rules, which are as strict as Slack's."""
    drawn = draw(name)
    if not isinstance(drawn, Message):
        check_view(drawn, drawn["type"])
        return
    assert check_blocks(drawn.blocks, "message") == []
    assert shown_by(drawn.blocks) <= 12_000
    assert 0 < len(drawn.text) <= 4000


@pytest.mark.parametrize("name", NAMES)
def test_its_text_says_what_it_is_about(name: str) -> None:
    """For it is all that a notification and a screen reader get."""
    drawn = draw(name)
    if not isinstance(drawn, Message):
        return
    said = _EMOJI.sub("", drawn.text)
    assert _SOMETHING.search(said), said
    title = _title(drawn.blocks)
    for about in {*_REQUEST.findall(title), *re.findall(r"vm-[\w-]+|plan-[\w-]+", title)}:
        assert about in said, (title, said)
    if name.startswith("cards/"):
        assert _REQUEST.search(said), said


def _title(blocks: list[dict[str, Any]]) -> str:
    """Read the first line: what everything below it is about."""
    return next((one["text"].split("\n")[0] for one in texts(blocks[:1])), "")


def test_everything_that_draws_is_in_the_gallery() -> None:
    """A new message cannot be forgotten here: each function is called by some example."""
    called = set[str]()

    def note(frame: FrameType, event: str, _: object) -> None:
        module = str(frame.f_globals.get("__name__", ""))
        if event == "call" and module.startswith("bot.messages."):
            called.add(f"{module.rpartition('.')[2]}.{frame.f_code.co_name}")

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        for name in NAMES:
            draw(name)
    finally:
        sys.setprofile(before)
    assert functions_that_draw() <= called


def test_names_are_such_as_files_have() -> None:
    """Small letters, digits and dashes."""
    assert all(re.fullmatch(r"[a-z0-9-]+(/[a-z0-9-]+)*", name) for name in NAMES)
    assert len(set(NAMES)) == sum(map(len, KINDS.values()))


def test_the_page_knows_every_emoji_of_ours() -> None:
    """One that it does not know is shown as its name, and looks like a mistake."""
    table = (Path(__file__).parents[2] / "sandbox/workspace/page/emoji.js").read_text("utf-8")
    missing = {name for name in OUR_EMOJI if f" {name[1:]} " not in table.replace("\n", " ")}
    assert missing <= _NO_EMOJI, missing

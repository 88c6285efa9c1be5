"""The gallery: examples out of a folder, with what Slack would not take of them."""

import json
from pathlib import Path
from typing import Any

import aiohttp

from sandbox.clock import Clock
from sandbox.server import serve
from sandbox.workspace import Workspace

GOOD: dict[str, Any] = {"text": "A word.", "blocks": [{"type": "divider"}]}
TOO_LONG = {"type": "header", "text": {"type": "plain_text", "text": "x" * 151}}


async def served(folder: Path, examples: dict[str, dict[str, Any]]) -> list[dict[str, Any]]:
    """Show some examples, and return what the page is given of each."""
    about = {"now": 1, "people": {}, "groups": {}, "channels": {}, "kinds": ["a"]}
    (folder / "about.json").write_text(json.dumps(about | {"examples": [*examples]}), "utf-8")
    (folder / "a").mkdir()
    for name, content in examples.items():
        (folder / f"{name}.json").write_text(json.dumps(content), "utf-8")
    workspace = Workspace(Clock(), gallery=folder)
    async with serve(workspace.application()) as url, aiohttp.ClientSession() as session:
        async with session.get(f"{url}/gallery") as page:
            assert page.content_type == "text/html"
        async with session.get(f"{url}/gallery/examples") as answer:
            found: list[dict[str, Any]] = (await answer.json())["examples"]
            return found


async def test_examples_are_given_in_their_order(tmp_path: Path) -> None:
    """Each with its kind and its name, and nothing wrong with it."""
    two = await served(tmp_path, {"a/second": GOOD, "a/first": GOOD})
    assert [one["name"] for one in two] == ["second", "first"]
    assert two[0] == {"kind": "a", "name": "second", "wrong": [], **GOOD}


async def test_what_slack_would_not_take_is_said(tmp_path: Path) -> None:
    """Of messages, of their texts, and of forms."""
    form = {"type": "modal", "title": {"type": "plain_text", "text": "x" * 25}, "blocks": []}
    examples: dict[str, dict[str, Any]] = {
        "a/header": GOOD | {"blocks": [TOO_LONG]},
        "a/text": GOOD | {"text": ""},
        "a/form": {"view": form},
    }
    header, text, view = (one["wrong"] for one in await served(tmp_path, examples))
    assert "less than 151" in str(header)
    assert text == ["text: 0 characters"]
    assert "less than 25" in str(view)


async def test_there_is_no_gallery_where_none_is_asked_for(tmp_path: Path) -> None:
    """The sandbox knows no examples of its own."""
    async with serve(Workspace(Clock()).application()) as url, aiohttp.ClientSession() as session:
        for path in ("/gallery", "/gallery/examples"):
            async with session.get(f"{url}{path}") as answer:
                assert answer.status == 404

"""The gallery: examples of what an app shows, drawn as the page draws messages, at `/gallery`.

The rule: an example is a JSON file, `{"text", "blocks"}` for a message or `{"view"}` for a form or
a home tab; its folder is its kind. Nothing here knows who made it. What Slack would not take is
said above it.
"""

import json
from pathlib import Path
from typing import Any, Final

from aiohttp import web

from sandbox.workspace.blocks import check_blocks
from sandbox.workspace.view_rules import check_view
from sandbox.workspace.wire import Json, SlackError

ABOUT: Final = "about.json"
"""Who is who, what time it is, and the order of the examples."""
_PAGE: Final = Path(__file__).parent / "page/gallery.html"
_TEXT: Final = 4000


class Gallery:
    """Shows the examples of a folder; they are read again for each visit."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def add_routes(self, application: web.Application) -> None:
        """Open the doors: the page, and what is on it."""
        application.router.add_get("/gallery", self._page)
        application.router.add_get("/gallery/examples", self._examples)

    async def _page(self, _: web.Request) -> web.StreamResponse:
        return web.FileResponse(_PAGE, headers={"Cache-Control": "no-store"})

    async def _examples(self, _: web.Request) -> web.StreamResponse:
        about = _read(self._folder / ABOUT)
        names = about.pop("examples")
        return web.json_response(
            {**about, "examples": [self._example(str(name)) for name in names]}
        )

    def _example(self, name: str) -> Json:
        content = _read(self._folder / f"{name}.json")
        kind, _, own = name.rpartition("/")
        return {"kind": kind, "name": own, **content, "wrong": wrong_with(content)}


def wrong_with(content: Json) -> list[str]:
    """Say what Slack would not take of an example."""
    if view := content.get("view"):
        try:
            check_view(view, str(view.get("type", "")))
        except SlackError as refused:
            return [str(refused), *refused.messages]
        return []
    wrong = check_blocks(content["blocks"], "message")
    if not 0 < len(content["text"]) <= _TEXT:
        wrong.append(f"text: {len(content['text'])} characters")
    return wrong


def _read(path: Path) -> dict[str, Any]:
    found = json.loads(path.read_text("utf-8"))
    if not isinstance(found, dict):
        raise TypeError(f"{path} holds no object")
    return found

"""The page and the requests it makes: `/`, `/page/*`, and `/control/*` for whoever runs a demo.

A person is chosen by `as`; there is no login, because the workspace listens on loopback only. The
rule: read the request, hand over to `Interactions`, answer; a refusal is `ok: false` and a
sentence.
"""

import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from aiohttp import web

from sandbox.workspace.core import Core
from sandbox.workspace.delivery import Delivery
from sandbox.workspace.interactions import Interactions, RefusedError
from sandbox.workspace.page_view import page_view
from sandbox.workspace.state import User
from sandbox.workspace.wire import Json

_PAGE = Path(__file__).parent / "page"
_LONGEST_WAIT = 20.0
_SHOWN = {".html", ".css", ".js", ".svg"}


class Page:
    """Answers the page."""

    def __init__(self, core: Core, interactions: Interactions, delivery: Delivery) -> None:
        self._core = core
        self._do = interactions
        self._delivery = delivery

    def add_routes(self, application: web.Application) -> None:
        """Open the doors."""
        router = application.router
        router.add_get("/", self._index)
        router.add_get("/page/view", self._view)
        acts = (
            ("type", self._type),
            ("press", self._press),
            ("choose", self._choose),
            ("input", self._input),
            ("suggest", self._suggest),
            ("submit", self._submit),
            ("close", self._close),
            ("home", self._home),
            ("shortcut", self._shortcut),
            ("message_shortcut", self._message_shortcut),
        )
        for name, act in acts:
            router.add_post(f"/page/{name}", self._answering(act))
        router.add_get("/page/{name}", self._file)
        router.add_get("/static/{name}", self._file)
        router.add_post("/control/deliver_to", self._deliver_to)

    def _answering(
        self, act: Callable[[User, Json], Awaitable[Json | None]]
    ) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        async def answer(request: web.Request) -> web.StreamResponse:
            try:
                body = await _body(request)
                found = await act(self._do.person(str(body.get("as", ""))), body)
            except RefusedError as refused:
                return web.json_response({"ok": False, "error": str(refused)})
            return web.json_response({"ok": True, **(found or {})})

        return answer

    async def _view(self, request: web.Request) -> web.StreamResponse:
        """Wait for something newer than `since`, then show everything."""
        try:
            user = self._do.person(request.query.get("as", ""))
        except RefusedError as refused:
            return web.json_response({"ok": False, "error": str(refused)}, status=404)
        since = request.query.get("since", "0")
        if since.isdigit():
            await self._core.state.wait_for_change(int(since), _LONGEST_WAIT)
        return web.json_response(page_view(self._core, user))

    async def _type(self, user: User, body: Json) -> None:
        channel = self._do.channel(user, str(body.get("channel", "")))
        text = str(body.get("text", "")).strip()
        thread_ts = body.get("thread_ts")
        if not text:
            raise RefusedError("Nothing was typed.")
        act = self._do.command if text.startswith("/") else self._do.say
        await act(user, channel, text, thread_ts)

    async def _press(self, user: User, body: Json) -> None:
        await self._do.press(user, *_element(body))

    async def _choose(self, user: User, body: Json) -> None:
        await self._do.choose(user, *_element(body), body.get("value"))

    async def _input(self, user: User, body: Json) -> None:
        where, block_id, action_id = _element(body)
        view_id = str(where.get("view_id", ""))
        self._do.fill(user, view_id, block_id, action_id, body.get("value"))

    async def _suggest(self, user: User, body: Json) -> Json:
        options = await self._do.suggest(user, *_element(body), str(body.get("value", "")))
        return {"options": options}

    async def _submit(self, user: User, body: Json) -> Json:
        errors = await self._do.submit(user, str(body.get("view_id", "")))
        return {"ok": False, "errors": errors} if errors else {}

    async def _close(self, user: User, body: Json) -> None:
        await self._do.close(user, str(body.get("view_id", "")))

    async def _home(self, user: User, body: Json) -> None:
        await self._do.open_home(user)

    async def _shortcut(self, user: User, body: Json) -> None:
        await self._do.shortcut(user, str(body.get("callback_id", "")))

    async def _message_shortcut(self, user: User, body: Json) -> None:
        await self._do.message_shortcut(user, body, str(body.get("callback_id", "")))

    async def _deliver_to(self, request: web.Request) -> web.StreamResponse:
        """Say where the app listens; no address means Socket Mode."""
        try:
            body = await _body(request)
        except RefusedError as refused:
            return web.json_response({"ok": False, "error": str(refused)}, status=400)
        self._delivery.url = str(body.get("url") or "") or None
        return web.json_response({"ok": True})

    async def _index(self, request: web.Request) -> web.StreamResponse:
        return _shown(_PAGE / "index.html")

    async def _file(self, request: web.Request) -> web.StreamResponse:
        return _shown(_PAGE / request.match_info["name"])


def _shown(path: Path) -> web.StreamResponse:
    if path.parent != _PAGE or path.suffix not in _SHOWN or not path.is_file():
        return web.Response(status=404, text="There is no such page.")
    return web.FileResponse(path, headers={"Cache-Control": "no-store"})


async def _body(request: web.Request) -> Json:
    try:
        body = json.loads(await request.text())
    except ValueError as error:
        raise RefusedError("That was not JSON.") from error
    if not isinstance(body, dict):
        raise RefusedError("That was not a JSON object.")
    return body


def _element(body: Json) -> tuple[Json, str, str]:
    """Where, which block and which element; `where` may be spelled out or lie flat."""
    where: Any = body.get("where", body)
    if not isinstance(where, dict):
        raise RefusedError("It is not said where.")
    return where, str(body.get("block_id", "")), str(body.get("action_id", ""))

"""`/api/<method>` and `/response/<token>`: the doors an app comes in by.

Here a call is read, disturbed if trouble is due, checked for its token, its rate and its scopes,
carried out and written into the journal. The rule: what a method does is in the `methods_*`
modules.
"""

import asyncio
from collections.abc import Mapping
from typing import Any

from aiohttp import web

from sandbox.server import told_time
from sandbox.workspace.core import Core
from sandbox.workspace.limits import Limiter
from sandbox.workspace.methods import Method, need_scope
from sandbox.workspace.methods_chat import CHAT
from sandbox.workspace.methods_conversations import CONVERSATIONS
from sandbox.workspace.methods_people import PEOPLE
from sandbox.workspace.methods_views import VIEWS
from sandbox.workspace.posting import read_content
from sandbox.workspace.state import Post
from sandbox.workspace.tokens import Response
from sandbox.workspace.trouble import Mishap, Trouble
from sandbox.workspace.wire import Arguments, Json, SlackError, read_arguments

RESPONSE = "response_url"
_AFTERWARDS = frozenset({"drop_after", "slow", "malformed"})
"""The trouble that comes when the work has been done."""

METHODS: Mapping[str, Method] = {**CHAT, **CONVERSATIONS, **PEOPLE, **VIEWS}


class WebApi:
    """Answers an app's calls."""

    def __init__(self, core: Core, trouble: Trouble, bot_token: str, app_token: str) -> None:
        self.limits = False
        self.clock_ahead = 0.0
        """The seconds that the clock behind its answers' `Date` is ahead."""
        self.limiter = Limiter()
        self.methods = dict(METHODS)
        self._core = core
        self._trouble = trouble
        self._bot_token = bot_token
        self._app_token = app_token

    def add_routes(self, application: web.Application) -> None:
        """Open the doors."""
        for verb in ("GET", "POST"):
            application.router.add_route(verb, "/api/{method}", self.call)
        application.router.add_post("/response/{token}", self.respond)

    async def call(self, request: web.Request) -> web.StreamResponse:
        """Answer one call of a method."""
        name = request.match_info["method"]
        try:
            arguments, token = await read_arguments(request)
        except SlackError as error:
            self._core.note(name, {}, error.answer)
            return web.json_response(error.answer)
        mishap = self._trouble.for_call(name)
        if mishap is None and self.limits:
            wait = self.limiter.wait(name, arguments.text("channel"))
            mishap = Mishap("ratelimited", wait) if wait else None
        answer: Any = None
        if mishap is None or mishap.kind in _AFTERWARDS:
            answer = self._work(name, arguments, token)
        if mishap is not None and mishap.kind != "slow":
            return self._disturb(request, name, arguments, mishap)
        if mishap is not None:
            await asyncio.sleep(self._trouble.slow_seconds)
        self._core.note(name, arguments.values, answer)
        return web.json_response(answer, headers=self._headers())

    def _headers(self) -> dict[str, str]:
        """What Slack says about the token with every answer."""
        scopes = ",".join(sorted(self._core.scopes))
        return {"X-OAuth-Scopes": scopes, "Date": told_time(self.clock_ahead)}

    def _work(self, name: str, arguments: Arguments, token: str) -> Json:
        try:
            method = self._method(name)
            self._check_token(method, name, token)
            need_scope(self._core, *method.scopes)
            return {"ok": True, **method.work(self._core, arguments)}
        except SlackError as error:
            return error.answer

    def _method(self, name: str) -> Method:
        method = self.methods.get(name)
        if method is None:
            raise SlackError("unknown_method", req_method=name)
        return method

    def _check_token(self, method: Method, name: str, token: str) -> None:
        if not token:
            if name == "api.test":
                return
            raise SlackError("not_authed")
        if token not in {self._bot_token, self._app_token}:
            raise SlackError("invalid_auth")
        if name not in {"auth.test", "api.test"} and method.app_token == (token == self._bot_token):
            raise SlackError("not_allowed_token_type")

    def _disturb(
        self, request: web.Request, name: str, arguments: Arguments, mishap: Mishap
    ) -> web.StreamResponse:
        self._core.note(name, arguments.values, mishap.kind)
        if mishap.kind in {"drop_before", "drop_after"}:
            return hang_up(request)
        if mishap.kind == "ratelimited":
            headers = {"Retry-After": str(mishap.retry_after)}
            body = SlackError("ratelimited").answer
            return web.json_response(body, status=429, headers=headers)
        if mishap.kind == "malformed":
            return web.Response(text='{"ok": true, "cha', content_type="application/json")
        if mishap.kind == "html":
            return web.Response(text="<h1>Please sign in</h1>", content_type="text/html")
        if mishap.kind.isdigit():
            return web.Response(status=int(mishap.kind), text="Server Error")
        return web.json_response(SlackError(mishap.kind).answer)

    async def respond(self, request: web.Request) -> web.StreamResponse:
        """Take one message sent to a response address."""
        arguments = Arguments({})
        mishap = self._trouble.for_call(RESPONSE)
        try:
            arguments, _ = await read_arguments(request)
            if mishap is not None and mishap.kind not in _AFTERWARDS:
                return self._disturb(request, RESPONSE, arguments, mishap)
            answer = self._respond(request.match_info["token"], arguments)
        except SlackError as error:
            self._core.note(RESPONSE, arguments.values, error.answer)
            status = 404 if error.name in {"expired_url", "used_url"} else 400
            return web.json_response(error.answer, status=status)
        if mishap is not None and mishap.kind != "slow":
            return self._disturb(request, RESPONSE, arguments, mishap)
        if mishap is not None:
            await asyncio.sleep(self._trouble.slow_seconds)
        self._core.note(RESPONSE, arguments.values, answer)
        return web.json_response(answer)

    def _respond(self, token: str, arguments: Arguments) -> Json:
        response = self._core.tokens.use_response(token)
        original = self._core.state.find_post(response.channel, response.ts or "")
        if arguments.flag("delete_original"):
            if original is not None:
                self._core.state.remove_post(original)
            return {"ok": True}
        if arguments.flag("replace_original") and original is not None:
            content = read_content(arguments)
            original.text, original.blocks = content.text, content.blocks
            self._core.state.touch()
            return {"ok": True}
        show_answer(self._core, response, arguments)
        return {"ok": True}


def show_answer(core: Core, response: Response, arguments: Arguments) -> Post:
    """Post what an app answered to an interaction; only that person sees it, unless told so."""
    content = read_content(arguments)
    kind = arguments.text("response_type", "ephemeral")
    return core.state.add_post(
        Post(
            core.state.new_ts(),
            response.channel,
            core.state.bot_user_id,
            content.text,
            content.blocks,
            thread_ts=arguments.text("thread_ts") or None,
            only_for=None if kind == "in_channel" else response.user,
        )
    )


def hang_up(request: web.Request) -> web.StreamResponse:
    """Cut the connection; the answer returned here goes nowhere."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response()

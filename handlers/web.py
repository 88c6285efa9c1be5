"""The HTTP front: `dr web`. Nothing is parsed before its signature is checked.

In front of Bolt stands a gate over the raw bytes: a size cap, the timestamp, the signature in
constant time, and a memory of the signatures it has seen. Health answers say nothing else.
"""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from typing import Final

from aiohttp import web
from slack_bolt.async_app import AsyncApp, AsyncBoltRequest
from slack_sdk.signature import SignatureVerifier

from bot.errors import Misconfigured, Unavailable
from bot.gateways.redis import NO_ANSWER
from bot.metrics import ACKNOWLEDGED, TURNED_AWAY
from bot.policies import take_effect
from bot.runtime import Bot, greet, insist_on_lasting, opened
from bot.settings import Settings
from handlers.payloads import only_asks, unlike_slack
from handlers.probes import Probes
from handlers.slack_app import build
from handlers.supervisor import Supervisor

LARGEST: Final = 256 * 1024
"""Bytes of the largest body that is read."""
_REMEMBERED: Final = 600
"""Seconds for which a signature is good only once."""
_BODY_SECONDS: Final = 5.0
HEAD_SECONDS: Final = 75.0
"""Seconds that a connection may be open without the head of a request, however slowly that comes:
as long as the proxies in front commonly keep theirs."""
MOST_CONNECTIONS: Final = 500
"""Of more than so many connections, the oldest that wait for a request are closed."""
_SHED_EVERY: Final = 0.5

log = logging.getLogger(__name__)


class Gate:
    """Decides from raw bytes and headers whether a request is Slack's, and new."""

    def __init__(self, bot: Bot, secret: str) -> None:
        self._bot = bot
        self._verifier = SignatureVerifier(secret)

    def why_not(self, headers: Mapping[str, str], body: bytes) -> str | None:
        """Return the reason to turn a request away that is not Slack's, or None."""
        timestamp = headers.get("x-slack-request-timestamp", "")
        signature = headers.get("x-slack-signature", "")
        if not timestamp.isdecimal() or not signature.isascii() or not signature:
            return "unsigned"
        try:
            valid = self._verifier.is_valid(body, timestamp, signature)
        except (ValueError, TypeError, OverflowError):
            return "malformed"
        return None if valid else "signature"

    async def is_replay(self, headers: Mapping[str, str]) -> bool:
        """Whether a request that is Slack's was there before; remembers it."""
        signature = headers["x-slack-signature"]
        try:
            return not await self._bot.redis.shelf.first_time(f"signature:{signature}", _REMEMBERED)
        except (Unavailable, *NO_ANSWER):
            return False  # without Redis nothing can be changed by a replay either


class Front:
    """The routes."""

    def __init__(self, bot: Bot, app: AsyncApp, gate: Gate, stopping: asyncio.Event) -> None:
        self._app = app
        self._gate = gate
        self._stopping = stopping
        self._probes = Probes(bot, stopping)

    def application(self) -> web.Application:
        """Lay out the routes."""
        application = web.Application(client_max_size=LARGEST)
        application.router.add_post("/slack/events", self.events)
        self._probes.add_to(application)
        return application

    async def events(self, request: web.Request) -> web.Response:
        """Commands, clicks, forms and events: everything that Slack sends.

        Whoever comes after we were told to stop is refused, and Slack says so to them at once.
        """
        if self._stopping.is_set():
            return _turned_away("stopping", 503)
        body = await _body(request)
        if body is None:
            return _turned_away("size", 413)
        headers = {name.lower(): value for name, value in request.headers.items()}
        if why := self._gate.why_not(headers, body):
            return _turned_away(why, 401)
        bolt_headers: dict[str, str | Sequence[str]] = {
            name: [value] for name, value in request.headers.items()
        }
        try:
            asked = AsyncBoltRequest(
                body=body.decode(), query=request.query_string, headers=bolt_headers
            )
        except (ValueError, TypeError, AttributeError, LookupError, RecursionError):
            return _turned_away("malformed", 400)  # Bolt reads the body while it is made
        if unlike_slack(asked.body):
            return _turned_away("malformed", 400)  # and looks into it before any listener does
        if not only_asks(asked.body) and await self._gate.is_replay(headers):
            return _turned_away("replay", 401)
        with ACKNOWLEDGED.time():
            answer = await self._app.async_dispatch(asked)
        return web.Response(
            status=answer.status,
            text=answer.body,
            content_type=answer.headers.get("content-type", ["text/plain"])[0].partition(";")[0],
        )


async def serve(settings: Settings, stopping: asyncio.Event, *, host: str = "0.0.0.0") -> None:  # noqa: S104
    """Run the front until `stopping` is set, then finish what was begun."""
    if settings.slack_signing_secret is None:
        raise Misconfigured(
            "SLACK_SIGNING_SECRET is not set.", "dr web needs it; dr socket does without."
        )
    supervisor = Supervisor()
    async with opened(settings) as bot:
        await insist_on_lasting(bot)
        await greet(bot)
        await take_effect(bot)
        gate = Gate(bot, settings.slack_signing_secret.get_secret_value())
        front = Front(bot, build(bot, supervisor), gate, stopping)
        runner = web.AppRunner(
            front.application(),
            access_log=None,
            handle_signals=False,
            keepalive_timeout=HEAD_SECONDS,
        )
        await runner.setup()
        shedding = asyncio.create_task(_shed(runner))
        try:
            site = web.TCPSite(runner, "127.0.0.1" if settings.sandbox else host, settings.port)
            await site.start()
            log.info("listening on port %s", settings.port)
            await stopping.wait()
            await supervisor.drain()  # the port stays open meanwhile, to say that we are not ready
        finally:
            shedding.cancel()
            await runner.cleanup()
            await supervisor.drain()


async def _shed(runner: web.AppRunner) -> None:
    """Close the oldest connections when there are too many; what is being answered is finished."""
    while True:
        await asyncio.sleep(_SHED_EVERY)
        open_ones = runner.server.connections if runner.server else []
        idle = [one for one in open_ones if one._current_request is None]  # nothing else tells
        for one in idle[: max(0, len(open_ones) - MOST_CONNECTIONS)]:
            one.force_close()


async def _body(request: web.Request) -> bytes | None:
    """Read the body, but no more than fits and no longer than it should take."""
    if (request.content_length or 0) > LARGEST:
        return None
    try:
        async with asyncio.timeout(_BODY_SECONDS):
            return await request.read()
    except (web.HTTPRequestEntityTooLarge, TimeoutError):
        return None


def _turned_away(why: str, status: int) -> web.Response:
    TURNED_AWAY.labels(why).inc()
    log.warning("a request was turned away: %s", why)
    return web.Response(status=status, text="")

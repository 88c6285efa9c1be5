"""Socket Mode: `dr socket`. The same listeners as the HTTP front, over a connection that we open.

Slack's client can wait for ever on an address that is dead or a token that is revoked; so both
tokens are tried before anything else, and a watchdog renews what has gone quiet. Two connections
are held, so that nothing is missed while one is renewed.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Final

import aiohttp
from aiohttp import ClientError
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.socket_mode.aiohttp import SocketModeClient

from bot.errors import Misconfigured, SlackRefused, Unavailable
from bot.gateways.slack import refusal
from bot.policies import take_effect
from bot.runtime import Bot, greet, insist_on_lasting, opened
from bot.settings import Settings
from handlers.probes import probed
from handlers.slack_app import build
from handlers.supervisor import Supervisor

LINES: Final = 2
"""Connections that are open at the same time: Slack renews each now and then, and sends what comes
meanwhile over the other."""
_LOOK_EVERY: Final = 15.0
_STALE: Final = 30.0
"""Seconds without a sign of life after which a new address is asked for."""
_DEAD: Final = 90.0
"""Seconds after which the whole connection is made anew."""
_GIVE_UP: Final = 300.0
"""Seconds after which the process ends, for whoever runs it to start another."""
_CLOSE_SECONDS: Final = 5.0

log = logging.getLogger(__name__)


async def connect(settings: Settings, stopping: asyncio.Event) -> None:
    """Serve over Socket Mode until `stopping` is set; raises `Misconfigured` for a bad token."""
    if settings.slack_app_token is None:
        raise Misconfigured(
            "SLACK_APP_TOKEN is not set.", "dr socket needs it (xapp-…); dr web does without."
        )
    token = settings.slack_app_token.get_secret_value()
    supervisor = Supervisor()
    async with opened(settings) as bot:
        await insist_on_lasting(bot)
        await _preflight(bot, token)
        await greet(bot)
        await take_effect(bot)
        async with probed(bot, stopping):
            try:
                await _watch(build(bot, supervisor), token, stopping)
            finally:
                await supervisor.drain()


async def _preflight(bot: Bot, token: str) -> None:
    """Try both tokens; only Slack's own no is final."""
    client = bot.slack.client
    attempts: dict[str, Callable[[], Awaitable[object]]] = {
        "SLACK_BOT_TOKEN": client.auth_test,
        "SLACK_APP_TOKEN": partial(client.apps_connections_open, app_token=token),
    }
    for what, attempt in attempts.items():
        try:
            await attempt()
        except SlackApiError as error:
            said = refusal(error.response)
            if isinstance(said, SlackRefused):
                raise Misconfigured(f"Slack does not take {what}: {said.code}.") from error
            raise said from error
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise Unavailable("Slack does not answer.") from error


async def _watch(app: AsyncApp, token: str, stopping: asyncio.Event) -> None:
    """Keep the lines open; raises `Unavailable` when none of them could be for five minutes."""
    lines = [_Line(app, token) for _ in range(LINES)]
    await lines[0].open()
    log.info("connected to Slack")
    try:
        while True:
            quiet = min([await line.look() for line in lines])
            if quiet > _GIVE_UP:
                raise Unavailable("Slack could not be reached over Socket Mode for five minutes.")
            if await _told_to_stop(stopping):
                return
    finally:
        await asyncio.gather(*(line.close() for line in lines))


class _Line:
    """One connection to Slack, and the look after it."""

    def __init__(self, app: AsyncApp, token: str) -> None:
        self._app = app
        self._token = token
        self._handler: AsyncSocketModeHandler | None = None
        self._well_since = time.monotonic()

    async def open(self) -> None:
        """Connect for the first time."""
        self._handler = AsyncSocketModeHandler(self._app, self._token)
        await self._handler.connect_async()  # type: ignore[no-untyped-call]  # Bolt's own

    async def look(self) -> float:
        """Renew the connection if it is dead; returns for how many seconds it has been quiet."""
        quiet = time.monotonic() - self._well_since
        if self._handler is None or quiet > _DEAD:
            await self._renew()
        if self._handler and _alive(self._handler.client):
            self._well_since = time.monotonic()
            return 0.0
        log.warning("a connection to Slack has been quiet for %d s", quiet)
        if self._handler and quiet > _STALE:
            self._handler.client.wss_uri = None  # the next attempt asks for a new address
        return quiet

    async def close(self) -> None:
        """Close the connection, or leave it behind when that takes too long."""
        if self._handler:
            await _close(self._handler)

    async def _renew(self) -> None:
        await self.close()
        self._handler = AsyncSocketModeHandler(self._app, self._token)
        await _try_to_connect(self._handler)


async def _try_to_connect(handler: AsyncSocketModeHandler) -> None:
    """Connect, or say why not; the next look tries again."""
    try:
        async with asyncio.timeout(_STALE):
            await handler.connect_async()  # type: ignore[no-untyped-call]
    except (TimeoutError, ClientError, SlackApiError) as error:
        log.warning("Slack could not be reached: %s", type(error).__name__)


async def _told_to_stop(stopping: asyncio.Event) -> bool:
    try:
        await asyncio.wait_for(stopping.wait(), _LOOK_EVERY)
    except TimeoutError:
        return False
    return True


def _alive(client: SocketModeClient) -> bool:
    """Whether the connection is open and was heard of lately."""
    session = client.current_session
    heard = client.last_ping_pong_time
    fresh = heard is None or time.time() - heard < _STALE
    return session is not None and not session.closed and fresh


async def _close(handler: AsyncSocketModeHandler) -> None:
    try:
        await asyncio.wait_for(handler.close_async(), _CLOSE_SECONDS)  # type: ignore[no-untyped-call]
    except TimeoutError:
        log.warning("the old connection did not close in time; it is left behind")

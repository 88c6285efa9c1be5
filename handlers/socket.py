"""Socket Mode: `dr socket`. The same listeners as the HTTP front, over a connection that we open.

Slack's client can wait for ever on an address that is dead or a token that is revoked; so both
tokens are tried before anything else, and a watchdog renews what has gone quiet.
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

from bot import jobs
from bot.errors import Misconfigured, SlackRefused, Unavailable
from bot.gateways.slack import refusal
from bot.policies import take_effect
from bot.runtime import Bot, greet, insist_on_lasting, opened
from bot.settings import Settings
from handlers.slack_app import build
from handlers.supervisor import Supervisor

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
        jobs.register(bot)
        await take_effect(bot)
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
    """Keep one connection alive."""
    handler = AsyncSocketModeHandler(app, token)
    await handler.connect_async()  # type: ignore[no-untyped-call]  # Bolt's own
    log.info("connected to Slack")
    well_since = time.monotonic()
    try:
        while not await _told_to_stop(stopping):
            if _alive(handler.client):
                well_since = time.monotonic()
                continue
            quiet = time.monotonic() - well_since
            log.warning("Socket Mode has been quiet for %d s", quiet)
            if quiet > _GIVE_UP:
                raise Unavailable("Slack could not be reached over Socket Mode for five minutes.")
            if quiet > _DEAD:
                await _close(handler)
                handler = AsyncSocketModeHandler(app, token)
                await _try_to_connect(handler)
            elif quiet > _STALE:
                handler.client.wss_uri = None  # the next attempt asks for a new address
    finally:
        await _close(handler)


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

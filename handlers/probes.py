"""What may be asked of a running process: whether it lives, whether it takes work, its numbers.

Nothing here names a machine or a person. A process that was told to stop says at once that it is
not ready, while it finishes what it has begun.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web

from bot.errors import DrError, Misconfigured
from bot.gauges import CONTENT_TYPE, Scrape
from bot.runtime import Bot


class Probes:
    """The three answers."""

    def __init__(self, bot: Bot, stopping: asyncio.Event) -> None:
        self._bot = bot
        self._stopping = stopping
        self._scrape = Scrape(bot)

    def add_to(self, application: web.Application) -> None:
        """Lay out the routes."""
        application.router.add_get("/healthz", self.healthy)
        application.router.add_get("/readyz", self.ready)
        application.router.add_get("/metrics", self.metrics)

    async def healthy(self, _request: web.Request) -> web.Response:
        """Say that the process runs."""
        return web.Response(text="ok")

    async def ready(self, _request: web.Request) -> web.Response:
        """Say whether work is taken: Redis must answer, and nobody have told us to stop."""
        if self._stopping.is_set():
            return web.Response(status=503, text="stopping")
        try:
            await self._bot.redis.ping()
        except DrError:
            return web.Response(status=503, text="not ready")
        return web.Response(text="ready")

    async def metrics(self, _request: web.Request) -> web.Response:
        """Numbers for Prometheus."""
        return web.Response(body=await self._scrape.text(), headers={"Content-Type": CONTENT_TYPE})


@asynccontextmanager
async def probed(bot: Bot, stopping: asyncio.Event) -> AsyncIterator[None]:
    """Answer probes at a port of their own, where one is set, until the work is done."""
    port = bot.settings.metrics_port
    if port is None:
        yield
        return
    application = web.Application()
    Probes(bot, stopping).add_to(application)
    runner = web.AppRunner(application, access_log=None, handle_signals=False, shutdown_timeout=1.0)
    await runner.setup()
    try:
        host = "127.0.0.1" if bot.settings.sandbox else "0.0.0.0"  # noqa: S104 - to be scraped
        try:
            await web.TCPSite(runner, host, port).start()
        except OSError as error:
            raise Misconfigured(f"Port {port} (DR_METRICS_PORT) cannot be opened.") from error
        yield
    finally:
        await runner.cleanup()

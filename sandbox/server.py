"""Run an aiohttp application on the loopback address, and stop it again.

The rule: nothing in the sandbox listens on any other address.
"""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email.utils import formatdate

from aiohttp import web

LOOPBACK = "127.0.0.1"


@asynccontextmanager
async def serve(application: web.Application, port: int = 0) -> AsyncIterator[str]:
    """Serve until the block ends; yields the base address, without a closing slash.

    Port 0 takes a free one. Requests still open at the end are cut short.
    """
    runner = web.AppRunner(application, access_log=None, handle_signals=False, shutdown_timeout=0.5)
    await runner.setup()
    try:
        site = web.TCPSite(runner, LOOPBACK, port)
        await site.start()
        address = runner.addresses[0]
        yield f"http://{LOOPBACK}:{address[1]}"
    finally:
        # Shielded: a cancelled caller still closes its port.
        await asyncio.shield(runner.cleanup())


def told_time(ahead: float) -> str:
    """Write the `Date` of an answer: real time, by a clock that is so many seconds ahead."""
    return formatdate(time.time() + ahead, usegmt=True)

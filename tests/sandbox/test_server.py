"""Where the sandbox listens."""

import asyncio

import pytest
from aiohttp import web

from sandbox.server import serve


async def test_only_this_machine_is_listened_to() -> None:
    """Not on every address: already the next one of the same interface is closed."""
    async with serve(web.Application()) as address:
        port = int(address.rpartition(":")[2])
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.close()
        await writer.wait_closed()
        with pytest.raises(OSError, match=r"127\.0\.0\.2"):
            await asyncio.wait_for(asyncio.open_connection("127.0.0.2", port), 10)

"""Socket Mode: tickets, pings and disconnections as an app meets them."""

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.people import PersonError
from tests.sandbox.workspace_app import Town, town


async def address(there: Town) -> str:
    """A fresh address for one connection."""
    client = AsyncWebClient(base_url=f"{there.url}/api/")
    opened = await client.apps_connections_open(app_token=there.workspace.app_token)
    return str(opened["url"])


async def test_the_app_comes_back_after_being_sent_away() -> None:
    """Slack renews connections from time to time; nothing is lost."""
    async with town("socket") as there:
        first = there.workspace.socket.connections[0]
        await there.workspace.socket.disconnect("refresh_requested")
        await there.workspace.socket.connected()
        assert first not in [
            item for item in there.workspace.socket.connections if not item.retiring
        ]
        await there.people.alice.types("/dr hello")
        await there.people.alice.sees("Hello")


async def test_a_ticket_is_good_for_one_connection() -> None:
    """The same address is refused the second time."""
    async with town("none") as there, aiohttp.ClientSession() as session:
        url = await address(there)
        async with session.ws_connect(url) as socket:
            hello = await socket.receive_json()
            assert (hello["type"], hello["num_connections"]) == ("hello", 1)
        with pytest.raises(aiohttp.WSServerHandshakeError):
            await session.ws_connect(url)


async def test_an_eleventh_connection_is_sent_away() -> None:
    """Ten are allowed."""
    async with town("none") as there, aiohttp.ClientSession() as session:
        sockets = [await session.ws_connect(await address(there)) for _ in range(10)]
        await there.workspace.socket.connected(10)
        async with session.ws_connect(await address(there)) as eleventh:
            goodbye = await eleventh.receive_json()
            assert (goodbye["type"], goodbye["reason"]) == ("disconnect", "too_many_websockets")
        for socket in sockets:
            await socket.close()


async def test_the_bot_token_opens_no_connection() -> None:
    """It takes the app's token."""
    async with town("none") as there, aiohttp.ClientSession() as session:
        headers = {"Authorization": f"Bearer {there.workspace.bot_token}"}
        url = f"{there.url}/api/apps.connections.open"
        async with session.post(url, headers=headers) as response:
            assert (await response.json())["error"] == "not_allowed_token_type"


async def test_without_any_connection_commands_fail_at_once() -> None:
    """There is nobody to ask."""
    async with town("none") as there:
        with pytest.raises(PersonError, match="dispatch_failed"):
            await there.people.alice.types("/dr hello")

"""Signing in to Redis with Entra: as the identity of the bot, anew before a token expires."""

from pathlib import Path

import pytest

from bot.errors import Misconfigured
from bot.gateways import engine, entra
from bot.gateways.redis import opened
from bot.settings import redis_url
from sandbox.vault import Vault
from sandbox.vault.identity import OBJECT_ID
from tests.bot.samples import KEY
from tests.redis_servers import Server, answering
from tests.world import until

_SHORT = 4
"""Seconds that a token lives; a new one is fetched after seven tenths of them."""


async def test_the_bot_is_who_its_token_says(address: str, vault: Vault, tmp_path: Path) -> None:
    """The store and the engine sign in as the identity, with no password in the address."""
    assert address
    async with answering(tmp_path) as server:
        vault.tokens.tell_redis = lambda token: _let_in(server, token)
        async with (
            opened(server.url, KEY, credentials=entra.credentials()) as store,
            engine.opened(server.url, KEY, credentials=entra.credentials()),
        ):
            assert await store.client.execute_command("ACL WHOAMI") == OBJECT_ID
            await until(lambda: len(vault.tokens.for_redis) == 2, "not both have a token")


async def test_open_connections_are_signed_in_anew(
    address: str, vault: Vault, tmp_path: Path
) -> None:
    """Before a token expires there is another, and the connection stays the same."""
    assert address
    async with answering(tmp_path) as server:
        vault.tokens.tell_redis = lambda token: _let_in(server, token)
        vault.tokens.redis_lifetime = _SHORT
        async with opened(server.url, KEY, credentials=entra.credentials()) as store:
            me = await store.client.execute_command("CLIENT ID")
            assert _signed_in(server) == 0
            await until(lambda: _signed_in(server), "the connection is not signed in anew")
            assert await store.client.execute_command("CLIENT ID") == me
            assert len(vault.tokens.for_redis) > 1


def test_a_password_and_entra_are_too_much() -> None:
    """Which of the two would count is not guessed."""
    given = {"REDIS_URL": "rediss://dr:secret@redis.example.com:10000", "DR_REDIS_ENTRA": "1"}
    with pytest.raises(Misconfigured, match="holds a name or a password") as found:
        redis_url(given)
    assert "secret" not in str(found.value)


def _let_in(server: Server, token: str) -> None:
    rights = ("on", f">{token}", "allkeys", "allchannels", "+@all")
    server.client.execute_command("ACL SETUSER", OBJECT_ID, *rights)


def _signed_in(server: Server) -> int:
    """Count the sign-ins of connections that were open; a new one says HELLO."""
    counts = server.client.info("commandstats")
    return int(counts.get("cmdstat_auth", {}).get("calls", 0))

"""A command whose answer is lost is carried out twice: what must happen once still does."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from redis.exceptions import ResponseError

from bot.errors import Unavailable
from bot.gateways.redis import Redis, opened
from bot.gateways.redis.answers import run
from bot.gateways.redis.pacing import Place
from sandbox import valkey
from sandbox.redis_proxy import Network, between
from tests.bot.samples import KEY


@pytest.fixture
async def network(redis_url: str) -> AsyncIterator[Network]:
    """Give a network in front of an empty database."""
    async with between(redis_url) as network:
        yield network


@pytest.fixture
async def far(network: Network) -> AsyncIterator[Redis]:
    """Give the store at the other end of it."""
    async with opened(network.url, KEY) as store:
        await store.ping()
        yield store


async def test_a_delivery_is_not_its_own_duplicate(network: Network, far: Redis) -> None:
    """Else a command would be answered by nobody."""
    network.next("SET", "lose_reply")
    assert await far.shelf.first_time("x", 60)
    assert network.left == 0
    assert not await far.shelf.first_time("x", 60)


async def test_a_lock_does_not_lock_its_holder_out(network: Network, far: Redis) -> None:
    """Else nobody would draw that card for twenty seconds."""
    network.next("SET", "lose_reply")
    assert await far.cards.lock("R-1", "me")
    assert network.left == 0
    assert not await far.cards.lock("R-1", "you")


async def test_who_draws_for_long_keeps_the_right(store: Redis) -> None:
    """It lasts for as long again; who has lost it learns so."""
    client: Any = store.client
    assert await store.cards.lock("R-1", "me")
    await client.pexpire("{dr}:card:R-1:drawing", 500)
    assert await store.cards.hold_on("R-1", "me")
    assert await client.pttl("{dr}:card:R-1:drawing") > 10_000
    assert not await store.cards.hold_on("R-1", "you")
    await store.cards.unlock("R-1", "me")
    assert not await store.cards.hold_on("R-1", "me")


async def test_every_drawer_says_it_in_our_words(network: Network, far: Redis) -> None:
    """Commands and pipelines alike; a mistake of our own stays what it is."""
    network.refuse = True
    network.cut()
    for ask in (
        far.ping(),
        far.shelf.how_often("x", 60),
        far.cards.dirty(),
        far.pacing.take("s", Place(who="x", order=1, among=1)),
    ):
        with pytest.raises(Unavailable, match="does not answer"):
            await ask
    network.refuse = False
    client: Any = far.client
    with pytest.raises(ResponseError):
        await run(client.execute_command("NO-SUCH-COMMAND"))


async def test_a_server_without_room_is_named(tmp_path: Path) -> None:
    """It answers, and takes no writes: that is not the same as silence."""
    with valkey.running(tmp_path) as server:
        async with opened(server.url, KEY) as store:
            client: Any = store.client
            await client.config_set("min-replicas-to-write", "3")
            for ask in (store.shelf.first_time("x", 60), store.shelf.took("failover", "A2A", 3)):
                with pytest.raises(Unavailable, match="takes no writes"):
                    await ask

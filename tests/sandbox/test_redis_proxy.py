"""The network in front of Redis loses what it is told to lose, and nothing else."""

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as ConnectionGone
from redis.exceptions import OutOfMemoryError, ReadOnlyError

from sandbox import valkey
from sandbox.redis_proxy import Network, between
from tests.ports import free_port


@pytest.fixture
async def network(redis_url: str) -> AsyncIterator[Network]:
    """Give a network in front of an empty database."""
    async with between(redis_url) as network:
        yield network
    async with Redis.from_url(redis_url) as client:
        await client.delete("{dr}:took:proxy")


def connected(url: str) -> Redis:
    """A client that never tries again by itself."""
    return Redis.from_url(url, decode_responses=True, retry=Retry(NoBackoff(), 0))


async def test_what_is_not_disturbed_gets_through(network: Network) -> None:
    """Large values, pipelines and transactions pass unchanged."""
    async with connected(network.url) as client:
        await client.set("{dr}:took:proxy", "x" * 300_000)
        async with client.pipeline(transaction=True) as pipe:
            pipe.strlen("{dr}:took:proxy")
            pipe.delete("{dr}:took:proxy")
            assert await pipe.execute() == [300_000, 1]


@pytest.mark.parametrize(("kind", "stored"), [("lose_command", None), ("lose_reply", "done")])
async def test_a_loss_kills_the_connection(network: Network, kind: str, stored: str | None) -> None:
    """The client learns nothing but that; only the server knows whether it was done."""
    network.next("SET", kind)  # type: ignore[arg-type]  # parametrised
    async with connected(network.url) as client:
        with pytest.raises(ConnectionGone):
            await client.set("{dr}:took:proxy", "done")
        assert network.left == 0
        assert await client.get("{dr}:took:proxy") == stored


async def test_a_transaction_is_cut_in_the_middle(network: Network) -> None:
    """Nothing of it was done when its commands were lost, all of it when its answer was."""
    async with connected(network.url) as client:
        for kind, length in (("lose_command", 0), ("lose_reply", 2)):
            network.next("EXEC", kind)  # type: ignore[arg-type]
            pipe = client.pipeline(transaction=True)
            pipe.rpush("{dr}:took:proxy", "1")
            pipe.rpush("{dr}:took:proxy", "2")
            with pytest.raises(ConnectionGone):
                await pipe.execute()
            assert await client.llen("{dr}:took:proxy") == length


async def test_the_network_goes_away_and_comes_back(network: Network) -> None:
    """While it refuses nobody gets through; open connections die when they are cut."""
    async with connected(network.url) as client:
        await client.ping()
        network.refuse = True
        network.cut()
        with pytest.raises(ConnectionGone):
            await client.ping()
        network.refuse = False
        assert await client.ping()


async def test_the_network_is_slow(network: Network) -> None:
    """Every command takes so much longer."""
    network.latency = 0.1
    async with connected(network.url) as client:
        await client.ping()
        before = time.monotonic()
        await client.ping()
        assert time.monotonic() - before >= 0.1


async def test_losses_at_a_rate_come_from_the_seed(redis_url: str) -> None:
    """The same seed loses the same commands, and never two close to each other."""
    runs = []
    for _ in range(2):
        async with between(redis_url) as network, connected(network.url) as client:
            network.behind(0.2, seed=5, spared=3)
            lost = []
            for number in range(60):
                try:
                    await client.echo(str(number))
                except ConnectionGone:
                    lost.append(number)
            runs.append(lost)
    assert runs[0] == runs[1]
    assert runs[0]


async def test_a_failover_leaves_old_connections_behind(tmp_path: Path) -> None:
    """The name leads to the new primary; who stays connected to the old one may only read."""
    port = free_port()
    with valkey.running(tmp_path / "a") as first, valkey.running(tmp_path / "b", port) as second:
        async with between(first.url) as network, connected(network.url) as client:
            await client.set("{dr}:took:proxy", "before")
            async with connected(first.url) as old:
                await old.replicaof("127.0.0.1", port)
            network.lead_to(second.url)
            with pytest.raises(ReadOnlyError):
                await client.set("{dr}:took:proxy", "after")
            network.cut()
            with pytest.raises(ConnectionGone):
                await client.ping()
            await client.set("{dr}:took:proxy", "after")
            async with connected(second.url) as new:
                assert await new.get("{dr}:took:proxy") == "after"


async def test_a_full_server_takes_no_writes(tmp_path: Path) -> None:
    """With `noeviction` it says so, and can still be read."""
    with valkey.running(tmp_path) as server:
        async with connected(server.url) as client:
            await client.config_set("maxmemory", "1")
            with pytest.raises(OutOfMemoryError):
                await client.set("{dr}:took:proxy", "x")
            assert await client.get("{dr}:took:proxy") is None
            await client.config_set("maxmemory", "0")
            await client.set("{dr}:took:proxy", "x")


async def test_a_bad_order_is_refused(redis_url: str) -> None:
    """There are two kinds of loss."""
    async with between(redis_url) as network:
        with pytest.raises(ValueError, match="no trouble called"):
            network.next("SET", "flood")  # type: ignore[arg-type]
        await asyncio.sleep(0)

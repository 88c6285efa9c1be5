"""Redis in trouble: cut off, slow, full, read-only, failed over; nothing is lost or done twice."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from redis.asyncio import Redis

from bot.domain.request import State
from sandbox import valkey
from sandbox.redis_proxy import Kind, Network, between
from sandbox.valkey import Valkey
from tests.ports import free_port
from tests.world import World, inhabited, until

FAILOVER = "Failover of vm-web01"
PATIENCE = 40.0


@dataclass
class Afar:
    """A world whose Redis is behind a network, and the server itself."""

    world: World
    network: Network
    server: Valkey
    admin: Any  # a client with a connection of its own to the server

    async def is_(self, *states: State) -> bool:
        """Whether the newest request is in one of the states."""
        return (await self.world.request()).state in states

    async def ends_well(self, *, lines: str = "once") -> None:
        """See it to its end: one POST, a true card, a thread that tells everything, once.

        A line is said again where its having been said could not be written down.
        """
        world = self.world
        await world.started("UnplannedFailover")
        await until(lambda: self.is_(State.RUNNING), "it does not run", within=PATIENCE)
        world.clock.advance(600)
        await world.alice.sees("Failover of vm-web01 succeeded", "@alice", within=PATIENCE)
        card = await world.alice.sees(FAILOVER, "Succeeded in", within=PATIENCE)
        assert world.posts("unplannedFailover") == 1
        kinds = await world.kinds()
        assert kinds.count("request.ask") == 1
        assert kinds.count("request.vote") == kinds.count("request.approve") == 1
        assert kinds.count("request.claim") == kinds.count("request.succeed") == 1
        story = "\n".join(one.words for one in await world.alice.thread(card))
        for words in ("(1 of 2)", "(2 of 2)", "Submitting", "It runs in North Europe"):
            assert story.count(words) == 1 or (lines != "once" and words in story), story


@pytest.fixture
async def afar(tmp_path: Path) -> AsyncIterator[Afar]:
    """Give a world behind a network, with a server of its own."""
    async with _afar(tmp_path / "first") as afar:
        yield afar


@asynccontextmanager
async def _afar(folder: Path, port: int = 0) -> AsyncIterator[Afar]:
    with valkey.running(folder, port) as server:
        async with (
            between(server.url) as network,
            inhabited(network.url) as world,
            Redis.from_url(server.url, decode_responses=True) as admin,
        ):
            yield Afar(world, network, server, admin)


@pytest.mark.parametrize("kind", ["lose_command", "lose_reply"])
@pytest.mark.parametrize("word", ["EVALSHA", "SET", "EXEC", "WAITAOF", "XREADGROUP", "LRANGE"])
async def test_a_connection_is_cut_in_the_middle(afar: Afar, word: str, kind: Kind) -> None:
    """A command or its answer is lost at every point of the story: it goes on as if nothing was."""
    world = afar.world
    afar.network.next(word, kind)
    await world.asked()
    afar.network.next(word, kind)
    await world.bo.presses("Approve", on=FAILOVER)
    await world.alice.sees(FAILOVER, "1 of 2")
    afar.network.next(word, kind)
    await world.carla.presses("Approve", on=FAILOVER)
    await afar.ends_well()
    assert afar.network.struck


async def test_every_connection_dies_at_once(afar: Afar) -> None:
    """At each stage: nobody notices, but for a moment."""
    world = afar.world
    await world.asked()
    afar.network.cut()
    await world.bo.presses("Approve", on=FAILOVER)
    await world.alice.sees(FAILOVER, "1 of 2")
    afar.network.cut()
    await world.carla.presses("Approve", on=FAILOVER)
    await world.started("UnplannedFailover")
    afar.network.cut()
    await afar.ends_well()


async def test_redis_is_slow(afar: Afar) -> None:
    """Fifty milliseconds for every command: everything takes longer and nothing fails."""
    afar.network.latency = 0.05
    await afar.world.asked()
    await afar.world.approved(FAILOVER)
    afar.network.latency = 0.02
    await afar.ends_well()


async def _full(afar: Afar) -> None:
    await afar.admin.config_set("maxmemory", "1")


async def _roomy(afar: Afar) -> None:
    await afar.admin.config_set("maxmemory", "0")


async def _without_replicas(afar: Afar) -> None:
    await afar.admin.config_set("min-replicas-to-write", "1")


async def _with_replicas(afar: Afar) -> None:
    await afar.admin.config_set("min-replicas-to-write", "0")


async def _replica(afar: Afar) -> None:
    await afar.admin.replicaof("127.0.0.1", free_port())


async def _primary(afar: Afar) -> None:
    await afar.admin.replicaof("NO", "ONE")


async def _refused(afar: Afar) -> int:
    """How often the server has said no to a script since it began to."""
    told = await afar.admin.info("errorstats")
    counts = [told.get(f"errorstat_{kind}", {}) for kind in ("OOM", "NOREPLICAS", "READONLY")]
    return sum(int(one.get("count", 0)) for one in counts)


async def _writes_fail(afar: Afar) -> None:
    """Wait until the workers have tried to write again and again."""
    before = await _refused(afar)

    async def often() -> bool:
        return await _refused(afar) > before + 20

    await until(often, "nobody tries to write", within=PATIENCE)


Do = Callable[[Afar], Any]
WRITELESS = pytest.mark.parametrize(
    ("begin", "end"),
    [
        pytest.param(_full, _roomy, id="full"),
        pytest.param(_without_replicas, _with_replicas, id="too few replicas"),
        pytest.param(_replica, _primary, id="read-only"),
    ],
)
"""The ways of a server that answers and takes no writes."""


@WRITELESS
async def test_a_vote_that_cannot_be_written_is_refused(afar: Afar, begin: Do, end: Do) -> None:
    """Who presses reads that nothing was recorded; later the same click counts, once."""
    world = afar.world
    await world.asked()
    await world.told(world.alice, "Asked:")
    await begin(afar)
    before = await world.record()
    await world.bo.presses("Approve", on=FAILOVER)
    await world.told(world.bo, "Redis takes no writes now, so nothing more was recorded.")
    await world.alice.types("/dr failover vm-web02 because West Europe is down")
    await world.told(world.alice, "Redis takes no writes now, so nothing more was recorded.")
    assert await world.record() == before
    await end(afar)
    await world.approved(FAILOVER)
    await afar.ends_well()


@WRITELESS
async def test_nothing_is_sent_whose_intent_cannot_be_written(
    afar: Afar, begin: Do, end: Do
) -> None:
    """Approved, and then no writes: no POST; when there is room again, exactly one."""
    world = afar.world
    await world.asked()
    await world.bo.presses("Approve", on=FAILOVER)
    await world.alice.sees(FAILOVER, "1 of 2")
    world.vault.trouble.slow_seconds = 1.0
    world.vault.trouble.next("/replicationProtectedItems/*", "slow", method="GET")
    await world.carla.presses("Approve", on=FAILOVER)
    await until(lambda: world.vault.trouble.left == 0, "nobody took it up")
    await begin(afar)
    await _writes_fail(afar)
    assert world.posts("unplannedFailover") == 0
    assert await afar.is_(State.APPROVED)
    await end(afar)
    await afar.ends_well(lines="at least once")


@WRITELESS
async def test_the_end_of_a_job_is_written_when_there_is_room(
    afar: Afar, begin: Do, end: Do
) -> None:
    """The job ends while nothing can be written: the end is told afterwards, once."""
    world = afar.world
    await world.asked()
    await world.approved(FAILOVER)
    await world.alice.sees(FAILOVER, "Running")
    await begin(afar)
    world.clock.advance(600)
    await _writes_fail(afar)
    assert await afar.is_(State.RUNNING)
    await end(afar)
    await afar.ends_well(lines="at least once")


async def test_redis_fails_over_and_the_old_primary_lives_on(tmp_path: Path) -> None:
    """The name leads elsewhere; connections to what is a replica now are given up, not kept."""
    ports = free_port(), free_port()
    with valkey.running(tmp_path / "second", ports[1]) as second:
        async with _afar(tmp_path / "first", ports[0]) as afar:
            world = afar.world
            async with Redis.from_url(second.url, decode_responses=True) as other:
                await other.replicaof("127.0.0.1", ports[0])
                await world.asked()
                await world.bo.presses("Approve", on=FAILOVER)
                await world.alice.sees(FAILOVER, "1 of 2")
                await until(lambda: _caught_up(afar, other), "the replica lags", within=PATIENCE)
                await other.replicaof("NO", "ONE")
                await afar.admin.replicaof("127.0.0.1", ports[1])
                afar.network.lead_to(second.url)
                await world.carla.presses("Approve", on=FAILOVER)
                await afar.ends_well(lines="at least once")


async def _caught_up(afar: Afar, replica: Any) -> bool:
    """Whether a replica has everything; votes are rare enough for a moment without any."""
    told = await replica.info("replication")
    if told.get("master_link_status") != "up":
        return False
    height = "{dr}:audit:head", "sequence"
    return bool(await replica.hget(*height) == await afar.admin.hget(*height))

"""The bot on Redis as people run it: encrypted, with few rights, replicated, clustered."""

import re
from pathlib import Path

import pytest

from bot.domain.request import State
from bot.errors import Misconfigured, Unavailable
from bot.gateways.redis import opened
from bot.gauges import Scrape
from tests.bot.samples import KEY
from tests.processes import run
from tests.redis_servers import answering, behind_sentinels, cluster, encrypted
from tests.world import MINUTE, World, inhabited, until

FAILOVER = "Failover of vm-web01"
_TAKEN_OVER = 40.0
"""Seconds: what a worker was doing when the master died is given to a worker after ten."""
RIGHTS = re.findall(
    r"^ACL SETUSER dr on >your-password (.*)$",
    (Path(__file__).parents[2] / "docs/redis.md").read_text("utf-8"),
    re.MULTILINE,
)[0]
"""What the documents say that the bot's user needs."""


async def _the_main_story(world: World) -> None:
    await world.asked()
    await world.approved(FAILOVER)
    await world.started("UnplannedFailover")
    await world.done("Failover of vm-web01 succeeded", "It runs in North Europe")
    assert world.posts("unplannedFailover") == 1
    assert b"dr_redis_up 1.0" in await Scrape(world.bot).text()


async def _arranged_and_ended(world: World) -> None:
    """Lock and delegate, and end both: what is kept beside the requests."""
    await world.alice.types("/dr lock vm-web01 until 2h because it is being patched")
    await world.told(world.alice, "Locked vm-web01 until")
    await world.carla.types("/dr delegate @erin until 2h")
    await world.told(world.carla, "@erin may vote in the place of @carla until")
    await world.alice.types("/dr unlock vm-web01")
    await world.told(world.alice, "Unlocked vm-web01")
    await world.carla.types("/dr undelegate @erin")
    await world.told(world.carla, "@erin may no longer vote in your place")


async def test_over_tls(tmp_path: Path) -> None:
    """The server's certificate is checked against the authority that the address names."""
    async with (
        answering(tmp_path) as server,
        encrypted(server, tmp_path) as (port, certificate),
    ):
        url = f"rediss://127.0.0.1:{port}"
        async with inhabited(f"{url}?ssl_ca_certs={certificate}") as world:
            await _the_main_story(world)
        async with opened(url, KEY) as stranger:
            with pytest.raises(Unavailable):
                await stranger.ping()


async def test_as_a_user_with_few_rights(tmp_path: Path) -> None:
    """The bot's own keys and channels, and no command that is dangerous, are enough."""
    async with answering(tmp_path) as server:
        server.client.execute_command("ACL SETUSER", "dr", "on", ">few", *RIGHTS.split())
        url = f"redis://dr:few@127.0.0.1:{server.port}"
        async with inhabited(url) as world:
            await _arranged_and_ended(world)
            await _the_main_story(world)
        assert server.client.execute_command("ACL LOG") == []
        keys = {key.removeprefix("{").partition("}")[0] for key in server.client.keys("*")}
        assert all(key == "dr" or key.startswith("dr-engine") for key in keys)


async def test_in_a_cluster(tmp_path: Path) -> None:
    """All that is ours is in one slot, and what the engine has is in another."""
    async with cluster(tmp_path) as nodes:
        async with inhabited(f"redis+cluster://127.0.0.1:{nodes[0].port}") as world:
            await _arranged_and_ended(world)
            await _the_main_story(world)
            assert (await world.bot.redis.facts()).confirms
        holders = [node for node in nodes if any("{dr}" in key for key in node.client.keys("*"))]
        assert len(holders) == 1


async def test_the_master_dies(tmp_path: Path) -> None:
    """Sentinels name another one; what was approved is there, is sent once, and ends."""
    async with (
        behind_sentinels(tmp_path) as (url, master, replica),
        inhabited(url) as world,
    ):
        await world.asked()
        await world.bo.presses("Approve", on=FAILOVER)
        await world.alice.sees(FAILOVER, "1 of 2")
        await until(lambda: _has_all(master, replica), "the replica lags behind")
        master.kill()
        await until(lambda: replica.client.role()[0] == "master", "nobody takes over")
        await until(lambda: _pings(world), "the bot does not find the new master")
        await world.carla.presses("Approve", on=FAILOVER)
        await world.started("UnplannedFailover")
        world.clock.advance(10 * MINUTE)
        await world.alice.sees("Failover of vm-web01 succeeded", within=_TAKEN_OVER)
        assert world.posts("unplannedFailover") == 1


async def test_a_replica_has_to_have_the_intent(tmp_path: Path) -> None:
    """It has it, and the failover is sent."""
    async with (
        answering(tmp_path, repl_diskless_sync_delay="0") as master,
        answering(tmp_path, replicaof=f"127.0.0.1 {master.port}") as replica,
    ):
        await until(lambda: _has_all(master, replica), "the replica does not follow")
        async with inhabited(master.url, {"DR_REDIS_REPLICAS": "1"}) as world:
            await _the_main_story(world)


async def test_without_the_replica_nothing_is_sent(tmp_path: Path) -> None:
    """An intent that only one server has is not acted on: the bot looks for the job instead."""
    async with (
        answering(tmp_path) as master,
        inhabited(master.url, {"DR_REDIS_REPLICAS": "1"}) as world,
    ):
        await world.asked()
        await world.approved(FAILOVER)
        await until(lambda: _is_claimed(world), "the intent was not written")
        async with opened(master.url, KEY, replicas=1) as store:
            with pytest.raises(Unavailable, match="0 of 1 replicas"):
                await store.requests.confirm()
        assert world.posts("unplannedFailover") == 0


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"appendonly": "no"}, "keeps no append-only file"),
        ({"maxmemory_policy": "allkeys-lru"}, "throws keys away when it is full, allkeys-lru"),
    ],
    ids=["forgets", "evicts"],
)
@pytest.mark.parametrize("process", ["worker", "web", "socket"])
async def test_a_server_that_forgets_is_refused(
    quiet: World, tmp_path: Path, process: str, options: dict[str, str], said: str
) -> None:
    """One sentence that says what to change, before anybody outside is asked anything."""
    real = {"DR_SANDBOX": "0", "SLACK_API_URL": "", "AZURE_RESOURCE_MANAGER_URL": ""}
    async with answering(tmp_path, **options) as server:
        given = {**quiet.environment, **real, "REDIS_URL": server.url}
        code, words = await run(process, given, tmp_path)
    assert code == 2
    assert said in words.strip().splitlines()[-1]
    assert "DR_REDIS_MAY_FORGET=1" in words


@pytest.mark.parametrize(
    "url", ["redis+sentinel://127.0.0.1:26379", "redis+sentinel://:1/main", "redis://[::1"]
)
async def test_an_address_that_is_none(url: str) -> None:
    """It is said at once, and what the address holds is not repeated."""
    with pytest.raises(Misconfigured, match="REDIS_URL cannot be read"):
        async with opened(url, KEY):
            pass


async def _is_claimed(world: World) -> bool:
    return (await world.request()).state is State.SUBMITTING


def _has_all(master: object, replica: object) -> bool:
    told = [one.client.info("replication")["master_repl_offset"] for one in (master, replica)]  # type: ignore[attr-defined]
    return bool(told[0] == told[1])


async def _pings(world: World) -> bool:
    try:
        await world.bot.redis.ping()
    except Unavailable:
        return False
    return True

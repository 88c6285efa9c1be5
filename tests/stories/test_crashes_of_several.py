"""A worker dies in the middle of several machines: each is sent once, and the whole ends."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from bot.domain.request import Request, State
from bot.jobs.follow import follow_vault
from tests.processes import started
from tests.world import World, inhabited, until, working

WEB = "Failover of vm-web01, vm-web02, vm-web03"
POST = "/unplannedFailover"
PATIENCE = 40.0
LONG_AGO = 600_000


async def _asked(world: World) -> None:
    await world.alice.types("/dr failover vm-web* because West Europe is down")
    await world.alice.sees(WEB, "0 of 2")


async def _children(world: World) -> list[Request]:
    whole = await world.request()
    ids = [f"{whole.id}.{number}" for number in (1, 2, 3)]
    return await world.bot.redis.requests.load_many(ids)


async def _until_logged(world: World, kind: str, count: int = 1) -> None:
    async def logged() -> bool:
        return (await world.kinds()).count(kind) >= count

    await until(logged, f"there are no {count} {kind}", within=PATIENCE)


async def _everything_of_the_dead_is_lost(world: World) -> None:
    """Its locks and tasks run out, and so does the time in which it could have been slow."""
    client: Any = world.bot.redis.client
    for pattern in ("dr-engine*", "{dr}:bell", "{dr}:card:*:drawing"):
        for key in [key async for key in client.scan_iter(pattern)]:
            await client.delete(key)
    for one in await _children(world):
        if one.state is State.SUBMITTING:
            last = one.attempts[-1]
            earlier = last.model_copy(update={"at": last.at - LONG_AGO})
            await world.rewrite(one, attempts=(*one.attempts[:-1], earlier))


async def _all_arrived(world: World) -> None:
    """Let the vault take its time for whatever the dead worker sent: nothing is on its way then.

    What is to be aged must not arrive afterwards: in truth, an intent so old has long arrived.
    """
    taken = asyncio.get_running_loop().time() + world.vault.trouble.slow_seconds + 0.5
    await until(lambda: asyncio.get_running_loop().time() > taken, "time does not pass")


async def _all_run(world: World) -> bool:
    """Whether all three run; one that was proved never to have begun is submitted again."""
    children = await _children(world)
    for one in children:
        if one.needs_nod:
            await world.bo.presses(f"Submit again: {one.name}", on=WEB, within=PATIENCE)
            await _until_gone_on(world, one)
    return [one.state for one in children] == [State.RUNNING] * 3


async def _until_gone_on(world: World, before: Request) -> None:
    async def gone_on() -> bool:
        now = await world.bot.redis.requests.load(before.id)
        return now is not None and not now.needs_nod

    await until(gone_on, "it was not submitted again")


async def _ends_well(world: World) -> None:
    await until(lambda: _all_run(world), "they do not all run", within=PATIENCE)
    world.clock.advance(600)
    await follow_vault(world.bot, world.vault.resource_id)
    await world.alice.sees(WEB, "Succeeded for all 3 machines", within=PATIENCE)
    assert world.posts("unplannedFailover") == 3
    kinds = await world.kinds()
    assert kinds.count("request.release") == 1
    assert kinds.count("request.approve") == 1 + 3


@pytest.mark.parametrize("kind", ["request.release", "request.claim", "request.accept"])
async def test_a_worker_dies_among_several(redis_url: str, tmp_path: Path, kind: str) -> None:
    """After it let them go, or while it sends one after the other: another one does the rest."""
    async with inhabited(redis_url, worker=False) as world:
        await _asked(world)
        await world.approved(WEB)
        async with started("worker", world.environment, tmp_path) as first:
            await _until_logged(world, kind)
            first.kill()
        await _all_arrived(world)
        await _everything_of_the_dead_is_lost(world)
        async with working(world.settings):
            await _ends_well(world)


async def test_a_worker_dies_while_one_of_several_is_sent(redis_url: str, tmp_path: Path) -> None:
    """Its job is found, the others do not wait for that, and nothing is sent twice."""
    async with inhabited(redis_url, worker=False) as world:
        world.vault.trouble.slow_seconds = 2.0
        world.vault.trouble.next(POST, "slow")
        await _asked(world)
        await world.approved(WEB)
        async with started("worker", world.environment, tmp_path) as first:
            await until(lambda: world.vault.trouble.left == 0, "the POST was not sent")
            first.kill()
        await _all_arrived(world)
        await _everything_of_the_dead_is_lost(world)
        async with working(world.settings):
            await _ends_well(world)
        assert "request.find" in await world.kinds()

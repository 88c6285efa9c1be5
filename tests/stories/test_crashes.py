"""Whatever dies, and whenever: what was approved happens once, and the card tells the truth."""

import asyncio
import signal
from pathlib import Path

from bot.domain.request import State
from bot.gateways.redis.keys import BELL
from bot.jobs.follow import follow_vault
from sandbox import valkey
from tests.processes import started
from tests.world import World, inhabited, until, working

FAILOVER = "Failover of vm-web01"
POST = "/unplannedFailover"
LONG_AGO = 600_000
PATIENCE = 40.0
"""Seconds: an engine task of a dead worker is given to another after ten."""


async def _is(world: World, *states: State) -> bool:
    return (await world.request()).state in states


async def _in_flight(world: World, seconds: float) -> None:
    """Ask and approve, and return while the POST is on its way."""
    world.vault.trouble.slow_seconds = seconds
    world.vault.trouble.next(POST, "slow")
    await world.asked()
    await world.approved(FAILOVER)
    await until(lambda: world.vault.trouble.left == 0, "the POST was not sent")


async def _nobody_draws(world: World) -> None:
    """Wait for a moment in which no card is being drawn: who dies then leaves a lock for 20 s."""

    async def free() -> bool:
        return not [key async for key in world.bot.redis.client.scan_iter("{dr}:card:*:drawing")]

    await until(free, "a card is drawn for ever")


async def _patience_is_over(world: World) -> None:
    """Let the time pass after which a silent submitter counts as lost."""
    request = await world.request()
    last = request.attempts[-1]
    earlier = last.model_copy(update={"at": last.at - LONG_AGO})
    await world.rewrite(request, attempts=(*request.attempts[:-1], earlier))


async def _ends_well(world: World, *, look: bool = False) -> None:
    """See it to its end; `look` does not wait for the pace at which a found job is followed."""
    await until(
        lambda: _is(world, State.RUNNING, State.SUCCEEDED), "it does not run", within=PATIENCE
    )
    world.clock.advance(600)
    if look:
        await follow_vault(world.bot, world.vault.resource_id)
    await world.alice.sees("Failover of vm-web01 succeeded", "@alice", within=PATIENCE)
    await world.alice.sees(FAILOVER, "Succeeded in", within=PATIENCE)
    assert world.posts("unplannedFailover") == 1
    assert world.vault.machine("vm-web01").region == "northeurope"


async def test_a_worker_dies_while_the_post_is_in_flight(redis_url: str, tmp_path: Path) -> None:
    """It never learns Azure's answer: another finds the job, and nothing is sent twice."""
    async with inhabited(redis_url, worker=False) as world:
        async with started("worker", world.environment, tmp_path, ready="working") as first:
            await _in_flight(world, 2.0)
            await _nobody_draws(world)
            first.kill()
        assert await _is(world, State.SUBMITTING)
        await world.started("UnplannedFailover")
        await _patience_is_over(world)
        async with working(world.settings):
            await _ends_well(world, look=True)
        kinds = await world.kinds()
        assert ("request.lose" in kinds, "request.find" in kinds) == (True, True)
        assert kinds.count("request.claim") == 1


async def test_a_worker_dies_while_the_job_runs(redis_url: str, tmp_path: Path) -> None:
    """Another takes the job over and brings the card to its end."""
    async with inhabited(redis_url, worker=False) as world:
        async with started("worker", world.environment, tmp_path, ready="working") as first:
            await world.asked()
            await world.approved(FAILOVER)
            await world.alice.sees(FAILOVER, "Running")
            await _nobody_draws(world)
            first.kill()
        async with working(world.settings):
            await _ends_well(world)


async def test_a_frozen_worker_wakes_up_too_late(redis_url: str, tmp_path: Path) -> None:
    """It stood still while another found its job: when it goes on it changes nothing any more."""
    async with inhabited(redis_url, worker=False) as world:
        async with started("worker", world.environment, tmp_path, ready="working") as first:
            await _in_flight(world, 2.0)
            await _nobody_draws(world)
            first.signal(signal.SIGSTOP)
            await world.started("UnplannedFailover")
            await _patience_is_over(world)
            async with working(world.settings):
                await until(lambda: _is(world, State.RUNNING), "it was not found", within=PATIENCE)
                first.signal(signal.SIGCONT)
                await _ends_well(world, look=True)
        kinds = await world.kinds()
        assert kinds.count("request.find") + kinds.count("request.accept") == 1


async def test_the_front_dies_after_the_last_vote(redis_url: str, tmp_path: Path) -> None:
    """The last vote was counted, the front is gone, every wake-up is lost: it is carried out."""
    async with inhabited(redis_url, front=False, worker=False) as world:
        async with started("web", world.environment, tmp_path, ready="listening") as front:
            await world.asked()
            await world.approved(FAILOVER)
            await until(lambda: _is(world, State.APPROVED), "it was not approved")
            front.kill()
        client = world.bot.redis.client
        for key in [BELL, *[key async for key in client.scan_iter("dr-engine*")]]:
            await client.delete(key)
        async with working(world.settings):
            await _ends_well(world)


async def test_a_front_is_told_to_stop_and_answers_first(redis_url: str, tmp_path: Path) -> None:
    """SIGTERM right after a command: the card and the answer still come, and the exit is clean."""
    async with inhabited(redis_url, front=False, worker=False) as world:
        async with started("web", world.environment, tmp_path, ready="listening") as front:
            world.vault.trouble.slow_seconds = 0.5
            world.vault.trouble.next("/replicationProtectedItems", "slow")
            await world.alice.types("/dr failover vm-web01 because West Europe is down")
            front.signal(signal.SIGTERM)
            await world.alice.sees(FAILOVER, "0 of 2")
            await world.told(world.alice, "Asked:")
            assert await front.exits() == 0
        assert "Traceback" not in front.said


async def test_a_worker_is_told_to_stop_and_finishes_first(redis_url: str, tmp_path: Path) -> None:
    """SIGTERM while the POST is in flight: Azure's answer is written down before the exit."""
    async with inhabited(redis_url, worker=False) as world:
        async with started("worker", world.environment, tmp_path, ready="working") as first:
            await _in_flight(world, 0.5)
            first.signal(signal.SIGTERM)
            assert await first.exits() == 0
        assert await _is(world, State.RUNNING)
        assert "Traceback" not in first.said
        async with working(world.settings):
            await _ends_well(world)


async def test_redis_is_killed_and_comes_back() -> None:
    """Everybody survives it, nothing that was confirmed is lost, and one POST is made."""
    with valkey.running() as server:
        async with inhabited(server.url) as world:
            await world.asked()
            await world.bo.presses("Approve", on=FAILOVER)
            await world.alice.sees(FAILOVER, "1 of 2")
            await _nobody_draws(world)
            server.kill()
            await world.carla.presses("Approve", on=FAILOVER)
            await world.told(world.carla, "Redis does not answer, so this may or may not")
            await asyncio.to_thread(server.start)
            await world.carla.presses("Approve", on=FAILOVER)
            await world.alice.sees(FAILOVER, "Running", within=PATIENCE)
            await _nobody_draws(world)
            server.kill()
            await asyncio.to_thread(server.start)
            await _ends_well(world)
            kinds = await world.kinds()
            assert kinds.count("request.vote") == kinds.count("request.approve") == 1

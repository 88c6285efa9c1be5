"""The pace of hundreds: in order, without a storm, shared by the workers, and each sent once."""

from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bot.domain.request import Request, State, Submission
from bot.gateways.redis.keys import BELL
from bot.gateways.redis.pacing import Place
from sandbox.vault.trouble import Kind
from tests.ports import free_port
from tests.processes import started
from tests.world import World, inhabited, until

FAILOVER = "Failover of vm-web01"
POST = "/unplannedFailover"
PATIENCE = 100.0
MANY = 60
LONG_AGO = 600_000
LATE = 2000


def names(world: World) -> list[str]:
    """Return the machines whose failover Azure has begun, in that order."""
    by_item = {one.item_id.casefold(): one.friendly_name for one in world.vault.machines}
    posts = (seen for seen in world.vault.journal if seen.status == 202 and seen.method == "POST")
    return [by_item[seen.path.removesuffix(POST).casefold()] for seen in posts]


async def _ask_for_all(world: World, machines: int) -> str:
    await world.alice.types("/dr failover vm-0* because West Europe is down")
    await world.alice.sees(f"Failover of {machines} machines", "0 of 2")
    return f"Failover of {machines} machines"


@pytest.mark.parametrize(("trouble", "times"), [("throttle", 3), ("throttle_silently", 1)])
async def test_what_is_turned_away_at_the_door_waits_for_its_next_turn(
    world: World, trouble: Kind, times: int
) -> None:
    """Azure says that it passed the call on to nobody: no person is needed to send it again."""
    world.vault.trouble.next(POST, trouble, times=times)
    await world.asked()
    await world.approved(FAILOVER)
    await world.started("UnplannedFailover")
    await world.alice.sees("Nothing began; it is sent when it is its turn again.")
    kinds = await world.kinds()
    tried = [kind for kind in kinds if kind in {"request.claim", "request.turn-away"}]
    assert tried == [*["request.claim", "request.turn-away"] * times, "request.claim"]
    request = await world.request()
    assert len({one.client_request_id for one in request.attempts}) == times + 1
    assert world.posts("unplannedFailover") == times + 1
    assert len(world.vault.jobs) == 1
    await world.done("Failover of vm-web01 succeeded")


async def test_the_machines_of_a_request_go_in_its_order(redis_url: str) -> None:
    """Also those for which there is no room at once."""
    async with inhabited(redis_url, machines=MANY) as world:
        title = await _ask_for_all(world, MANY)
        await world.approved(title)
        await world.started("UnplannedFailover", MANY)
        request = await world.request()
        assert request.fleet
        wanted = [member.name for member in request.fleet.members]
        late = [abs(wanted.index(name) - at) for at, name in enumerate(names(world))]
        assert max(late) < 50, "only those that are under way together may overtake each other"


async def test_a_single_one_overtakes_hundreds_that_wait(redis_url: str) -> None:
    """Somebody who needs one machine at once has it next, though a whole was approved before."""
    async with inhabited(redis_url, machines=20) as world:
        pacing, subscription = world.bot.redis.pacing, world.settings.vaults[0].subscription
        whole = [Place(who=f"R-222222.{n}", order=n, among=500) for n in range(1, 501)]
        await pacing.told(subscription, "R-333333", 30)
        await pacing.line_up(subscription, whole)
        await world.asked()
        await world.approved(FAILOVER)
        await world.started("UnplannedFailover")
        waiting = await pacing.waiting([subscription])
        assert len(waiting[subscription]) > 300


async def test_two_workers_share_the_work_and_one_dies(redis_url: str, tmp_path: Path) -> None:
    """Both send some; one is killed in the middle; nothing is sent twice, and nothing forgotten."""
    async with inhabited(redis_url, worker=False, machines=MANY) as world:
        title = await _ask_for_all(world, MANY)
        ports = [free_port(), free_port()]
        first, second = [
            started(
                "worker",
                {**world.environment, "DR_METRICS_PORT": str(port)},
                tmp_path,
                ready="working",
            )
            for port in ports
        ]
        async with first, second as doomed:
            await world.approved(title)
            await until(lambda: _both_send(ports), "one of the workers sends nothing")
            doomed.kill()
            await _its_time_runs_out(world)
            await until(lambda: _all_settled(world), "some are forgotten", within=PATIENCE)
        parts = await _parts(world)
    begun = names(world)
    assert sorted(begun) == sorted(set(begun))
    assert {one.name for one in parts if one.state is State.RUNNING} == set(begun)


async def _both_send(ports: list[int]) -> bool:
    """Whether both workers count changes that Azure accepted."""
    async with aiohttp.ClientSession() as session:
        for port in ports:
            async with session.get(f"http://127.0.0.1:{port}/metrics") as answer:
                numbers = await answer.text()
            if 'dr_submissions_total{operation="failover",outcome="accepted"}' not in numbers:
                return False
    return True


async def _its_time_runs_out(world: World) -> None:
    """Its tasks are given to the other; what it was about to send is too old to be sent."""
    client: Any = world.bot.redis.client
    for key in [BELL, *[key async for key in client.scan_iter("dr-engine*")]]:
        await client.delete(key)
    await until(lambda: _only_the_dead_submit(world), "some wait for ever", within=PATIENCE)
    for one in await _parts(world):
        if one.state is State.SUBMITTING:
            await world.rewrite(one, attempts=tuple(_aged(each) for each in one.attempts))


async def _only_the_dead_submit(world: World) -> bool:
    now = (await world.bot.redis.requests.snapshot()).now
    parts = await _parts(world)
    sent = [one.submission for one in parts if one.state is State.SUBMITTING]
    waiting = [one for one in parts if one.state is State.APPROVED]
    return len(parts) == MANY and not waiting and all(one and now - one.at > LATE for one in sent)


def _aged(attempt: Submission) -> Submission:
    return attempt.model_copy(update={"at": attempt.at - LONG_AGO})


async def _all_settled(world: World) -> bool:
    """Whether each runs, or is proved never to have begun and waits for a person to say so."""
    parts = await _parts(world)
    settled = [one for one in parts if one.state is State.RUNNING or one.needs_nod]
    return len(settled) == MANY


async def _parts(world: World) -> list[Request]:
    whole = await world.request()
    return await world.bot.redis.requests.load_many(
        f"{whole.id}.{number}" for number in range(1, MANY + 1)
    )

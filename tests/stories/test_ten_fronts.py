"""Ten fronts and two workers over one Redis: whoever answers, it is the same bot."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest

from tests.ports import free_port
from tests.wire import send, signed, slash
from tests.world import World, inhabited, listening, working

FRONTS = 10
FAILOVER = "Failover of vm-web01"


@pytest.fixture
async def crowd(redis_url: str) -> AsyncIterator[tuple[World, list[int]]]:
    """Give a world with ten fronts and two workers, and the ports of the fronts."""
    async with AsyncExitStack() as stack:
        enter = stack.enter_async_context
        world = await enter(inhabited(redis_url, front=False))
        await enter(working(world.settings))
        ports = [free_port() for _ in range(FRONTS)]
        for port in ports:
            await enter(listening(world.settings.model_copy(update={"port": port})))
        yield world, ports


def through(world: World, port: int) -> None:
    """Have Slack deliver what comes next to one of the fronts, as a balancer would."""
    world.workspace.deliver_to(f"http://127.0.0.1:{port}/slack/events")


async def test_each_step_by_another_front(crowd: tuple[World, list[int]]) -> None:
    """Asked at one, approved at two others, ended and committed: nothing is in a process."""
    world, ports = crowd
    through(world, ports[0])
    await world.asked()
    through(world, ports[1])
    await world.bo.presses("Approve", on=FAILOVER)
    through(world, ports[2])
    await world.carla.presses("Approve", on=FAILOVER)
    await world.started("UnplannedFailover")
    await world.done(FAILOVER, "Succeeded")
    through(world, ports[3])
    await world.alice.presses("Commit", on=FAILOVER)
    await world.alice.sees("Commit of vm-web01", "0 of 2")
    assert world.posts("unplannedFailover") == 1


async def test_ten_fronts_asked_the_same_at_once_make_one_request(
    crowd: tuple[World, list[int]],
) -> None:
    """Each is told of the one that is open; Slack's very request is taken by one front alone."""
    world, ports = crowd
    secret = world.workspace.signing_secret
    bodies = [slash(world, "failover vm-web01 because it is down") for _ in ports]
    fronts = [
        send(world, body, signed(secret, body), port=port)
        for port, body in zip(ports, bodies, strict=True)
    ]
    assert {status for status, _ in await asyncio.gather(*fronts)} == {200}
    await world.alice.sees(FAILOVER, "0 of 2")
    asked = [one for one in await world.kinds() if one == "request.ask"]
    assert len(asked) == 1
    headers = signed(secret, bodies[0])
    again = [send(world, bodies[0], headers, port=port) for port in ports]
    statuses = sorted(status for status, _ in await asyncio.gather(*again))
    assert statuses.count(200) <= 1
    assert len(await world.bot.redis.requests.newest_ids(FRONTS)) == 1

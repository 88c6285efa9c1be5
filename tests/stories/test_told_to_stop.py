"""SIGTERM in the middle of something: it is finished, nothing new is begun, the exit is clean."""

import signal
from pathlib import Path

import aiohttp

from bot.domain.request import State
from tests.ports import free_port
from tests.processes import Started, started
from tests.wire import send, signed, slash
from tests.world import World, inhabited, until

FAILOVER = "Failover of vm-web01"
SECONDS = 10.0
"""How long a process may take that has nothing but this to finish."""


async def _says(port: int, path: str) -> int:
    """Return the status of a probe; 0 when nobody listens any more."""
    try:
        async with (
            aiohttp.ClientSession() as session,
            session.get(f"http://127.0.0.1:{port}{path}") as answer,
        ):
            return answer.status
    except aiohttp.ClientError:
        return 0


def _slow_reading(world: World) -> None:
    """Let Azure take its time with the next list of machines, so that a command is in flight."""
    world.vault.trouble.slow_seconds = 2.0
    world.vault.trouble.next("/replicationProtectedItems", "slow")


async def _ended_well(process: Started) -> None:
    assert await process.exits(SECONDS) == 0
    assert "Traceback" not in process.said
    assert "never retrieved" not in process.said


async def test_a_front_that_stops_takes_nothing_new(redis_url: str, tmp_path: Path) -> None:
    """A command in flight is answered; whoever comes now is refused, and readiness says so."""
    async with inhabited(redis_url, front=False, worker=False) as world:
        async with started("web", world.environment, tmp_path, ready="listening") as front:
            port = world.settings.port
            assert await _says(port, "/readyz") == 200
            _slow_reading(world)
            await world.alice.types("/dr failover vm-web01 because West Europe is down")
            front.signal(signal.SIGTERM)
            await until(lambda: _is(port, 503), "readiness does not say that it stops", within=1.5)
            body = slash(world, "failover vm-web02 because West Europe is down")
            status, _ = await send(world, body, signed(world.workspace.signing_secret, body))
            assert status == 503
            assert await _says(port, "/healthz") == 200
            await world.told(world.alice, "Asked:")
            await _ended_well(front)
        assert (await world.request()).name == "vm-web01"
        assert (await world.kinds()).count("request.ask") == 1


async def _is(port: int, status: int) -> bool:
    return await _says(port, "/readyz") == status


async def test_a_vote_in_flight_is_recorded_by_the_front(redis_url: str, tmp_path: Path) -> None:
    """Slack is slow to say who presses, the front is told to stop: the vote counts all the same."""
    async with inhabited(redis_url, front=False) as world:
        async with started("web", world.environment, tmp_path, ready="listening") as front:
            await world.asked()
            world.workspace.trouble.next("users.info", "503", times=2)
            await world.bo.presses("Approve", on=FAILOVER)
            front.signal(signal.SIGTERM)
            await _ended_well(front)
        await world.alice.sees(FAILOVER, "1 of 2")
        assert len((await world.request()).approvals) == 1


async def test_a_vote_in_flight_is_recorded_in_socket_mode(redis_url: str, tmp_path: Path) -> None:
    """The same over Socket Mode: acknowledged, recorded, answered, and the line is closed."""
    port = free_port()
    async with inhabited(redis_url, front=False) as world:
        world.workspace.deliver_to(None)
        environment = {**world.environment, "DR_METRICS_PORT": str(port)}
        async with started("socket", environment, tmp_path, ready="connected") as front:
            await world.asked()
            world.workspace.trouble.next("users.info", "503", times=2)
            await world.bo.presses("Approve", on=FAILOVER)
            front.signal(signal.SIGTERM)
            await _ended_well(front)
        await world.alice.sees(FAILOVER, "1 of 2")
        assert len((await world.request()).approvals) == 1


async def test_a_command_in_flight_is_answered_in_socket_mode(
    redis_url: str, tmp_path: Path
) -> None:
    """Readiness ends at once, the lines to Slack are closed, and the answer still comes."""
    port = free_port()
    async with inhabited(redis_url, front=False) as world:
        world.workspace.deliver_to(None)
        environment = {**world.environment, "DR_METRICS_PORT": str(port)}
        async with started("socket", environment, tmp_path, ready="connected") as front:
            _slow_reading(world)
            await world.alice.types("/dr failover vm-web01 because West Europe is down")
            front.signal(signal.SIGTERM)
            await until(lambda: _is(port, 503), "readiness does not say that it stops", within=1.5)
            await world.told(world.alice, "Asked:")
            await _ended_well(front)
        assert not world.workspace.socket.connections


async def test_a_worker_that_stops_takes_nothing_new(redis_url: str, tmp_path: Path) -> None:
    """A change is on its way to Azure: its answer is written down, and the next one is left."""
    port = free_port()
    async with inhabited(redis_url, worker=False) as world:
        environment = {**world.environment, "DR_METRICS_PORT": str(port)}
        async with started("worker", environment, tmp_path, ready="working") as worker:
            await world.asked()
            await world.asked("vm-web02")
            world.vault.trouble.slow_seconds = 2.0
            world.vault.trouble.next("/unplannedFailover", "slow")
            await world.approved(FAILOVER)
            await until(lambda: world.posts("unplannedFailover") == 1, "nothing is sent")
            worker.signal(signal.SIGTERM)
            await until(lambda: _is(port, 503), "readiness does not say that it stops", within=1.5)
            await world.approved("Failover of vm-web02")
            await _ended_well(worker)
            assert await _says(port, "/readyz") == 0
        assert world.posts("unplannedFailover") == 1
        ids = await world.bot.redis.requests.newest_ids(2)
        states = [one.state for one in await world.bot.redis.requests.load_many(ids)]
        assert sorted(states) == [State.APPROVED, State.RUNNING]


async def test_two_signals_are_one(redis_url: str, tmp_path: Path) -> None:
    """A platform that is impatient and says it twice gets the same clean end."""
    async with (
        inhabited(redis_url, front=False, worker=False) as world,
        started("web", world.environment, tmp_path, ready="listening") as front,
    ):
        _slow_reading(world)
        await world.alice.types("/dr failover vm-web01 because West Europe is down")
        front.signal(signal.SIGTERM)
        await until(lambda: _is(world.settings.port, 503), "it does not stop", within=1.5)
        front.signal(signal.SIGTERM)
        await world.told(world.alice, "Asked:")
        await _ended_well(front)

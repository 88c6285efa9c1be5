"""A request does not stay open for ever, and is decided under the policy it was asked under."""

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from bot.domain.request import State
from bot.policies import take_effect
from bot.runtime import opened
from bot.settings import SHIPPED_POLICY
from tests.ports import free_port
from tests.world import World, inhabited, listening, until, working

FAILOVER = "Failover of vm-web01"
LONG_AGO = 60_000


async def test_a_request_that_nobody_approves_expires(world: World) -> None:
    """When the time is up the card says so, and the asker hears of it."""
    await world.asked()
    await _time_runs_out(world)
    card = await world.alice.sees(FAILOVER, "Expired", "It was not approved in time.")
    assert not card.buttons
    told = await world.alice.sees("It was not approved in time.", "@alice", "audit entry")
    assert told.broadcast
    await world.asked()


async def test_a_late_click_does_not_count(redis_url: str) -> None:
    """Redis' clock decides: a click after the deadline is refused before anybody tidied up."""
    async with inhabited(redis_url, worker=False) as world:
        await world.asked()
        await world.bo.presses("Approve", on=FAILOVER)
        await until(lambda: _votes(world, 1), "Bo's vote did not arrive")
        await _time_runs_out(world)
        await world.carla.presses("Approve", on=FAILOVER)
        await world.told(world.carla, "has run out of time", "Ask again")
        await until(lambda: _votes(world, 1), "the late vote counted")


async def test_an_approval_lapses(redis_url: str) -> None:
    """No worker was there in time: when one comes, the approval is void and nothing is sent."""
    async with inhabited(redis_url, worker=False) as world:
        await world.asked()
        await world.approved(FAILOVER)
        await until(lambda: _is(world, State.APPROVED), "it was not approved")
        await _time_runs_out(world)
        async with working(world.settings):
            await world.alice.sees(FAILOVER, "Void", "The approval ran out")
        assert world.posts("unplannedFailover") == 0


async def test_a_new_policy_voids_what_waits(world: World, tmp_path: Path) -> None:
    """A process that starts under another one voids what was asked, and names both versions."""
    await world.asked()
    asked_under = (await world.request()).terms.policy
    policy = _written(tmp_path, SHIPPED_POLICY.read_text().replace('"1h"', '"2h"'))
    port = free_port()
    renewed = world.settings.model_copy(update={"policy": policy, "port": port})
    async with listening(renewed):
        await world.alice.sees(FAILOVER, "Void", "The policy changed since this was asked")
    changed, entry = (await world.entries())[-2:]
    assert entry.type == "dr.request.invalidate"
    assert f"{asked_under} → " in entry.data.words
    assert (changed.type, changed.data.before) == ("dr.policy.change", asked_under)
    assert f"→ {changed.data.after}" in entry.data.words


async def test_a_click_finds_out_about_a_new_policy(redis_url: str, tmp_path: Path) -> None:
    """A request that was asked under another policy since is void at the next click."""
    async with inhabited(redis_url, worker=False) as world:
        policy = _written(tmp_path, SHIPPED_POLICY.read_text().replace('"1h"', '"2h"'))
        port = free_port()
        renewed = world.settings.model_copy(update={"policy": policy, "port": port})
        async with listening(renewed):
            await world.asked()
            world.workspace.deliver_to(f"http://127.0.0.1:{port}/slack/events")
            await world.bo.presses("Approve", on=FAILOVER)
            await until(lambda: _is(world, State.VOID), "it is not void")


async def test_of_many_processes_one_writes_the_entry(quiet: World, tmp_path: Path) -> None:
    """Ten of them start at once under a new policy; a tenth one that starts later writes none."""
    policy = _written(tmp_path, SHIPPED_POLICY.read_text().replace('"1h"', '"2h"'))
    renewed = quiet.settings.model_copy(update={"policy": policy})
    async with AsyncExitStack() as stack:
        bots = [await stack.enter_async_context(opened(renewed)) for _ in range(10)]
        await asyncio.gather(*(take_effect(bot) for bot in bots))
        await take_effect(bots[0])
    changes = [one.data for one in await quiet.entries() if one.type == "dr.policy.change"]
    assert [(one.before, one.after) for one in changes] == [
        ("", quiet.bot.policy.version),
        (quiet.bot.policy.version, bots[0].policy.version),
    ]
    await take_effect(quiet.bot)
    assert (await quiet.entries())[-1].data.after == quiet.bot.policy.version


async def test_a_new_policy_voids_what_is_approved(redis_url: str, tmp_path: Path) -> None:
    """A worker with another policy does not carry out what was approved under the old one."""
    async with inhabited(redis_url, worker=False) as world:
        await world.asked()
        await world.approved(FAILOVER)
        await until(lambda: _is(world, State.APPROVED), "it was not approved")
        policy = _written(tmp_path, SHIPPED_POLICY.read_text().replace('"1h"', '"2h"'))
        async with working(world.settings.model_copy(update={"policy": policy})):
            await world.alice.sees(FAILOVER, "Void", "policy:", "Nothing was sent")
        assert world.posts("unplannedFailover") == 0


async def test_rules_can_ask_for_more_or_fewer_people(redis_url: str, tmp_path: Path) -> None:
    """A rule for some machines is tried first: one approval of one person is enough for them."""
    policy = _written(
        tmp_path,
        '[[rule]]\nname = "drill"\nmachines = ["vm-web0*"]\napprovals = 1\n'
        'may_ask = ["everyone"]\nmay_approve = ["U0ERIN00000"]\n'
        '[[rule]]\nname = "rest"\nmay_ask = ["@dr-operators"]\nmay_approve = ["@dr-approvers"]\n',
    )
    async with inhabited(redis_url, {"DR_POLICY": str(policy)}) as world:
        await world.bo.types("/dr failover vm-web01 because it is a drill")
        await world.bo.sees(FAILOVER, "0 of 1", "rule “drill”", "1 more of @erin, not @bo")
        await world.carla.presses("Approve", on=FAILOVER)
        await world.told(world.carla, "You are not among those who may approve this")
        await world.erin.presses("Approve", on=FAILOVER)
        await world.started("UnplannedFailover")
        await world.bo.types("/dr failover vm-app01 because it is no drill")
        await world.told(world.bo, "The policy does not let you ask for this", "@dr-operators")


async def test_two_lists_of_which_one_each_is_needed(redis_url: str, tmp_path: Path) -> None:
    """The card says who fills what; a vote that fills nothing is refused with what is open."""
    policy = _written(
        tmp_path,
        '[[rule]]\nname = "both"\nmay_ask = ["everyone"]\n'
        '[[rule.needs]]\nof = ["@dr-approvers"]\n[[rule.needs]]\nof = ["@dr-operators"]\n',
    )
    async with inhabited(redis_url, {"DR_POLICY": str(policy)}) as world:
        await world.asked()
        await world.bo.presses("Approve", on=FAILOVER)
        await world.alice.sees(
            FAILOVER, "1 of @dr-approvers: @bo", "1 of @dr-operators: nobody yet", "not @alice, @bo"
        )
        await world.dmitri.presses("Approve", on=FAILOVER)
        await world.told(world.dmitri, "What it still needs is 1 of @dr-operators")
        await world.carla.presses("Approve", on=FAILOVER)
        await world.started("UnplannedFailover")


@pytest.mark.parametrize("command", ["status", "list", "requests", "audit", ""])
async def test_a_policy_that_lets_nobody_look(redis_url: str, tmp_path: Path, command: str) -> None:
    """Without a line that lets people look, nobody sees machines, requests or the log."""
    policy = _written(tmp_path, SHIPPED_POLICY.read_text().replace('["everyone"]', "[]"))
    extra = {"DR_POLICY": str(policy)}
    async with inhabited(redis_url, extra, worker=False) as world:
        await world.alice.types(f"/dr {command}".strip())
        await world.told(world.alice, "The policy does not let you look at machines")


async def _time_runs_out(world: World) -> None:
    request = await world.request()
    now = (await world.bot.redis.requests.snapshot()).now
    await world.rewrite(request, expires_at=now - LONG_AGO)


async def _votes(world: World, count: int) -> bool:
    return len((await world.request()).votes) == count


async def _is(world: World, state: State) -> bool:
    return (await world.request()).state is state


def _written(folder: Path, text: str) -> Path:
    path = folder / "policy.toml"
    path.write_text(text, "utf-8")
    return path

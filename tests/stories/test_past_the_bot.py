"""Somebody works past the bot: it is written down, and the incident channel hears of it once."""

import uuid
from collections.abc import Sequence
from typing import Any

from bot.domain import bodies_plans
from bot.domain.catalogue import Call, Ground
from bot.domain.request import State
from bot.gateways.azure import Accepted
from bot.jobs.outside import watch_vaults
from bot.jobs.submit import submit_request
from tests.world import MINUTE, World, inhabited, until

FAILOVER = "Failover of vm-web01"
PAST = "was started past the bot"


async def looked(world: World, times: int = 1) -> list[Any]:
    """Let the bot look at the vaults; returns what it has written down of others."""
    for _ in range(times):
        await watch_vaults(world.bot)
    return [entry.data for entry in await world.entries() if entry.type == "dr.outside.job"]


async def watching(world: World) -> None:
    """Look for the first time; what begins a minute later counts."""
    await watch_vaults(world.bot)
    world.clock.advance(MINUTE)


async def by_hand(world: World, machine: str, action: str, properties: Any = None) -> Accepted:
    """Do something to a machine as somebody does in the portal."""
    resource = world.vault.machine(machine).item_id
    body = {"properties": properties} if properties else None
    return await world.bot.azure.submit(
        Call(resource=resource, action=action, body=body), str(uuid.uuid4())
    )


async def failed_over_by_hand(world: World, machine: str) -> Accepted:
    """Fail a machine over in the portal."""
    properties = {
        "failoverDirection": "PrimaryToRecovery",
        "sourceSiteOperations": "NotRequired",
        "providerSpecificDetails": {"instanceType": "A2A"},
    }
    return await by_hand(world, machine, "unplannedFailover", properties)


async def told(world: World) -> Sequence[str]:
    """Read what the channel was told about others."""
    return [one.words for one in await world.alice.messages("incidents") if PAST in one.words]


async def test_a_failover_in_the_portal_is_told_once(world: World) -> None:
    """Who and when as far as Azure says, and where to look; a second look says nothing."""
    await watching(world)
    accepted = await failed_over_by_hand(world, "vm-web02")
    [fact] = await looked(world, times=3)
    assert (fact.operation, fact.target) == ("UnplannedFailover", "vm-web02")
    assert fact.correlation["job"] == accepted.job
    assert " ActivityId: " in fact.correlation["activity"]
    assert fact.correlation["started"]
    [words] = await told(world)
    assert f"Failover of vm-web02 {PAST}: no request is behind it." in words
    assert fact.correlation["activity"] in words
    assert "/dr status vm-web02" in words
    world.clock.advance(10 * MINUTE)
    await by_hand(world, "vm-web02", "failoverCommit")
    assert [one.operation for one in await looked(world)] == ["UnplannedFailover", "CommitFailover"]


async def test_what_began_before_the_first_look_is_history(world: World) -> None:
    """A bot that is new to a vault does not tell what it has not seen."""
    await failed_over_by_hand(world, "vm-web02")
    assert await looked(world, times=3) == []


async def test_what_a_request_began_is_no_news(world: World) -> None:
    """A failover that was approved, and a job that the bot was asked to stop."""
    await watching(world)
    await world.asked()
    await world.approved(FAILOVER)
    await world.started("UnplannedFailover")
    assert await looked(world, times=3) == []
    assert await told(world) == []


async def test_a_lost_answer_is_still_ours(redis_url: str) -> None:
    """The job runs and nobody has found it yet: the intent names what Azure keeps with it."""
    async with inhabited(redis_url, worker=False) as world:
        await watching(world)
        world.vault.trouble.next("/unplannedFailover", "drop_after_accept")
        await world.asked()
        await world.approved(FAILOVER)
        await until(lambda: _approved(world), "it is not approved")
        await submit_request(world.bot, (await world.request()).id)
        assert (await world.request()).state is State.UNKNOWN
        assert (await world.request()).job is None
        await world.started("UnplannedFailover")
        assert await looked(world, times=3) == []


async def _approved(world: World) -> bool:
    return (await world.request()).state is State.APPROVED


async def test_the_machines_of_a_request_are_ours_each(world: World) -> None:
    """Several machines are parts with requests of their own."""
    await watching(world)
    await world.alice.types("/dr failover vm-web01 vm-web02 because West Europe is down")
    await world.alice.sees("Failover of vm-web01, vm-web02", "0 of 2")
    await world.approved("Failover of vm-web01, vm-web02")
    await world.started("UnplannedFailover", 2)
    assert await looked(world, times=3) == []


async def test_the_steps_of_a_plan_are_not_told_one_by_one(whole: World) -> None:
    """Ours: nothing. Somebody else's: one line for the plan, none for its machines."""
    await watching(whole)
    await whole.alice.types("/dr failover plan:plan-shop because West Europe is down")
    await whole.alice.sees("Failover of plan-shop", "0 of 2")
    await whole.approved("Failover of plan-shop")
    await whole.started("UnplannedFailover")
    whole.clock.advance(2 * MINUTE)
    await whole.started("UnplannedFailover", 2)
    assert await looked(whole, times=3) == []


async def test_a_plan_in_the_portal_is_one_line(whole: World) -> None:
    """The jobs of its machines belong to it, whenever they begin."""
    await watching(whole)
    plans = await whole.bot.azure.plans(whole.vault.resource_id)
    plan = next(one for one in plans if one.name == "plan-shop")
    ground = Ground(target=plan)
    call = bodies_plans.unplanned_failover(ground, point="processed", shutdown=False)
    await whole.bot.azure.submit(call, str(uuid.uuid4()))
    assert len(await looked(whole)) == 1
    whole.clock.advance(2 * MINUTE)
    await whole.started("UnplannedFailover", 2)
    assert [one.target for one in await looked(whole, times=3)] == ["plan-shop"]


async def test_one_vault_in_trouble_does_not_hide_the_other(redis_url: str) -> None:
    """What cannot be read now is judged at a later look."""
    async with inhabited(redis_url) as world:
        await watching(world)
        await failed_over_by_hand(world, "vm-web02")
        world.vault.trouble.sometimes("/replicationJobs", "malformed", 1.0, method="GET")
        assert await looked(world) == []
        world.vault.trouble.calm()
        assert len(await looked(world)) == 1


async def test_slack_away_is_told_later(quiet: World) -> None:
    """The entry is written once; the post is made up for."""
    await watching(quiet)
    await failed_over_by_hand(quiet, "vm-web02")
    quiet.workspace.trouble.next("chat.postMessage", "unavailable")
    assert len(await looked(quiet)) == 1
    assert await told(quiet) == []
    assert len(await looked(quiet, times=2)) == 1
    assert len(await told(quiet)) == 1


async def test_a_restart_of_a_job_is_not_somebody_elses(world: World) -> None:
    """A job that failed and was restarted by a request keeps its name, and is still ours."""
    await watching(world)
    world.vault.fail_next_job("vm-web01", "UnplannedFailover")
    await world.asked()
    await world.approved(FAILOVER)
    await world.started("UnplannedFailover")
    await world.done("Failover of vm-web01 failed")
    await watch_vaults(world.bot)
    await world.alice.types("/dr restart-job vm-web01 because it was a hiccup")
    await world.alice.sees("Restart job", "0 of 2")
    await world.approved("Restart job")
    await until(lambda: world.posts("restart") == 1, "it is not restarted")
    world.clock.advance(MINUTE)
    assert await looked(world, times=3) == []

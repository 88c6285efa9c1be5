"""Past the bot, otherwise than by a job of one's own: a job of ours altered, a machine gone."""

import uuid
from typing import Any

from bot.domain.catalogue import Call
from bot.domain.request import State
from bot.jobs.outside import watch_vaults
from bot.jobs.submit import submit_request
from tests.world import MINUTE, World, until

FAILOVER = "Failover of vm-web01"


async def looked(world: World, times: int = 1) -> list[Any]:
    """Let the bot look at the vaults; returns what it has written down of others."""
    for _ in range(times):
        await watch_vaults(world.bot)
    return [e.data for e in await world.entries() if e.type.startswith("dr.outside.")]


async def watching(world: World) -> None:
    """Look for the first time; what happens a minute later counts."""
    await watch_vaults(world.bot)
    world.clock.advance(MINUTE)


async def alarms(world: World, words: str) -> list[str]:
    """Read what the channel was told in red."""
    messages = await world.alice.messages("incidents")
    return [one.words for one in messages if ":red_circle:" in one.words and words in one.words]


async def failing_over(world: World) -> str:
    """Have a failover of ours run; returns the name of its job."""
    await world.asked()
    await world.approved(FAILOVER)
    await world.started("UnplannedFailover")
    await until(lambda: _known(world), "the job is not known to the request")
    return world.vault.jobs[-1].job_id


async def _known(world: World) -> bool:
    return (await world.request()).job is not None


async def test_our_job_cancelled_in_the_portal_is_told_once(world: World) -> None:
    """Which request it was, when it ended, and where to look; and the request ends as cancelled."""
    await watching(world)
    job = await failing_over(world)
    assert await looked(world) == []
    world.vault.cancel_job(job)
    world.clock.advance(MINUTE)
    await world.alice.sees(FAILOVER, "Cancelled")
    request = await world.request()
    [fact] = await looked(world, times=3)
    assert (fact.type, fact.subject, fact.target) == ("outside.cancel", request.id, "vm-web01")
    assert fact.correlation["job"] == job
    assert fact.correlation["ended"]
    [words] = await alarms(world, "was cancelled past the bot")
    assert f"it is the job of {request.id}, and no request asked for that. It ended" in words
    assert "The activity log of the subscription names who it was." in words
    await world.erin.types(f"/dr audit {request.id}")
    await world.told(world.erin, "Audit log of", "was cancelled past the bot")


async def test_a_cancel_that_a_request_asked_for_is_no_news(world: World) -> None:
    """Two people approved that the job be stopped, so nobody is alarmed."""
    await watching(world)
    await failing_over(world)
    await world.carla.types("/dr cancel-job vm-web01 because it was the wrong one")
    await world.alice.sees("Cancel job", "0 of 2")
    await world.bo.presses("Approve", on="Cancel job")
    await world.dmitri.presses("Approve", on="Cancel job")
    await until(lambda: world.posts("cancel") == 1, "it is not cancelled")
    world.clock.advance(MINUTE)
    await world.alice.sees(FAILOVER, "Cancelled")
    assert await looked(world, times=3) == []
    assert await alarms(world, "past the bot") == []


async def test_a_lost_answer_does_not_hide_whose_job_was_cancelled(quiet: World) -> None:
    """Nobody has found the job yet; the intent names what Azure keeps with it."""
    await watching(quiet)
    await quiet.asked()
    await quiet.approved(FAILOVER)
    await until(lambda: _approved(quiet), "it is not approved")
    quiet.vault.trouble.next("/unplannedFailover", "drop_after_accept")
    await submit_request(quiet.bot, (await quiet.request()).id)
    assert (await quiet.request()).state is State.UNKNOWN
    quiet.vault.cancel_job(quiet.vault.jobs[-1].job_id)
    quiet.clock.advance(MINUTE)
    [fact] = await looked(quiet, times=2)
    assert (fact.type, fact.subject) == ("outside.cancel", (await quiet.request()).id)


async def _approved(world: World) -> bool:
    return (await world.request()).state is State.APPROVED


async def test_our_failed_job_run_again_in_the_portal_is_told(world: World) -> None:
    """The request has ended as failed, and the machine is failed over all the same."""
    await watching(world)
    world.vault.fail_next_job("vm-web01", "UnplannedFailover")
    job = await failing_over(world)
    await world.done("Failover of vm-web01 failed")
    assert await looked(world) == []
    request = await world.request()
    assert request.job is not None
    await world.bot.azure.submit(
        Call(resource=request.job.id, action="restart", body=None), str(uuid.uuid4())
    )
    [fact] = await looked(world, times=3)
    assert (fact.type, fact.subject) == ("outside.restart", request.id)
    assert fact.correlation["job"] == job
    [words] = await alarms(world, "run again past the bot")
    assert f"It was the job of {request.id}, which has ended." in words


async def test_a_disabled_machine_is_told_once_by_its_job(world: World) -> None:
    """The job is an alarm; that the machine is gone when it has ended is no second one."""
    await watching(world)
    world.vault.disable("vm-web02")
    [fact] = await looked(world)
    assert (fact.type, fact.operation, fact.target) == ("outside.job", "DisableDr", "vm-web02")
    world.clock.advance(5 * MINUTE)
    assert len(await looked(world, times=4)) == 1
    await world.alice.types("/dr status vm-web02")
    await world.told(world.alice, "No machine is called vm-web02.")


async def test_a_machine_that_is_gone_without_a_job_is_told(quiet: World) -> None:
    """After a second look, for it might only be on its way; then once."""
    await watching(quiet)
    quiet.vault.lose("vm-web02")
    assert await looked(quiet) == []
    [fact] = await looked(quiet, times=4)
    assert (fact.type, fact.target) == ("outside.machine", "vm-web02")
    [words] = await alarms(quiet, "is not protected any more")
    assert "vm-web02 is not protected any more: it has gone from the vault" in words
    assert "/dr events vm-web02" in words


async def test_a_machine_that_comes_back_was_not_lost(quiet: World) -> None:
    """Missing at one look and there at the next, twice: nobody is alarmed."""
    await watching(quiet)
    machine = quiet.vault.machine("vm-web02")
    for _ in range(2):
        quiet.vault.lose("vm-web02")
        assert await looked(quiet) == []
        quiet.vault.machines.append(machine)
        assert await looked(quiet) == []


async def test_a_reprotect_does_not_look_like_a_loss(world: World) -> None:
    """The item goes to another container of the vault, and is the same machine."""
    await watching(world)
    await failing_over(world)
    await world.done("Failover of vm-web01 succeeded")
    for verb in ("commit", "reprotect"):
        title = f"{verb.capitalize()} of vm-web01"
        await world.alice.types(f"/dr {verb} vm-web01 because West Europe is back")
        await world.alice.sees(title, "0 of 2")
        await world.approved(title)
        await until(lambda: _known(world), "the job is not known to the request")
        assert await looked(world, times=3) == []
        await world.done(f"{title} succeeded", minutes=20)
        assert await looked(world, times=3) == []


async def test_a_vault_that_cannot_be_read_has_not_lost_its_machines(world: World) -> None:
    """A list that fails is no list without machines."""
    await watching(world)
    world.vault.trouble.sometimes("/replicationProtectedItems", "malformed", 1.0, method="GET")
    assert await looked(world, times=3) == []
    world.vault.trouble.calm()
    assert await looked(world, times=2) == []


async def test_a_job_that_only_the_events_still_tell_about_is_told(quiet: World) -> None:
    """It failed and is on no list any more; who began it is waited for, and not to be had."""
    await watching(quiet)
    quiet.vault.fail_next_job("vm-web02", "DisableDr")
    job = quiet.vault.disable("vm-web02")
    quiet.clock.advance(5 * MINUTE)
    quiet.vault.forget_job(job.job_id)
    [fact] = await looked(quiet, times=12)
    assert (fact.operation, fact.target) == ("DisableDr", "vm-web02")
    assert fact.correlation["job"] == job.job_id
    assert await alarms(quiet, "was started past the bot")


async def test_events_that_cannot_be_read_hide_no_job(world: World) -> None:
    """They add to the list of jobs, which has nearly everything."""
    await watching(world)
    world.vault.trouble.sometimes("/replicationEvents", "malformed", 1.0, method="GET")
    world.vault.disable("vm-web02")
    [fact] = await looked(world)
    assert fact.operation == "DisableDr"

"""Manual actions of recovery plans: a word counts for the action that it was given for."""

import pytest

from bot import settling
from bot.domain.bodies import resume
from bot.domain.catalogue import Call
from sandbox.people import Person
from sandbox.vault.plans import PlanAction
from tests.world import World, until

ERP = "plan-erp"
TITLE = f"Failover of {ERP}"
FIRST, SECOND = "Stop the batch jobs", "Check the ERP database"


async def waiting(world: World, *, two: bool = False) -> None:
    """Have a failover of the plan wait for its first manual action."""
    plan = world.vault.plan(ERP)
    if two:
        at = plan.actions[0].operations
        first = PlanAction(1, "start", FIRST, "ManualAction", "On vm-erpapp01.", at)
        plan.actions = (first, *plan.actions)
    await world.alice.types(f"/dr failover plan:{ERP} because West Europe is down")
    await world.alice.sees(TITLE, "0 of 2")
    await world.approved(TITLE)
    await world.started("UnplannedFailover")
    world.clock.advance(600)
    await world.alice.sees(TITLE, "Waits for somebody", FIRST if two else SECOND)


def job_of(world: World) -> str:
    """Return the id of the plan's own job."""
    job = next(one for one in world.vault.jobs if one.scenario == "UnplannedFailover")
    return f"{world.vault.resource_id}/replicationJobs/{job.job_id}"


async def says(person: Person, words: str) -> None:
    """Fill in and send the form that is open."""
    await person.fills(option=words)
    await person.submits()


async def test_two_actions_take_a_word_each(whole: World) -> None:
    """A form that was opened for the first one does not let the job past the second."""
    await waiting(whole, two=True)
    await whole.bo.presses("It is done…", on=TITLE)
    await whole.carla.presses("It is done…", on=TITLE)
    await says(whole.bo, "The batch jobs are stopped")
    await until(lambda: whole.posts("resume") == 1, "Azure was not told")
    whole.clock.advance(600)
    await whole.alice.sees(TITLE, "Waits for somebody", f"this: {SECOND}")
    await says(whole.carla, "I have stopped them, too")
    await whole.told(whole.carla, "It does not wait for that any more")
    assert whole.posts("resume") == 1
    await whole.carla.presses("It is done…", on=TITLE)
    await says(whole.carla, "The database is open")
    await until(lambda: whole.posts("resume") == 2, "Azure was not told")
    await whole.done(TITLE, "Succeeded", minutes=40)


async def test_a_word_that_azure_is_past_already_is_not_sent(whole: World) -> None:
    """Somebody completed it in the portal, and the card does not know that yet."""
    await waiting(whole, two=True)
    await whole.bo.presses("It is done…", on=TITLE)
    await whole.bo.modal()
    await whole.bot.azure.submit(resume(job_of(whole), "in the portal"), "x")
    whole.clock.advance(600)
    await says(whole.bo, "The batch jobs are stopped")
    await whole.told(whole.bo, "It does not wait for that any more")
    assert whole.posts("resume") == 1


async def test_a_word_that_was_held_up_is_not_sent(
    whole: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By the time that a front goes on which stood still, another action may be the one that waits.

    Whoever said it reads that it may not have arrived, and can say it again after a while.
    """
    monkeypatch.setattr(settling, "CLAIM_LIFETIME", -1)
    await waiting(whole)
    await whole.bo.presses("It is done…", on=TITLE)
    await says(whole.bo, "The database is open")
    await whole.told(whole.bo, "Whether the operation began is not known yet")
    assert whole.posts("resume") == 0
    assert (await whole.kinds()).count("request.nod") == 1


async def test_two_people_at_once_let_it_go_on_once(whole: World) -> None:
    """The second is told that it was said already."""
    await waiting(whole)
    for person in (whole.bo, whole.carla):
        await person.presses("It is done…", on=TITLE)
        await person.modal()
    await says(whole.bo, "It is open")
    await says(whole.carla, "It is open, I saw it")
    await until(lambda: whole.posts("resume") == 1, "Azure was not told")
    await whole.done(TITLE, "Succeeded", minutes=40)
    assert whole.posts("resume") == 1


async def test_a_lost_answer_to_a_word_is_not_sent_again(whole: World) -> None:
    """Azure had heard it; the job goes on, and the card with it."""
    await waiting(whole)
    whole.vault.trouble.next("/resume", "drop_after_accept")
    await whole.bo.presses("It is done…", on=TITLE)
    await says(whole.bo, "It is *open* <!channel> & <@U1>")
    await until(lambda: whole.posts("resume") == 1, "Azure was not told")
    await whole.done(TITLE, "Succeeded", minutes=40)
    assert whole.posts("resume") == 1


async def test_a_waiting_job_that_is_cancelled_outside_ends_the_request(whole: World) -> None:
    """Nobody waits for a word any more, and the plan's machines can be asked for again."""
    await waiting(whole)
    await whole.bo.presses("It is done…", on=TITLE)
    await whole.bo.modal()
    await whole.bot.azure.submit(Call(action="cancel", resource=job_of(whole)), "x")
    await whole.done(TITLE, "Cancelled", minutes=40)
    await says(whole.bo, "The database is open")
    await whole.told(whole.bo, "it does not wait for")
    assert whole.posts("resume") == 0
    keys = [key async for key in whole.bot.redis.client.scan_iter("{dr}:target:*")]
    assert keys == []

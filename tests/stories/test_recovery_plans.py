"""Recovery plans: a whole application in its order, with what people have to do in between."""

import pytest

from bot.domain.operations import CATALOGUE
from bot.domain.plans import Plan
from bot.errors import NotNow
from bot.targets import rule_for
from tests.world import World, until

SHOP, ERP, SITE = "plan-shop", "plan-erp", "plan-site"


async def go(world: World, operation: str, plan: str, scenario: str, title: str) -> None:
    """Ask for an operation on a plan, have it approved and let it end well."""
    before = sum(job.scenario == scenario for job in world.vault.jobs)
    await world.alice.types(f"/dr {operation} plan:{plan} because West Europe is down")
    await world.alice.sees(f"{title} of {plan}", "0 of 2")
    await world.approved(f"{title} of {plan}")
    await world.started(scenario, before + 1)
    await world.done(f"{title} of {plan}", "Succeeded", minutes=40)


async def test_a_plan_fails_over_as_one(whole: World) -> None:
    """One call, one job, its groups and their machines as nested steps, and its machines after."""
    await whole.alice.types(f"/dr failover {SHOP} --shutdown yes because West Europe is down")
    card = await whole.alice.sees(f"Failover of {SHOP}", "0 of 2", "Group 1", "Group 2")
    assert "moves West Europe → North Europe" in card.words
    await whole.approved(f"Failover of {SHOP}")
    await whole.started("UnplannedFailover")
    whole.clock.advance(130)
    running = await whole.alice.sees(f"Failover of {SHOP}", "Running", "Recovery plan failover")
    assert "All groups shutdown" in running.words
    card = await whole.done(f"Failover of {SHOP}", "Succeeded", minutes=10)
    assert whole.posts("unplannedFailover") == 1
    assert {one.region for one in whole.vault.plan(SHOP).machines} == {"northeurope"}
    assert "vm-app01 — Failover completed · runs in North Europe" in card.words
    assert "Commit" in [button.label for button in card.buttons]


async def test_a_plan_keeps_its_machines_while_its_request_is_open(whole: World) -> None:
    """Nobody asks for one of them meanwhile, and a plan waits for its machines."""
    await whole.alice.types(f"/dr failover plan:{SHOP} because West Europe is down")
    await whole.alice.sees(f"Failover of {SHOP}", "0 of 2")
    await whole.alice.types("/dr failover vm-app01 because West Europe is down")
    await whole.told(whole.alice, "vm-app01 already has an open request", "a failover")
    await whole.alice.presses("Withdraw", on=f"Failover of {SHOP}")
    await whole.alice.sees(f"Failover of {SHOP}", "Withdrawn")
    await whole.asked("vm-app01")
    await whole.alice.types(f"/dr failover plan:{SHOP} because West Europe is down")
    await whole.told(whole.alice, "vm-app01 already has an open request")


async def test_a_manual_action_waits_for_a_person_who_says_it_is_done(whole: World) -> None:
    """The button opens a form; the note and the name go to Azure and into the audit log."""
    await whole.alice.types(f"/dr failover plan:{ERP} because West Europe is down")
    asked = await whole.alice.sees(f"Failover of {ERP}", "Check the ERP database", "Update DNS")
    assert "vm-mv01" in asked.words
    await whole.approved(f"Failover of {ERP}")
    await whole.started("UnplannedFailover")
    whole.clock.advance(600)
    await whole.alice.sees(f"Failover of {ERP}", "Waits for somebody", "Log on to vm-mv01")
    await whole.erin.presses("It is done…", on=f"Failover of {ERP}")
    await whole.erin.fills(option="I believe so")
    await whole.erin.submits()
    await whole.told(whole.erin, "You are not among those who may ask for or approve this.")
    await whole.bo.presses("It is done…", on=f"Failover of {ERP}")
    await whole.bo.fills(option="The database is open, seen by its log")
    await whole.bo.submits()
    await until(lambda: whole.posts("resume") == 1, "Azure was not told")
    card = await whole.done(f"Failover of {ERP}", "Succeeded", minutes=20)
    said = [one.words for one in await whole.alice.thread(card)]
    assert any("bo says that “Check the ERP database” is done" in words for words in said), said
    job = next(one for one in whole.vault.jobs if one.scenario == "UnplannedFailover")
    assert "The database is open, seen by its log (bo, " in next(iter(job.observations.values()))
    assert "request.nod" in await whole.kinds()


async def test_a_test_of_a_plan_and_its_cleanup(whole: World) -> None:
    """The copies of all machines are started, and deleted again."""
    network = whole.vault.networks["northeurope"]
    await whole.alice.types(f"/dr test-failover plan:{SHOP} --network {network} because a drill")
    await whole.alice.sees(f"Test failover of {SHOP}", "a copy of each is started")
    await whole.approved(f"Test failover of {SHOP}")
    await whole.started("TestFailover")
    await whole.done(f"Test failover of {SHOP}", "Succeeded", minutes=10)
    await go(whole, "cleanup", SHOP, "TestFailoverCleanup", "Test failover cleanup")
    assert {one.test_state for one in whole.vault.plan(SHOP).machines} == {"None"}


async def test_a_plan_of_azure_machines_is_reprotected_machine_by_machine(whole: World) -> None:
    """Azure offers no reprotect of such a plan; the bot does it for each, with one vote."""
    await go(whole, "failover", SHOP, "UnplannedFailover", "Failover")
    await go(whole, "commit", SHOP, "CommitFailover", "Commit")
    names = ", ".join(one.friendly_name for one in whole.vault.plan(SHOP).machines)
    count = len(whole.vault.plan(SHOP).machines)
    title = f"Reprotect of {names}" if count <= 3 else f"Reprotect of {count} machines"
    await whole.alice.types(f"/dr reprotect plan:{SHOP} because we go home later")
    await whole.alice.sees(title, "machine by machine", f"plan:{SHOP}")
    await whole.approved(title)
    await whole.started("SwitchReplicationGroupProtection", count)
    await whole.done(title, f"Succeeded for all {count} machines", minutes=20)
    assert whole.posts("switchprotection") == count


async def test_a_hyper_v_plan_goes_and_comes_back(whole: World) -> None:
    """Planned failover, commit, failback, commit and reprotect, each of the plan as a whole."""
    await go(whole, "planned-failover", SITE, "PlannedFailover", "Planned failover")
    assert {one.region for one in whole.vault.plan(SITE).machines} == {"northeurope"}
    await go(whole, "commit", SITE, "CommitFailover", "Commit")
    await go(whole, "failback", SITE, "Failback", "Failback")
    assert {one.region for one in whole.vault.plan(SITE).machines} == {"site-amsterdam"}


async def test_a_plan_that_changed_is_void(whole: World) -> None:
    """Its groups and actions are part of what was approved."""
    await whole.alice.types(f"/dr failover plan:{SHOP} because West Europe is down")
    await whole.alice.sees(f"Failover of {SHOP}", "0 of 2")
    await whole.bo.presses("Approve", on=f"Failover of {SHOP}")
    plan = whole.vault.plan(SHOP)
    plan.groups = tuple(reversed(plan.groups))
    await whole.carla.presses("Approve", on=f"Failover of {SHOP}")
    moved = ("group 1, vm-web01: in it → not in it", "group 3, vm-web01: not in it → in it")
    await whole.alice.sees(f"Failover of {SHOP}", "Void", "Nothing was sent", *moved)
    assert whole.posts("unplannedFailover") == 0


async def test_a_plan_whose_machine_cannot_names_it(whole: World) -> None:
    """And says which of them can, by themselves: Azure itself would let the plan fail."""
    first, second = whole.vault.plan(SITE).machines
    await whole.alice.types(f"/dr failover {first.friendly_name} because the site is down")
    title = f"Failover of {first.friendly_name}"
    await whole.alice.sees(title, "0 of 2")
    await whole.approved(title)
    await whole.started("UnplannedFailover")
    await whole.done(title, "Succeeded", minutes=20)
    await whole.alice.types(f"/dr planned-failover plan:{SITE} because the site is down")
    words = f"Not all machines of {SITE} can: Planned failover is not possible"
    await whole.told(whole.alice, words, f"/dr planned-failover {second.friendly_name}")


async def test_a_plan_nobody_knows_is_answered_with_those_there_are(whole: World) -> None:
    """A near miss is no plan."""
    await whole.alice.types("/dr failover plan:plan-shoo because West Europe is down")
    await whole.told(whole.alice, "No plan is called plan-shoo", SHOP, ERP, SITE)
    await whole.alice.types("/dr failover plan: because West Europe is down")
    await whole.told(whole.alice, "“plan:” needs the name of a plan", "/dr plans")


async def test_an_answer_lost_for_a_plan_is_found_out_about(whole: World) -> None:
    """The plan is sent once, and its job is found."""
    whole.vault.trouble.next("/unplannedFailover", "drop_after_accept")
    await whole.alice.types(f"/dr failover plan:{SHOP} because West Europe is down")
    await whole.alice.sees(f"Failover of {SHOP}", "0 of 2")
    await whole.approved(f"Failover of {SHOP}")
    await whole.started("UnplannedFailover")
    await whole.done(f"Failover of {SHOP}", "Succeeded", minutes=15)
    assert whole.posts("unplannedFailover") == 1


async def test_a_plan_without_machines_is_not_asked_for(quiet: World) -> None:
    """There is nothing that could be approved."""
    empty = Plan(
        id=f"{quiet.vault.resource_id}/replicationRecoveryPlans/plan-empty",
        name="plan-empty",
        vault=quiet.vault.resource_id,
        providers=(),
        primary="West Europe",
        recovery="North Europe",
        allowed=("UnplannedFailover",),
    )
    with pytest.raises(NotNow, match="plan-empty has no machines"):
        await rule_for(quiet.bot, CATALOGUE["failover"], empty)

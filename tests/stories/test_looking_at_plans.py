"""Recovery plans, and whether they and everything else are ready."""

from tests.world import MINUTE, World


async def test_the_plans_are_listed(whole: World) -> None:
    """With their direction, how large they are and what can be done now."""
    await whole.alice.types("/dr plans")
    listed = await whole.told(whole.alice, "Recovery plans", "plan-erp", "plan-shop", "plan-site")
    assert "2 groups, 3 machines, 2 actions" in listed.words
    assert "West Europe → North Europe" in listed.words


async def test_a_plan_is_shown_with_its_groups(whole: World) -> None:
    """In order, with what happens before and after, and how each machine stands."""
    await whole.alice.types("/dr plan plan-erp")
    shown = await whole.told(whole.alice, "plan-erp", "Group 1", "Group 2")
    words = shown.words
    order = ["Group 1", "vm-mv01", "vm-mv02", "Group 2", "Check the ERP database", "vm-erpapp01"]
    places = [words.index(word) for word in [*order, "Update DNS"]]
    assert places == sorted(places), words
    assert "Log on to vm-mv01" in words
    assert "Runbook: Update DNS" in words
    assert "Possible now: /dr failover plan:plan-erp" in words
    await whole.alice.types("/dr plan plan-nothing")
    await whole.told(whole.alice, "No plan is called plan-nothing")


async def test_a_plan_is_as_ready_as_its_worst_machine(whole: World) -> None:
    """And where it waits for a person is said beforehand."""
    await whole.erin.types("/dr ready plan:plan-erp")
    said = await whole.told(whole.erin, "Readiness of the plan plan-erp", "as its worst: at risk")
    assert "It stops at “Check the ERP database” until a person says" in said.words
    assert "It runs the runbook “Update DNS”" in said.words
    assert said.words.index("vm-erpapp01") < said.words.index("vm-mv01 (vault-dr)")


async def test_the_worst_of_all_come_first(whole: World) -> None:
    """After a count of how many are how ready."""
    await whole.erin.types("/dr ready all")
    said = await whole.told(whole.erin, "Not ready", "blocked", "at risk", "2 failed over already")
    assert said.words.index("Blocks:") < said.words.index("Risk:")
    assert said.words.rindex("Blocks:") < said.words.index("vm-erpapp01")


async def test_the_job_of_a_plan_is_shown_with_what_it_waits_for(whole: World) -> None:
    """Its groups, the machines in them, and what a person is to do."""
    await whole.alice.types("/dr failover plan:plan-erp because West Europe is down")
    await whole.alice.sees("Failover of plan-erp", "0 of 2")
    await whole.approved("Failover of plan-erp")
    await whole.started("UnplannedFailover")
    whole.clock.advance(15 * MINUTE)
    job = next(one for one in whole.vault.jobs if one.target_name == "plan-erp")
    await whole.alice.types(f"/dr jobs {job.job_id}")
    shown = await whole.told(whole.alice, "plan-erp Failover", "Group 1: Start (2)", job.job_id)
    for words in ("It waits for a person: Check the ERP database", "vm-mv02 — done", "resume"):
        assert words in shown.words, words
    await whole.alice.types("/dr plans")
    await whole.told(whole.alice, "Recovery plans", "plan-erp", "Possible now: nothing")

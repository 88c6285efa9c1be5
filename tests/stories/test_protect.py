"""Protecting a machine that nobody replicates yet: found, asked for, approved, watched."""

from typing import Any

from bot.domain.request import State
from bot.jobs.follow import follow_vault
from tests.world import World, until

NEW, FILES = "vm-new01", "hv-file01"
TITLE, AT_SITE = f"Protection of {NEW}", f"Protection of {FILES}"


def puts(world: World) -> list[Any]:
    """Return the PUTs that reached the vault."""
    return [one for one in world.vault.journal if one.method == "PUT"]


async def test_an_azure_machine_is_replicated_until_it_is_protected(whole: World) -> None:
    """What it needs is learnt and shown; the card counts up, and a failover is offered at last."""
    await whole.alice.types(f"/dr protect {NEW} because it went live")
    card = await whole.alice.sees(TITLE, "0 of 2", "replicates West Europe → North Europe")
    for learnt in (
        "Replication policy: 24-hour-retention-policy (from the container mapping)",
        "Recovery container: asr-a2a-default-northeurope-container (from the container mapping)",
        "Recovery resource group: rg-erp-asr (as other machines of rg-erp use)",
        "Cache storage account: stcachewesteu (as other machines that replicate this way use)",
        "Recovery network: vnet-northeurope (from the network mapping)",
    ):
        assert learnt in card.words
    assert "Nothing: vm-new01 runs on. A copy of its disks, 320 GB, is kept in" in card.words
    await whole.approved(TITLE)
    await whole.started("EnableDr")
    card = await whole.done(TITLE, "Succeeded", "Replicating (0 %)", minutes=8)
    assert "No failover is offered before it is protected" in card.words
    assert [button.label for button in card.buttons] == []
    whole.clock.advance(180)
    await whole.alice.sees(TITLE, "Replicating (4")
    await whole.alice.types(f"/dr failover {NEW} because West Europe is down")
    await whole.told(whole.alice, f"Failover is not possible for {NEW} now", "for the first time")
    await whole.done(f"{NEW} is protected: it replicates West Europe → North Europe.")
    await until(lambda: _offers(whole, "Failover"), "no failover is offered")
    await whole.alice.presses("Failover", on=TITLE)
    await whole.alice.sees(f"Failover of {NEW}", "0 of 2")


async def test_a_hyper_v_machine_is_replicated_until_it_is_protected(whole: World) -> None:
    """What the site does not tell is chosen in a form."""
    await whole.alice.types(f"/dr protect {FILES} because it went live")
    await whole.told(whole.alice, "has to name the operating system.")
    await whole.alice.presses("Name the operating system")
    await whole.alice.chooses("Windows", of="os", on=await whole.alice.modal())
    assert await whole.alice.submits() == {}
    card = await whole.alice.sees(AT_SITE, "0 of 2", "replicates site-amsterdam → Microsoft Azure")
    assert "Operating system: Windows (named by the asker)" in card.words
    assert f"System disk: {FILES} (from the machine)" in card.words
    assert "Storage account: stcachenortheu (as other machines" in card.words
    await whole.approved(AT_SITE)
    await whole.started("EnableDr")
    await whole.done(AT_SITE, "Succeeded", "Replicating (", minutes=8)
    await whole.done(f"{FILES} is protected: it replicates site-amsterdam")
    assert whole.vault.machine(FILES).protection_state == "Protected"


async def test_a_lost_answer_is_found_again(whole: World) -> None:
    """Azure had accepted it: the job is adopted, and there was one PUT."""
    whole.vault.trouble.next("/replicationProtectedItems/*", "drop_after_accept", method="PUT")
    whole.vault.trouble.sometimes("/replicationJobs", "malformed", 1.0, method="GET")
    await whole.alice.types(f"/dr protect {NEW} because it went live")
    await whole.approved(TITLE)
    await whole.alice.sees(TITLE, "Unknown.", "nothing is sent again")
    whole.vault.trouble.calm()
    await follow_vault(whole.bot, whole.vault.resource_id)
    await whole.alice.sees("Found it: Azure had accepted it as job")
    whole.clock.advance(1000)
    await follow_vault(whole.bot, whole.vault.resource_id)
    await whole.alice.sees(f"{TITLE} succeeded")
    assert len(puts(whole)) == 1


async def test_what_never_began_is_put_under_the_same_name(whole: World) -> None:
    """The connection broke before Azure took it: a person submits it again, for the same item."""
    whole.vault.trouble.next("/replicationProtectedItems/*", "drop", method="PUT")
    await whole.alice.types(f"/dr protect {NEW} because it went live")
    await whole.approved(TITLE)
    await until(lambda: _is(whole, State.UNKNOWN), "its answer was not lost")
    request = await whole.request()
    last = request.attempts[-1]
    await whole.rewrite(request, attempts=(last.model_copy(update={"at": last.at - 600_000}),))
    await follow_vault(whole.bot, whole.vault.resource_id)
    await whole.alice.sees(TITLE, "Approved, but it never started.")
    await whole.dmitri.presses("Submit again", on=TITLE)
    await whole.started("EnableDr")
    first, second = puts(whole)
    assert (first.path, first.body) == (second.path, second.body)
    assert first.client_request_id != second.client_request_id


async def test_what_is_proved_absent_is_not_what_somebody_else_protected(whole: World) -> None:
    """Protected in the portal while the answer was lost: that it never began cannot be said."""
    whole.vault.trouble.next("/replicationProtectedItems/*", "drop", method="PUT")
    await whole.alice.types(f"/dr protect {NEW} because it went live")
    await whole.approved(TITLE)
    await until(lambda: _is(whole, State.UNKNOWN), "its answer was not lost")
    _protect_in_the_portal(whole, NEW)
    request = await whole.request()
    last = request.attempts[-1]
    await whole.rewrite(request, attempts=(last.model_copy(update={"at": last.at - 600_000}),))
    await follow_vault(whole.bot, whole.vault.resource_id)
    assert await _is(whole, State.UNKNOWN)


async def test_a_machine_that_is_protected_meanwhile_makes_it_void(whole: World) -> None:
    """And one that is gone does, too: nothing is sent."""
    await whole.alice.types(f"/dr protect {NEW} because it went live")
    await whole.alice.sees(TITLE, "0 of 2")
    _protect_in_the_portal(whole, NEW)
    await whole.approved(TITLE)
    await whole.alice.sees(TITLE, "Void", f"{NEW} is protected already")
    await whole.alice.types(f"/dr protect {FILES} --os Windows because it went live")
    await whole.alice.sees(AT_SITE, "0 of 2")
    whole.vault.unprotected.clear()
    await whole.approved(AT_SITE)
    await whole.alice.sees(AT_SITE, "Void", "Nothing was sent")
    assert not puts(whole)


async def test_what_cannot_be_protected_is_said_with_what_can_be_done(whole: World) -> None:
    """Protected already, unknown, elsewhere, several at once, and an option of another kind."""
    alice = whole.alice
    await alice.types("/dr protect vm-web01 because of the audit")
    await whole.told(alice, "vm-web01 is protected already, in vault-dr", "/dr failover")
    await alice.types("/dr protect vm-cache01 because of the audit")
    await whole.told(alice, "vm-cache01 is protected already", "wait until it is protected")
    await alice.types("/dr protect vm-sap01 because of the audit")
    await whole.told(alice, "No unprotected machine is called vm-sap01", f"{FILES}, {NEW}")
    await alice.types(f"/dr protect {NEW} {FILES} because of the audit")
    await whole.told(alice, "/dr protect takes one name")
    await alice.types("/dr protect vm-* because of the audit")
    await whole.told(alice, "One machine at a time is protected")
    await alice.types(f"/dr protect {NEW} --os Linux because of the audit")
    await whole.told(alice, f"--os means nothing for {NEW}", "--group, --cache, --network")
    await alice.types(f"/dr protect {NEW} --vault vault-x because of the audit")
    await whole.told(alice, "No vault of the bot is called vault-x", "There are: vault-dr.")
    await alice.types(f"/dr protect {NEW} --policy gold because of the audit")
    await whole.told(alice, "is called gold", "There are: 24-hour-retention-policy.")
    await alice.types(f"/dr protect {NEW} --group rg-none because of the audit")
    await whole.told(alice, "goes to a resource group rg-none", "Give its whole id")


async def _is(world: World, state: State) -> bool:
    return (await world.request()).state is state


async def _offers(world: World, label: str) -> bool:
    card = await world.alice.sees(TITLE, "Succeeded")
    return label in [button.label for button in card.buttons]


def _protect_in_the_portal(world: World, name: str) -> None:
    """Let somebody else protect a machine, with no job that could be mistaken for ours."""
    (machine,) = [one for one in world.vault.unprotected if one.friendly_name == name]
    world.vault.unprotected.remove(machine)
    world.vault.world.machines.append(machine)

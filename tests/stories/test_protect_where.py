"""Which machine is to be protected, where to, and what only a person can say."""

from pathlib import Path

import pytest

from bot.settings import SHIPPED_POLICY
from sandbox.vault import Vault
from sandbox.vault.estate import Pairing
from sandbox.vault.machines import POLICY_OF, Policy
from sandbox.vault.makers import Role, Route, azure_machine
from sandbox.vault.places import NORTH, SECOND_CACHE_ACCOUNTS, UK_SOUTH, UK_WEST, WEST
from tests.world import World, inhabited

NEW = "vm-new01"
TITLE = f"Protection of {NEW}"
BOTH = {"DR_VAULTS": ",".join(Vault.resource_ids)}


async def test_what_no_neighbour_tells_is_asked_for_in_one_form(whole: World) -> None:
    """The first machine of its region: resource group and cache account are filled in."""
    _first_of_its_region(whole)
    before = await whole.record()
    await whole.alice.types(f"/dr protect {NEW} because it went live")
    await whole.told(
        whole.alice, "has to name the recovery resource group and cache storage account."
    )
    await whole.alice.presses("Fill in what is missing")
    form = await whole.alice.modal()
    assert form.title == "Protection"
    await whole.alice.fills(group="rg/erp", cache="nonsense")
    errors = await whole.alice.submits()
    assert "is not the resource id of a resource group" in errors["group"]
    assert "is not the resource id of a storage account" in errors["cache"]
    assert await whole.record() == before
    group = f"/subscriptions/{whole.vault.subscription_id}/resourceGroups/rg-erp-asr"
    await whole.alice.fills(group=group, cache=whole.vault.cache_accounts["westeurope"])
    assert await whole.alice.submits() == {}
    card = await whole.alice.sees(TITLE, "0 of 2", "rg-erp-asr", "stcachewesteu")
    assert card.words.count("named by the asker") == 2
    await whole.approved(TITLE)
    await whole.started("EnableDr")
    await whole.done(f"{TITLE} succeeded", minutes=8)


async def test_the_policy_file_may_name_the_cache_account(redis_url: str, tmp_path: Path) -> None:
    """What a reprotect there uses, a protection uses as well."""
    account = Vault.cache_accounts["westeurope"]
    policy = tmp_path / "policy.toml"
    policy.write_text(
        SHIPPED_POLICY.read_text("utf-8")
        + f'\n[reprotect.westeurope]\ncache_storage_account = "{account}"\n',
        "utf-8",
    )
    async with inhabited(redis_url, {"DR_POLICY": str(policy)}, estate="full") as world:
        _first_of_its_region(world)
        group = f"/subscriptions/{world.vault.subscription_id}/resourceGroups/rg-erp-asr"
        await world.alice.types(f"/dr protect {NEW} --group {group} because it went live")
        await world.alice.sees(TITLE, "0 of 2", "stcachewesteu (from the policy)")


async def test_of_several_mappings_a_person_chooses_one(whole: World) -> None:
    """Two policies lead from West to North Europe: a form offers both."""
    whole.vault.world.estate.pairings += (Pairing(WEST, NORTH, Policy("gold", "A2A")),)
    await whole.alice.types(f"/dr protect {NEW} because it went live")
    await whole.told(whole.alice, "can be protected in several ways", "24-hour-retention-policy")
    await whole.alice.presses("Name the replication policy")
    await whole.alice.chooses("gold", of="policy", on=await whole.alice.modal())
    assert await whole.alice.submits() == {}
    await whole.alice.sees(TITLE, "0 of 2", "Replication policy: gold (named by the asker)")


async def test_of_two_machines_of_a_name_a_person_chooses_one(redis_url: str) -> None:
    """Each in a subscription of its own: buttons name vault and group; `--vault` decides, too."""
    async with inhabited(redis_url, BOTH, estate="full") as world:
        _also_in_the_second_vault(world)
        await world.alice.types(f"/dr protect {NEW} because it went live")
        await world.told(world.alice, f"2 unprotected machines are called {NEW}. Which one?")
        await world.alice.presses(f"{NEW}@vault-dr-2 (rg-logistics)")
        await world.alice.sees(TITLE, "0 of 2", "replicates UK South → UK West", "stcacheuksouth")
        await world.alice.types(f"/dr protect {NEW} --vault vault-dr because it went live")
        await world.alice.sees(TITLE, "0 of 2", "replicates West Europe → North Europe")
        await world.alice.types(f"/dr protect {NEW}@vault-dr because it went live")
        await world.told(world.alice, "This is asked already", TITLE)


async def test_a_machine_is_meant_by_its_resource_id(whole: World) -> None:
    """In whatever casing; one that is protected already is known by its id as well."""
    (machine,) = [one for one in whole.vault.unprotected if one.friendly_name == NEW]
    await whole.alice.types(f"/dr protect {machine.vm_id(WEST).lower()} because it went live")
    await whole.alice.sees(TITLE, "0 of 2")
    web = whole.vault.machine("vm-web01")
    await whole.alice.types(f"/dr protect {web.vm_id(WEST)} because it went live")
    await whole.told(whole.alice, "vm-web01 is protected already, in vault-dr")
    gone = machine.vm_id(WEST).replace(NEW, "vm-gone01")
    await whole.alice.types(f"/dr protect {gone} because it went live")
    await whole.told(whole.alice, "No unprotected machine is called /subscriptions/")
    listed = [one for one in whole.vault.journal if one.path.endswith("/virtualMachines")]
    assert not listed


async def test_what_is_left_of_a_machine_that_moved_is_not_meant(whole: World) -> None:
    """vm-files01 replicates from North to West Europe; its old self there is no new machine."""
    await whole.alice.types("/dr protect vm-files01 because of the audit")
    await whole.told(whole.alice, "vm-files01 is protected already")


async def test_a_machine_where_no_vault_can_protect_it(whole: World) -> None:
    """The answer says which regions are covered."""
    whole.vault.world.estate.pairings = (Pairing(NORTH, WEST, POLICY_OF["A2A"]),)
    await whole.alice.types(f"/dr protect {NEW} because it went live")
    await whole.told(whole.alice, f"{NEW} is in westeurope", "Covered are: North Europe.")


@pytest.mark.parametrize("typed", ["vm-new1", "vm-nwe01"])
async def test_a_name_that_is_nearly_right_is_asked_about(whole: World, typed: str) -> None:
    """One press goes on with the command."""
    await whole.alice.types(f"/dr protect {typed} because it went live")
    await whole.told(whole.alice, f"No unprotected machine is called {typed}. Did you mean")
    await whole.alice.presses(f"{NEW}@vault-dr (rg-erp)")
    await whole.alice.sees(TITLE, "0 of 2")


async def test_what_may_not_be_read_is_named_with_the_right(whole: World) -> None:
    """The built-in operator sees no virtual machines: not found is not the same as not there."""
    whole.vault.role = "operator"
    await whole.alice.types(f"/dr protect {NEW} because it went live")
    await whole.told(
        whole.alice, f"{NEW} was not found, but", "lacks the action Microsoft.Compute/virtualMach"
    )
    await whole.alice.types("/dr protect hv-file01 --os Windows because it went live")
    await whole.told(whole.alice, "Is it this one?", "Another machine may be called hv-file01")
    await whole.alice.presses("hv-file01@vault-dr (site-amsterdam)")
    card = await whole.alice.sees("Protection of hv-file01", "0 of 2")
    await whole.approved("Protection of hv-file01")
    card = await whole.alice.sees("Protection of hv-file01", "Failed", "replicationProtectedItems")
    assert "lacks the action" in card.words


async def test_a_preview_shows_the_put(whole: World) -> None:
    """What would be asked, where it was learnt, and what Azure would be sent; nothing is stored."""
    before = await whole.record()
    await whole.alice.types(f"/dr preview protect {NEW}")
    shown = await whole.told(
        whole.alice, f"Preview: {TITLE}", "PUT …/replicationProtectedItems/", '"fabricObjectId"'
    )
    assert "Recovery resource group: rg-erp-asr" in shown.words
    assert await whole.record() == before


async def test_a_rule_may_name_the_machine(redis_url: str, tmp_path: Path) -> None:
    """The policy speaks of protections by name, like of everything else."""
    policy = tmp_path / "policy.toml"
    shipped = SHIPPED_POLICY.read_text("utf-8")
    rule = (
        '[[rule]]\nname = "newcomers"\noperations = ["protect"]\nmachines = ["vm-new*"]\n'
        'approvals = 1\nmay_ask = ["@dr-operators"]\nmay_approve = ["@dr-approvers"]\n\n'
    )
    policy.write_text(shipped.replace("[[rule]]", f"{rule}[[rule]]", 1), "utf-8")
    async with inhabited(redis_url, {"DR_POLICY": str(policy)}, estate="full") as world:
        await world.alice.types(f"/dr protect {NEW} because it went live")
        await world.alice.sees(TITLE, "0 of 1", "newcomers")


def _first_of_its_region(world: World) -> None:
    """Take away every machine that replicates from West Europe."""
    machines = world.vault.world.machines
    machines[:] = [one for one in machines if one.home is not WEST]


def _also_in_the_second_vault(world: World) -> None:
    """Let there be an unprotected machine of the same name in the United Kingdom."""
    there = world.vault.second.world
    route = Route(UK_SOUTH, UK_WEST, SECOND_CACHE_ACCOUNTS["uksouth"])
    twin = azure_machine(NEW, Role("rg-logistics"), world.clock.now(), there.rng, route)
    there.estate.unprotected.append(twin)

"""Rights: what the built-in operator may read, what is missing, and the least role of our own."""

import io
import json

import pytest

from bot.domain.catalogue import Call
from bot.errors import AzureRefused
from bot.gateways.azure import Azure
from bot.gateways.azure.rights import ACTIONS, missing
from handlers.doctor_command import print_role
from sandbox.vault import Vault
from tests.bot.samples import VAULT


async def look_at_everything(azure: Azure, vault: Vault) -> None:
    """Read all that the bot reads of a vault, but for virtual machines."""
    here, item = vault.resource_id, vault.machine("vm-web01").item_id
    await azure.machines(here)
    await azure.plans(here)
    await azure.jobs(here)
    await azure.points(item)
    machine = await azure.machine(item)
    assert await azure.mappings(machine.container)


async def test_a_site_recovery_operator_reads_all_but_virtual_machines(
    azure: Azure, vault: Vault
) -> None:
    """And of those the refusal names the very action, and where."""
    vault.role = "operator"
    await look_at_everything(azure, vault)
    machine = await azure.machine(vault.machine("vm-web01").item_id)
    with pytest.raises(AzureRefused) as caught:
        await azure.vm_disks(machine.source_vm)
    assert caught.value.status == 403
    assert "lacks the action Microsoft.Compute/virtualMachines/read over" in caught.value.advice
    assert machine.source_vm in caught.value.advice
    assert "dr doctor --role" in caught.value.advice


@pytest.mark.parametrize("role", ["full", "operator"])
async def test_every_read_is_in_the_role(azure: Azure, vault: Vault, role: str) -> None:
    """Whichever way a vault is read, each path that is asked for has its action."""
    vault.role = "operator" if role == "operator" else "full"
    await look_at_everything(azure, vault)
    machine = await azure.machine(vault.machine("vm-web01").item_id)
    if role == "full":
        await azure.vm_disks(machine.source_vm)
    asked = {action(one.path) for one in vault.journal if "/providers/" in one.path}
    assert len(asked) >= 7
    assert asked - {one.casefold() for one in ACTIONS} == set()


async def test_a_change_that_is_not_allowed_names_the_action(azure: Azure, vault: Vault) -> None:
    """Cancelling a failover is more than the built-in operator may."""
    vault.role = "operator"
    item = vault.machine("vm-web01").item_id
    with pytest.raises(AzureRefused) as caught:
        await azure.submit(Call(action="failoverCancel", resource=item), "c1")
    assert "replicationProtectedItems/failoverCancel/action over" in caught.value.advice


def test_a_refusal_without_an_action_still_says_what_to_do() -> None:
    """Not every 403 is written by the resource manager."""
    assert "dr doctor --role" in missing("Forbidden.")


def test_the_role_is_printed_for_the_vaults_of_the_environment() -> None:
    """It needs no other setting, and none at all."""
    for vaults, subscription in ((VAULT, "5ab1"), ("", "00000000-0000-0000-0000-000000000000")):
        out = io.StringIO()
        assert print_role({"DR_VAULTS": vaults}, out) == 0
        printed = json.loads(out.getvalue())
        assert printed["AssignableScopes"] == [f"/subscriptions/{subscription}"]
        assert printed["Actions"] == list(ACTIONS)


def action(path: str) -> str:
    """Return the action that reading a resource, or a list of them, needs."""
    parts = path.casefold().partition("/providers/")[2].split("/")
    return "/".join([parts[0], *parts[1::2], "read"])

"""Reading what is not protected, and putting an item: once, with a right of its own."""

import json
from typing import Any

import pytest

from bot.domain.candidates import Candidate, Cover
from bot.domain.catalogue import Call, Ground
from bot.domain.machines import A2A, HYPER_V, WayBack
from bot.domain.operations import CATALOGUE
from bot.errors import AnswerLost, AzureRefused
from bot.gateways.azure import Azure
from bot.gateways.azure.rights import ACTIONS
from bot.gateways.azure.wire import read
from bot.gateways.azure.wire_unprotected import (
    InterfaceShape,
    ProtectableShape,
    VirtualMachineShape,
)
from sandbox.clock import Clock
from sandbox.vault import Vault
from sandbox.vault.trouble import Kind
from tests.bot.gateways.test_rights import action
from tests.bot.samples import VAULT, VM, WEST, learnt

CRID = "11111111-2222-3333-4444-555555555555"


@pytest.fixture
def vault() -> Vault:
    """Give a vault with machines that nobody protects."""
    return Vault(Clock.by_hand(), estate="full")


async def covers(azure: Azure, vault: Vault) -> dict[str, Cover]:
    """Read where machines can be protected, by the place."""
    return {one.place: one for one in await azure.unprotected.covers(vault.resource_id)}


async def enabling(azure: Azure, vault: Vault) -> Call:
    """Write what protects the new machine."""
    found = await azure.unprotected.virtual_machines(vault.subscription_id)
    (machine,) = [one for one in found if one.name == "vm-new01"]
    west = (await covers(azure, vault))["westeurope"]
    group = f"/subscriptions/{vault.subscription_id}/resourceGroups/rg-erp-asr"
    (mapping,) = west.mappings
    way = WayBack(
        learnt=(
            learnt("policyId", mapping.policy),
            learnt("recoveryContainerId", mapping.target),
            learnt("recoveryResourceGroupId", group),
            learnt("primaryStagingAzureStorageAccountId", vault.cache_accounts["westeurope"]),
        )
    )
    return CATALOGUE["protect"].call(Ground(target=machine.under(west), way_back=way), {})


async def test_a_vault_tells_where_machines_can_be_protected(azure: Azure, vault: Vault) -> None:
    """Regions and Hyper-V sites with a mapping that leads away; VMware sites are for the portal."""
    found = await covers(azure, vault)
    assert {place: (one.title, one.provider) for place, one in found.items()} == {
        "westeurope": ("West Europe", A2A),
        "northeurope": ("North Europe", A2A),
        "site-amsterdam": ("site-amsterdam", HYPER_V),
    }
    (west,) = found["westeurope"].mappings
    assert (west.there, west.target.endswith("northeurope-container")) == ("North Europe", True)


async def test_virtual_machines_are_read_from_every_page(azure: Azure, vault: Vault) -> None:
    """Those that are protected, too: with their disks, and the network they are in."""
    found = await azure.unprotected.virtual_machines(vault.subscription_id)
    assert {"vm-new01", "vm-web01"} <= {one.name for one in found}
    asked = [one for one in vault.journal if one.path.casefold().endswith("/virtualmachines")]
    assert len(asked) > 1
    (new,) = [one for one in found if one.name == "vm-new01"]
    assert (new.region, new.os, len(new.volumes), new.unmanaged) == ("westeurope", "Linux", 2, 0)
    assert [one.system for one in new.volumes] == [True, False]
    network = await azure.unprotected.network_of(new.interface)
    assert network.endswith("rg-erp/providers/Microsoft.Network/virtualNetworks/vnet-westeurope")


async def test_a_site_tells_what_it_could_protect(azure: Azure, vault: Vault) -> None:
    """And of one that is protected, that there is nothing to protect."""
    site = (await covers(azure, vault))["site-amsterdam"]
    (found,) = await azure.unprotected.at_site(site)
    assert (found.name, found.os, found.gigabytes) == ("hv-file01", "", 127)
    assert await azure.unprotected.item(found.id, site) == found
    (machine,) = [one for one in vault.unprotected if one.friendly_name == "hv-file01"]
    vault.unprotected.remove(machine)
    vault.world.machines.append(machine)
    assert await azure.unprotected.at_site(site) == ()
    assert await azure.unprotected.item(found.id, site) is None


async def test_every_read_and_the_write_are_in_the_role(azure: Azure, vault: Vault) -> None:
    """Each path that is asked for has its action."""
    found = await covers(azure, vault)
    await azure.unprotected.at_site(found["site-amsterdam"])
    await azure.submit(await enabling(azure, vault), CRID)
    (machine,) = [
        one
        for one in await azure.unprotected.virtual_machines(vault.subscription_id)
        if one.name == "vm-new01"
    ]
    await azure.unprotected.network_of(machine.interface)
    asked = {
        action(one.path).removesuffix("read") + ("write" if one.method == "PUT" else "read")
        for one in vault.journal
        if "/providers/" in one.path
    }
    assert any(one.endswith("/replicationprotecteditems/write") for one in asked)
    assert asked - {one.casefold() for one in ACTIONS} == set()


async def test_the_built_in_operator_lacks_the_write(azure: Azure, vault: Vault) -> None:
    """The refusal names it, and where."""
    call = await enabling(azure, vault)
    vault.role = "operator"
    with pytest.raises(AzureRefused) as caught:
        await azure.submit(call, CRID)
    assert "replicationProtectedItems/write over" in caught.value.advice


LOST: list[tuple[Kind, int, int]] = [
    ("unavailable", 503, 0),
    ("unavailable_after_accept", 503, 1),
    ("throttle_behind", 429, 0),
    ("drop", 0, 0),
    ("drop_after_accept", 0, 1),
]


@pytest.mark.parametrize(("kind", "status", "jobs"), LOST)
async def test_a_lost_put_is_not_sent_again(
    azure: Azure, vault: Vault, kind: Kind, status: int, jobs: int
) -> None:
    """Neither by the SDK nor by aiohttp, which takes a PUT for something to repeat."""
    call = await enabling(azure, vault)
    vault.trouble.next("/replicationProtectedItems/*", kind, method="PUT")
    with pytest.raises(AnswerLost, match="not known yet"):
        await azure.submit(call, CRID)
    assert [one.status for one in vault.journal if one.method == "PUT"] == [status]
    assert len(vault.jobs) == jobs


def virtual_machine(**properties: Any) -> Any:
    """Read a virtual machine with these properties."""
    body = {"id": VM, "name": "vm-new01", "location": "westeurope", "properties": properties}
    return read(VirtualMachineShape, json.dumps(body).encode()).machine()


def test_a_disk_that_is_not_managed_is_not_overlooked() -> None:
    """A machine of which not every disk could be replicated is not ready to be."""
    managed = {"managedDisk": {"id": f"{VM}-os"}, "diskSizeGB": 30}
    cover = Cover(vault=VAULT, container=WEST, provider=A2A, place="w", title="W", mappings=())

    def of(*data: object) -> Candidate:
        profile = {"osDisk": managed, "dataDisks": list(data)}
        found = virtual_machine(storageProfile=profile).under(cover)
        assert isinstance(found, Candidate)
        return found

    assert (of().unready, of().gigabytes) == ((), 30)
    assert "Not all of its disks are managed" in of({"vhd": {"uri": "https://…"}}).unready[0]
    assert virtual_machine().under(cover).unready


def test_of_several_interfaces_the_primary_one_counts() -> None:
    """Where none says that it is, none is taken."""
    two = [{"id": "/a"}, {"id": "/b", "properties": {"primary": True}}]
    assert virtual_machine(networkProfile={"networkInterfaces": two}).interface == "/b"
    assert virtual_machine(networkProfile={"networkInterfaces": two[:1]}).interface == "/a"
    unsaid = [{"id": "/a"}, {"id": "/b"}]
    assert virtual_machine(networkProfile={"networkInterfaces": unsaid}).interface == ""
    assert read(InterfaceShape, b'{"properties": {"ipConfigurations": null}}').network == ""


def test_what_a_site_leaves_out_is_not_made_up() -> None:
    """Odd answers are read as far as they go."""
    properties = {
        "friendlyName": "hv",
        "protectionStatus": "Unprotected",
        "protectionReadinessErrors": ["It has no disks."],
        "customDetails": {"osDetails": {"osType": "Windows"}, "diskDetails": [{"vhdName": "x"}]},
    }
    body = {"id": f"{WEST}/replicationProtectableItems/guid", "name": "guid"}
    shape = read(ProtectableShape, json.dumps(body | {"properties": properties}).encode())
    cover = Cover(vault=VAULT, container=WEST, provider=HYPER_V, place="s", title="s", mappings=())
    found = shape.candidate(cover)
    assert (found.host_vm, found.os, found.volumes) == ("guid", "Windows", ())
    assert found.unready == ("It has no disks.",)
    assert not read(ProtectableShape, json.dumps(body).encode()).protected

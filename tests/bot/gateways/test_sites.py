"""Reading sites: what a reprotect needs, as each kind of machine tells it, and odd answers."""

import json
from typing import Any

import pytest

from bot.domain.machines import Point
from bot.gateways.azure import Azure
from bot.gateways.azure.wire import read
from bot.gateways.azure.wire_items import PointShape
from bot.gateways.azure.wire_sites import ReplicaShape, SiteShape
from sandbox.clock import Clock
from sandbox.vault import Vault
from tests.bot.samples import CACHE, ITEM, NOON


@pytest.fixture
def vault() -> Vault:
    """Give a vault with every sort of machine."""
    return Vault(Clock.by_hand(), estate="full")


async def test_a_site_names_its_servers(azure: Azure, vault: Vault) -> None:
    """A modern one its appliances, a classic one its process servers and accounts."""
    modern = await azure.site(vault.machine("vm-erp01").filed.container_id)
    assert modern.name == "vmware-rotterdam"
    assert [one.name for one in modern.agents] == [
        "appliance-vmware-rotterdam",
        "appliance-vmware-rotterdam-2",
    ]
    assert modern.agents[0].datastores == ("datastore-01", "datastore-02")
    classic = await azure.site(vault.machine("vm-legacy01").filed.container_id)
    assert [one.name for one in classic.process_servers] == ["ps-vmware-utrecht"]
    assert [one.name for one in classic.accounts] == ["replication"]
    assert not (await azure.site(vault.machine("vm-web01").filed.container_id)).agents


async def test_machines_tell_how_they_replicate(azure: Azure, vault: Vault) -> None:
    """Each kind in its own fields."""
    hyper_v = await azure.replica(vault.machine("hv-app01").item_id)
    assert (hyper_v.name, hyper_v.os) == ("hv-app01", "Windows")
    assert hyper_v.vm
    assert hyper_v.os_disk
    assert hyper_v.storage == vault.cache_accounts["northeurope"]
    (modern,) = await azure.replicas(vault.machine("vm-erp01").filed.container_id)
    assert (modern.provider, modern.datastores) == ("InMageRcm", ("datastore-01",))
    assert modern.log_storage == vault.cache_accounts["northeurope"]
    classic = await azure.replica(vault.machine("vm-legacy01").item_id)
    assert classic.process_server
    assert classic.master_target


def replica(**details: Any) -> Any:
    """Read an item with these details."""
    properties = {"friendlyName": "vm", "providerSpecificDetails": details}
    body = {"id": ITEM, "name": "item", "properties": properties}
    return read(ReplicaShape, json.dumps(body).encode()).replica()


def test_what_is_not_clear_is_not_told() -> None:
    """Two system disks, or disks with two accounts, tell nothing; Azure spells the field twice."""
    system = {"vhdType": "OperatingSystem"}
    assert replica(azureVmDiskDetails=[system | {"vhdId": "a"}]).os_disk == "a"
    assert replica(azureVMDiskDetails=[system | {"vhdId": "a"}]).os_disk == "a"
    assert not replica(azureVmDiskDetails=[system | {"vhdId": "a"}, system]).os_disk
    other = CACHE + "2"
    disks = [{"logStorageAccountId": one} for one in (CACHE, CACHE)]
    assert replica(protectedDisks=disks).log_storage == CACHE
    assert not replica(protectedDisks=[*disks, {"logStorageAccountId": other}]).log_storage


async def test_a_vmware_machine_tells_its_rpo_and_its_networks(azure: Azure, vault: Vault) -> None:
    """In fields of its own; the card and the readiness of a machine depend on them."""
    machine = vault.machine("vm-erp01")
    found = await azure.machine(machine.item_id)
    assert found.rpo_seconds == int(machine.rpo_seconds)
    assert found.test_network.endswith("/vnet-erp")
    assert found.recovery_network.endswith("/vnet-erp")


@pytest.mark.parametrize("odd", [None, 7, "text", [None], {"a": 1}])
def test_odd_answers_are_read_as_nothing(odd: object) -> None:
    """A field that is not of its kind does not hide the others."""
    fields = (
        "vmId protectedDisks azureVmDiskDetails oSDetails discoveredVmDetails targetDataStoreName"
    )
    found = replica(**dict.fromkeys(fields.split(), odd), processServerId="ps")
    assert found.process_server == "ps"
    assert not found.datastores or odd == "text"
    site = {"friendlyName": "site", "customDetails": {"reprotectAgents": odd}}
    body = json.dumps({"id": "f", "name": "f", "properties": site}).encode()
    assert read(SiteShape, body).site().agents == ()


@pytest.mark.parametrize(
    ("details", "shared"),
    [
        ({"recoveryPointSyncType": "MultiVmSyncRecoveryPoint"}, True),
        ({"recoveryPointSyncType": "PerVmRecoveryPoint"}, False),
        ({"isMultiVmSyncPoint": "true"}, True),
        ({"isMultiVmSyncPoint": "False"}, False),
        ({}, False),
        (None, False),
    ],
)
def test_a_point_says_whether_a_group_shares_it(
    details: dict[str, str] | None, shared: bool
) -> None:
    """In the field of its provider."""
    properties = {
        "recoveryPointTime": NOON.isoformat(),
        "recoveryPointType": "CrashConsistent",
        "providerSpecificDetails": details,
    }
    body = json.dumps({"id": "p", "name": "p", "properties": properties}).encode()
    expected = Point(id="p", name="p", at=NOON, kind="CrashConsistent", shared=shared)
    assert read(PointShape, body).point() == expected

"""Machines that nobody protects yet, and the networks that tests and replicas are put in."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from sandbox.clock import Clock
from sandbox.vault import Vault
from tests.sandbox.vault_client import FORWARD, NORTH, WEST, Json, Visitor, visit


@pytest.fixture
async def visitor() -> AsyncIterator[Visitor]:
    async with visit(Vault(Clock.by_hand(), estate="full")) as visitor:
        yield visitor


NEW = "vm-new01"
PLACE = (WEST, f"{WEST}-container", "item-new01")


async def azure_order(visitor: Visitor, **changes: Any) -> Json:
    """Write what enables an Azure machine, having looked at the machine."""
    vault = visitor.vault
    machine = next(each for each in vault.unprotected if each.friendly_name == NEW)
    vm = (await visitor.ask("GET", machine.vm_id(machine.home))).body
    storage = vm["properties"]["storageProfile"]
    group = f"/subscriptions/{vault.subscription_id}/resourceGroups/rg-erp-asr"
    details = {
        "instanceType": "A2A",
        "fabricObjectId": vm["id"],
        "recoveryContainerId": f"{vault.resource_id}/replicationFabrics/{NORTH}"
        f"/replicationProtectionContainers/{NORTH}-container",
        "recoveryResourceGroupId": group,
        "vmManagedDisks": [
            {
                "diskId": disk["managedDisk"]["id"],
                "primaryStagingAzureStorageAccountId": vault.cache_accounts["westeurope"],
                "recoveryResourceGroupId": group,
            }
            for disk in (storage["osDisk"], *storage["dataDisks"])
        ],
    }
    policy = f"{vault.resource_id}/replicationPolicies/24-hour-retention-policy"
    properties = {"policyId": policy, "providerSpecificDetails": details | changes}
    return {"properties": properties}


async def test_an_azure_machine_is_protected(visitor: Visitor) -> None:
    """The item appears when the job is done, is copied in view, and can then be failed over."""
    vault, items = visitor.vault, visitor.sdk.replication_protected_items
    where = (*visitor.there, *PLACE)
    poller = await items.begin_create(
        *where, await azure_order(visitor), enforce_https=False, retry_total=0
    )
    job = vault.jobs[-1]
    assert (job.scenario, job.target_name) == ("EnableDr", NEW)
    vault.clock.advance(476)
    assert {each.friendly_name for each in vault.machines}.isdisjoint({NEW})
    vault.clock.advance(1)
    created = await poller.result()
    assert created.properties.friendly_name == NEW
    seen = []
    for _ in range(4):
        item = await visitor.item(NEW)
        details = item.provider_specific_details
        seen.append((item.protection_state, details.monitoring_percentage_completion))
        vault.clock.advance(140)
    assert seen == [
        ("InitialReplicationInProgress", 0),
        ("InitialReplicationInProgress", 33),
        ("InitialReplicationInProgress", 66),
        ("InitialReplicationRecoveryCompletionPending", 99),
    ]
    item = await visitor.item(NEW)
    assert item.protection_state == "Protected"
    assert [each.error_code for each in item.health_errors] == ["161011"]
    body = {"properties": FORWARD | {"providerSpecificDetails": {"instanceType": "A2A"}}}
    assert await visitor.done(items.begin_unplanned_failover, *where, body) == "Succeeded"
    assert vault.machine(NEW).region == "northeurope"


async def test_enabling_must_name_the_right_things(visitor: Visitor) -> None:
    """The machine, the container, the disks and the cache account; and it happens once."""
    vault = visitor.vault
    path = "/".join(
        (
            "replicationFabrics",
            PLACE[0],
            "replicationProtectionContainers",
            PLACE[1],
            "replicationProtectedItems",
            PLACE[2],
        )
    )
    right = await azure_order(visitor)
    details = right["properties"]["providerSpecificDetails"]
    protected = vault.machine("vm-web01")
    north = [
        disk | {"primaryStagingAzureStorageAccountId": vault.cache_accounts["northeurope"]}
        for disk in details["vmManagedDisks"]
    ]
    wrong: list[Json] = [
        {"fabricObjectId": f"{details['fabricObjectId']}x"},
        {"fabricObjectId": protected.vm_id(protected.home)},
        {"recoveryContainerId": protected.home.container_id},
        {"vmManagedDisks": details["vmManagedDisks"][1:]},
        {"vmManagedDisks": north},
        {"recoveryAzureNetworkId": vault.networks["westeurope"]},
        {"colour": "red"},
        {"instanceType": "InMageRcm"},
    ]
    for change in wrong:
        wire = await azure_order(visitor, **change)
        assert (await visitor.ask("PUT", path, wire)).status == 400, change
    assert vault.jobs == []
    elsewhere = path.replace(WEST, NORTH)
    assert (await visitor.ask("PUT", elsewhere, right)).status == 400
    assert (await visitor.ask("PUT", path, right)).status == 202
    assert (await visitor.ask("PUT", path, right)).status == 409
    vault.clock.advance(477)
    again = await visitor.ask("PUT", path, right)
    assert again.body["error"]["details"][0]["code"] == "45031"


async def test_a_failed_enabling_leaves_nothing_behind(visitor: Visitor) -> None:
    """No item appears; it may be tried again, and the old job not restarted afterwards."""
    vault, items = visitor.vault, visitor.sdk.replication_protected_items
    vault.fail_next_job(NEW, "EnableDr")
    order = await azure_order(visitor)
    where = (*visitor.there, *PLACE)
    assert await visitor.done(items.begin_create, *where, order) == "Failed"
    assert NEW not in {each.friendly_name for each in vault.machines}
    assert await visitor.done(items.begin_create, *where, order) == "Succeeded"
    assert vault.machine(NEW).protection_state == "Protected"
    stale = await visitor.ask("POST", f"replicationJobs/{vault.jobs[0].job_id}/restart")
    assert stale.status == 400


async def test_a_site_lists_what_it_could_protect(visitor: Visitor) -> None:
    """A Hyper-V machine is found among the protectable ones, and enabled by its id there."""
    vault, sdk = visitor.vault, visitor.sdk
    site = vault.machine("hv-sql01").original

    async def listed() -> dict[str, Any]:
        found = sdk.replication_protectable_items.list_by_replication_protection_containers(
            *visitor.there, site.fabric, site.container, enforce_https=False
        )
        return {each.properties.friendly_name: each async for each in found}

    found = await listed()
    assert {name: each.properties.protection_status for name, each in found.items()} == {
        "hv-sql01": "Protected",
        "hv-app01": "Protected",
        "hv-file01": "Unprotected",
    }
    owner = found["hv-sql01"].properties
    assert owner.replication_protected_item_id == vault.machine("hv-sql01").item_id
    wanted = found["hv-file01"]
    disk = wanted.properties.custom_details.disk_details[0]
    details = {
        "instanceType": "HyperVReplicaAzure",
        "hvHostVmId": wanted.name,
        "vmName": "hv-file01",
        "osType": "Windows",
        "vhdId": disk.vhd_id,
        "targetStorageAccountId": vault.cache_accounts["northeurope"],
        "targetAzureV2ResourceGroupId": f"/subscriptions/{vault.subscription_id}"
        "/resourceGroups/rg-erp-asr",
    }
    order = {
        "properties": {
            "policyId": f"{vault.resource_id}/replicationPolicies/hyperv-24-hour-policy",
            "protectableItemId": wanted.id,
            "providerSpecificDetails": details,
        }
    }
    where = (*visitor.there, site.fabric, site.container, "hv-file01")
    items = sdk.replication_protected_items
    assert await visitor.done(items.begin_create, *where, order) == "Succeeded"
    assert vault.machine("hv-file01").protection_state == "Protected"
    assert (await listed())["hv-file01"].properties.protection_status == "Protected"


async def test_virtual_machines_are_listed_in_pages(visitor: Visitor) -> None:
    """Protected or not, with their resource groups in capitals; an interface tells the network."""
    vault = visitor.vault
    link = f"/subscriptions/{vault.subscription_id}/providers/Microsoft.Compute/virtualMachines"
    found: list[Json] = []
    pages = 0
    while link:
        page = (await visitor.ask("GET", link)).body
        pages, found = pages + 1, found + page["value"]
        link = page.get("nextLink") or ""
    assert pages > 1
    by_name = {each["name"]: each for each in found}
    assert {NEW, "vm-web01"} <= by_name.keys()
    assert not {"hv-file01", "hv-sql01"} & by_name.keys()
    new = by_name[NEW]
    assert (new["location"], "/RG-ERP/" in new["id"]) == ("westeurope", True)
    one = (await visitor.ask("GET", new["id"])).body
    assert one == new | {"id": one["id"]}
    (card,) = one["properties"]["networkProfile"]["networkInterfaces"]
    interface = (await visitor.ask("GET", card["id"])).body
    (address,) = interface["properties"]["ipConfigurations"]
    subnet = address["properties"]["subnet"]["id"]
    assert subnet.endswith(
        "rg-erp/providers/Microsoft.Network/virtualNetworks/vnet-westeurope/subnets/default"
    )
    vault.role = "operator"
    assert (await visitor.ask("GET", card["id"])).status == 403


async def test_networks_can_be_chosen_from(visitor: Visitor) -> None:
    """Azure lists its networks by subscription and by group; the vault tells their mappings."""
    vault, sdk = visitor.vault, visitor.sdk
    kind = "providers/Microsoft.Network/virtualNetworks"
    everywhere = await visitor.ask("GET", f"/subscriptions/{vault.subscription_id}/{kind}")
    ids = {each["id"]: each for each in everywhere.body["value"]}
    test = ids[vault.networks["northeurope"]]
    assert (test["location"], test["properties"]["subnets"][0]["name"]) == (
        "northeurope",
        "default",
    )
    assert (await visitor.ask("GET", test["id"].upper())).body == test
    group = f"/subscriptions/{vault.subscription_id}/resourceGroups/rg-shop-asr"
    some = (await visitor.ask("GET", f"{group}/{kind}")).body["value"]
    assert [each["name"] for each in some] == ["vnet-northeurope"]
    item = await visitor.item("vm-web01")
    chosen = item.provider_specific_details.selected_recovery_azure_network_id
    assert some[0]["id"].lower() == chosen
    assert (await visitor.ask("GET", f"{group}-gone/{kind}")).status == 404
    assert (await visitor.ask("GET", f"{group}/{kind}/nope")).status == 404
    vault.role = "operator"
    assert (await visitor.ask("GET", f"{group}/{kind}")).status == 200
    vault.role = "full"

    there = visitor.there
    networks = [each async for each in sdk.replication_networks.list(*there, enforce_https=False)]
    assert [each.name for each in networks] == ["azureNetwork", "azureNetwork"]
    mappings = [
        each async for each in sdk.replication_network_mappings.list(*there, enforce_https=False)
    ]
    from_west = [
        each
        async for each in sdk.replication_network_mappings.list_by_replication_networks(
            *there, WEST, "azureNetwork", enforce_https=False
        )
    ]
    assert 0 < len(from_west) < len(mappings)
    properties = from_west[0].properties
    assert properties.fabric_specific_settings.recovery_fabric_location == "northeurope"
    assert properties.recovery_network_id == properties.recovery_network_id.lower()
    assert properties.recovery_network_id in {each.lower() for each in ids}
    one = await sdk.replication_network_mappings.get(
        *there, WEST, "azureNetwork", from_west[0].name, enforce_https=False
    )
    assert one.properties.primary_network_id == properties.primary_network_id


async def test_an_operator_may_not_protect(visitor: Visitor) -> None:
    """Writing an item needs more than the operator's role."""
    order = await azure_order(visitor)
    visitor.vault.role = "operator"
    path = f"{visitor.vault.machine('vm-web01').item_id.rsplit('/', 1)[0]}/{PLACE[2]}"
    assert (await visitor.ask("PUT", path, order)).status == 403

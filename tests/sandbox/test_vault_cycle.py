"""A machine goes to the other region and comes back, driven by the real SDK."""

from collections.abc import AsyncIterator

import pytest

from sandbox.clock import Clock
from sandbox.vault import Vault
from tests.sandbox.vault_client import FORWARD, NORTH, WEST, Visitor, visit


@pytest.fixture
async def visitor() -> AsyncIterator[Visitor]:
    async with visit(Vault(Clock.by_hand())) as visitor:
        yield visitor


async def fail_over(visitor: Visitor, name: str) -> str:
    body = {"properties": FORWARD | {"providerSpecificDetails": {"instanceType": "A2A"}}}
    items = visitor.sdk.replication_protected_items
    return await visitor.start(items.begin_unplanned_failover, *visitor.place(name), body)


async def commit(visitor: Visitor, name: str) -> str:
    items = visitor.sdk.replication_protected_items
    return await visitor.start(items.begin_failover_commit, *visitor.place(name))


async def reprotect(visitor: Visitor, name: str) -> str:
    """Switch the direction the way PowerShell does: learn the disks from the running machine."""
    vault = visitor.vault
    machine = vault.machine(name)
    rg, vault_name, fabric, container, item_name = visitor.place(name)
    vm = (await visitor.ask("GET", machine.vm_id(machine.recovery))).body
    storage = vm["properties"]["storageProfile"]
    home_group = (
        f"/subscriptions/{vault.subscription_id}/resourceGroups/"
        + (machine.groups[machine.home.region])
    )
    body = {
        "properties": {
            "replicationProtectedItemName": item_name,
            "providerSpecificDetails": {
                "instanceType": "A2A",
                "recoveryContainerId": machine.home.container_id,
                "policyId": f"{vault.resource_id}/replicationPolicies/24-hour-retention-policy",
                "recoveryResourceGroupId": home_group,
                "vmDisks": [],
                "vmManagedDisks": [
                    {
                        "diskId": disk["managedDisk"]["id"],
                        "primaryStagingAzureStorageAccountId": vault.cache_accounts[machine.region],
                        "recoveryResourceGroupId": home_group,
                        "recoveryReplicaDiskAccountType": "Premium_LRS",
                        "recoveryTargetDiskAccountType": "Premium_LRS",
                    }
                    for disk in (storage["osDisk"], *storage["dataDisks"])
                ],
            },
        }
    }
    containers = visitor.sdk.replication_protection_containers
    return await visitor.start(
        containers.begin_switch_protection, rg, vault_name, fabric, container, body
    )


async def job_state(visitor: Visitor, job_id: str) -> str:
    jobs = visitor.sdk.replication_jobs
    job = await jobs.get(*visitor.there, job_id, enforce_https=False)
    return str(job.properties.state)


async def test_a_machine_fails_over_comes_back_and_ends_where_it_began(visitor: Visitor) -> None:
    """Failover, commit, reprotect, failback and commit each take their time and move the item."""
    vault, name = visitor.vault, "vm-app01"
    assert vault.machine(name).region == "westeurope"

    job = await fail_over(visitor, name)
    vault.clock.advance(138)
    assert await job_state(visitor, job) == "InProgress"
    assert vault.machine(name).region == "westeurope"
    vault.clock.advance(1)
    assert await job_state(visitor, job) == "Succeeded"
    assert vault.machine(name).region == "northeurope"
    assert vault.machine(name).protection_state == "UnplannedFailoverCommitPendingStatesBegin"

    job = await commit(visitor, name)
    vault.clock.advance(8)
    assert await job_state(visitor, job) == "Succeeded"
    assert vault.machine(name).protection_state == "UnplannedFailoverCommitted"

    old_place = visitor.place(name)
    job = await reprotect(visitor, name)
    vault.clock.advance(480)
    assert await job_state(visitor, job) == "Succeeded"
    new_place = visitor.place(name)
    assert (old_place[2], new_place[2]) == (WEST, NORTH)
    assert old_place[4] == new_place[4]

    vault.clock.advance(420)
    items = visitor.sdk.replication_protected_items
    item = await items.get(*new_place, enforce_https=False)
    assert item.properties.protection_state == "InitialReplicationRecoveryCompletionPending"
    vault.clock.advance(60)
    item = await items.get(*new_place, enforce_https=False)
    assert item.properties.protection_state == "Protected"
    assert item.properties.active_location == "Primary"
    assert vault.machine(name).region == "northeurope"

    job = await fail_over(visitor, name)
    vault.clock.advance(139)
    assert await job_state(visitor, job) == "Succeeded"
    assert vault.machine(name).region == "westeurope"
    job = await commit(visitor, name)
    vault.clock.advance(8)
    assert await job_state(visitor, job) == "Succeeded"
    assert vault.machine(name).protection_state == "UnplannedFailoverCommitted"
    assert [each.scenario for each in vault.jobs] == [
        "UnplannedFailover",
        "CommitFailover",
        "SwitchReplicationGroupProtection",
        "EnableDr",
        "UnplannedFailover",
        "CommitFailover",
    ]


async def test_the_sdk_follows_an_operation_to_its_end_by_itself(visitor: Visitor) -> None:
    """The poller echoes the long query of the poll address and gets the item in the end."""
    body = {"properties": FORWARD | {"providerSpecificDetails": {"instanceType": "A2A"}}}
    items = visitor.sdk.replication_protected_items
    poller = await items.begin_unplanned_failover(
        *visitor.place("vm-web01"), body, enforce_https=False
    )
    visitor.vault.clock.advance(139)
    item = await poller.result()
    assert item.properties.active_location == "Recovery"


async def test_the_moved_item_is_gone_from_its_old_place(visitor: Visitor) -> None:
    """After a reprotect the old id answers 404, and the job tells the new id."""
    vault, name = visitor.vault, "vm-crm01"
    old_id = vault.machine(name).item_id
    job_id = await reprotect(visitor, name)
    vault.clock.advance(479)
    assert (await visitor.ask("GET", old_id)).status == 200
    vault.clock.advance(1)

    gone = await visitor.ask("GET", old_id)
    assert gone.status == 404
    assert gone.body["error"]["code"] == "NotFound"
    assert gone.body["error"]["details"][0]["code"] == "ArmResourceDoesNotExist"

    job = await visitor.send(f"replicationJobs/{job_id}")
    new_id = job["properties"]["customDetails"]["newReplicationProtectedItemId"]
    item = (await visitor.ask("GET", new_id)).body
    details = item["properties"]["providerSpecificDetails"]
    assert item["properties"]["protectionState"] == "InitialReplicationInProgress"
    assert (details["primaryFabricLocation"], details["recoveryFabricLocation"]) == (
        "northeurope",
        "westeurope",
    )
    assert details["initialPrimaryFabricLocation"] == "westeurope"
    assert details["protectedManagedDisks"][0]["primaryStagingAzureStorageAccountId"].endswith(
        "stcachenortheu"
    )


async def test_copying_shows_its_progress_and_offers_no_points(visitor: Visitor) -> None:
    """The initial replication counts up; its percentage stays behind once the machine is safe."""
    vault, name = visitor.vault, "vm-crm01"
    await reprotect(visitor, name)
    vault.clock.advance(480)
    seen = []
    for _ in range(3):
        item = (await visitor.ask("GET", vault.machine(name).item_id)).body
        details = item["properties"]["providerSpecificDetails"]
        seen.append(details["monitoringPercentageCompletion"])
        assert item["properties"]["allowedOperations"] == ["DisableProtection"]
        assert details["rpoInSeconds"] is None
        points = await visitor.ask("GET", f"{vault.machine(name).item_id}/recoveryPoints")
        assert points.body["value"] == []
        vault.clock.advance(140)
    assert seen == [0, 33, 66]

    vault.clock.advance(60)
    item = (await visitor.ask("GET", vault.machine(name).item_id)).body
    assert item["properties"]["protectionState"] == "Protected"
    assert item["properties"]["providerSpecificDetails"]["monitoringPercentageCompletion"] == 99
    points = await visitor.ask("GET", f"{vault.machine(name).item_id}/recoveryPoints")
    assert len(points.body["value"]) == 1

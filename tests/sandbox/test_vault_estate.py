"""The full estate: one of everything a client may come across, and the demo's estate unchanged."""

import json
from collections.abc import AsyncIterator
from datetime import datetime

import pytest
from azure.core.exceptions import HttpResponseError

from sandbox.clock import Clock
from sandbox.vault import Vault
from tests.sandbox.vault_client import FORWARD, Json, Visitor, visit


@pytest.fixture
async def visitor() -> AsyncIterator[Visitor]:
    async with visit(Vault(Clock.by_hand(), estate="full")) as visitor:
        yield visitor


async def test_the_demo_keeps_its_machines() -> None:
    """The full estate adds to the demo's and moves nothing in it."""
    shop, full = Vault(Clock.by_hand()), Vault(Clock.by_hand(), estate="full")
    mine = {each.item_id: each.friendly_name for each in shop.machines}
    both = {each.item_id: each.friendly_name for each in full.machines}
    assert mine.items() < both.items()
    assert set(both.values()) - set(mine.values()) == {
        "vm-mv01",
        "vm-mv02",
        "vm-erpapp01",
        "vm-test01",
        "hv-app01",
        "vm-erp01",
        "vm-legacy01",
    }
    assert [plan.name for plan in full.plans] == ["plan-shop", "plan-erp", "plan-site"]
    assert shop.unprotected == []


async def test_every_item_passes_the_models_of_the_sdk(visitor: Visitor) -> None:
    """Machines of five providers are listed over all pages, each with its own details."""
    items = visitor.sdk.replication_protected_items.list(*visitor.there, enforce_https=False)
    found = {item.properties.friendly_name: item.properties async for item in items}
    kinds = {each.provider_specific_details.instance_type for each in found.values()}
    assert kinds == {"A2A", "HyperVReplicaAzure", "InMageAzureV2", "InMageRcm"}
    modern = found["vm-erp01"].provider_specific_details
    assert modern.mobility_agent_details.last_heartbeat_utc is not None
    assert modern.process_server_id
    assert modern.last_rpo_in_seconds > 0
    tags = {
        name: each.provider_specific_details["vmSyncedConfigDetails"]["tags"].get("app")
        for name, each in found.items()
        if each.provider_specific_details.instance_type == "A2A"
    }
    assert [tags[name] for name in ("vm-web01", "vm-mv02", "vm-app01")] == ["shop", "erp", None]
    assert found["vm-mv02"].last_successful_test_failover_time is None
    age = visitor.vault.clock.now() - found["vm-mv01"].last_successful_test_failover_time
    assert age.days == 410
    expiry = found["vm-erpapp01"].provider_specific_details.agent_expiry_date
    assert (expiry - visitor.vault.clock.now()).days < 14
    policies = [
        each
        async for each in visitor.sdk.replication_policies.list(*visitor.there, enforce_https=False)
    ]
    assert {each.id for each in policies} >= {each.policy_id for each in found.values()}


async def test_a_forgotten_test_blocks_the_machine(visitor: Visitor) -> None:
    """Only its cleanup is allowed; a real failover is refused until then."""
    vault, items = visitor.vault, visitor.sdk.replication_protected_items
    item = await visitor.item("vm-test01")
    assert item.test_failover_state == "WaitingForCompletion"
    assert item.allowed_operations == ["TestFailoverCleanup"]
    body = {"properties": FORWARD | {"providerSpecificDetails": {"instanceType": "A2A"}}}
    place = visitor.place("vm-test01")
    with pytest.raises(HttpResponseError, match="isn't allowed"):
        await visitor.start(items.begin_unplanned_failover, *place, body)
    comments: Json = {"properties": {"comments": "found it"}}
    assert await visitor.done(items.begin_test_failover_cleanup, *place, comments) == "Succeeded"
    assert "UnplannedFailover" in vault.machine("vm-test01").allowed_operations


async def test_machines_of_a_group_share_their_points(visitor: Visitor) -> None:
    """Points of the full hours are common to both, at the same times, and are said to be."""
    shared: list[set[datetime]] = []
    for name in ("vm-mv01", "vm-mv02"):
        item = await visitor.item(name)
        assert item.provider_specific_details.multi_vm_group_name == "erp-db"
        points = visitor.sdk.recovery_points.list_by_replication_protected_items(
            *visitor.place(name), enforce_https=False
        )
        shared.append(
            {
                point.properties.recovery_point_time
                async for point in points
                if point.properties.provider_specific_details.recovery_point_sync_type
                == "MultiVmSyncRecoveryPoint"
            }
        )
    assert len(shared[0] & shared[1]) >= 22
    ids = {
        visitor.vault.machine(name).multi_vm_group for name in ("vm-mv01", "vm-mv02", "vm-web01")
    }
    assert ids == {"erp-db", ""}


async def test_every_ill_machine_says_why(visitor: Visitor) -> None:
    """Each ailment has a cause and a cure, on the item, in the events and in the vault's health."""
    vault, sdk, there = visitor.vault, visitor.sdk, visitor.there
    ill = {each.friendly_name for each in vault.machines if each.replication_health != "Normal"}
    assert {"vm-db01", "vm-legacy01", "vm-erpapp01"} < ill
    items = sdk.replication_protected_items.list(*there, enforce_https=False)
    async for item in items:
        properties = item.properties
        if properties.friendly_name in ill:
            assert all(e.possible_causes and e.recommended_action for e in properties.health_errors)
            assert properties.health_errors
    events = [each async for each in sdk.replication_events.list(*there, enforce_https=False)]
    assert {each.properties.affected_object_friendly_name for each in events} == ill
    event = await sdk.replication_events.get(*there, events[0].name, enforce_https=False)
    assert event.id == events[0].id
    health = await sdk.replication_vault_health.get(*there, enforce_https=False)
    issues = {each.summary_code for each in health.properties.protected_items_health.issues}
    assert issues == {"78026", "78174", "78072", "78028", "161011"}
    path = f"{vault.resource_id}/replicationVaultHealth/default/refresh"
    assert (await visitor.ask("POST", path)).status == 202
    vault.clock.advance(5)
    assert vault.jobs[-1].state == "Succeeded"


async def test_failed_jobs_and_waiting_tests_are_events(visitor: Visitor) -> None:
    """The newest is first; a job that went well is none."""
    vault, items = visitor.vault, visitor.sdk.replication_protected_items
    body = {"properties": FORWARD | {"providerSpecificDetails": {"instanceType": "A2A"}}}
    vault.fail_next_job("vm-web02", "UnplannedFailover")
    for name in ("vm-web01", "vm-web02"):
        await visitor.done(items.begin_unplanned_failover, *visitor.place(name), body)
    test: Json = {
        "properties": {
            "failoverDirection": "PrimaryToRecovery",
            "networkType": "NoNetworkAttachAsInput",
            "providerSpecificDetails": {"instanceType": "A2A"},
        }
    }
    await visitor.done(items.begin_test_failover, *visitor.place("vm-web03"), test)
    listed = visitor.sdk.replication_events.list(
        *visitor.there, filter="eventType eq 'JobStatus'", enforce_https=False
    )
    found = [each.properties async for each in listed]
    assert [(each.description, each.severity) for each in found] == [
        ("TestFailover - WaitingForStopTestFailover", "Warning"),
        ("UnplannedFailover - Failed", "Critical"),
    ]
    assert found[1].health_errors[0].recommended_action


async def test_cancelling_is_only_offered_where_it_is_known(visitor: Visitor) -> None:
    """An unplanned failover of an Azure machine is not taken back; a planned one of Hyper-V is."""
    items = visitor.sdk.replication_protected_items
    with pytest.raises(HttpResponseError, match="isn't allowed"):
        await visitor.start(items.begin_failover_cancel, *visitor.place("vm-mail01"))
    planned: Json = {
        "properties": {
            "failoverDirection": "PrimaryToRecovery",
            "providerSpecificDetails": {"instanceType": "HyperVReplicaAzure"},
        }
    }
    place = visitor.place("hv-app01")
    assert await visitor.done(items.begin_planned_failover, *place, planned) == "Succeeded"
    assert "CancelFailover" in (await visitor.item("hv-app01")).allowed_operations
    assert await visitor.done(items.begin_failover_cancel, *place) == "Succeeded"
    assert visitor.vault.machine("hv-app01").region == "site-amsterdam"


async def test_a_cancelled_job_leaves_the_machine_as_it_was(visitor: Visitor) -> None:
    """The machine is free at once and where it was, and a waiting job counts no time."""
    vault, sdk = visitor.vault, visitor.sdk
    items, place = sdk.replication_protected_items, visitor.place("vm-web01")
    body = {"properties": FORWARD | {"providerSpecificDetails": {"instanceType": "A2A"}}}
    vault.destine_next_job("vm-web01", "UnplannedFailover", "suspend_job")
    job_id = await visitor.start(items.begin_unplanned_failover, *place, body)
    vault.clock.advance(4000)
    await visitor.start(sdk.replication_jobs.begin_cancel, *visitor.there, job_id)
    job = await visitor.job(job_id)
    assert job["state"] == "Cancelled"
    assert [each["state"] for each in job["tasks"]][-1] == "NotStarted"
    machine = vault.machine("vm-web01")
    assert (machine.region, machine.protection_state) == ("westeurope", "Protected")
    assert "UnplannedFailover" in machine.allowed_operations


async def test_an_estate_can_be_written_down(visitor: Visitor) -> None:
    """Every list of the vault is JSON with as many ids as entries."""
    for path in (
        "replicationFabrics",
        "replicationProtectionContainers",
        "replicationProtectionContainerMappings",
        "replicationPolicies",
        "replicationRecoveryPlans",
        "replicationNetworks",
        "replicationNetworkMappings",
        "replicationEvents",
    ):
        values = (await visitor.ask("GET", path)).body["value"]
        assert len({each["id"] for each in values}) == len(values), path
        assert json.dumps(values)

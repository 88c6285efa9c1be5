"""What the vault tells: the estate, its odd ids and dates, lists that hide things, and pages."""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any

import pytest

from sandbox.clock import Clock
from sandbox.vault import Vault
from tests.sandbox.vault_client import FORWARD, Json, Visitor, visit


@pytest.fixture
async def visitor() -> AsyncIterator[Visitor]:
    async with visit(Vault(Clock.by_hand())) as visitor:
        yield visitor


def failover_body(**provider: str) -> Json:
    details = {"instanceType": "A2A", **provider}
    return {"properties": FORWARD | {"providerSpecificDetails": details}}


async def test_the_estate_is_as_described(visitor: Visitor) -> None:
    """Every seeded machine is listed, in its state and with what it allows."""
    found: dict[str, Any] = {}
    items = visitor.sdk.replication_protected_items.list(*visitor.there, enforce_https=False)
    async for item in items:
        found.setdefault(item.properties.friendly_name, []).append(item.properties)

    assert len(found) == 14
    assert [len(found[name]) for name in ("vm-jump01", "vm-web01")] == [2, 1]
    assert found["vm-web01"][0].allowed_operations == [
        "UnplannedFailover",
        "DisableProtection",
        "TestFailover",
    ]
    ill = found["vm-db01"][0]
    assert (ill.replication_health, ill.provider_specific_details.rpo_in_seconds) == (
        "Critical",
        7980,
    )
    assert ill.health_errors[0].error_code == "78026"
    assert ill.health_errors[0].recommended_action
    assert found["vm-db02"][0].replication_health == "Warning"
    assert found["vm-cache01"][0].allowed_operations == ["DisableProtection"]
    assert found["vm-cache01"][0].provider_specific_details.monitoring_percentage_completion == 43
    assert found["vm-mail01"][0].active_location == "Recovery"
    assert "ChangePit" in found["vm-mail01"][0].allowed_operations
    assert "Commit" not in found["vm-crm01"][0].allowed_operations
    turned = found["vm-files01"][0].provider_specific_details
    assert (turned.primary_fabric_location, turned.initial_primary_fabric_location) == (
        "northeurope",
        "westeurope",
    )
    assert found["hv-sql01"][0].provider_specific_details.instance_type == "HyperVReplicaAzure"


async def test_a_page_may_be_empty_and_lead_on(visitor: Visitor) -> None:
    """The vault-wide list comes a container at a time; one page of it holds nothing."""
    sizes, link = [], "replicationProtectedItems"
    while link:
        page = (await visitor.ask("GET", link)).body
        sizes.append(len(page["value"]))
        link = page["nextLink"]
    assert sizes == [13, 0, 1, 1]


async def test_a_list_tells_less_than_a_look(visitor: Visitor) -> None:
    """Three fields of a disk are filled only when one item is read; a listed job is bare."""
    vault = visitor.vault
    machine = vault.machine("vm-web01")
    path = machine.item_id.rsplit("/", 1)[0]
    listed = (await visitor.ask("GET", path)).body["value"][0]
    single = (await visitor.ask("GET", listed["id"])).body
    disks = [
        each["properties"]["providerSpecificDetails"]["protectedManagedDisks"][0]
        for each in (listed, single)
    ]
    assert {key for key in disks[0] if disks[0][key] != disks[1][key]} == {
        "diskState",
        "allowedDiskLevelOperation",
        "dataPendingAtSourceAgentInMB",
    }

    await visitor.ask(
        "POST",
        f"{machine.item_id}/unplannedFailover",
        failover_body(),
        x_ms_client_request_id="ours-1",
    )
    vault.clock.advance(10)
    job = (await visitor.ask("GET", "replicationJobs")).body["value"][0]
    bare = job["properties"]
    assert (bare["tasks"], bare["errors"], bare["activityId"]) == ([], [], None)
    whole = (await visitor.ask("GET", job["id"])).body["properties"]
    assert whole["activityId"].startswith("ours-1 ActivityId: ")
    assert [(task["name"], task["state"]) for task in whole["tasks"]] == [
        ("VmUfoPrerequisitesCheck", "Succeeded"),
        ("VmShutdownVmOnPrimary", "Succeeded"),
        ("VmPrepareForUnPlannedFailover", "Other"),
        ("VmFailover", "InProgress"),
        ("VmFoStartVmOnSecondary", "NotStarted"),
    ]
    assert whole["tasks"][-1]["startTime"] == "0001-01-01T00:00:00"
    assert "endTime" not in whole


async def test_an_item_shows_what_is_going_on_with_it(visitor: Visitor) -> None:
    """During an operation nothing is allowed and the scenario names the job."""
    machine = visitor.vault.machine("vm-web01")
    before = (await visitor.ask("GET", machine.item_id)).body["properties"]
    assert before["currentScenario"]["startTime"] == "1753-01-01T01:01:01Z"
    job_id = (await visitor.operate("vm-web01", "unplannedFailover", failover_body())).headers[
        "Location"
    ]
    during = (await visitor.ask("GET", machine.item_id)).body["properties"]
    assert during["allowedOperations"] == []
    assert during["currentScenario"]["scenarioName"] == "UnplannedFailover"
    assert during["currentScenario"]["jobId"].split("/")[-1] in job_id


async def test_ids_are_told_in_odd_casing_and_understood_in_any(visitor: Visitor) -> None:
    """Ids begin with /Subscriptions, source machines are lower case, and any casing is found."""
    machine = visitor.vault.machine("vm-web01")
    item = (await visitor.ask("GET", machine.item_id.upper())).body
    assert item["id"].startswith("/Subscriptions/")
    source = item["properties"]["providerSpecificDetails"]["fabricObjectId"]
    assert source == source.lower()


async def test_recovery_points_follow_the_clock(visitor: Visitor) -> None:
    """A day of points, every fourth hour application-consistent; the same moment, the same id."""
    machine = visitor.vault.machine("vm-web01")
    path = f"{machine.item_id}/recoveryPoints"
    points = (await visitor.ask("GET", path)).body["value"]
    times = [datetime.fromisoformat(each["properties"]["recoveryPointTime"]) for each in points]
    assert times == sorted(times)
    assert 24 <= len(points) <= 37
    for point, time in zip(points, times, strict=True):
        fourth = time.hour % 4 == 0 and time.minute == 0
        kind = "ApplicationConsistent" if fourth else "CrashConsistent"
        assert point["properties"]["recoveryPointType"] == kind

    visitor.vault.clock.advance(600)
    later = (await visitor.ask("GET", path)).body["value"]
    assert points[-1]["id"] in {each["id"] for each in later}
    assert later[-1]["id"] != points[-1]["id"]
    one = await visitor.ask("GET", later[-1]["id"])
    assert one.body == later[-1]


async def test_a_stranger_passes_through_every_list(visitor: Visitor) -> None:
    """An item of an unknown provider in an unknown state is told like any other."""
    stranger = visitor.vault.admit_stranger()
    item = (await visitor.ask("GET", stranger)).body
    listed = (await visitor.ask("GET", "replicationProtectedItems")).body["value"]
    assert item in listed
    assert (await visitor.ask("GET", stranger.rsplit("/", 1)[0])).body["value"][-1] == item
    assert item["properties"]["providerSpecificDetails"]["instanceType"] == "OrbitalReplica"
    assert (await visitor.ask("POST", f"{stranger}/failoverCommit")).status == 404


async def test_the_same_seed_makes_the_same_vault() -> None:
    """Names and ids do not change from one life of the vault to the next; estates can be large."""
    first, second = (Vault(Clock.by_hand(), seed=5, extra_machines=300) for _ in range(2))
    assert [each.item_id for each in first.machines] == [each.item_id for each in second.machines]
    assert len(first.machines) == 315
    assert first.world.guid() == second.world.guid()


async def test_jobs_can_be_filtered(visitor: Visitor) -> None:
    """By beginning and by state, in the forms clients use; anything else is refused."""
    vault = visitor.vault
    await visitor.operate("vm-web01", "unplannedFailover", failover_body())
    vault.clock.advance(200)
    moment = vault.clock.now().strftime("%Y-%m-%dT%H:%M:%SZ")
    await visitor.operate("vm-web02", "unplannedFailover", failover_body())

    async def names(query: str) -> list[str]:
        jobs = visitor.sdk.replication_jobs.list(*visitor.there, filter=query, enforce_https=False)
        return [str(job.properties.target_object_name) async for job in jobs]

    assert await names(f"startTime eq '{moment}'") == ["vm-web02"]
    assert await names("JobStatus eq 'Succeeded'") == ["vm-web01"]
    assert await names(f"startTime ge {moment} and jobStatus eq 'Succeeded'") == []
    refused = await visitor.ask(
        "GET", f"{vault.resource_id}/replicationJobs?api-version=2025-08-01&$filter=colour eq 'red'"
    )
    assert refused.status == 400


async def test_what_stands_around_the_machines_can_be_read(visitor: Visitor) -> None:
    """Fabrics, containers, mappings, policies, plans, events and health pass the SDK's models."""
    sdk, there = visitor.sdk, visitor.there
    fabrics = [each async for each in sdk.replication_fabrics.list(*there, enforce_https=False)]
    assert [each.properties.friendly_name for each in fabrics] == [
        "West Europe",
        "North Europe",
        "site-amsterdam",
    ]
    for fabric in fabrics[:2]:
        listed = sdk.replication_protection_containers.list_by_replication_fabrics(
            *there, fabric.name, enforce_https=False
        )
        containers = [each async for each in listed]
        mappings = sdk.replication_protection_container_mappings
        both = [
            each.name
            async for each in mappings.list_by_replication_protection_containers(
                *there, fabric.name, containers[0].name, enforce_https=False
            )
        ]
        assert sorted(both) == [
            "northeurope-westeurope-24-hour-retention-policy",
            "westeurope-northeurope-24-hour-retention-policy",
        ]
    policies = [each async for each in sdk.replication_policies.list(*there, enforce_https=False)]
    assert policies[0].properties.provider_specific_details.instance_type == "A2A"
    plan = await sdk.replication_recovery_plans.get(*there, "plan-shop", enforce_https=False)
    assert [len(group.replication_protected_items) for group in plan.properties.groups] == [
        0,
        0,
        3,
        2,
        1,
    ]
    events = [each async for each in sdk.replication_events.list(*there, enforce_https=False)]
    assert "vm-db01" in {each.properties.affected_object_friendly_name for each in events}
    health = await sdk.replication_vault_health.get(*there, enforce_https=False)
    assert health.properties.protected_items_health.resource_count == 15


async def test_a_machine_exists_where_it_was_started(visitor: Visitor) -> None:
    """The replica answers 404 until there has been a failover."""
    machine = visitor.vault.machine("vm-web01")
    assert (await visitor.ask("GET", machine.vm_id(machine.home))).status == 200
    assert (await visitor.ask("GET", machine.vm_id(machine.recovery))).status == 404
    await visitor.operate("vm-web01", "unplannedFailover", failover_body())
    visitor.vault.clock.advance(139)
    replica = await visitor.ask("GET", machine.vm_id(machine.recovery))
    assert replica.body["location"] == "northeurope"
    assert replica.body["properties"]["storageProfile"]["osDisk"]["managedDisk"]["id"]

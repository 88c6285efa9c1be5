"""Everything beside the round trip: tests, other points, Hyper-V machines, recovery plans."""

from collections.abc import AsyncIterator

import pytest

from sandbox.clock import Clock
from sandbox.vault import Vault
from sandbox.vault.polls import Results
from tests.sandbox.vault_client import FORWARD, Json, Visitor, visit

NETWORK = Vault(Clock.by_hand()).networks["northeurope"]


@pytest.fixture
async def visitor() -> AsyncIterator[Visitor]:
    async with visit(Vault(Clock.by_hand())) as visitor:
        yield visitor


async def done(visitor: Visitor, machine: str, operation: str, properties: Json | None) -> str:
    """Carry out an operation and let all of its time pass; tell the machine's state."""
    body = None if properties is None else {"properties": properties}
    reply = await visitor.operate(machine, operation, body)
    assert reply.status == 202, reply.body
    visitor.vault.clock.advance(900)
    assert visitor.vault.jobs[-1].state == "Succeeded"
    return visitor.vault.machine(machine).protection_state


async def test_only_cleanup_is_offered_while_a_test_runs(visitor: Visitor) -> None:
    """The job of a test failover ends when the copy runs; then the item waits."""
    properties: Json = {
        "failoverDirection": "PrimaryToRecovery",
        "networkType": "VmNetworkAsInput",
        "providerSpecificDetails": {"instanceType": "A2A"},
    }
    refused = await visitor.operate("vm-web01", "testFailover", {"properties": properties})
    assert refused.status == 400
    await done(visitor, "vm-web01", "testFailover", properties | {"networkId": NETWORK})
    machine = visitor.vault.machine("vm-web01")
    item = (await visitor.ask("GET", machine.item_id)).body["properties"]
    assert item["testFailoverState"] == "WaitingForCompletion"
    assert item["allowedOperations"] == ["TestFailoverCleanup"]
    assert machine.region == "westeurope"
    await done(visitor, "vm-web01", "testFailoverCleanup", {"comments": "fine"})
    assert "UnplannedFailover" in visitor.vault.machine("vm-web01").allowed_operations


async def test_the_point_can_be_changed_until_the_commit(visitor: Visitor) -> None:
    """While the commit is pending the points stand still; afterwards they are gone."""
    machine = visitor.vault.machine("vm-mail01")
    path = f"{machine.item_id}/recoveryPoints"
    points = (await visitor.ask("GET", path)).body["value"]
    await done(
        visitor,
        "vm-mail01",
        "applyRecoveryPoint",
        {
            "recoveryPointId": points[0]["id"],
            "providerSpecificDetails": {"instanceType": "A2A"},
        },
    )
    item = (await visitor.ask("GET", machine.item_id)).body["properties"]
    assert item["failoverRecoveryPointId"].endswith(points[0]["name"])
    assert machine.home.container not in item["failoverRecoveryPointId"]
    assert (await visitor.ask("GET", path)).body["value"] == points
    await done(visitor, "vm-mail01", "failoverCommit", None)
    assert (await visitor.ask("GET", path)).body["value"] == []


async def test_a_hyper_v_machine_goes_and_comes_back(visitor: Visitor) -> None:
    """Planned failover, cancel, failover, commit, failback, commit and reverse replication."""
    name, vault = "hv-sql01", visitor.vault
    planned: Json = {
        "failoverDirection": "PrimaryToRecovery",
        "providerSpecificDetails": {"instanceType": "HyperVReplicaAzure"},
    }
    back: Json = {
        "failoverDirection": "RecoveryToPrimary",
        "providerSpecificDetails": {
            "instanceType": "HyperVReplicaAzureFailback",
            "dataSyncOption": "ForSynchronization",
            "recoveryVmCreationOption": "NoAction",
        },
    }
    reverse: Json = {
        "failoverDirection": "PrimaryToRecovery",
        "providerSpecificDetails": {
            "instanceType": "HyperVReplicaAzure",
            "hvHostVmId": "a",
            "vmName": name,
            "osType": "Windows",
            "vHDId": "b",
            "storageAccountId": vault.cache_accounts["northeurope"],
        },
    }
    await done(visitor, name, "plannedFailover", planned)
    assert await done(visitor, name, "failoverCancel", None) == "Protected"
    unplanned = FORWARD | {"providerSpecificDetails": {"instanceType": "HyperVReplicaAzure"}}
    await done(visitor, name, "unplannedFailover", unplanned)
    assert vault.machine(name).region == "northeurope"
    await done(visitor, name, "failoverCommit", None)
    await done(visitor, name, "plannedFailover", back)
    assert vault.machine(name).region == "site-amsterdam"
    assert await done(visitor, name, "failoverCommit", None) == "RestoreFinalized"
    assert await done(visitor, name, "reProtect", reverse) == "Protected"


async def test_resynchronizing_mends_a_machine(visitor: Visitor) -> None:
    """A machine that lags may be repaired, and is healthy afterwards."""
    await done(visitor, "vm-db01", "repairReplication", None)
    assert visitor.vault.machine("vm-db01").replication_health == "Normal"


async def test_the_result_of_an_operation_comes_in_many_forms(visitor: Visitor) -> None:
    """202 while it runs; then the item, nothing, something empty, the job, or 404."""
    vault = visitor.vault
    location = (await visitor.operate("vm-mail01", "failoverCommit")).headers["Location"]
    assert (await visitor.ask("GET", location)).status == 202
    vault.clock.advance(8)
    forms: dict[Results, tuple[int, str]] = {
        "item": (200, vault.machine("vm-mail01").item_name),
        "nothing": (204, ""),
        "empty": (200, ""),
        "job": (200, vault.jobs[0].job_id),
        "missing": (404, ""),
    }
    for form, (status, name) in forms.items():
        vault.operation_results = form
        reply = await visitor.ask("GET", location)
        assert (reply.status, reply.body.get("name", "")) == (status, name)


async def test_a_reprotect_before_the_commit_commits_on_the_way(visitor: Visitor) -> None:
    """The step is skipped only when nothing is left to commit; the inner job keeps pace."""
    vault = visitor.vault
    machine = vault.machine("vm-mail01")
    group = f"/subscriptions/{vault.subscription_id}/resourceGroups/rg-office"
    details: Json = {
        "instanceType": "A2A",
        "recoveryContainerId": machine.home.container_id,
        "policyId": f"{vault.resource_id}/replicationPolicies/24-hour-retention-policy",
        "recoveryResourceGroupId": group,
        "vmManagedDisks": [
            {
                "diskId": machine.disk_id(disk, machine.recovery),
                "primaryStagingAzureStorageAccountId": vault.cache_accounts["northeurope"],
                "recoveryResourceGroupId": group,
            }
            for disk in machine.disks
        ],
    }
    body: Json = {
        "properties": {
            "replicationProtectedItemName": machine.item_name,
            "providerSpecificDetails": details,
        }
    }
    vault.destine_next_job("vm-mail01", "SwitchReplicationGroupProtection", "fail_job")
    path = f"{machine.home.container_id}/switchprotection"
    assert (await visitor.ask("POST", path, body)).status == 202
    vault.clock.advance(300)
    outer, inner = vault.jobs
    assert (outer.state, inner.state) == ("Failed", "Failed")
    assert vault.machine("vm-mail01").home.region == "westeurope"

    assert (await visitor.ask("POST", path, body)).status == 202
    vault.clock.advance(488)
    outer, inner = vault.jobs[2:]
    assert (outer.state, inner.state) == ("Succeeded", "Succeeded")
    tasks = (await visitor.send(f"replicationJobs/{outer.job_id}"))["properties"]["tasks"]
    assert tasks[1]["state"] == "Succeeded"
    assert vault.machine("vm-mail01").home.region == "northeurope"


def plan_body(source: str = "NotRequired") -> Json:
    details = [{"instanceType": "A2A", "recoveryPointType": "LatestProcessed"}]
    properties = FORWARD | {"sourceSiteOperations": source, "providerSpecificDetails": details}
    return {"properties": properties}


async def test_a_plan_fails_over_as_a_tree_of_jobs(visitor: Visitor) -> None:
    """Shutdown in reverse, one failover for all, then the groups start one after another."""
    vault, path = visitor.vault, "replicationRecoveryPlans/plan-shop"
    reply = await visitor.ask("POST", f"{path}/unplannedFailover", plan_body("Required"))
    assert reply.status == 202
    job_id = reply.request_ids[0].split("/")[-1]
    assert vault.machine("vm-web01").allowed_operations == []
    vault.clock.advance(3 + 63 * 3 + 95 + 40)

    job = (await visitor.send(f"replicationJobs/{job_id}"))["properties"]
    assert [(task["taskId"][:8], task["friendlyName"], task["state"]) for task in job["tasks"]][
        1:-1
    ] == [
        ("Shutdown", "All groups shutdown (3)", "Succeeded"),
        ("Failover", "Recovery plan failover", "Succeeded"),
        ("Group1", "Group 1: Start (3)", "Succeeded"),
        ("Group2", "Group 2: Start (2)", "InProgress"),
        ("Group3", "Group 3: Start (1)", "NotStarted"),
    ]
    down = job["tasks"][1]["groupTaskCustomDetails"]["childTasks"]
    assert [each["taskId"] for each in down] == ["Group3", "Group2", "Group1"]
    member = down[-1]["groupTaskCustomDetails"]["childTasks"][0]
    inner = await visitor.ask("GET", member["customDetails"]["jobTask"]["jobId"])
    assert inner.body["properties"]["targetObjectName"] == "vm-web01"
    assert inner.body["properties"]["state"] == "Succeeded"
    assert {each.region for each in vault.plans[0].machines} == {"northeurope"}

    vault.clock.advance(81)
    assert vault.job(job_id).state == "Succeeded"
    assert (await visitor.ask("POST", f"{path}/failoverCommit")).status == 202
    vault.clock.advance(60)
    states = {each.protection_state for each in vault.plans[0].machines}
    assert states == {"UnplannedFailoverCommitted"}


async def test_a_plan_that_fails_late_leaves_its_machines_failed_over(visitor: Visitor) -> None:
    """What a stage achieved stays; jobs that had not begun never will."""
    vault, path = visitor.vault, "replicationRecoveryPlans/plan-shop"
    await visitor.ask("POST", f"{path}/unplannedFailover", plan_body())
    vault.clock.advance(120)
    vault.cancel_job(vault.plans[0].current_job.job_id if vault.plans[0].current_job else "")
    vault.clock.advance(600)
    assert {each.region for each in vault.plans[0].machines} == {"northeurope"}
    assert {each.current_job for each in vault.plans[0].machines} == {None}
    assert {each.state for each in vault.jobs} == {"Succeeded", "Cancelled"}
    assert len(vault.jobs) == 1 + 6 + 3


async def test_a_plan_can_be_tested_and_cleaned_up(visitor: Visitor) -> None:
    """The machines wait for cleanup, and the plan offers nothing else."""
    vault, path = visitor.vault, "replicationRecoveryPlans/plan-shop"
    properties: Json = {
        "failoverDirection": "PrimaryToRecovery",
        "networkType": "VmNetworkAsInput",
        "networkId": NETWORK,
    }
    body: Json = {"properties": properties}
    assert (await visitor.ask("POST", f"{path}/testFailover", body)).status == 202
    vault.clock.advance(900)
    assert vault.plans[0].allowed_operations == ["TestFailoverCleanup"]
    comments: Json = {"properties": {"comments": "fine"}}
    assert (await visitor.ask("POST", f"{path}/testFailoverCleanup", comments)).status == 202
    vault.clock.advance(900)
    assert vault.plans[0].allowed_operations == ["UnplannedFailover", "TestFailover"]

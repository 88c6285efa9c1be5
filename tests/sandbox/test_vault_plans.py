"""Recovery plans in full: actions, machines that fail, Hyper-V there and back, refusals."""

from collections.abc import AsyncIterator, Iterator

import pytest
from azure.core.exceptions import HttpResponseError

from sandbox.clock import Clock
from sandbox.vault import Vault
from tests.sandbox.vault_client import FORWARD, Json, Visitor, visit

A2A: Json = {"instanceType": "A2A", "recoveryPointType": "LatestProcessed"}
HYPER_V: Json = {"instanceType": "HyperVReplicaAzure", "recoveryPointType": "Latest"}
BACK: Json = {
    "instanceType": "HyperVReplicaAzureFailback",
    "dataSyncOption": "ForSynchronization",
    "recoveryVmCreationOption": "NoAction",
}
COMMENTS: Json = {"properties": {"comments": "The database is open."}}


@pytest.fixture
async def visitor() -> AsyncIterator[Visitor]:
    async with visit(Vault(Clock.by_hand(), estate="full")) as visitor:
        yield visitor


def failover(details: Json = A2A, source: str = "NotRequired") -> Json:
    return {
        "properties": FORWARD
        | {"sourceSiteOperations": source, "providerSpecificDetails": [details]}
    }


def planned(details: Json, way: str = "PrimaryToRecovery") -> Json:
    return {"properties": {"failoverDirection": way, "providerSpecificDetails": [details]}}


def flat(tasks: list[Json]) -> Iterator[Json]:
    for task in tasks:
        yield task
        yield from flat((task["groupTaskCustomDetails"] or {}).get("childTasks", []))


async def plan(visitor: Visitor, name: str) -> Json:
    return (await visitor.send(f"replicationRecoveryPlans/{name}"))["properties"]  # type: ignore[no-any-return]  # wire


async def test_a_plan_waits_for_a_person(visitor: Visitor) -> None:
    """The job is suspended at the action, which says what to do, and resumed with a comment."""
    vault, sdk = visitor.vault, visitor.sdk
    before = await sdk.replication_recovery_plans.get(
        *visitor.there, "plan-erp", enforce_https=False
    )
    groups = before.properties.groups
    assert [group.group_type for group in groups] == ["Shutdown", "Failover", "Boot", "Boot"]
    (manual,), (runbook,) = groups[3].start_group_actions, groups[3].end_group_actions
    assert manual.custom_details.instance_type == "ManualActionDetails"
    assert runbook.custom_details.runbook_id.endswith("/runbooks/Update-Dns")

    begin = sdk.replication_recovery_plans.begin_unplanned_failover
    job_id = await visitor.start(begin, *visitor.there, "plan-erp", failover())
    vault.clock.advance(3 + 95 + 40)
    for _ in range(2):  # it waits as long as it takes
        job = await visitor.job(job_id)
        assert (job["state"], job["allowedActions"]) == ("Suspended", ["Resume", "Cancel"])
        assert "vm-erpapp01" not in {each.target_name for each in vault.jobs[4:]}
        vault.clock.advance(3600)
    action = next(
        each
        for each in flat(job["tasks"])
        if each["state"] == "Suspended" and (each["taskType"] == "ManualActionTaskDetails")
    )
    assert action["allowedActions"] == ["Resume"]
    assert "vm-mv01" in action["customDetails"]["instructions"]
    assert vault.machine("vm-mv01").region == "northeurope"
    assert (await plan(visitor, "plan-erp"))["currentScenarioStatus"] == "Suspended"

    await visitor.start(sdk.replication_jobs.begin_resume, *visitor.there, job_id, COMMENTS)
    vault.clock.advance(1 + 40 + 30)
    job = await visitor.job(job_id)
    assert job["state"] == "InProgress"
    vault.clock.advance(1)
    job = await visitor.job(job_id)
    assert job["state"] == "Succeeded"
    tasks = {each["friendlyName"]: each for each in flat(job["tasks"])}
    assert tasks["Check the ERP database"]["customDetails"]["observation"] == (
        "The database is open."
    )
    dns = tasks["Update DNS"]["customDetails"]
    assert (dns["instanceType"], dns["runbookName"]) == (
        "AutomationRunbookTaskDetails",
        "Update-Dns",
    )
    first, last = tasks["Group 1: Start (2)"], tasks["Group 2: Start (1)"]
    assert first["endTime"] < last["startTime"]
    assert [each["friendlyName"] for each in job["tasks"]] == [
        "Prerequisites check for the recovery plan",
        "Recovery plan failover",
        "Group 1: Start (2)",
        "Group 2: Pre-steps (1)",
        "Group 2: Start (1)",
        "Group 2: Post-steps (1)",
        "Finalizing the recovery plan",
    ]


async def test_a_waiting_plan_can_be_cancelled(visitor: Visitor) -> None:
    """What was failed over stays failed over, and nothing is held any more."""
    vault, sdk = visitor.vault, visitor.sdk
    begin = sdk.replication_recovery_plans.begin_unplanned_failover
    job_id = await visitor.start(begin, *visitor.there, "plan-erp", failover())
    vault.clock.advance(600)
    await visitor.start(sdk.replication_jobs.begin_cancel, *visitor.there, job_id)
    job = await visitor.job(job_id)
    assert job["state"] == "Cancelled"
    assert [each["state"] for each in job["tasks"]][-1] == "NotStarted"
    assert vault.machine("vm-erpapp01").region == "northeurope"
    assert {each.current_job for each in vault.plan("plan-erp").machines} == {None}


async def test_one_machine_fails_and_the_plan_goes_on(visitor: Visitor) -> None:
    """The job fails in part, its error is on that machine's step, and the others have moved."""
    vault, sdk = visitor.vault, visitor.sdk
    vault.fail_next_job("vm-app01", "UnplannedFailover")
    begin = sdk.replication_recovery_plans.begin_unplanned_failover
    wire = failover(source="Required")
    job_id = await visitor.start(begin, *visitor.there, "plan-shop", wire)
    vault.clock.advance(900)
    job = await visitor.job(job_id)
    assert (job["state"], job["stateDescription"]) == ("Failed", "PartiallySucceeded")
    states = {each["taskId"]: (each["state"], each["stateDescription"]) for each in job["tasks"]}
    assert states["FailoverAllActionGroup"] == ("Failed", "PartiallySucceeded")
    assert states["ShutdownAllActionGroup"] == ("Succeeded", "Completed")
    failed = [each for each in flat(job["tasks"]) if each["errors"]]
    assert [each["friendlyName"] for each in failed] == ["vm-app01"]
    assert [each["taskId"] for each in job["errors"]] == [failed[0]["taskId"]]
    inner = await visitor.ask("GET", failed[0]["customDetails"]["jobTask"]["jobId"])
    assert inner.body["properties"]["state"] == "Failed"
    later = [each for each in flat(job["tasks"][3:]) if each["friendlyName"] == "vm-app01"]
    assert [each["stateDescription"] for each in later] == ["Skipped"]
    regions = {each.friendly_name: each.region for each in vault.plan("plan-shop").machines}
    assert regions.pop("vm-app01") == "westeurope"
    assert set(regions.values()) == {"northeurope"}
    refused = await visitor.ask("POST", f"replicationJobs/{job_id}/restart")
    assert refused.status == 400  # its machines are not where they were


async def test_a_plan_of_hyper_v_machines_goes_and_comes_back(visitor: Visitor) -> None:
    """Planned failover, cancel, planned failover, commit, failback, commit, reverse replication."""
    vault, plans = visitor.vault, visitor.sdk.replication_recovery_plans
    where = (*visitor.there, "plan-site")
    always = ["PlannedFailover", "UnplannedFailover", "TestFailover"]

    async def offered() -> list[str]:
        return list((await plan(visitor, "plan-site"))["allowedOperations"])

    assert await offered() == always
    there = planned(HYPER_V)
    assert await visitor.done(plans.begin_planned_failover, *where, there) == "Succeeded"
    assert {each.region for each in vault.plan("plan-site").machines} == {"northeurope"}
    assert await offered() == [*always, "Commit", "CancelFailover"]
    assert await visitor.done(plans.begin_failover_cancel, *where) == "Succeeded"
    assert {each.region for each in vault.plan("plan-site").machines} == {"site-amsterdam"}
    assert await visitor.done(plans.begin_planned_failover, *where, there) == "Succeeded"
    assert await visitor.done(plans.begin_failover_commit, *where) == "Succeeded"
    back = planned(BACK, "RecoveryToPrimary")
    job_id = await visitor.start(plans.begin_planned_failover, *where, back)
    vault.clock.advance(1500)
    job = await visitor.job(job_id)
    assert (job["state"], job["scenarioName"]) == ("Succeeded", "Failback")
    assert job["tasks"][3]["taskId"] == "DataSyncAllActionGroup"
    assert await visitor.done(plans.begin_failover_commit, *where) == "Succeeded"
    assert await offered() == [*always, "ReverseReplicate"]
    job_id = await visitor.start(plans.begin_reprotect, *where)
    vault.clock.advance(1500)
    job = await visitor.job(job_id)
    assert (job["state"], job["scenarioName"]) == ("Succeeded", "ReverseReplication")
    assert [each["friendlyName"] for each in job["tasks"]] == [
        "Group 1: Reverse replicate (1)",
        "Group 2: Reverse replicate (1)",
    ]
    assert {each.protection_state for each in vault.plan("plan-site").machines} == {"Protected"}


async def test_a_plan_that_is_not_ready_fails_at_its_first_step(visitor: Visitor) -> None:
    """A Hyper-V plan always offers its failovers; the job tells what is missing."""
    plans, where = visitor.sdk.replication_recovery_plans, (*visitor.there, "plan-site")
    assert await visitor.done(plans.begin_unplanned_failover, *where, failover(HYPER_V))
    job_id = await visitor.start(plans.begin_planned_failover, *where, planned(HYPER_V))
    visitor.vault.clock.advance(60)
    job = await visitor.job(job_id)
    assert (job["state"], job["errors"][0]["serviceErrorDetails"]["code"]) == ("Failed", "25014")
    assert job["tasks"][0]["state"] == "Failed"
    assert {each.region for each in visitor.vault.plan("plan-site").machines} == {"northeurope"}


async def test_a_plan_tells_what_it_did_last(visitor: Visitor) -> None:
    """The scenario stays after the job, and a test that waits for cleanup is suspended."""
    vault, plans = visitor.vault, visitor.sdk.replication_recovery_plans
    where = (*visitor.there, "plan-site")
    idle = await plan(visitor, "plan-site")
    assert (idle["currentScenario"], idle["currentScenarioStatus"]) == (None, None)
    assert "lastTestFailoverTime" not in idle
    test: Json = {
        "properties": {
            "failoverDirection": "PrimaryToRecovery",
            "networkType": "VmNetworkAsInput",
            "networkId": vault.networks["northeurope"],
            "providerSpecificDetails": [HYPER_V],
        }
    }
    assert await visitor.done(plans.begin_test_failover, *where, test) == "Succeeded"
    testing = await plan(visitor, "plan-site")
    assert testing["allowedOperations"] == ["TestFailoverCleanup"]
    assert testing["currentScenario"]["scenarioName"] == "TestFailover"
    assert (testing["currentScenarioStatus"], testing["currentScenarioStatusDescription"]) == (
        "Suspended",
        "WaitingForStopTestFailover",
    )
    assert testing["lastTestFailoverTime"]
    comments: Json = {"properties": {"comments": ""}}
    assert await visitor.done(plans.begin_test_failover_cleanup, *where, comments) == "Succeeded"
    done = await plan(visitor, "plan-site")
    assert (done["currentScenario"]["scenarioName"], done["currentScenarioStatus"]) == (
        "TestFailoverCleanup",
        "Succeeded",
    )


async def test_a_plan_of_azure_machines_is_not_reprotected(visitor: Visitor) -> None:
    """Refused at once, in Site Recovery's envelope, although the machines could be one by one."""
    plans, where = visitor.sdk.replication_recovery_plans, (*visitor.there, "plan-shop")
    assert await visitor.done(plans.begin_unplanned_failover, *where, failover()) == "Succeeded"
    assert await visitor.done(plans.begin_failover_commit, *where) == "Succeeded"
    with pytest.raises(HttpResponseError) as caught:
        await visitor.start(plans.begin_reprotect, *where)
    assert caught.value.status_code == 400
    assert "one by one" in str(caught.value.response and caught.value.response.text())
    assert (await plan(visitor, "plan-shop"))["allowedOperations"] == []


@pytest.mark.parametrize(
    ("name", "operation", "wire"),
    [
        ("plan-shop", "plannedFailover", planned(HYPER_V)),
        ("plan-shop", "unplannedFailover", failover(HYPER_V)),
        ("plan-site", "unplannedFailover", failover()),
        ("plan-site", "plannedFailover", planned(BACK)),
        ("plan-site", "plannedFailover", planned(HYPER_V, "RecoveryToPrimary")),
        ("plan-site", "unplannedFailover", failover(HYPER_V | {"vaultLocation": "West US"})),
        ("plan-site", "failoverCommit", None),
        ("plan-shop", "failoverCancel", None),
        ("plan-erp", "unplannedFailover", failover({"instanceType": "A2A"})),
    ],
)
async def test_a_plan_takes_only_what_suits_its_machines(
    visitor: Visitor, name: str, operation: str, wire: Json | None
) -> None:
    """The provider, the direction, the point and the moment must be right."""
    reply = await visitor.ask("POST", f"replicationRecoveryPlans/{name}/{operation}", wire)
    assert (reply.status, reply.body["error"]["code"]) == (400, "BadRequest")
    assert visitor.vault.jobs == []


async def test_a_consistency_group_starts_from_one_moment(visitor: Visitor) -> None:
    """With the shared points asked for, the two machines of the group run from the same time."""
    vault, plans = visitor.vault, visitor.sdk.replication_recovery_plans
    shared = A2A | {
        "recoveryPointType": "Latest",
        "multiVmSyncPointOption": "UseMultiVmSyncRecoveryPoint",
    }
    job_id = await visitor.start(
        plans.begin_unplanned_failover, *visitor.there, "plan-erp", failover(shared)
    )
    vault.clock.advance(300)
    details = (await visitor.job(job_id))["customDetails"]["protectedItemDetails"]
    times = {each["friendlyName"]: each["recoveryPointTime"] for each in details}
    assert times["vm-mv01"] == times["vm-mv02"]
    assert times["vm-mv01"][14:19] == "00:00"

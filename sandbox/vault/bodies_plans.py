"""The wire bodies of recovery plans.

The service puts two empty groups in front of those that people made. What a plan did last stays in
its current scenario, with its outcome; a plan that waits for the cleanup of a test is Suspended.
"""

from sandbox.vault.bodies_jobs import described
from sandbox.vault.machines import Machine
from sandbox.vault.names import VAULT_TYPE, JsonObject, stamp
from sandbox.vault.plans import PlanAction, RecoveryPlan


def plan(record: RecoveryPlan) -> JsonObject:
    """Write a recovery plan."""
    first = record.machines[0]
    a2a = first.provider == "A2A"
    groups = [_group("Shutdown", ()), _group("Failover", ())]
    groups += [
        _group("Boot", machines, [each for each in record.actions if each.group == number])
        for number, machines in enumerate(record.groups, start=1)
    ]
    return {
        "id": record.vault.told("replicationRecoveryPlans", record.name),
        "name": record.name,
        "type": f"{VAULT_TYPE}/replicationRecoveryPlans",
        "properties": {
            "friendlyName": record.name,
            "primaryFabricId": first.home.fabric_id,
            "primaryFabricFriendlyName": first.home.title,
            "recoveryFabricId": first.recovery.fabric_id if a2a else first.recovery.title,
            "recoveryFabricFriendlyName": first.recovery.title,
            "failoverDeploymentModel": "ResourceManager",
            "replicationProviders": list(dict.fromkeys(each.provider for each in record.machines)),
            "allowedOperations": record.allowed_operations,
            **_times(record),
            **_scenario(record),
            "groups": groups,
            "providerSpecificDetails": [],
        },
    }


def _times(record: RecoveryPlan) -> JsonObject:
    """When it did what; what never happened is not mentioned."""
    times = {
        "lastPlannedFailoverTime": record.planned,
        "lastUnplannedFailoverTime": record.failed_over,
        "lastTestFailoverTime": record.tested,
    }
    return {name: stamp(when) for name, when in times.items() if when is not None}


def _scenario(record: RecoveryPlan) -> JsonObject:
    job = record.last_job
    if job is None:
        scenario, status, description = None, None, None
    else:
        scenario = {
            "scenarioName": job.scenario,
            "jobId": record.vault.told("replicationJobs", job.job_id),
            "startTime": stamp(job.started),
        }
        status, description = job.state, described(job)
        if job.scenario == "TestFailover" and record.testing:
            status, description = "Suspended", "WaitingForStopTestFailover"
    return {
        "currentScenario": scenario,
        "currentScenarioStatus": status,
        "currentScenarioStatusDescription": description,
    }


def _group(
    kind: str, machines: tuple[Machine, ...], actions: list[PlanAction] | None = None
) -> JsonObject:
    found = actions or []
    return {
        "groupType": kind,
        "replicationProtectedItems": [
            {"id": machine.item_id, "virtualMachineId": machine.internal_id} for machine in machines
        ],
        "startGroupActions": [_action(each) for each in found if each.moment == "start"],
        "endGroupActions": [_action(each) for each in found if each.moment == "end"],
    }


def _action(action: PlanAction) -> JsonObject:
    details: JsonObject = {"instanceType": "ManualActionDetails", "description": action.text}
    if action.kind == "AutomationRunbook":
        details = {
            "instanceType": "AutomationRunbookActionDetails",
            "runbookId": action.text,
            "timeout": "PT1H",
            "fabricLocation": "Recovery",
        }
    return {
        "actionName": action.name,
        "failoverTypes": list(action.operations),
        "failoverDirections": ["PrimaryToRecovery"],
        "customDetails": details,
    }

"""The wire bodies of protected items and recovery points.

What all providers share is here; the provider's own part is in `bodies_a2a` and `bodies_hyper_v`.
Ids begin with `/Subscriptions`, except those of machines and disks, which are all in lower case.
"""

from datetime import datetime

from sandbox.vault import bodies_a2a, bodies_hyper_v, estate
from sandbox.vault.bodies_health import health_errors
from sandbox.vault.machines import COPYING, FIRST_POINT, Ailment, Machine
from sandbox.vault.names import (
    NO_SCENARIO_DATE,
    VAULT_TYPE,
    JsonObject,
    guid,
    stamp,
    stamp_or_none,
    told,
)
from sandbox.vault.points import Point, point_id

ITEM_TYPE = (
    f"{VAULT_TYPE}/replicationFabrics/replicationProtectionContainers/replicationProtectedItems"
)


def item(machine: Machine, now: datetime, single: bool) -> JsonObject:
    """Write a protected item, as it is listed or as it is read by itself."""
    properties = _common(machine, now)
    if machine.provider == "A2A":
        properties["providerSpecificDetails"] = bodies_a2a.replication_details(machine, now, single)
    else:
        properties["providerSpecificDetails"] = bodies_hyper_v.replication_details(machine, now)
    return {
        "id": machine.item_id,
        "name": machine.item_name,
        "type": ITEM_TYPE,
        "properties": properties,
    }


def strange_item(neighbour: Machine, now: datetime) -> JsonObject:
    """Write an item of an unknown provider, in an unknown state, allowing unknown things."""
    name = "stranger"
    found = item(neighbour, now, single=True)
    properties = _common(neighbour, now) | {
        "friendlyName": "vm-stranger",
        "protectionState": "ReplicationHeldByOrbitalAlignment",
        "protectionStateDescription": "Waiting for a favourable orbit",
        "allowedOperations": ["Teleport", "DisableProtection"],
        "providerSpecificDetails": {"instanceType": "OrbitalReplica", "orbit": 7},
    }
    place = f"{neighbour.home.container_id}/replicationProtectedItems"
    return found | {"id": f"{place}/{name}", "name": name, "properties": properties}


def recovery_point(machine: Machine, point: Point) -> JsonObject:
    """Write a recovery point."""
    properties: JsonObject = {
        "recoveryPointTime": stamp(point.time),
        "recoveryPointType": point.kind,
    }
    if machine.provider == "A2A":
        properties["providerSpecificDetails"] = {
            "instanceType": "A2A",
            "recoveryPointSyncType": "PerVmRecoveryPoint",
            "disks": [disk.name for disk in machine.disks],
        }
    return {
        "id": point_id(machine, point),
        "name": point.name,
        "type": f"{ITEM_TYPE}/recoveryPoints",
        "properties": properties,
    }


def current_scenario(machine: Machine) -> JsonObject:
    """Write what is going on with an item: a job, or the service's words for none."""
    job = machine.current_job
    if job is None:
        return {
            "scenarioName": "None",
            "jobId": told("replicationJobs", "None"),
            "startTime": NO_SCENARIO_DATE,
        }
    return {
        "scenarioName": job.scenario,
        "jobId": told("replicationJobs", job.job_id),
        "startTime": stamp(job.started),
    }


def _common(machine: Machine, now: datetime) -> JsonObject:
    home, recovery, a2a = machine.home, machine.recovery, machine.provider == "A2A"
    policy = estate.A2A_POLICY if a2a else estate.HYPER_V_POLICY
    testing = machine.test_state == "WaitingForCompletion"
    return {
        "friendlyName": machine.friendly_name,
        "protectedItemType": "" if a2a else "HyperVVirtualMachine",
        "protectableItemId": None,
        "recoveryServicesProviderId": f"{home.fabric_id}/replicationRecoveryServicesProviders/"
        + guid("provider", home.fabric),
        "primaryFabricFriendlyName": home.title,
        "primaryFabricProvider": "AzureFabric" if a2a else "HyperVSite",
        "recoveryFabricFriendlyName": recovery.title,
        "recoveryFabricId": recovery.fabric_id if a2a else recovery.title,
        "primaryProtectionContainerFriendlyName": home.container_title,
        "recoveryProtectionContainerFriendlyName": recovery.container_title
        if a2a
        else recovery.title,
        "protectionState": machine.protection_state,
        "protectionStateDescription": machine.condition.description,
        "activeLocation": machine.active_location,
        "testFailoverState": machine.test_state,
        "testFailoverStateDescription": "Waiting for user input" if testing else "None",
        "switchProviderState": "None",
        "switchProviderStateDescription": None,
        "allowedOperations": machine.allowed_operations,
        "replicationHealth": machine.replication_health,
        "failoverHealth": "Warning" if _never_tested(machine) else "Normal",
        "healthErrors": health_errors(_ailments(machine), now),
        "policyId": told("replicationPolicies", policy.name),
        "policyFriendlyName": policy.name,
        "lastSuccessfulFailoverTime": stamp_or_none(machine.failed_over),
        "lastSuccessfulTestFailoverTime": stamp_or_none(machine.tested),
        "currentScenario": current_scenario(machine),
        "failoverRecoveryPointId": _failover_point(machine),
        "recoveryContainerId": recovery.container_id,
        "eventCorrelationId": machine.correlation,
    }


def _never_tested(machine: Machine) -> bool:
    return machine.tested is None and machine.protection_state not in (COPYING, FIRST_POINT)


def _ailments(machine: Machine) -> tuple[Ailment, ...]:
    return (*machine.ailments, estate.NEVER_TESTED) if _never_tested(machine) else machine.ailments


def _failover_point(machine: Machine) -> str | None:
    """The point a replica runs from; this one id names the container by its internal guid."""
    if machine.failover_point is None:
        return None
    container = f"{machine.home.fabric_id}/replicationProtectionContainers/"
    item_path = f"{machine.home.container_guid}/replicationProtectedItems/{machine.item_name}"
    return f"{container}{item_path}/recoveryPoints/{machine.failover_point}"

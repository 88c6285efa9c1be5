"""The wire bodies of protected items and recovery points.

What all providers share is here; the provider's own part is in `bodies_a2a`, `bodies_hyper_v` and
`bodies_vmware`.
Ids begin with `/Subscriptions`, except those of machines and disks, which are all in lower case.
"""

from datetime import datetime

from sandbox.vault import bodies_a2a, bodies_hyper_v, bodies_vmware
from sandbox.vault.ailments import NEVER_TESTED
from sandbox.vault.bodies_health import health_errors, never_tested
from sandbox.vault.machines import Ailment, Machine, Place
from sandbox.vault.names import (
    NO_SCENARIO_DATE,
    VAULT_TYPE,
    JsonObject,
    guid,
    stamp,
    stamp_or_none,
)
from sandbox.vault.points import Point, latest, point_id

ITEM_TYPE = (
    f"{VAULT_TYPE}/replicationFabrics/replicationProtectionContainers/replicationProtectedItems"
)


def item(machine: Machine, now: datetime, single: bool) -> JsonObject:
    """Write a protected item, as it is listed or as it is read by itself."""
    properties = _common(machine, now)
    properties["providerSpecificDetails"] = _details(machine, now, single)
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
    place = f"{neighbour.filed.container_id}/replicationProtectedItems"
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
            "recoveryPointSyncType": "MultiVmSyncRecoveryPoint"
            if point.shared
            else "PerVmRecoveryPoint",
            "disks": [disk.name for disk in machine.disks],
        }
    elif machine.provider != "HyperVReplicaAzure":
        properties["providerSpecificDetails"] = {
            "instanceType": machine.provider,
            "isMultiVmSyncPoint": "false",
        }
    return {
        "id": point_id(machine, point),
        "name": point.name,
        "type": f"{ITEM_TYPE}/recoveryPoints",
        "properties": properties,
    }


def current_scenario(machine: Machine) -> JsonObject:
    """Write what is going on with an item: a job, or the service's words for none."""
    job, vault = machine.current_job, machine.home.vault
    if job is None:
        return {
            "scenarioName": "None",
            "jobId": vault.told("replicationJobs", "None"),
            "startTime": NO_SCENARIO_DATE,
        }
    return {
        "scenarioName": job.scenario,
        "jobId": vault.told("replicationJobs", job.job_id),
        "startTime": stamp(job.started),
    }


_ITEM_TYPES = {"Azure": "", "HyperVSite": "HyperVVirtualMachine", "VMware": "", "InMageRcm": ""}
_FABRIC_PROVIDERS = {
    "Azure": "AzureFabric",
    "HyperVSite": "HyperVSite",
    "VMware": "VMware",
    "InMageRcm": "InMageRcmFabric",
}


def _details(machine: Machine, now: datetime, single: bool) -> JsonObject:
    if machine.provider == "A2A":
        return bodies_a2a.replication_details(machine, now, single)
    if machine.provider == "HyperVReplicaAzure":
        return bodies_hyper_v.replication_details(machine, now)
    if machine.provider == "InMageAzureV2":
        return bodies_vmware.classic_details(machine, now)
    if machine.provider == "InMageRcm":
        return bodies_vmware.rcm_details(machine, now, latest(machine, now))
    return bodies_vmware.failback_details(machine, now)


def _common(machine: Machine, now: datetime) -> JsonObject:
    """What the items of all providers share.

    Of a VMware machine on its way home Azure is taken to be the primary side in every field, since
    its active location is known to be Primary while it runs in Azure.
    """
    home, recovery, a2a = machine.home, machine.recovery, machine.provider == "A2A"
    testing = machine.test_state == "WaitingForCompletion"
    hyper_v = machine.provider == "HyperVReplicaAzure"
    return {
        "friendlyName": machine.friendly_name,
        "protectedItemType": _ITEM_TYPES[machine.filed.kind],
        "protectableItemId": protectable_id(machine) if hyper_v else None,
        "recoveryServicesProviderId": provider_id(machine.filed),
        "primaryFabricFriendlyName": home.title,
        "primaryFabricProvider": _FABRIC_PROVIDERS[machine.filed.kind],
        "recoveryFabricFriendlyName": recovery.title,
        "recoveryFabricId": recovery.fabric_id if a2a else recovery.title,
        "primaryProtectionContainerFriendlyName": home.container_title if a2a else home.title,
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
        "failoverHealth": "Warning" if never_tested(machine) else "Normal",
        "healthErrors": health_errors(_ailments(machine), now),
        "policyId": home.vault.told("replicationPolicies", machine.policy.name),
        "policyFriendlyName": machine.policy.name,
        "lastSuccessfulFailoverTime": stamp_or_none(machine.failed_over),
        "lastSuccessfulTestFailoverTime": stamp_or_none(machine.tested),
        "currentScenario": current_scenario(machine),
        "failoverRecoveryPointId": _failover_point(machine),
        "recoveryContainerId": recovery.container_id,
        "eventCorrelationId": machine.correlation,
    }


def provider_id(place: Place) -> str:
    """Say the id of the recovery services provider of a fabric."""
    name = guid("provider", place.fabric)
    return f"{place.fabric_id}/replicationRecoveryServicesProviders/{name}"


def protectable_id(machine: Machine) -> str:
    """Say the id by which a site knows a machine, protected or not."""
    name = guid("hyper-v", machine.friendly_name)
    return f"{machine.original.container_id}/replicationProtectableItems/{name}"


def _ailments(machine: Machine) -> tuple[Ailment, ...]:
    return (*machine.ailments, NEVER_TESTED) if never_tested(machine) else machine.ailments


def _failover_point(machine: Machine) -> str | None:
    """The point a replica runs from; this one id names the container by its internal guid."""
    if machine.failover_point is None:
        return None
    filed = machine.filed
    container = f"{filed.fabric_id}/replicationProtectionContainers/{filed.container_guid}"
    item_path = f"replicationProtectedItems/{machine.item_name}"
    return f"{container}/{item_path}/recoveryPoints/{machine.failover_point}"

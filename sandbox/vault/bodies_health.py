"""The wire bodies that tell what is wrong: health errors, vault health and events."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from sandbox.vault.ailments import NEVER_TESTED
from sandbox.vault.jobs import Job
from sandbox.vault.machines import Ailment, Machine
from sandbox.vault.names import VAULT_TYPE, JsonObject, VaultName, guid, stamp
from sandbox.vault.states import COPYING, FIRST_POINT


def health_errors(ailments: Iterable[Ailment], now: datetime) -> list[JsonObject]:
    """Write the health errors of an item or an event."""
    return [
        {
            "innerHealthErrors": [],
            "errorSource": "HealthError",
            "errorType": "8010" if ailment.category == "TestFailover" else "Replication",
            "errorLevel": ailment.level,
            "errorCategory": ailment.category,
            "errorCode": ailment.code,
            "summaryMessage": ailment.message.split(":")[0],
            "errorMessage": ailment.message,
            "possibleCauses": ailment.causes,
            "recommendedAction": ailment.advice,
            "creationTimeUtc": stamp(now - timedelta(minutes=30)),
            "recoveryProviderErrorMessage": None,
            "entityId": None,
            "errorId": guid("health", ailment.code, ailment.level),
            "customerResolvability": "NotAllowed",
        }
        for ailment in ailments
    ]


def never_tested(machine: Machine) -> bool:
    """Whether a machine that could be tested never was."""
    return machine.tested is None and machine.protection_state not in (COPYING, FIRST_POINT)


def vault_health(vault: VaultName, machines: list[Machine], places: int) -> JsonObject:
    """Write the health of the whole vault, counted over its machines."""
    counts = {"Critical": 0, "Warning": 0, "Normal": 0}
    affected: dict[str, list[str]] = {}
    ailing: dict[str, Ailment] = {}
    for machine in machines:
        counts[machine.replication_health] += 1
        untested = (NEVER_TESTED,) if never_tested(machine) else ()
        for ailment in (*machine.ailments, *untested):
            ailing[ailment.code] = ailment
            affected.setdefault(ailment.code, []).append(machine.correlation)
    return {
        "name": "Default",
        "type": f"{VAULT_TYPE}/replicationVaultHealth",
        "id": vault.told("replicationVaultHealth", "Default"),
        "properties": {
            "vaultErrors": [],
            "protectedItemsHealth": {
                "resourceCount": len(machines),
                "issues": [
                    {
                        "summaryCode": code,
                        "category": "TestFailover"
                        if ailing[code].category == "TestFailover"
                        else "Replication",
                        "severity": ailing[code].level,
                        "summaryMessage": ailing[code].message.split(":")[0],
                        "affectedResourceType": "ReplicationProtectedItemType",
                        "affectedResourceSubtype": None,
                        "affectedResourceCorrelationIds": correlations,
                    }
                    for code, correlations in affected.items()
                ],
                "categorizedResourceCounts": counts,
            },
            "fabricsHealth": {"resourceCount": places, "issues": []},
            "containersHealth": {"resourceCount": places, "issues": []},
        },
    }


def events(machines: list[Machine], jobs: list[Job], began: datetime) -> list[JsonObject]:
    """Write what happened, the newest first: ailments, failed jobs, and tests that need a cleanup.

    Jobs that went well are no events, and neither are the jobs inside a plan's. All ailments are
    taken to have begun half an hour before the vault did.
    """
    found = [
        (began - timedelta(minutes=30), _health_event(machine, ailment, began))
        for machine in machines
        for ailment in machine.ailments
    ]
    found += [
        (job.ended, _job_event(job, job.ended))
        for job in jobs
        if job.ended is not None and not job.inner and (job.errors or _waiting(job))
    ]
    return [event for _, event in sorted(found, key=lambda each: each[0], reverse=True)]


def _health_event(machine: Machine, ailment: Ailment, began: datetime) -> JsonObject:
    when = began - timedelta(minutes=30)
    severity = "Critical" if ailment.level == "Error" else "Warning"
    vault = machine.home.vault
    name = f"MonitoringEvent;{int(when.timestamp())}_{machine.internal_id}-{ailment.code}"
    return {
        "name": name,
        "type": f"{VAULT_TYPE}/replicationEvents",
        "id": vault.told("replicationEvents", name),
        "properties": {
            "eventCode": "SRSVMHealthChanged",
            "description": f"Virtual machine health is {severity}",
            "eventType": "VmHealth",
            "affectedObjectFriendlyName": machine.friendly_name,
            "affectedObjectCorrelationId": machine.correlation,
            "severity": severity,
            "timeOfOccurrence": stamp(when),
            "fabricId": machine.filed.fabric_id,
            "providerSpecificDetails": _event_details(machine),
            "eventSpecificDetails": None,
            "healthErrors": health_errors([ailment], began),
        },
    }


def _event_details(machine: Machine) -> JsonObject | None:
    if machine.provider == "HyperVReplicaAzure":
        return {
            "instanceType": "HyperVReplicaAzure",
            "containerName": machine.filed.container_title,
            "fabricName": machine.filed.title,
            "remoteContainerName": machine.destination.title,
        }
    if machine.provider != "A2A":
        return None
    return {
        "instanceType": "A2A",
        "protectedItemName": machine.item_name,
        "fabricObjectId": machine.vm_id(machine.home).lower(),
        "fabricName": machine.home.fabric,
        "fabricLocation": machine.home.region,
        "remoteFabricName": machine.recovery.fabric,
        "remoteFabricLocation": machine.recovery.region,
    }


def _waiting(job: Job) -> bool:
    return job.scenario == "TestFailover" and job.state == "Succeeded"


def _job_event(job: Job, when: datetime) -> JsonObject:
    status = "WaitingForStopTestFailover" if _waiting(job) else job.state
    name = f"JobStatusMonitoringEvent;{int(when.timestamp())}_{job.job_id}"
    return {
        "name": name,
        "type": f"{VAULT_TYPE}/replicationEvents",
        "id": job.vault.told("replicationEvents", name),
        "properties": {
            "eventCode": "SRSJobStatus",
            "description": f"{job.scenario} - {status}",
            "eventType": "JobStatus",
            "affectedObjectFriendlyName": job.target_name,
            "affectedObjectCorrelationId": None,
            "severity": "Warning" if _waiting(job) else "Critical",
            "timeOfOccurrence": stamp(when),
            "fabricId": None,
            "providerSpecificDetails": None,
            "eventSpecificDetails": {
                "instanceType": "JobStatus",
                "jobId": job.vault.told("replicationJobs", job.job_id),
                "jobFriendlyName": job.scenario,
                "jobStatus": "Suspended" if _waiting(job) else job.state,
                "affectedObjectType": "Vm"
                if job.target_kind == "ProtectionEntity"
                else job.target_kind,
            },
            "healthErrors": [
                {
                    "errorLevel": None,
                    "errorCode": error.code,
                    "errorMessage": error.message,
                    "possibleCauses": error.causes,
                    "recommendedAction": error.advice,
                    "creationTimeUtc": stamp(when),
                    "recoveryProviderErrorMessage": None,
                    "entityId": None,
                }
                for error in job.errors
            ],
        },
    }

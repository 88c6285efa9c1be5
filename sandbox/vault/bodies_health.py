"""The wire bodies that tell what is wrong: health errors, vault health and events."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from sandbox.vault.jobs import Job
from sandbox.vault.machines import Ailment, Machine
from sandbox.vault.names import VAULT_TYPE, JsonObject, guid, stamp, told


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


def vault_health(machines: list[Machine]) -> JsonObject:
    """Write the health of the whole vault, counted over its machines."""
    counts = {"Critical": 0, "Warning": 0, "Normal": 0}
    affected: dict[str, list[str]] = {}
    ailing: dict[str, Ailment] = {}
    for machine in machines:
        counts[machine.replication_health] += 1
        for ailment in machine.ailments:
            ailing[ailment.code] = ailment
            affected.setdefault(ailment.code, []).append(machine.correlation)
    return {
        "name": "Default",
        "type": f"{VAULT_TYPE}/replicationVaultHealth",
        "id": told("replicationVaultHealth", "Default"),
        "properties": {
            "vaultErrors": [],
            "protectedItemsHealth": {
                "resourceCount": len(machines),
                "issues": [
                    {
                        "summaryCode": code,
                        "category": "Replication",
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
            "fabricsHealth": {"resourceCount": 3, "issues": []},
            "containersHealth": {"resourceCount": 3, "issues": []},
        },
    }


def events(machines: list[Machine], jobs: list[Job], now: datetime) -> list[JsonObject]:
    """Write what happened: one event for each ailment and each failed job."""
    found = [
        _event(
            "ReplicationHealth",
            "VmHealth",
            machine,
            "Critical" if ailment.level == "Error" else "Warning",
            health_errors([ailment], now),
            now - timedelta(minutes=30),
        )
        for machine in machines
        for ailment in machine.ailments
    ]
    return found + [_job_event(job) for job in jobs if job.error is not None]


def _event(
    code: str,
    kind: str,
    machine: Machine,
    severity: str,
    errors: list[JsonObject],
    when: datetime,
) -> JsonObject:
    name = f"MonitoringEvent;{int(when.timestamp())}_{machine.internal_id}"
    return {
        "name": name,
        "type": f"{VAULT_TYPE}/replicationEvents",
        "id": told("replicationEvents", name),
        "properties": {
            "eventCode": code,
            "description": f"{machine.friendly_name}: replication health is {severity.lower()}",
            "eventType": kind,
            "affectedObjectFriendlyName": machine.friendly_name,
            "affectedObjectCorrelationId": machine.correlation,
            "severity": severity,
            "timeOfOccurrence": stamp(when),
            "fabricId": machine.home.fabric_id,
            "providerSpecificDetails": None,
            "eventSpecificDetails": None,
            "healthErrors": errors,
        },
    }


def _job_event(job: Job) -> JsonObject:
    when = job.ended or job.started
    name = f"JobStatusMonitoringEvent;{int(when.timestamp())}_{job.job_id}"
    error = job.error
    return {
        "name": name,
        "type": f"{VAULT_TYPE}/replicationEvents",
        "id": told("replicationEvents", name),
        "properties": {
            "eventCode": "SRSJobStatus",
            "description": f"{job.scenario} - {job.state}",
            "eventType": "JobStatus",
            "affectedObjectFriendlyName": job.target_name,
            "affectedObjectCorrelationId": None,
            "severity": "Critical",
            "timeOfOccurrence": stamp(when),
            "fabricId": None,
            "providerSpecificDetails": None,
            "eventSpecificDetails": {
                "instanceType": "JobStatus",
                "jobId": told("replicationJobs", job.job_id),
                "jobFriendlyName": job.title,
                "jobStatus": job.state,
                "affectedObjectType": job.target_kind,
            },
            "healthErrors": [
                {
                    "errorLevel": None,
                    "errorCode": error.code if error else None,
                    "errorMessage": error.message if error else None,
                    "possibleCauses": error.causes if error else None,
                    "recommendedAction": error.advice if error else None,
                    "creationTimeUtc": stamp(when),
                    "recoveryProviderErrorMessage": None,
                    "entityId": None,
                }
            ],
        },
    }

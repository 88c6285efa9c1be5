"""The wire bodies of jobs and of the status of their operations.

A list tells no steps, no errors, no details and no activity id; a single read tells all. Steps
that have not begun have naive dates in the year 1. The status of an operation never tells how far
it is, and may carry an error although it succeeded.
"""

from collections.abc import Iterator
from datetime import datetime

from sandbox.vault.jobs import Job, JobError, Step
from sandbox.vault.names import (
    NO_TASK_DATE,
    VAULT_TYPE,
    JsonObject,
    guid,
    stamp,
    whole_seconds,
)

_DESCRIPTIONS = {"Succeeded": "Completed"}


def job(record: Job, now: datetime, single: bool) -> JsonObject:
    """Write a job, as it is listed or as it is read by itself."""
    properties: JsonObject = {
        "activityId": activity_id(record) if single else None,
        "scenarioName": record.scenario,
        "friendlyName": record.title,
        "state": record.state,
        "stateDescription": described(record),
        "tasks": _tasks(record, now) if single else [],
        "errors": _all_errors(record, now) if single else [],
        "startTime": stamp(record.started),
        "allowedActions": record.allowed_actions,
        "targetObjectId": record.target_id,
        "targetObjectName": record.target_name,
        "targetInstanceType": record.target_kind,
        "customDetails": record.details if single else None,
    }
    if record.ended is not None:
        properties["endTime"] = whole_seconds(record.ended)
    return {
        "id": record.vault.told("replicationJobs", record.job_id),
        "name": record.job_id,
        "type": f"{VAULT_TYPE}/replicationJobs",
        "properties": properties,
    }


def described(record: Job) -> str:
    """Say in a word how a job stands; one that failed in part says so."""
    if record.state == "Succeeded" and record.warning:
        return "CompletedWithInformation"
    if record.state == "Failed" and record.complete:
        return "PartiallySucceeded"
    return _DESCRIPTIONS.get(record.state, record.state)


def activity_id(record: Job) -> str:
    """Say by whom a job was asked for: the caller's request id, then the service's own."""
    return f"{record.client_request_id} ActivityId: {record.correlation_id}"


def operation_status(record: Job) -> JsonObject:
    """Write the status of the operation that a job carries out."""
    status = "InProgress" if record.state == "Suspended" else record.state
    ended = record.ended
    error = next(iter(record.errors), record.warning)
    return {
        "error": _status_error(error) if error else None,
        "id": None,
        "name": record.job_id,
        "properties": None,
        "status": status,
        "startTime": stamp(record.started),
        "endTime": f"{ended:%Y-%m-%dT%H:%M:%S}.0000000Z" if ended else None,
        "percentComplete": None,
    }


def _status_error(error: JobError) -> JsonObject:
    return {"code": error.code, "message": error.message, "details": None}


def _tasks(record: Job, now: datetime) -> list[JsonObject]:
    elapsed = record.elapsed(now)
    found = []
    begins = 0.0
    for index, step in enumerate(record.steps):
        found.append(_task(record, step, begins, elapsed, f"{index}"))
        begins += step.length
    return found


def _task(record: Job, step: Step, begins: float, elapsed: float, place: str) -> JsonObject:
    state, description = _state(record, step, begins, elapsed)
    begun = state not in ("NotStarted", "Other")
    ended = begun and state != "InProgress" and state != "Suspended"
    ends = min(begins + step.length, elapsed)
    waits = state == "Suspended" and step.kind == "ManualActionTaskDetails"
    found: JsonObject = {
        "taskId": _task_id(record, step, place),
        "name": step.name,
        "startTime": stamp(record.moment(begins)) if begun else NO_TASK_DATE,
        "endTime": stamp(record.moment(ends)) if ended else NO_TASK_DATE,
        "allowedActions": ["Resume"] if waits else [],
        "friendlyName": step.title,
        "state": state,
        "stateDescription": description,
        "taskType": step.kind,
        "customDetails": None if step.group else _details(record, step),
        "groupTaskCustomDetails": None,
        "errors": _task_errors(record, step, begins, place) if state == "Failed" else [],
    }
    if step.group is not None:
        children = [
            _task(record, child, at, elapsed, f"{place}.{index}")
            for index, (child, at) in enumerate(step.starts(begins))
        ]
        group: JsonObject = {"instanceType": step.group.kind, "childTasks": children}
        if step.group.plan_group:
            group["name"] = group["groupId"] = step.group.name
            group["rpGroupType"] = step.group.plan_group
        found["groupTaskCustomDetails"] = group
    return found


def _state(record: Job, step: Step, begins: float, elapsed: float) -> tuple[str, str]:
    if elapsed < begins or (elapsed == begins and not record.over and step.length == 0):
        return "NotStarted", "NotStarted"
    if step.skipped:
        return "Other", "Skipped"
    if elapsed < begins + step.length:
        return record.state, record.state
    if not step.errors:
        return "Succeeded", "Completed"
    partly = any(not child.errors for child in step.children)
    return "Failed", "PartiallySucceeded" if partly else "Failed"


def _task_id(record: Job, step: Step, place: str) -> str:
    return step.task_id or guid("task", record.job_id, place)


def _details(record: Job, step: Step) -> JsonObject:
    if step.kind == "ManualActionTaskDetails":
        said = record.observations.get(step.title)
        return {"instanceType": step.kind, **(step.told or {}), "observation": said}
    found: JsonObject = {"instanceType": step.kind, **(step.told or {})}
    if step.link is not None:
        found["jobTask"] = {
            "jobId": record.vault.told("replicationJobs", step.link.job_id),
            "jobFriendlyName": step.link.title,
            "targetObjectId": step.link.target_id,
            "targetObjectName": step.link.target_name,
            "targetInstanceType": "Vm",
            "jobScenarioName": step.link.scenario,
        }
    if step.kind == "VirtualMachineTaskDetails":
        found = {"skippedReason": "None", "skippedReasonString": None} | found
    return found


def _task_errors(record: Job, step: Step, begins: float, place: str) -> list[JsonObject]:
    """What is wrong with a step itself: its own error, or the one that ended the job in it."""
    if step.children:
        return []
    task_id = _task_id(record, step, place)
    if step.error is not None:
        return [_error(record, step.error, record.moment(begins + step.length), task_id)]
    if record.error is None:
        return []
    return [_error(record, record.error, record.ended or record.started, task_id)]


def _all_errors(record: Job, now: datetime) -> list[JsonObject]:
    """The errors of the whole job: what ended it, and every step that has gone wrong."""
    elapsed, found = record.elapsed(now), []
    for place, step, begins in _leaves(record):
        over = elapsed >= begins + step.length
        if step.error is not None and over:
            found += _task_errors(record, step, begins, place)
    if record.error is not None:
        when = record.ended or record.started
        found.append(_error(record, record.error, when, _failed_task(record)))
    return found


def _leaves(record: Job) -> Iterator[tuple[str, Step, float]]:
    def inside(place: str, step: Step, begins: float) -> Iterator[tuple[str, Step, float]]:
        if not step.children:
            yield place, step, begins
        for index, (child, at) in enumerate(step.starts(begins)):
            yield from inside(f"{place}.{index}", child, at)

    begins = 0.0
    for index, step in enumerate(record.steps):
        yield from inside(f"{index}", step, begins)
        begins += step.length


def _error(record: Job, error: JobError, when: datetime, task_id: str | None) -> JsonObject:
    advice: JsonObject = {"possibleCauses": error.causes, "recommendedAction": error.advice}
    return {
        "serviceErrorDetails": {
            "code": error.code,
            "message": error.message,
            **advice,
            "activityId": activity_id(record),
        },
        "providerErrorDetails": {
            "errorCode": error.provider_code,
            "errorMessage": error.causes,
            "errorId": guid("error", record.job_id),
            **advice,
        },
        "errorLevel": "Error",
        "creationTime": stamp(when),
        "taskId": task_id,
    }


def _failed_task(record: Job) -> str | None:
    elapsed, begins = record.elapsed(record.ended or record.started), 0.0
    for index, step in enumerate(record.steps):
        begins += step.length
        if not step.skipped and elapsed < begins:
            return _task_id(record, step, f"{index}")
    return None

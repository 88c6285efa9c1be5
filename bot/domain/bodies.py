"""The bodies of the calls, for each provider exactly as Azure takes them."""

from typing import Any

from bot.domain.catalogue import Call, Ground
from bot.domain.machines import Machine, Point


def plain(action: str, ground: Ground) -> Call:
    """An action without a body, on a machine, a plan or a job."""
    return Call(action=action, resource=ground.target.id)


def unplanned_failover(ground: Ground, *, shutdown: bool) -> Call:
    """A failover towards the recovery side; VMware says in its own part whether to shut down."""
    machine = ground.machine
    details = _details(machine) | _point(ground.point)
    if machine.provider == "InMageRcm":
        details["performShutdown"] = "true" if shutdown else "false"
        shutdown = False
    return _call(
        machine,
        "unplannedFailover",
        failoverDirection="PrimaryToRecovery",
        sourceSiteOperations="Required" if shutdown else "NotRequired",
        providerSpecificDetails=details,
    )


def planned_failover(ground: Ground) -> Call:
    """A planned failover towards the recovery side."""
    return _call(
        ground.machine,
        "plannedFailover",
        failoverDirection="PrimaryToRecovery",
        providerSpecificDetails=_details(ground.machine),
    )


def test_failover(ground: Ground, network: str) -> Call:
    """A copy in a network of its own."""
    details = _details(ground.machine) | _point(ground.point)
    if ground.machine.provider == "InMageRcm":
        details["networkId"] = network
    return _call(
        ground.machine,
        "testFailover",
        failoverDirection="PrimaryToRecovery",
        networkType="VmNetworkAsInput",
        networkId=network,
        providerSpecificDetails=details,
    )


def cleanup(ground: Ground, comments: str) -> Call:
    """The end of a test failover, of a machine or a plan."""
    body = {"properties": {"comments": comments}}
    return Call(action="testFailoverCleanup", resource=ground.target.id, body=body)


def resume(job: str, comments: str) -> Call:
    """The end of a job's wait for a person, with what that person says."""
    return Call(action="resume", resource=job, body={"properties": {"comments": comments}})


def change_point(ground: Ground, point: Point) -> Call:
    """Another recovery point for a failover that is not committed."""
    details = _details(ground.machine)
    if ground.machine.provider == "InMageRcm":
        details |= _point(point)
    return _call(
        ground.machine,
        "applyRecoveryPoint",
        recoveryPointId=point.id,
        providerSpecificDetails=details,
    )


def _call(machine: Machine, action: str, **properties: Any) -> Call:
    return Call(action=action, resource=machine.id, body={"properties": properties})


def _details(machine: Machine) -> dict[str, Any]:
    return {"instanceType": machine.provider}


def _point(point: Point | None) -> dict[str, str]:
    return {"recoveryPointId": point.id} if point else {}

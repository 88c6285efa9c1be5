"""The operations that change something: the catalogue. Each is one pure function.

What stands before the `*` is what Azure told us (a `Ground`), what stands after it is what a
person may say; the result is the `Call` that will be sent, in Azure's own words, and nothing is
sent from here. Adding an operation means adding a function and its name at the end, and a story.
"""

import re
from typing import Any, Final

from bot.domain.arguments import PointChoice, StorageAccount, YesNo
from bot.domain.catalogue import Call, Ground, Operation, operation
from bot.errors import NotNow


def _nothing(ground: Ground) -> str:
    return (
        f"Nothing yet: {ground.machine.name} is started in {ground.machine.there}, and "
        "the recovery points stay until the failover is committed. If the source still runs, both "
        "run."
    )


def _points(ground: Ground) -> str:
    count = f"the {ground.points} recovery points" if ground.points else "the recovery points"
    return f"Deletes {count} of {ground.machine.name}: the point cannot be changed afterwards."


def _old_disks(ground: Ground) -> str:
    machine = ground.machine
    return (
        f"Overwrites the disks of {machine.name} in {machine.there} with what runs in "
        f"{machine.here}. Until the replication has finished, nothing protects the machine."
    )


@operation(
    "Failover",
    reason="required",
    needs="UnplannedFailover",
    scenarios=("UnplannedFailover",),
    destroys=_nothing,
)
def failover(ground: Ground, *, point: PointChoice = "latest", shutdown: YesNo = "no") -> Call:
    """Start a machine in its recovery region.

    For when the primary region is down or must be left at once. Afterwards choose: commit, or
    change the recovery point first.
    """
    machine = ground.machine
    if machine.away and machine.provider == "A2A":
        raise NotNow(
            f"{machine.name} already runs away from home, in {machine.here}.",
            f"Moving it back to {machine.home} is a failback: "
            f"/dr failback {machine.name} because …",
        )
    return _unplanned_failover(ground, shutdown)


@operation(
    "Commit",
    needs="Commit",
    scenarios=("CommitFailover",),
    destroys=_points,
)
def commit(ground: Ground) -> Call:
    """Make a failover final, once the machine works.

    Deletes the recovery points that the failover could still be changed to.
    """
    return Call(action="failoverCommit", resource=ground.machine.id)


@operation(
    "Reprotect",
    needs="SwitchProtection",
    scenarios=("SwitchReplicationGroupProtection",),
    destroys=_old_disks,
    wants_way_back=True,
)
def reprotect(ground: Ground, *, cache: StorageAccount = "") -> Call:
    """Replicate a failed-over machine back towards where it came from.

    Needs a committed failover. The job ends long before the machine is protected again; the bot
    keeps watching until it is.
    """
    machine, way = ground.machine, ground.way_back
    if machine.provider != "A2A":
        raise NotNow(
            f"{machine.name} is a {machine.provider} machine; reprotect is offered for Azure to "
            "Azure machines.",
            "Use the portal for this one.",
        )
    if way is None:
        raise NotNow(f"What a reprotect of {machine.name} needs could not be read from Azure.")
    return Call(
        action="switchprotection",
        resource=machine.container,
        body=_envelope(
            replicationProtectedItemName=machine.item,
            providerSpecificDetails={
                "instanceType": "A2A",
                "recoveryContainerId": machine.container,
                "policyId": way.policy,
                "recoveryResourceGroupId": _group(machine.source_vm),
                "vmManagedDisks": [
                    {
                        "diskId": disk.id,
                        "primaryStagingAzureStorageAccountId": disk.cache_account,
                        "recoveryResourceGroupId": _group(machine.source_vm),
                        **(
                            {
                                "recoveryReplicaDiskAccountType": disk.account_type,
                                "recoveryTargetDiskAccountType": disk.account_type,
                            }
                            if disk.account_type
                            else {}
                        ),
                    }
                    for disk in way.disks
                ],
            },
        ),
    )


@operation(
    "Failback",
    needs="UnplannedFailover",
    scenarios=("UnplannedFailover",),
    destroys=_nothing,
)
def failback(ground: Ground, *, point: PointChoice = "latest", shutdown: YesNo = "no") -> Call:
    """Bring a reprotected machine back to the region it came from.

    For Azure to Azure this is a failover in the other direction; commit and reprotect follow.
    """
    machine = ground.machine
    if machine.provider != "A2A":
        raise NotNow(
            f"{machine.name} is a {machine.provider} machine; failback is offered for Azure to "
            "Azure machines.",
            "Use the portal for this one.",
        )
    if not machine.away:
        raise NotNow(
            f"{machine.name} runs at home, in {machine.here}: there is nothing to bring back.",
            f"To leave that region: /dr failover {machine.name} because …",
        )
    return _unplanned_failover(ground, shutdown)


def _unplanned_failover(ground: Ground, shutdown: str) -> Call:
    if ground.machine.provider not in {"A2A", "HyperVReplicaAzure"}:
        raise NotNow(
            f"{ground.machine.name} is replicated by {ground.machine.provider}, which the bot "
            "cannot fail over.",
            "Use the portal for this one.",
        )
    details: dict[str, Any] = {"instanceType": ground.machine.provider}
    if ground.point:
        details["recoveryPointId"] = ground.point.id
    return Call(
        action="unplannedFailover",
        resource=ground.machine.id,
        body=_envelope(
            failoverDirection="PrimaryToRecovery",
            sourceSiteOperations="Required" if shutdown == "yes" else "NotRequired",
            providerSpecificDetails=details,
        ),
    )


def _envelope(**properties: Any) -> dict[str, Any]:
    return {"properties": properties}


def _group(resource_id: str) -> str:
    """Return the id of the resource group that a resource is in."""
    return re.split("/providers/", resource_id, flags=re.IGNORECASE)[0]


CATALOGUE: Final[dict[str, Operation]] = {
    one.name: one for one in (failover, commit, reprotect, failback)
}
"""Every operation by its name, in the order in which people need them."""

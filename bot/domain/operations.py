"""The operations that change something: the catalogue. Each is one pure function.

What stands before the `*` is what Azure told us (a `Ground`), what stands after it is what a
person may say; the result is the `Call` that will be sent, in Azure's own words, and nothing is
sent from here. Adding an operation means adding a function, and a story.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Final

from bot.domain.data import Data
from bot.domain.machines import Machine, Point, WayBack
from bot.domain.verbs import Argument, ReasonKind, Verb, describe, one_of
from bot.errors import Misunderstood, NotNow

_GUID = re.compile(r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$", re.IGNORECASE)
_STORAGE = re.compile(
    r"^/subscriptions/[^/]+/resourceGroups/[^/]+"
    r"/providers/Microsoft\.Storage/storageAccounts/[a-z0-9]{3,24}$",
    re.IGNORECASE,
)


class Call(Data):
    """What will be sent to Azure, exactly."""

    action: str
    """The last segment of the POST: unplannedFailover, failoverCommit, switchprotection, …"""
    resource: str
    """The ARM id it is posted to: a protected item, or its container."""
    body: dict[str, Any] | None = None


class Ground(Data):
    """What Azure said when somebody asked: frozen into the request, and compared before sending."""

    machine: Machine
    point: Point | None = None
    """The recovery point that the request names; None for `latest`, which is made at failover."""
    points: int | None = None
    """How many recovery points there are; None when Azure did not say."""
    way_back: WayBack | None = None


@dataclass(frozen=True)
class Operation:
    """An entry of the catalogue."""

    verb: Verb
    title: str
    """What it is called on cards: `Failover`."""
    needs: str
    """The entry of Azure's allowedOperations that offers it."""
    scenarios: tuple[str, ...]
    """The scenarioName values of the jobs it starts."""
    destroys: Callable[[Ground], str]
    """One sentence on what cannot be had back."""
    wants_way_back: bool = False

    @property
    def name(self) -> str:
        """The word people type, the policy's key and the audit's label."""
        return self.verb.name

    def call(self, ground: Ground, arguments: Mapping[str, str]) -> Call:
        """Build what would be sent; raises `NotNow` when the machine does not offer it."""
        result = self.verb.function(ground, **arguments)
        assert isinstance(result, Call)  # noqa: S101 - the catalogue's own functions return calls
        return result


CATALOGUE: Final[dict[str, Operation]] = {}


def operation(
    title: str,
    *,
    needs: str,
    scenarios: tuple[str, ...],
    destroys: Callable[[Ground], str],
    reason: ReasonKind = "optional",
    wants_way_back: bool = False,
) -> Callable[[Callable[..., Call]], Callable[..., Call]]:
    """Enter a function into the catalogue."""

    def enter(function: Callable[..., Call]) -> Callable[..., Call]:
        verb = describe(function, target="machine", reason=reason)
        CATALOGUE[verb.name] = Operation(verb, title, needs, scenarios, destroys, wants_way_back)
        return function

    return enter


def _is_point(text: str) -> bool:
    return bool(_GUID.match(text))


def _storage_account(text: str) -> str:
    if text and not _STORAGE.match(text):
        raise Misunderstood(
            f"{text!r} is not the resource id of a storage account.",
            "It looks like /subscriptions/<id>/resourceGroups/<group>/providers/"
            "Microsoft.Storage/storageAccounts/<name>.",
        )
    return text


PointChoice = Annotated[
    str,
    Argument(
        "latest|processed|app|<id>",
        "the recovery point: latest (sends what is still pending first), processed (the newest "
        "one there is, fastest), app (the newest application-consistent one), or a point's id",
        one_of(
            "latest",
            "processed",
            "app",
            also=_is_point,
            hint="a recovery point: say latest, processed, app or the id of a point",
        ),
    ),
]
YesNo = Annotated[
    str,
    Argument("yes|no", "whether to try to shut the source down first", one_of("yes", "no")),
]
StorageAccount = Annotated[
    str,
    Argument(
        "<storage account id>",
        "the cache storage account in the region where the machine runs now, when it cannot be "
        "learnt from the vault",
        _storage_account,
    ),
]


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


def why_not(operation: Operation, machine: Machine) -> NotNow | None:
    """Say why Azure does not offer this operation now and what it offers instead, or None."""
    if machine.scenario:
        return NotNow(
            f"Azure is running {machine.scenario} on {machine.name}.",
            "Ask again when it has ended; /dr status shows it.",
        )
    if operation.name == "reprotect" and "Commit" in machine.allowed:
        return NotNow(
            f"The failover of {machine.name} is not committed yet; a reprotect would do that too.",
            f"Commit it first: /dr commit {machine.name}",
        )
    if operation.needs in machine.allowed:
        return None
    offered = [f"/dr {one.name}" for one in CATALOGUE.values() if _offers(one, machine)]
    instead = f"It offers now: {', '.join(offered)}." if offered else _nothing_offered(machine)
    return NotNow(
        f"{operation.title} is not possible for {machine.name} now: it is "
        f"“{machine.state_words}” and runs in {machine.here}.",
        instead,
    )


def offered(machine: Machine) -> tuple[Operation, ...]:
    """Return what this machine offers now, in the order of the catalogue."""
    return tuple(one for one in CATALOGUE.values() if _offers(one, machine))


def _offers(operation: Operation, machine: Machine) -> bool:
    if machine.scenario or operation.needs not in machine.allowed:
        return False
    if operation.name in {"failover", "failback"} and machine.provider == "A2A":
        return (operation.name == "failback") == machine.away
    if operation.name == "reprotect" and "Commit" in machine.allowed:
        return False
    return operation.name not in {"reprotect", "failback"} or machine.provider == "A2A"


def _nothing_offered(machine: Machine) -> str:
    if machine.state.startswith("InitialReplication"):
        return "It is still replicating for the first time; wait until it is protected."
    return "Azure offers nothing that the bot can do for it in this state; see the portal."

"""The bodies of failbacks to a site, for each provider exactly as Azure takes them.

To a site Azure takes a kind of recovery point at most; whatever else somebody asked for is refused,
so that nobody approves what would not be sent. (An Azure machine fails back as it fails over.)
"""

from collections.abc import Mapping
from typing import Any, Final

from bot.domain.catalogue import Call, Ground
from bot.domain.machines import CLASSIC_BACK, HYPER_V, RCM_BACK, Machine
from bot.errors import NotNow
from bot.refusals import Now

_KINDS: Final[Mapping[str, Mapping[str, str]]] = {
    RCM_BACK: {"latest": "CrashConsistent", "app": "ApplicationConsistent"},
    CLASSIC_BACK: {"latest": "LatestTime", "app": "LatestTag"},
}
"""Azure's recoveryPointType for what people say."""
_SYNCS: Final = {
    "": "ForSynchronization",
    "downtime": "ForSynchronization",
    "before": "ForDownTime",
}
"""Azure's dataSyncOption: it names what is kept small, not when the data is sent."""


def failback(ground: Ground, *, point: str, shutdown: str, sync: str) -> Call:
    """Bring a machine home to its site; raises `NotNow` for what Azure would not do."""
    machine = ground.machine
    if machine.provider == HYPER_V:
        _refuse(machine, point not in {"", "latest"}, f"--point {point}", "everything is sent")
        _refuse(machine, shutdown == "yes", "--shutdown yes", "it is shut down in any case")
        return _post(
            machine,
            "plannedFailover",
            {
                "instanceType": "HyperVReplicaAzureFailback",
                "dataSyncOption": _SYNCS[sync],
                "recoveryVmCreationOption": "NoAction",
            },
            failoverDirection="RecoveryToPrimary",
        )
    _refuse(machine, bool(sync), f"--sync {sync}", "only a Hyper-V machine can choose that")
    details = {"instanceType": machine.provider, "recoveryPointType": _kind(machine, point)}
    if machine.provider == CLASSIC_BACK:
        return _post(
            machine,
            "unplannedFailover",
            details,
            failoverDirection="RecoveryToPrimary",
            sourceSiteOperations="Required" if shutdown == "yes" else "NotRequired",
        )
    _refuse(machine, shutdown == "yes", "--shutdown yes", "it is shut down in any case")
    return _post(machine, "plannedFailover", details)


def refuse_sync(ground: Ground, sync: str) -> None:
    """Refuse a choice that an Azure machine does not have."""
    _refuse(ground.machine, bool(sync), f"--sync {sync}", "only a Hyper-V machine can choose that")


def _kind(machine: Machine, point: str) -> str:
    kinds = _KINDS[machine.provider]
    why = "Azure takes no particular point; say --point latest or --point app"
    _refuse(machine, bool(point) and point not in kinds, f"--point {point}", why)
    return kinds[point or "latest"]


def _refuse(machine: Machine, wrong: bool, said: str, why: str) -> None:
    if wrong:
        raise NotNow(
            Now.NO_SUCH_OPTION,
            f"A failback of {machine.name}, which is replicated by {machine.provider}, has no "
            f"{said}: {why}.",
        )


def _post(machine: Machine, action: str, details: dict[str, Any], **properties: Any) -> Call:
    body = {"properties": {**properties, "providerSpecificDetails": details}}
    return Call(action=action, resource=machine.id, body=body)

"""The bodies of the calls for recovery plans: one part for each provider of its machines."""

from collections.abc import Mapping
from typing import Any, Final

from bot.domain.catalogue import Call, Ground
from bot.domain.machines import A2A, CLASSIC, RCM
from bot.domain.plans import Plan
from bot.errors import NotNow
from bot.refusals import Now

_KINDS: Final = {
    "latest": "Latest",
    "processed": "LatestProcessed",
    "app": "LatestApplicationConsistent",
    "multivm": "LatestProcessed",
}
_SHARED: Final[Mapping[str, Mapping[str, str]]] = {
    A2A: {"multiVmSyncPointOption": "UseMultiVmSyncRecoveryPoint"},
    RCM: {"useMultiVmSyncPoint": "true"},
    CLASSIC: {"useMultiVmSyncPoint": "true"},
}
"""How each provider is told to use a point that a whole consistency group shares."""
_BACK: Final = {
    "instanceType": "HyperVReplicaAzureFailback",
    "dataSyncOption": "ForSynchronization",
    "recoveryVmCreationOption": "NoAction",
}


def unplanned_failover(ground: Ground, *, point: str, shutdown: bool) -> Call:
    """A failover of all its machines, to a sort of recovery point."""
    plan = plan_of(ground)
    return _call(
        plan,
        "unplannedFailover",
        failoverDirection="PrimaryToRecovery",
        sourceSiteOperations="Required" if shutdown else "NotRequired",
        providerSpecificDetails=_points(plan, point),
    )


def planned_failover(ground: Ground) -> Call:
    """A planned failover of all its machines."""
    plan = plan_of(ground)
    return _call(
        plan,
        "plannedFailover",
        failoverDirection="PrimaryToRecovery",
        providerSpecificDetails=[{"instanceType": provider} for provider in plan.providers],
    )


def failback(ground: Ground) -> Call:
    """A planned failover of all its Hyper-V machines, back to their site."""
    return _call(
        plan_of(ground),
        "plannedFailover",
        failoverDirection="RecoveryToPrimary",
        providerSpecificDetails=[_BACK],
    )


def test_failover(ground: Ground, network: str, *, point: str) -> Call:
    """Copies of all its machines in a network of their own."""
    plan = plan_of(ground)
    return _call(
        plan,
        "testFailover",
        failoverDirection="PrimaryToRecovery",
        networkType="VmNetworkAsInput",
        networkId=network,
        providerSpecificDetails=_points(plan, point),
    )


def _points(plan: Plan, point: str) -> list[dict[str, str]]:
    """Name a sort of recovery point for each provider; raises `NotNow` for one of one machine."""
    kind = _KINDS.get(point)
    if kind is None:
        raise NotNow(
            Now.POINT_OF_ONE,
            f"A plan's machines have no recovery point in common; {point} is one of one machine.",
            f"Say {', '.join(_KINDS)}, or fail the machine over by itself.",
        )
    shared = [name for name in plan.providers if name not in _SHARED] if point == "multivm" else []
    if shared:
        raise NotNow(
            Now.POINT_OF_ONE,
            f"{plan.name} has machines of {', '.join(shared)}, which have no consistency groups.",
            "Say latest, processed or app.",
        )
    return [
        {
            "instanceType": name,
            "recoveryPointType": kind,
            **(_SHARED[name] if point == "multivm" else {}),
        }
        for name in plan.providers
    ]


def plan_of(ground: Ground) -> Plan:
    """Return the plan that it is about."""
    assert isinstance(ground.target, Plan)  # noqa: S101 - only called for plans
    return ground.target


def _call(plan: Plan, action: str, **properties: Any) -> Call:
    return Call(action=action, resource=plan.id, body={"properties": properties})

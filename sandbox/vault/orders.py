"""The bodies of the operations: for each operation and provider, exactly what may be sent.

`read` checks a body and hands back its properties with the provider's part beside them. Whether
what it names exists, and whether the machine allows it, is decided by the operations.
"""

from typing import NamedTuple

from sandbox.vault.faults import bad_body
from sandbox.vault.names import JsonObject
from sandbox.vault.shapes import (
    Shape,
    any_text,
    arm_id,
    empty_list,
    fit,
    inside,
    listed,
    may,
    need,
    number,
    one_of,
    text,
)

FORWARD = one_of("PrimaryToRecovery")
EITHER = one_of("PrimaryToRecovery", "RecoveryToPrimary")
SOURCE_SITE = one_of("Required", "NotRequired")


class Order(NamedTuple):
    """A body that fits: its properties and the provider's part of them."""

    properties: JsonObject
    provider: JsonObject

    def word(self, name: str) -> str:
        """A string of the properties, or of the provider's part; empty when it is not given."""
        value = self.properties.get(name, self.provider.get(name))
        return value if isinstance(value, str) else ""


_KEYS: Shape = {
    "primaryKekCertificatePfx": may(text),
    "secondaryKekCertificatePfx": may(text),
}
_POINT: Shape = {"recoveryPointId": may(arm_id)}
_UPGRADE: Shape = {"osUpgradeVersion": may(text)}
_RESERVATION: Shape = {"targetCapacityReservationGroupId": may(arm_id)}
_DISK: Shape = {
    "diskId": need(arm_id),
    "primaryStagingAzureStorageAccountId": need(arm_id),
    "recoveryResourceGroupId": need(arm_id),
    "recoveryReplicaDiskAccountType": may(text),
    "recoveryTargetDiskAccountType": may(text),
    "recoveryDiskEncryptionSetId": may(arm_id),
}
_SWITCH: Shape = {
    "recoveryContainerId": need(arm_id),
    "policyId": need(arm_id),
    "recoveryResourceGroupId": need(arm_id),
    "vmDisks": may(empty_list),
    "vmManagedDisks": need(listed(_DISK)),
    "recoveryAvailabilitySetId": may(arm_id),
    "recoveryAvailabilityZone": may(text),
    "recoveryProximityPlacementGroupId": may(arm_id),
    "recoveryVirtualMachineScaleSetId": may(arm_id),
    "recoveryCapacityReservationGroupId": may(arm_id),
    "recoveryBootDiagStorageAccountId": may(arm_id),
    "recoveryCloudServiceId": may(arm_id),
    "platformFaultDomain": may(number),
}
_HYPER_V_BACK: Shape = {
    "dataSyncOption": need(one_of("ForSynchronization", "ForDownTime")),
    "recoveryVmCreationOption": need(one_of("NoAction", "CreateVmIfNotFound")),
    "providerIdForAlternateRecovery": may(text),
}
_HYPER_V_REVERSE: Shape = {
    "hvHostVmId": need(text),
    "vmName": need(text),
    "osType": need(text),
    "vHDId": need(text),
    "storageAccountId": need(arm_id),
    "logStorageAccountId": may(arm_id),
}

# For each operation: the shape of the properties, then of the provider's part by instanceType.
_OPERATIONS: dict[str, tuple[Shape, dict[str, Shape]]] = {
    "unplannedFailover": (
        {"failoverDirection": need(FORWARD), "sourceSiteOperations": need(SOURCE_SITE)},
        {
            "A2A": _POINT | {"cloudServiceCreationOption": may(text)},
            "HyperVReplicaAzure": _POINT | _KEYS,
        },
    ),
    "plannedFailover": (
        {"failoverDirection": need(EITHER)},
        {
            "HyperVReplicaAzure": _POINT | _KEYS | _UPGRADE | _RESERVATION,
            "HyperVReplicaAzureFailback": _HYPER_V_BACK,
        },
    ),
    "applyRecoveryPoint": (
        {"recoveryPointId": need(arm_id)},
        {"A2A": {}, "HyperVReplicaAzure": _KEYS},
    ),
    "testFailover": (
        {
            "failoverDirection": need(FORWARD),
            "networkType": need(text),
            "networkId": may(arm_id),
        },
        {
            "A2A": _POINT | {"cloudServiceCreationOption": may(text)},
            "HyperVReplicaAzure": _POINT | _KEYS | _UPGRADE,
        },
    ),
    "reProtect": (
        {"failoverDirection": need(FORWARD)},
        {"HyperVReplicaAzure": _HYPER_V_REVERSE},
    ),
    "switchprotection": ({"replicationProtectedItemName": need(text)}, {"A2A": _SWITCH}),
}
_WITHOUT_BODY = frozenset({"failoverCommit", "failoverCancel", "repairReplication"})
_A2A_PLAN: Shape = {
    "instanceType": need(one_of("A2A")),
    "recoveryPointType": need(
        one_of("Latest", "LatestApplicationConsistent", "LatestCrashConsistent", "LatestProcessed")
    ),
    "multiVmSyncPointOption": may(one_of("UseMultiVmSyncRecoveryPoint", "UsePerVmRecoveryPoint")),
    "cloudServiceCreationOption": may(text),
}
_PLAN_OPERATIONS: dict[str, Shape] = {
    "unplannedFailover": {
        "failoverDirection": need(FORWARD),
        "sourceSiteOperations": need(SOURCE_SITE),
        "providerSpecificDetails": may(listed(_A2A_PLAN)),
    },
    "testFailover": {
        "failoverDirection": need(FORWARD),
        "networkType": need(text),
        "networkId": may(arm_id),
        "providerSpecificDetails": may(listed(_A2A_PLAN)),
    },
    "testFailoverCleanup": {"comments": may(any_text)},
}
_COMMENTS: Shape = {"comments": may(any_text)}


def read(operation: str, instance_type: str, body: object) -> Order:
    """Check the body of an operation on an item of that provider."""
    if operation in _WITHOUT_BODY:
        return _nothing(body)
    if operation == "testFailoverCleanup":
        return Order(_properties(body, _COMMENTS), {})
    shape, providers = _OPERATIONS[operation]
    wanted = _discriminator(body)
    if wanted not in providers or not wanted.startswith(instance_type):
        raise bad_body(
            f"The provider '{wanted}' can't do '{operation}' for an item of '{instance_type}'."
        )
    provider = {"instanceType": need(text)} | providers[wanted]
    properties = _properties(body, shape | {"providerSpecificDetails": need(inside(provider))})
    details = properties["providerSpecificDetails"]
    order = Order(properties, details if isinstance(details, dict) else {})
    if operation == "plannedFailover":
        _right_way(order, wanted)
    return order


def read_for_plan(operation: str, body: object) -> Order:
    """Check the body of an operation on a recovery plan."""
    if operation == "failoverCommit":
        return _nothing(body)
    properties = _properties(body, _PLAN_OPERATIONS[operation])
    entries = properties.get("providerSpecificDetails")
    first = entries[0] if isinstance(entries, list) and entries else {}
    return Order(properties, first if isinstance(first, dict) else {})


def read_comments(body: object) -> Order:
    """Check the body with which a waiting job is resumed."""
    return Order(_properties(body, _COMMENTS), {})


def _properties(body: object, shape: Shape) -> JsonObject:
    outer = fit(body, {"properties": need(inside(shape))}, "body")
    inner = outer["properties"]
    return inner if isinstance(inner, dict) else {}


def _nothing(body: object) -> Order:
    if body not in (None, {}):
        raise bad_body("The operation takes no body.")
    return Order({}, {})


def _discriminator(body: object) -> str:
    properties = body.get("properties") if isinstance(body, dict) else None
    details = properties.get("providerSpecificDetails") if isinstance(properties, dict) else None
    found = details.get("instanceType") if isinstance(details, dict) else None
    if not isinstance(found, str):
        raise bad_body("'body.properties.providerSpecificDetails.instanceType' is required.")
    return found


def _right_way(order: Order, wanted: str) -> None:
    back = order.word("failoverDirection") == "RecoveryToPrimary"
    if back != wanted.endswith("Failback"):
        raise bad_body(f"'failoverDirection' doesn't suit the provider '{wanted}'.")

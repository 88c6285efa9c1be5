"""The bodies of the operations: for each operation and provider, exactly what may be sent.

`read` checks a body and hands back its properties with the provider's part beside them. Whether
what it names exists, and whether the machine allows it, is decided by the operations.
"""

from typing import NamedTuple

from sandbox.vault.faults import bad_body
from sandbox.vault.names import JsonObject
from sandbox.vault.shapes import (
    Field,
    Shape,
    any_text,
    arm_id,
    empty_list,
    fit,
    inside,
    listed,
    listed_by,
    may,
    need,
    number,
    one_of,
    text,
    words,
)

FORWARD = one_of("PrimaryToRecovery")
EITHER = one_of("PrimaryToRecovery", "RecoveryToPrimary")
SOURCE_SITE = one_of("Required", "NotRequired")
NETWORK_TYPE = one_of("VmNetworkAsInput", "NoNetworkAttachAsInput")


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
_RCM_TURN: Shape = {
    "reprotectAgentId": need(text),
    "datastoreName": need(text),
    "logStorageAccountId": need(arm_id),
    "policyId": may(arm_id),
}
_RCM_TURN_BACK: Shape = {
    "processServerId": need(text),
    "policyId": need(arm_id),
    "runAsAccountId": may(text),
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
            "InMageAzureV2": _POINT | _UPGRADE,
            "InMageRcm": _POINT
            | _UPGRADE
            | _RESERVATION
            | {"performShutdown": need(one_of("true", "false"))},
        },
    ),
    "plannedFailover": (
        {"failoverDirection": may(EITHER)},
        {
            "HyperVReplicaAzure": _POINT | _KEYS | _UPGRADE | _RESERVATION,
            "HyperVReplicaAzureFailback": _HYPER_V_BACK,
            "InMageRcmFailback": {
                "recoveryPointType": need(one_of("CrashConsistent", "ApplicationConsistent"))
            },
        },
    ),
    "applyRecoveryPoint": (
        {"recoveryPointId": need(arm_id)},
        {
            "A2A": {},
            "HyperVReplicaAzure": _KEYS,
            "InMageAzureV2": {},
            "InMageRcm": {"recoveryPointId": need(arm_id)},
        },
    ),
    "testFailover": (
        {
            "failoverDirection": need(FORWARD),
            "networkType": need(NETWORK_TYPE),
            "networkId": may(arm_id),
        },
        {
            "A2A": _POINT | {"cloudServiceCreationOption": may(text)},
            "HyperVReplicaAzure": _POINT | _KEYS | _UPGRADE,
            "InMageAzureV2": _POINT | _UPGRADE,
            "InMageRcm": _POINT | _UPGRADE | {"networkId": may(arm_id)},
        },
    ),
    "reProtect": (
        {"failoverDirection": may(EITHER)},
        {
            "HyperVReplicaAzure": _HYPER_V_REVERSE,
            "InMageRcm": _RCM_TURN,
            "InMageRcmFailback": _RCM_TURN_BACK,
        },
    ),
    "switchprotection": ({"replicationProtectedItemName": need(text)}, {"A2A": _SWITCH}),
}
_WITHOUT_BODY = frozenset({"failoverCommit", "failoverCancel", "repairReplication"})
_LATEST = ("Latest", "LatestApplicationConsistent", "LatestProcessed")
_PLAN_ENTRIES: dict[str, Shape] = {
    "A2A": {
        "recoveryPointType": need(one_of(*_LATEST, "LatestCrashConsistent")),
        "multiVmSyncPointOption": may(
            one_of("UseMultiVmSyncRecoveryPoint", "UsePerVmRecoveryPoint")
        ),
        "cloudServiceCreationOption": may(text),
    },
    "HyperVReplicaAzure": {"recoveryPointType": may(one_of(*_LATEST))} | _KEYS,
    "HyperVReplicaAzureFailback": _HYPER_V_BACK,
}


def _entries(*providers: str) -> Field:
    shapes = {name: {"instanceType": need(text)} | _PLAN_ENTRIES[name] for name in providers}
    return may(listed_by("instanceType", shapes))


_PLAN_OPERATIONS: dict[str, Shape] = {
    "unplannedFailover": {
        "failoverDirection": need(FORWARD),
        "sourceSiteOperations": need(SOURCE_SITE),
        "providerSpecificDetails": _entries("A2A", "HyperVReplicaAzure"),
    },
    "plannedFailover": {
        "failoverDirection": need(EITHER),
        "providerSpecificDetails": _entries("HyperVReplicaAzure", "HyperVReplicaAzureFailback"),
    },
    "testFailover": {
        "failoverDirection": need(FORWARD),
        "networkType": need(NETWORK_TYPE),
        "networkId": may(arm_id),
        "providerSpecificDetails": _entries("A2A", "HyperVReplicaAzure"),
    },
    "testFailoverCleanup": {"comments": may(any_text)},
}
_COMMENTS: Shape = {"comments": may(any_text)}
_REMOVE: Shape = {
    "disableProtectionReason": may(one_of("NotSpecified", "MigrationComplete")),
    "replicationProviderInput": may(inside({"instanceType": need(text)})),
}


_ENABLE: dict[str, Shape] = {
    "A2A": {
        "fabricObjectId": need(arm_id),
        "recoveryContainerId": need(arm_id),
        "recoveryResourceGroupId": need(arm_id),
        "vmDisks": may(empty_list),
        "vmManagedDisks": need(listed(_DISK)),
        "multiVmGroupName": may(any_text),
        "multiVmGroupId": may(text),
        "recoveryAzureNetworkId": may(arm_id),
        "recoverySubnetName": may(text),
        "recoveryCloudServiceId": may(arm_id),
        "recoveryAvailabilitySetId": may(arm_id),
        "recoveryAvailabilityZone": may(text),
        "recoveryProximityPlacementGroupId": may(arm_id),
        "recoveryVirtualMachineScaleSetId": may(arm_id),
        "recoveryCapacityReservationGroupId": may(arm_id),
        "recoveryBootDiagStorageAccountId": may(arm_id),
        "platformFaultDomain": may(number),
        "autoProtectionOfDataDisk": may(one_of("Disabled", "Enabled")),
    },
    "HyperVReplicaAzure": {
        "hvHostVmId": need(text),
        "vmName": need(text),
        "osType": need(text),
        "vhdId": need(text),
        "targetStorageAccountId": need(arm_id),
        "targetAzureV2ResourceGroupId": need(arm_id),
        "targetAzureNetworkId": may(arm_id),
        "targetAzureSubnetId": may(text),
        "targetAzureVmName": may(text),
        "targetVmSize": may(text),
        "logStorageAccountId": may(arm_id),
        "useManagedDisks": may(one_of("true", "false")),
        "enableRdpOnTargetOption": may(one_of("Never", "OnlyOnTestFailover", "Always")),
        "targetVmTags": may(words),
    },
}

# What an item of a provider may be told; itself, unless it is said otherwise here.
_UNDERSTOOD: dict[str, tuple[str, ...]] = {
    "HyperVReplicaAzure": ("HyperVReplicaAzure", "HyperVReplicaAzureFailback"),
}
# The direction that must be given: either way is right where nothing is said, and none is "".
_DIRECTIONS = {
    ("plannedFailover", "HyperVReplicaAzure"): "PrimaryToRecovery",
    ("plannedFailover", "HyperVReplicaAzureFailback"): "RecoveryToPrimary",
    ("plannedFailover", "InMageRcmFailback"): "",
    ("reProtect", "HyperVReplicaAzure"): "PrimaryToRecovery",
    ("reProtect", "InMageRcm"): "RecoveryToPrimary",
}


def read(operation: str, instance_type: str, body: object) -> Order:
    """Check the body of an operation on an item of that provider."""
    if operation in _WITHOUT_BODY:
        return _nothing(body)
    if operation == "remove":
        return Order(_properties(body, _REMOVE), {})
    if operation == "testFailoverCleanup":
        return Order(_properties(body, _COMMENTS), {})
    shape, providers = _OPERATIONS[operation]
    wanted = _discriminator(body)
    if wanted not in providers or wanted not in _UNDERSTOOD.get(instance_type, (instance_type,)):
        raise bad_body(
            f"The provider '{wanted}' can't do '{operation}' for an item of '{instance_type}'."
        )
    provider = {"instanceType": need(text)} | providers[wanted]
    properties = _properties(body, shape | {"providerSpecificDetails": need(inside(provider))})
    details = properties["providerSpecificDetails"]
    order = Order(properties, details if isinstance(details, dict) else {})
    right_way = _DIRECTIONS.get((operation, wanted))
    if right_way is not None and order.word("failoverDirection") != right_way:
        raise bad_body(
            f"'failoverDirection' must be '{right_way or 'left out'}' for the provider '{wanted}'."
        )
    return order


def read_for_plan(operation: str, instance_type: str, body: object) -> Order:
    """Check the body of an operation on a recovery plan whose machines are of that provider."""
    if operation in _WITHOUT_BODY or operation == "reProtect":
        return _nothing(body)
    properties = _properties(body, _PLAN_OPERATIONS[operation])
    entries = properties.get("providerSpecificDetails")
    first = entries[0] if isinstance(entries, list) and entries else {}
    order = Order(properties, first if isinstance(first, dict) else {})
    wanted = order.word("instanceType") or instance_type
    if wanted not in _UNDERSTOOD.get(instance_type, (instance_type,)):
        raise bad_body(f"The plan has no machines of the provider '{wanted}'.")
    back = order.word("failoverDirection") == "RecoveryToPrimary"
    if operation == "plannedFailover" and back != wanted.endswith("Failback"):
        raise bad_body(f"'failoverDirection' doesn't suit the provider '{wanted}'.")
    return order


def read_to_enable(body: object) -> Order:
    """Check the body with which the replication of a machine is enabled."""
    wanted = _discriminator(body)
    if wanted not in _ENABLE:
        raise bad_body(f"The provider '{wanted}' can't be enabled here.")
    provider = {"instanceType": need(text)} | _ENABLE[wanted]
    shape = {
        "policyId": need(arm_id),
        "protectableItemId": may(any_text) if wanted == "A2A" else need(arm_id),
        "providerSpecificDetails": need(inside(provider)),
    }
    properties = _properties(body, shape)
    details = properties["providerSpecificDetails"]
    return Order(properties, details if isinstance(details, dict) else {})


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

"""The bodies of reprotects, for each provider exactly as Azure takes them.

What a classic VMware machine is sent is of the kind that it becomes, as published clients do it.
"""

import re
from collections.abc import Mapping
from typing import Final, NamedTuple

from bot.domain.catalogue import Call, Ground
from bot.domain.machines import (
    CLASSIC,
    CLASSIC_BACK,
    HYPER_V,
    RCM,
    RCM_BACK,
    Disk,
    WayBack,
)

CACHE: Final = "primaryStagingAzureStorageAccountId"


class _Turn(NamedTuple):
    """How the replication of a site's machine is turned round."""

    kind: str
    """The instanceType that is sent."""
    direction: str = ""
    """The failoverDirection; '' where none is."""


_TURNS: Final[Mapping[str, _Turn]] = {
    HYPER_V: _Turn(HYPER_V, "PrimaryToRecovery"),
    RCM: _Turn(RCM, "RecoveryToPrimary"),
    RCM_BACK: _Turn(RCM_BACK),
    CLASSIC: _Turn(CLASSIC_BACK, "RecoveryToPrimary"),
    CLASSIC_BACK: _Turn(CLASSIC, "RecoveryToPrimary"),
}


def switch_protection(ground: Ground, way: WayBack) -> Call:
    """The reprotect of an Azure to Azure machine, posted to the container it lives in."""
    machine = ground.machine
    group = _group(machine.source_vm)
    return Call(
        action="switchprotection",
        resource=machine.container,
        body={
            "properties": {
                "replicationProtectedItemName": machine.item,
                "providerSpecificDetails": {
                    "instanceType": machine.provider,
                    "recoveryContainerId": machine.container,
                    "policyId": way.value("policyId"),
                    "recoveryResourceGroupId": group,
                    "vmManagedDisks": [managed_disk(disk, group) for disk in way.disks],
                },
            }
        },
    )


def reverse_replication(ground: Ground, way: WayBack) -> Call:
    """The reprotect of a machine of a site, with all that was learnt; its item stays."""
    turn = _TURNS[ground.machine.provider]
    details = {"instanceType": turn.kind} | {one.field: one.value for one in way.learnt}
    direction = {"failoverDirection": turn.direction} if turn.direction else {}
    return Call(
        action="reProtect",
        resource=ground.machine.id,
        body={"properties": {**direction, "providerSpecificDetails": details}},
    )


def managed_disk(disk: Disk, group: str) -> dict[str, str]:
    """Say which managed disk is replicated, through which account and to where."""
    kinds = ("recoveryReplicaDiskAccountType", "recoveryTargetDiskAccountType")
    return {
        "diskId": disk.id,
        CACHE: disk.cache_account,
        "recoveryResourceGroupId": group,
        **(dict.fromkeys(kinds, disk.account_type) if disk.account_type else {}),
    }


def _group(resource_id: str) -> str:
    """Return the id of the resource group that a resource is in."""
    return re.split("/providers/", resource_id, flags=re.IGNORECASE)[0]

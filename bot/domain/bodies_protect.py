"""The bodies that enable replication, for each provider exactly as Azure takes them.

An item is created by a PUT under a name that follows from the vault and the machine: sent twice,
it could still make only one.
"""

import uuid
from typing import Any, Final

from bot.domain.bodies_reprotect import CACHE, managed_disk
from bot.domain.candidates import Candidate, disk_of
from bot.domain.catalogue import CREATE, Call, Ground
from bot.domain.machines import A2A, WayBack

_ITEMS: Final = uuid.UUID("5e0c2f57-5b0e-5a5c-8f43-2f1f2a6c9b7e")

GROUP: Final = "recoveryResourceGroupId"
NETWORK: Final = "recoveryAzureNetworkId"
SITE_GROUP: Final = "targetAzureV2ResourceGroupId"
SITE_NETWORK: Final = "targetAzureNetworkId"
POLICY: Final = "policyId"


def item_of(candidate: Candidate) -> str:
    """Return the id that the item of a machine will have."""
    name = uuid.uuid5(_ITEMS, f"{candidate.vault}|{candidate.id}".casefold())
    return f"{candidate.container}/replicationProtectedItems/{name}"


def enable(ground: Ground, way: WayBack) -> Call:
    """The beginning of a machine's replication, with all that was learnt."""
    candidate = ground.candidate
    details = _azure(candidate, way) if candidate.provider == A2A else _site(candidate, way)
    properties: dict[str, Any] = {
        POLICY: way.value(POLICY),
        "providerSpecificDetails": {"instanceType": candidate.provider} | details,
    }
    if candidate.provider != A2A:
        properties["protectableItemId"] = candidate.id
    return Call(action=CREATE, resource=item_of(candidate), body={"properties": properties})


def _azure(candidate: Candidate, way: WayBack) -> dict[str, Any]:
    group, cache = way.value(GROUP), way.value(CACHE)
    disks = [managed_disk(disk_of(one, cache), group) for one in candidate.volumes]
    return {
        "fabricObjectId": candidate.id,
        "recoveryContainerId": way.value("recoveryContainerId"),
        GROUP: group,
        "vmManagedDisks": disks,
        **_given(way, NETWORK),
    }


def _site(candidate: Candidate, way: WayBack) -> dict[str, Any]:
    """A Hyper-V machine: what it becomes in Azure has managed disks, the only kind there is now."""
    return {
        "hvHostVmId": candidate.host_vm,
        "vmName": candidate.name,
        "useManagedDisks": "true",
        "osType": way.value("osType"),
        "vhdId": way.value("vhdId"),
        "targetStorageAccountId": way.value("targetStorageAccountId"),
        SITE_GROUP: way.value(SITE_GROUP),
        **_given(way, SITE_NETWORK),
    }


def _given(way: WayBack, field: str) -> dict[str, str]:
    value = way.value(field)
    return {field: value} if value else {}

"""The part of an item's wire body that only Azure-to-Azure machines have.

Three fields of a disk are filled only when one item is read by itself. Some numbers go stale on
purpose: the RPO after a failover, the percentage once the first copy is done.
"""

from datetime import datetime, timedelta

from sandbox.vault.machines import Disk, Machine
from sandbox.vault.names import NEVER, JsonObject, guid, stamp
from sandbox.vault.states import COPYING, FIRST_POINT


def replication_details(machine: Machine, now: datetime, single: bool) -> JsonObject:
    """Write `providerSpecificDetails` of an Azure machine."""
    home, recovery = machine.home, machine.recovery
    copying = machine.protection_state in (COPYING, FIRST_POINT)
    copied = machine.copied(now)
    vm_state = "UnprotectedStatesBegin" if copying else machine.protection_state
    recovered = machine.vm_id(recovery).lower() if machine.active_location == "Recovery" else None
    network = f"vnet-{recovery.region}"
    target_group, vault = machine.groups[recovery.region], home.vault
    shared = machine.multi_vm_group
    return {
        "instanceType": "A2A",
        "fabricObjectId": machine.vm_id(home).lower(),
        "initialPrimaryZone": "",
        "initialPrimaryFabricLocation": machine.original.region,
        "initialRecoveryZone": "",
        "initialPrimaryExtendedLocation": None,
        "initialRecoveryExtendedLocation": None,
        "initialRecoveryFabricLocation": (recovery if machine.original == home else home).region,
        "multiVmGroupId": guid("multi-vm", shared or machine.item_name),
        "multiVmGroupName": shared,
        "multiVmGroupCreateOption": "UserSpecified" if shared else "AutoCreated",
        "managementId": guid("management", machine.item_name),
        "protectedDisks": None,
        "unprotectedDisks": None,
        "protectedManagedDisks": [_disk(machine, disk, copied, single) for disk in machine.disks],
        "recoveryBootDiagStorageAccountId": None,
        "primaryFabricLocation": home.region,
        "recoveryFabricLocation": recovery.region,
        "osType": machine.os_type,
        "recoveryAzureVMSize": machine.size,
        "recoveryAzureVMName": machine.friendly_name,
        "recoveryAzureResourceGroupId": vault.group_id(target_group),
        "recoveryCloudService": None,
        "recoveryAvailabilitySet": None,
        "selectedRecoveryAzureNetworkId": vault.resource(
            target_group, "Microsoft.Network/virtualNetworks", network
        ).lower(),
        "selectedTfoAzureNetworkId": None,
        "vmNics": [_nic(machine, network)],
        "vmSyncedConfigDetails": {"tags": machine.tags or None, "inputEndpoints": None},
        "monitoringPercentageCompletion": copied,
        "monitoringJobType": None if copied is None else "InitialReplication",
        "lastHeartbeat": stamp(now - machine.heartbeat_age),
        "agentVersion": "9.65.7397.1",
        "agentExpiryDate": _expiry(machine),
        "isReplicationAgentUpdateRequired": machine.agent_expires is not None,
        "isReplicationAgentCertificateUpdateRequired": False,
        "recoveryFabricObjectId": recovered,
        "vmProtectionState": vm_state,
        "vmProtectionStateDescription": "Enabling protection"
        if copying
        else machine.condition.description,
        "lifecycleId": None if copying else guid("lifecycle", machine.item_name, home.region),
        "testFailoverRecoveryFabricObjectId": None,
        **_objectives(machine, now, copying),
        "primaryAvailabilityZone": None,
        "recoveryAvailabilityZone": None,
        "primaryExtendedLocation": None,
        "recoveryExtendedLocation": None,
        "vmEncryptionType": "NotEncrypted",
        "tfoAzureVMName": f"{machine.friendly_name}-test",
        "recoveryAzureGeneration": "V2",
        "recoveryProximityPlacementGroupId": None,
        "autoProtectionOfDataDisk": "Disabled",
        "recoveryVirtualMachineScaleSetId": None,
        "recoveryCapacityReservationGroupId": None,
        "churnOptionSelected": "Normal",
    }


def _objectives(machine: Machine, now: datetime, copying: bool) -> JsonObject:
    """The RPO: none before the first point, and the stale one from before a failover."""
    if copying:
        return {"rpoInSeconds": None, "lastRpoCalculatedTime": None, "rtoInSeconds": None}
    stale = machine.failed_over if machine.active_location == "Recovery" else None
    seconds = machine.rpo_seconds if stale is None else machine.rpo_when_failed_over
    computed = (stale or now) - timedelta(seconds=20)
    return {
        "rpoInSeconds": int(machine.rpo_seconds if seconds is None else seconds),
        "lastRpoCalculatedTime": stamp(computed),
        "rtoInSeconds": None,
    }


def _expiry(machine: Machine) -> str:
    """When the agent expires; "never" comes with and without a time zone."""
    if machine.agent_expires is not None:
        return stamp(machine.agent_expires)
    return NEVER if machine.os_type == "Linux" else f"{NEVER}Z"


def _disk(machine: Machine, disk: Disk, copied: int | None, single: bool) -> JsonObject:
    target, vault = machine.disk_id(disk, machine.recovery), machine.home.vault
    copying = machine.protection_state in (COPYING, FIRST_POINT)
    state = "InitialReplicationPending" if copying else "Protected"
    return {
        "diskId": machine.disk_id(disk, machine.home).lower(),
        "recoveryResourceGroupId": vault.group_id(machine.groups[machine.recovery.region]),
        "recoveryTargetDiskId": target,
        "recoveryReplicaDiskId": "",
        "recoveryOrignalTargetDiskId": target.lower(),
        "recoveryReplicaDiskAccountType": "Premium_LRS",
        "recoveryTargetDiskAccountType": "Premium_LRS",
        "recoveryDiskEncryptionSetId": None,
        "primaryDiskEncryptionSetId": None,
        "diskName": disk.name,
        "diskCapacityInBytes": disk.gigabytes * 1024**3,
        "primaryStagingAzureStorageAccountId": machine.cache_account,
        "diskType": disk.kind,
        "resyncRequired": False,
        "monitoringPercentageCompletion": copied if copying else None,
        "monitoringJobType": "InitialReplication" if copying and copied is not None else None,
        "dataPendingInStagingStorageAccountInMB": 0.0,
        "dataPendingAtSourceAgentInMB": 1.50390625 if single else 0.0,
        "diskState": state if single else None,
        "allowedDiskLevelOperation": [] if single else None,
        "isDiskEncrypted": False,
        "secretIdentifier": None,
        "dekKeyVaultArmId": None,
        "isDiskKeyEncrypted": False,
        "keyIdentifier": None,
        "kekKeyVaultArmId": None,
        "failoverDiskName": disk.name,
        "tfoDiskName": f"{disk.name}-ASRtest",
    }


def _nic(machine: Machine, network: str) -> JsonObject:
    source, target = (machine.groups[place.region] for place in (machine.home, machine.recovery))
    vault = machine.home.vault
    return {
        "nicId": guid("nic", machine.item_name),
        "replicaNicId": None,
        "sourceNicArmId": vault.resource(
            source, "Microsoft.Network/networkInterfaces", f"{machine.friendly_name}-nic"
        ),
        "vMNetworkName": vault.resource(
            source, "Microsoft.Network/virtualNetworks", f"vnet-{machine.home.region}"
        ),
        "recoveryVMNetworkId": vault.resource(
            target, "Microsoft.Network/virtualNetworks", network
        ).lower(),
        "ipConfigs": [
            {
                "name": "ipconfig1",
                "isPrimary": True,
                "subnetName": "default",
                "staticIPAddress": "10.4.0.6",
                "ipAddressType": "Dynamic",
                "isSeletedForFailover": True,
                "recoverySubnetName": "default",
                "recoveryStaticIPAddress": "",
                "recoveryIPAddressType": "Dynamic",
            }
        ],
        "selectionType": "SelectedByUserOverride",
        "enableAcceleratedNetworkingOnRecovery": True,
        "reuseExistingNic": False,
    }

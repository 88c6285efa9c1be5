"""The part of an item's wire body that only Hyper-V machines have."""

from datetime import datetime, timedelta

from sandbox.vault.machines import Machine
from sandbox.vault.names import JsonObject, group_id, guid, resource, stamp


def replication_details(machine: Machine, now: datetime) -> JsonObject:
    """Write `providerSpecificDetails` of a Hyper-V machine."""
    vm = guid("hyper-v", machine.friendly_name)
    network = resource(
        machine.groups[machine.recovery.region], "Microsoft.Network/virtualNetworks", "vnet-erp"
    )
    return {
        "instanceType": "HyperVReplicaAzure",
        "azureVmDiskDetails": [
            {
                "vhdType": disk.kind,
                "vhdId": guid("vhd", disk.name),
                "vhdName": disk.name,
                "maxSizeMB": str(disk.gigabytes * 1024),
                "targetDiskLocation": None,
                "targetDiskName": disk.name,
                "lunId": "0",
            }
            for disk in machine.disks
        ],
        "recoveryAzureVmName": machine.friendly_name,
        "recoveryAzureVMSize": machine.size,
        "recoveryAzureStorageAccount": machine.cache_account,
        "recoveryAzureLogStorageAccountId": None,
        "lastReplicatedTime": stamp(now - timedelta(seconds=machine.rpo_seconds)),
        "rpoInSeconds": int(machine.rpo_seconds),
        "lastRpoCalculatedTime": stamp(now - timedelta(seconds=20)),
        "vmId": vm,
        "vmProtectionState": machine.protection_state,
        "vmProtectionStateDescription": machine.condition.description,
        "initialReplicationDetails": {
            "initialReplicationType": "InitialReplication",
            "initialReplicationProgressPercentage": "100",
        },
        "vmNics": [],
        "selectedRecoveryAzureNetworkId": network,
        "encryption": "Disabled",
        "oSDetails": {"osType": machine.os_type, "productType": "UNKNOWN"},
        "sourceVmRamSizeInMB": 8192,
        "sourceVmCpuCount": 4,
        "enableRdpOnTargetOption": "Never",
        "recoveryAzureResourceGroupId": group_id(machine.groups[machine.recovery.region]),
        "recoveryAvailabilitySetId": "",
        "useManagedDisks": "true",
        "licenseType": "WindowsServer",
    }

"""The part of an item's wire body that only Hyper-V machines have."""

from datetime import datetime, timedelta

from sandbox.vault.machines import Machine
from sandbox.vault.names import JsonObject, guid, stamp


def replication_details(machine: Machine, now: datetime) -> JsonObject:
    """Write `providerSpecificDetails` of a Hyper-V machine."""
    vm = guid("hyper-v", machine.friendly_name)
    vault, group = machine.home.vault, machine.groups[machine.recovery.region]
    network = vault.resource(group, "Microsoft.Network/virtualNetworks", "vnet-erp")
    copied = machine.copied(now)
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
            "initialReplicationProgressPercentage": "100" if copied is None else f"{copied}",
        },
        "vmNics": [],
        "selectedRecoveryAzureNetworkId": network,
        "encryption": "Disabled",
        "oSDetails": {"osType": machine.os_type, "productType": "UNKNOWN"},
        "sourceVmRamSizeInMB": 8192,
        "sourceVmCpuCount": 4,
        "enableRdpOnTargetOption": "Never",
        "recoveryAzureResourceGroupId": vault.group_id(group),
        "recoveryAvailabilitySetId": "",
        "useManagedDisks": "true",
        "licenseType": "WindowsServer",
    }

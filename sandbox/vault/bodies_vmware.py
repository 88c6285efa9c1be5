"""The part of an item's wire body that only VMware machines have: classic, modern, on the way home.

The modern one is written after a published body; the other two have the fields of the client
library's models, and values that are guesses.
"""

from datetime import datetime, timedelta

from sandbox.vault import vmware
from sandbox.vault.machines import Machine
from sandbox.vault.names import JsonObject, guid, stamp, stamp_or_none
from sandbox.vault.points import Point, point_id
from sandbox.vault.states import COPYING

_AGENT = "9.66.7643.1"


def rcm_details(machine: Machine, now: datetime, newest: Point | None) -> JsonObject:
    """Write `providerSpecificDetails` of a machine that replicates to Azure, the modern way."""
    site, vault = machine.original, machine.home.vault
    off_azure = vault.resource(
        vault.resource_group, "Microsoft.OffAzure/VMwareSites", f"{site.region}-site"
    )
    network = _network(machine)
    appliance = f"appliance-{site.region}"
    return {
        "instanceType": "InMageRcm",
        "internalIdentifier": machine.internal_id,
        "fabricDiscoveryMachineId": f"{off_azure}/machines/{guid('vmware', machine.item_name)}",
        "multiVmGroupName": machine.multi_vm_group or None,
        "discoveryType": "VCenter",
        "processServerId": vmware.process_server(site),
        "processorCoreCount": 4,
        "allocatedMemoryInMB": 8192.0,
        "processServerName": appliance,
        "runAsAccountId": f"{off_azure}/runasaccounts/{vmware.run_as_account(site)}",
        "osType": machine.os_type,
        "firmwareType": "UEFI",
        "primaryNicIpAddress": "10.20.0.7",
        "targetGeneration": "V2",
        "licenseType": "NoLicenseType",
        "storageAccountId": None,
        "targetVmName": machine.friendly_name,
        "targetVmSize": machine.size,
        "targetResourceGroupId": vault.group_id(machine.groups[machine.destination.region]),
        "targetLocation": machine.destination.region,
        "targetAvailabilitySetId": "",
        "targetAvailabilityZone": "",
        "targetNetworkId": network,
        "testNetworkId": network,
        "failoverRecoveryPointId": machine.failover_point,
        "lastRecoveryPointReceived": stamp_or_none(newest.time if newest else None),
        "lastRpoInSeconds": int(machine.rpo_seconds) if newest else None,
        "lastRpoCalculatedTime": stamp(now - timedelta(seconds=20)) if newest else None,
        "lastRecoveryPointId": point_id(machine, newest) if newest else None,
        **_copying(machine, now),
        "agentUpgradeState": "None",
        "protectedDisks": [_disk(machine, number) for number in range(len(machine.disks))],
        "unprotectedDisks": [],
        "isLastUpgradeSuccessful": "false",
        "isAgentRegistrationSuccessfulAfterFailover": None,
        "mobilityAgentDetails": _agent(machine, now),
        "lastAgentUpgradeErrorDetails": [],
        "agentUpgradeBlockingErrorDetails": [],
        "vmNics": [],
        "discoveredVmDetails": {
            "vCenterId": f"{off_azure}/vcenters/vcenter-01",
            "vCenterFqdn": "",
            "datastores": list(machine.datastores),
            "ipAddresses": [],
            "vmwareToolsStatus": "Running",
            "powerStatus": "ON",
            "osName": "Windows Server 2022",
            "isDeleted": False,
        },
        "targetVmTags": [
            {"tagName": name, "tagValue": value} for name, value in machine.tags.items()
        ],
        "osName": "Microsoft Windows Server 2022 Datacenter",
    }


def failback_details(machine: Machine, now: datetime) -> JsonObject:
    """Write `providerSpecificDetails` of a machine that runs in Azure and replicates home."""
    site, vault = machine.original, machine.home.vault
    home = machine.active_location == "Recovery"
    return {
        "instanceType": "InMageRcmFailback",
        "internalIdentifier": machine.internal_id,
        "azureVirtualMachineId": machine.vm_id(machine.home),
        "multiVmGroupName": machine.multi_vm_group or None,
        "reprotectAgentId": machine.reprotect_agent,
        "reprotectAgentName": _agent_name(machine),
        "osType": machine.os_type,
        "logStorageAccountId": machine.cache_account,
        "targetvCenterId": vault.resource(
            vault.resource_group,
            "Microsoft.OffAzure/VMwareSites",
            f"{site.region}-site/vcenters/vcenter-01",
        ),
        "targetDataStoreName": machine.datastores[0],
        "targetVmName": machine.friendly_name,
        **_copying(machine, now),
        "protectedDisks": [
            {
                "diskId": guid("vmware-disk", machine.item_name, disk.name),
                "diskName": disk.name,
                "isOSDisk": "true" if disk.kind == "OperatingSystem" else "false",
                "capacityInBytes": disk.gigabytes * 1024**3,
                "isInitialReplicationComplete": "true",
            }
            for disk in machine.disks
        ],
        "mobilityAgentDetails": _agent(machine, now),
        "vmNics": [],
        "lastPlannedFailoverStartTime": stamp_or_none(machine.failed_over),
        "lastPlannedFailoverStatus": "Succeeded" if home else None,
        "lastUsedPolicyId": vault.told("replicationPolicies", machine.policy.name),
        "lastUsedPolicyFriendlyName": machine.policy.name,
        "isAgentRegistrationSuccessfulAfterFailover": True,
    }


def classic_details(machine: Machine, now: datetime) -> JsonObject:
    """Write `providerSpecificDetails` of a machine that replicates to Azure, the classic way."""
    site = machine.original
    return {
        "instanceType": "InMageAzureV2",
        "infrastructureVmId": guid("vmware", machine.item_name),
        "vCenterInfrastructureId": None,
        "protectionStage": machine.protection_state,
        "vmId": guid("vmware", machine.item_name),
        "vmProtectionState": machine.protection_state,
        "vmProtectionStateDescription": machine.condition.description,
        "resyncProgressPercentage": None,
        "rpoInSeconds": int(machine.rpo_seconds),
        "ipAddress": "10.30.0.4",
        "agentVersion": "9.62.7178.1",
        "agentExpiryDate": stamp(now + timedelta(days=200)),
        "isAgentUpdateRequired": "false",
        "isRebootAfterUpdateRequired": "false",
        "lastHeartbeat": stamp(now - machine.heartbeat_age),
        "processServerId": vmware.process_server(site),
        "processServerName": f"ps-{site.region}",
        "multiVmGroupId": guid("multi-vm", machine.item_name),
        "multiVmGroupName": machine.multi_vm_group,
        "multiVmSyncStatus": "Disabled",
        "protectedDisks": [
            {
                "diskId": guid("vmware-disk", machine.item_name, disk.name),
                "diskName": disk.name,
                "protectionStage": machine.protection_state,
                "healthErrorCode": "0",
                "rpoInSeconds": int(machine.rpo_seconds),
                "resyncRequired": "false",
                "diskCapacityInBytes": disk.gigabytes * 1024**3,
            }
            for disk in machine.disks
        ],
        "diskResized": "false",
        "masterTargetId": guid("master-target", site.fabric),
        "sourceVmCpuCount": 4,
        "sourceVmRamSizeInMB": 8192,
        "osType": machine.os_type,
        "recoveryAzureVMName": machine.friendly_name,
        "recoveryAzureVMSize": machine.size,
        "recoveryAzureStorageAccount": machine.cache_account,
        "recoveryAzureResourceGroupId": machine.home.vault.group_id(
            machine.groups[machine.destination.region]
        ),
        "vmNics": [],
        "selectedRecoveryAzureNetworkId": _network(machine),
        "discoveryType": "VCenter",
        "enableRdpOnTargetOption": "Never",
    }


def _agent_name(machine: Machine) -> str | None:
    agents = vmware.reprotect_agents(machine.original)
    return next((name for name, each in agents.items() if each == machine.reprotect_agent), None)


def _network(machine: Machine) -> str:
    group = machine.groups[machine.destination.region]
    return machine.home.vault.resource(group, "Microsoft.Network/virtualNetworks", "vnet-erp")


def _copying(machine: Machine, now: datetime) -> JsonObject:
    copying = machine.protection_state == COPYING
    return {
        "initialReplicationProgressPercentage": machine.copied(now) if copying else None,
        "initialReplicationProcessedBytes": None,
        "initialReplicationTransferredBytes": None,
        "initialReplicationProgressHealth": "InProgress" if copying else "None",
        "resyncProgressPercentage": None,
        "resyncProcessedBytes": None,
        "resyncTransferredBytes": None,
        "resyncProgressHealth": "None",
        "resyncRequired": "false",
        "resyncState": "None",
    }


def _agent(machine: Machine, now: datetime) -> JsonObject:
    return {
        "version": _AGENT,
        "latestVersion": None,
        "driverVersion": "9.66.7611.1",
        "agentVersionExpiryDate": stamp_or_none(machine.agent_expires),
        "lastHeartbeatUtc": stamp(now - machine.heartbeat_age),
        "reasonsBlockingUpgrade": ["AlreadyOnLatestVersion"],
        "isUpgradeable": "false",
    }


def _disk(machine: Machine, number: int) -> JsonObject:
    disk = machine.disks[number]
    return {
        "diskId": guid("vmware-disk", machine.item_name, disk.name),
        "diskName": disk.name,
        "isOSDisk": "true" if disk.kind == "OperatingSystem" else "false",
        "capacityInBytes": disk.gigabytes * 1024**3,
        "diskState": "InitialReplicationPending"
        if machine.protection_state == COPYING
        else "Protected",
        "logStorageAccountId": machine.cache_account,
        "diskType": "Premium_LRS",
        "dataPendingInLogDataStoreInMB": 0.0,
        "dataPendingAtSourceAgentInMB": 0.5,
        "isInitialReplicationComplete": "false" if machine.protection_state == COPYING else "true",
    }

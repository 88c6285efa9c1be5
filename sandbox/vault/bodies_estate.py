"""The wire bodies of what stands around the machines: fabrics, containers, mappings, policies,
machines that a site could protect, and the virtual machines outside the vault.
"""

from datetime import datetime

from sandbox.vault import vmware
from sandbox.vault.bodies_items import protectable_id, provider_id
from sandbox.vault.estate import Pairing
from sandbox.vault.machines import Machine, Place, Policy
from sandbox.vault.names import VAULT_TYPE, JsonObject, VaultName, guid, stamp
from sandbox.vault.states import Provider

_FABRICS = f"{VAULT_TYPE}/replicationFabrics"
_CONTAINERS = f"{_FABRICS}/replicationProtectionContainers"


def fabric(place: Place, now: datetime) -> JsonObject:
    """Write a fabric; the ids of its containers use internal guids, not names."""
    keys = {"kekState": "None", "kekCertThumbprint": None}
    details: JsonObject = {"instanceType": place.kind}
    if place.kind == "Azure":
        containers = f"{place.fabric_id}/replicationProtectionContainers"
        details |= {
            "location": place.region,
            "containerIds": [f"{containers}/{place.container_guid}"],
        }
    elif place.kind == "InMageRcm":
        details |= _appliance(place, now)
    elif place.kind == "VMware":
        details |= _configuration_server(place, now)
    return {
        "name": place.fabric,
        "type": _FABRICS,
        "id": place.fabric_id,
        "properties": {
            "friendlyName": place.title,
            "encryptionDetails": keys,
            "rolloverEncryptionDetails": keys,
            "internalIdentifier": place.fabric_guid,
            "bcdrState": "Valid",
            "customDetails": details,
            "healthErrorDetails": [],
            "health": "Normal",
        },
    }


def container(place: Place, item_count: int) -> JsonObject:
    """Write a protection container."""
    return {
        "id": place.container_id,
        "name": place.container,
        "type": _CONTAINERS,
        "properties": {
            "fabricFriendlyName": place.title,
            "friendlyName": place.container_title,
            "fabricType": place.kind,
            "protectedItemCount": item_count,
            "pairingStatus": "Paired",
            "role": "Primary",
            "fabricSpecificDetails": None,
        },
    }


def mapping(pairing: Pairing) -> JsonObject:
    """Write a container mapping, under the container it starts from."""
    mappings = f"{pairing.source.container_id}/replicationProtectionContainerMappings"
    details: JsonObject = {"instanceType": pairing.policy.provider}
    if pairing.policy.provider == "A2A":
        details |= {"agentAutoUpdateStatus": "Disabled", "automationAccountArmId": None}
    known = pairing.policy.provider == "A2A"
    return {
        "id": f"{mappings}/{pairing.name}",
        "name": pairing.name,
        "type": f"{_CONTAINERS}/replicationProtectionContainerMappings",
        "properties": {
            "targetProtectionContainerId": pairing.target.container_id
            if known
            else "Microsoft Azure",
            "targetProtectionContainerFriendlyName": pairing.target.container_title
            if known
            else "Microsoft Azure",
            "providerSpecificDetails": details,
            "health": "Normal",
            "healthErrorDetails": [],
            "policyId": pairing.source.vault.told("replicationPolicies", pairing.policy.name),
            "state": "Paired",
            "sourceProtectionContainerFriendlyName": pairing.source.container_title,
            "sourceFabricFriendlyName": pairing.source.title,
            "targetFabricFriendlyName": pairing.target.title,
            "policyFriendlyName": pairing.policy.name,
        },
    }


def policy(record: Policy, vault: VaultName) -> JsonObject:
    """Write a replication policy."""
    return {
        "id": vault.told("replicationPolicies", record.name),
        "name": record.name,
        "type": f"{VAULT_TYPE}/replicationPolicies",
        "properties": {
            "friendlyName": record.name,
            "providerSpecificDetails": {
                "instanceType": record.provider,
                **_POLICY_DETAILS[record.provider],
            },
        },
    }


def protectable_item(machine: Machine, item_id: str | None) -> JsonObject:
    """Write a machine of a Hyper-V site, with the id of its item where it is protected."""
    found = protectable_id(machine)
    return {
        "id": found,
        "name": found.rsplit("/", 1)[-1],
        "type": f"{_CONTAINERS}/replicationProtectableItems",
        "properties": {
            "friendlyName": machine.friendly_name,
            "protectionStatus": "Protected" if item_id else "Unprotected",
            "replicationProtectedItemId": item_id,
            "recoveryServicesProviderId": provider_id(machine.original),
            "protectionReadinessErrors": [],
            "supportedReplicationProviders": ["HyperVReplicaAzure"],
            "customDetails": {
                "instanceType": "HyperVVirtualMachine",
                "sourceItemId": found.rsplit("/", 1)[-1],
                "generation": "2",
                "osDetails": None,
                "diskDetails": [
                    {
                        "maxSizeMB": disk.gigabytes * 1024,
                        "vhdType": disk.kind,
                        "vhdId": guid("vhd", disk.name),
                        "vhdName": disk.name,
                    }
                    for disk in machine.disks
                ],
            },
        },
    }


def virtual_machine(machine: Machine, place: Place) -> JsonObject:
    """Write the virtual machine of a protected machine on one side of its pair."""
    disks: list[JsonObject] = [
        {
            "name": disk.name,
            "createOption": "Attach",
            "caching": "ReadWrite",
            "diskSizeGB": disk.gigabytes,
            "managedDisk": {
                "storageAccountType": "Premium_LRS",
                "id": machine.disk_id(disk, place),
            },
        }
        for disk in machine.disks
    ]
    os_disk, *data_disks = disks
    network_card = network_interface_id(machine, place)
    return {
        "name": machine.friendly_name,
        "id": machine.vm_id(place),
        "type": "Microsoft.Compute/virtualMachines",
        "location": place.region,
        "tags": machine.tags,
        "properties": {
            "vmId": guid("vm", machine.item_name, place.region),
            "hardwareProfile": {"vmSize": machine.size},
            "provisioningState": "Succeeded",
            "storageProfile": {
                "osDisk": os_disk | {"osType": machine.os_type},
                "dataDisks": [disk | {"lun": lun} for lun, disk in enumerate(data_disks)],
            },
            "networkProfile": {
                "networkInterfaces": [{"id": network_card, "properties": {"primary": True}}]
            },
        },
    }


def listed_machine(machine: Machine, place: Place) -> JsonObject:
    """Write a virtual machine as it stands in a list, which tells resource groups in capitals."""
    group = machine.groups[place.region]
    told = machine.vm_id(place).replace(f"/{group}/", f"/{group.upper()}/", 1)
    return virtual_machine(machine, place) | {"id": told}


def network_interface_id(machine: Machine, place: Place) -> str:
    """Say the id of the one network interface of a virtual machine."""
    group, name = machine.groups[place.region], f"{machine.friendly_name}-nic"
    return place.vault.resource(group, "Microsoft.Network/networkInterfaces", name)


_REPLICATION: JsonObject = {
    "recoveryPointThresholdInMinutes": 30,
    "recoveryPointHistory": 1440,
    "appConsistentFrequencyInMinutes": 240,
    "multiVmSyncStatus": "Enabled",
    "crashConsistentFrequencyInMinutes": 5,
}
_POLICY_DETAILS: dict[Provider, JsonObject] = {
    "A2A": _REPLICATION,
    "InMageAzureV2": _REPLICATION,
    "HyperVReplicaAzure": {
        "recoveryPointHistoryDurationInHours": 24,
        "applicationConsistentSnapshotFrequencyInHours": 4,
        "replicationInterval": 300,
    },
    "InMageRcm": {
        "recoveryPointHistoryInMinutes": 1440,
        "appConsistentFrequencyInMinutes": 240,
        "crashConsistentFrequencyInMinutes": 5,
        "enableMultiVmSync": "true",
    },
    "InMageRcmFailback": {
        "appConsistentFrequencyInMinutes": 240,
        "crashConsistentFrequencyInMinutes": 5,
    },
}


def _appliance(place: Place, now: datetime) -> JsonObject:
    name = f"appliance-{place.region}"
    common: JsonObject = {
        "biosId": guid("bios", place.fabric),
        "fqdn": f"{name}.example.net",
        "version": "9.66.7643.1",
        "lastHeartbeatUtc": stamp(now),
        "health": "Normal",
        "healthErrors": [],
    }
    return {
        "processServers": [{"id": vmware.process_server(place), "name": name, **common}],
        "reprotectAgents": [
            {
                "id": agent,
                "name": each,
                **common,
                "accessibleDatastores": list(vmware.DATASTORES),
            }
            for each, agent in vmware.reprotect_agents(place).items()
        ],
    }


def _configuration_server(place: Place, now: datetime) -> JsonObject:
    return {
        "hostName": f"cs-{place.region}",
        "agentVersion": "9.62.7178.1",
        "lastHeartbeat": stamp(now),
        "processServers": [
            {"friendlyName": f"ps-{place.region}", "id": vmware.process_server(place)}
        ],
        "runAsAccounts": [
            {"accountId": vmware.run_as_account(place), "accountName": "replication"}
        ],
    }

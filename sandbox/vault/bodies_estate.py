"""The wire bodies of what stands around the machines: fabrics, containers, mappings, policies,
plans, and the virtual machines outside the vault.
"""

from sandbox.vault.bodies_items import current_scenario
from sandbox.vault.estate import HYPER_V_POLICY, PLACES, Pairing, Policy
from sandbox.vault.machines import Machine, Place
from sandbox.vault.names import VAULT_TYPE, JsonObject, guid, resource, told
from sandbox.vault.world import RecoveryPlan

_FABRICS = f"{VAULT_TYPE}/replicationFabrics"
_CONTAINERS = f"{_FABRICS}/replicationProtectionContainers"


def fabric(place: Place) -> JsonObject:
    """Write a fabric; the ids of its containers use internal guids, not names."""
    keys = {"kekState": "None", "kekCertThumbprint": None}
    details: JsonObject = {"instanceType": place.kind}
    if place.kind == "Azure":
        containers = f"{place.fabric_id}/replicationProtectionContainers"
        details |= {
            "location": place.region,
            "containerIds": [f"{containers}/{place.container_guid}"],
        }
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
    known = pairing.target in PLACES
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
            "policyId": told("replicationPolicies", pairing.policy.name),
            "state": "Paired",
            "sourceProtectionContainerFriendlyName": pairing.source.container_title,
            "sourceFabricFriendlyName": pairing.source.title,
            "targetFabricFriendlyName": pairing.target.title,
            "policyFriendlyName": pairing.policy.name,
        },
    }


def policy(record: Policy) -> JsonObject:
    """Write a replication policy."""
    details: JsonObject = {
        "instanceType": record.provider,
        "recoveryPointThresholdInMinutes": 30,
        "recoveryPointHistory": 1440,
        "appConsistentFrequencyInMinutes": 240,
        "multiVmSyncStatus": "Enabled",
        "crashConsistentFrequencyInMinutes": 5,
    }
    if record == HYPER_V_POLICY:
        details = {
            "instanceType": record.provider,
            "recoveryPointHistoryDurationInHours": 24,
            "applicationConsistentSnapshotFrequencyInHours": 4,
            "replicationInterval": 300,
        }
    return {
        "id": told("replicationPolicies", record.name),
        "name": record.name,
        "type": f"{VAULT_TYPE}/replicationPolicies",
        "properties": {"friendlyName": record.name, "providerSpecificDetails": details},
    }


def plan(record: RecoveryPlan) -> JsonObject:
    """Write a recovery plan, with the two empty groups the service puts in front."""
    first = record.machines[0]
    groups = [_plan_group("Shutdown", ()), _plan_group("Failover", ())]
    groups += [_plan_group("Boot", machines) for machines in record.groups]
    job = record.current_job
    return {
        "id": told("replicationRecoveryPlans", record.name),
        "name": record.name,
        "type": f"{VAULT_TYPE}/replicationRecoveryPlans",
        "properties": {
            "friendlyName": record.name,
            "primaryFabricId": first.home.fabric_id,
            "primaryFabricFriendlyName": first.home.title,
            "recoveryFabricId": first.recovery.fabric_id,
            "recoveryFabricFriendlyName": first.recovery.title,
            "failoverDeploymentModel": "ResourceManager",
            "replicationProviders": ["A2A"],
            "allowedOperations": record.allowed_operations,
            "currentScenario": current_scenario(first) if job else None,
            "currentScenarioStatus": job.state if job else None,
            "currentScenarioStatusDescription": job.state if job else None,
            "groups": groups,
            "providerSpecificDetails": [],
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
    network_card = resource(
        machine.groups[place.region],
        "Microsoft.Network/networkInterfaces",
        f"{machine.friendly_name}-nic",
    )
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


def _plan_group(kind: str, machines: tuple[Machine, ...]) -> JsonObject:
    return {
        "groupType": kind,
        "replicationProtectedItems": [
            {"id": machine.item_id, "virtualMachineId": machine.internal_id} for machine in machines
        ],
        "startGroupActions": [],
        "endGroupActions": [],
    }

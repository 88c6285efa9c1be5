"""The wire bodies of networks: Azure's own, and what Site Recovery makes of them.

A region has one network in Site Recovery, always called `azureNetwork`, under which the mappings
are kept; that it tells nothing else is a guess.
"""

from sandbox.vault.estate import Network, NetworkPairing, network_in
from sandbox.vault.machines import Machine, Place
from sandbox.vault.names import VAULT_TYPE, JsonObject

NETWORK = "azureNetwork"
_NETWORKS = f"{VAULT_TYPE}/replicationFabrics/replicationNetworks"


def virtual_network(network: Network) -> JsonObject:
    """Write a virtual network of Azure."""
    return {
        "name": network.name,
        "id": network.id,
        "type": "Microsoft.Network/virtualNetworks",
        "location": network.region,
        "tags": {},
        "properties": {
            "provisioningState": "Succeeded",
            "resourceGuid": network.guid,
            "addressSpace": {"addressPrefixes": ["10.4.0.0/16"]},
            "subnets": [
                {
                    "name": "default",
                    "id": f"{network.id}/subnets/default",
                    "properties": {
                        "provisioningState": "Succeeded",
                        "addressPrefix": "10.4.0.0/24",
                    },
                }
            ],
        },
    }


def interface(machine: Machine, place: Place, path: str) -> JsonObject:
    """Write the network interface of a virtual machine, under the id it was asked for."""
    network = network_in(machine, place)
    subnet = {"id": f"{network.id}/subnets/default"} if network else None
    return {
        "name": f"{machine.friendly_name}-nic",
        "id": path,
        "type": "Microsoft.Network/networkInterfaces",
        "location": place.region,
        "properties": {
            "provisioningState": "Succeeded",
            "primary": True,
            "ipConfigurations": [
                {
                    "name": "ipconfig1",
                    "properties": {
                        "privateIPAddress": "10.4.0.4",
                        "privateIPAllocationMethod": "Dynamic",
                        "primary": True,
                        "subnet": subnet,
                    },
                }
            ],
            "virtualMachine": {"id": machine.vm_id(place)},
        },
    }


def network_of(place: Place) -> JsonObject:
    """Write the one network of a region, as Site Recovery knows it."""
    return {
        "name": NETWORK,
        "type": _NETWORKS,
        "id": f"{place.fabric_id}/replicationNetworks/{NETWORK}",
        "properties": {
            "fabricType": "Azure",
            "subnets": [],
            "friendlyName": NETWORK,
            "networkType": "Azure",
        },
    }


def mapping(pairing: NetworkPairing, source: Place, target: Place) -> JsonObject:
    """Write a network mapping; the ids of the two networks are in lower case."""
    place = f"{source.fabric_id}/replicationNetworks/{NETWORK}"
    return {
        "type": f"{_NETWORKS}/replicationNetworkMappings",
        "id": f"{place}/replicationNetworkMappings/{pairing.name}",
        "name": pairing.name,
        "properties": {
            "state": "Paired",
            "primaryNetworkFriendlyName": pairing.source.name,
            "primaryNetworkId": pairing.source.id.lower(),
            "primaryFabricFriendlyName": source.title,
            "recoveryNetworkFriendlyName": pairing.target.name,
            "recoveryNetworkId": pairing.target.id.lower(),
            "recoveryFabricArmId": target.fabric_id,
            "recoveryFabricFriendlyName": target.title,
            "fabricSpecificSettings": {
                "instanceType": "AzureToAzure",
                "primaryFabricLocation": source.region,
                "recoveryFabricLocation": target.region,
            },
        },
    }

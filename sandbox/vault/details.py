"""What a job says about the things it touched, written once when the job begins.

Key names are camelCase for Azure machines and PascalCase for Hyper-V, as on the wire.
"""

from sandbox.vault.machines import Machine, Place
from sandbox.vault.names import JsonObject, guid, stamp
from sandbox.vault.points import Point


def plain(machine: Machine) -> JsonObject:
    """A job that has nothing special to tell."""
    return {"instanceType": "AsrJobDetails", "affectedObjectDetails": affected(machine)}


def failover(machine: Machine, point: Point | None) -> JsonObject:
    """A failover: which point the replica starts from."""
    return {
        "instanceType": "FailoverJobDetails",
        "protectedItemDetails": [started_from(machine, point)],
        "affectedObjectDetails": affected(machine),
    }


def test_failover(machine: Machine, network_type: str, network_id: str) -> JsonObject:
    """A test failover: the copy and the network it runs in."""
    network = network_id.rsplit("/", 1)[-1] or None
    return {
        "instanceType": "TestFailoverJobDetails",
        "testFailoverStatus": "Active",
        "comments": None,
        "networkName": network,
        "networkFriendlyName": network,
        "networkType": network_type,
        "protectedItemDetails": [
            {
                "name": machine.internal_id,
                "friendlyName": machine.friendly_name,
                "testVmName": f"{machine.friendly_name}-test",
                "testVmFriendlyName": f"{machine.friendly_name}-test",
                "networkConnectionStatus": "Connected" if network else None,
                "networkFriendlyName": network,
                "subnet": "default" if network else None,
            }
        ],
        "affectedObjectDetails": affected(machine),
    }


def switch(machine: Machine) -> JsonObject:
    """A reprotect: under which id the item will be found afterwards."""
    new_id = f"{machine.recovery.container_id}/replicationProtectedItems/{machine.item_name}"
    return {
        "newReplicationProtectedItemId": "/s" + new_id[2:],
        "instanceType": "SwitchProtectionJobDetails",
        "affectedObjectDetails": affected(machine),
    }


def started_from(machine: Machine, point: Point | None) -> JsonObject:
    """One machine of a failover, with the point its replica starts from."""
    return {
        "name": machine.internal_id,
        "friendlyName": machine.friendly_name,
        "testVmName": None,
        "testVmFriendlyName": None,
        "networkConnectionStatus": None,
        "networkFriendlyName": f"vnet-{machine.recovery.region}",
        "subnet": "default",
        "recoveryPointId": point.name if point else None,
        "recoveryPointTime": stamp(point.time) if point else None,
    }


def affected(machine: Machine) -> JsonObject:
    """The pair of sides, the policy and the machine, as internal guids and names."""
    found: JsonObject = {
        "primaryVmId": machine.internal_id,
        "primaryVmName": machine.friendly_name,
        "recoveryVmId": "",
        "recoveryVmName": machine.friendly_name,
        "protectionProfileId": guid("policy", machine.policy.name),
        "primaryCloudId": machine.home.container_guid,
        "primaryCloudName": machine.home.container_title,
        "recoveryCloudId": machine.recovery.container_guid,
        "recoveryCloudName": machine.recovery.container_title,
        **sides(machine.home, machine.recovery),
    }
    return _cased(machine, found)


def plan_sides(first: Machine) -> JsonObject:
    """The two fabrics a plan works between, told by its first machine."""
    return _cased(first, sides(first.home, first.recovery))


def sides(home: Place, recovery: Place) -> JsonObject:
    """The two fabrics a job works between."""
    return {
        "primaryVmmId": home.fabric_guid,
        "primaryVmmName": home.title,
        "recoveryVmmId": recovery.fabric_guid,
        "recoveryVmmName": recovery.title,
        "primaryFabricProviderId": home.kind,
        "recoveryFabricProviderId": recovery.kind,
    }


def _cased(machine: Machine, found: JsonObject) -> JsonObject:
    if machine.provider == "A2A":
        return found
    return {key[0].upper() + key[1:]: value for key, value in found.items()}

"""What can be read beside the vault: virtual machines and networks, and networks as mapped.

Virtual machines, their network interfaces and virtual networks belong to a subscription and not to
a vault; whoever asks for one is answered from the estate of the vault in that subscription.
"""

from collections.abc import Iterator
from urllib.parse import quote, urlencode

from sandbox.vault import bodies_estate, bodies_networks, faults
from sandbox.vault.calls import Answer, Call, listed
from sandbox.vault.estate import NetworkPairing, groups_of
from sandbox.vault.machines import Machine, Place
from sandbox.vault.names import JsonObject, fold
from sandbox.vault.reads import place_of

_PAGE = 10
"""So many virtual machines are on a page of their list; Azure's own pages are longer."""


def virtual_machine(call: Call) -> Answer:
    """A virtual machine, where it exists."""
    wanted = fold(call.path)
    for machine, place in _running(call):
        if fold(machine.vm_id(place)) == wanted:
            return Answer(body=bodies_estate.virtual_machine(machine, place))
    raise _not_found("Microsoft.Compute/virtualMachines", call.words["vm"], call)


def virtual_machines(call: Call) -> Answer:
    """A page of the virtual machines of the subscription, protected or not."""
    skip = call.query.get("$skiptoken", "0")
    begin = int(skip) if skip.isdecimal() else 0
    found = [bodies_estate.listed_machine(*each) for each in _running(call)]
    page, rest = found[begin : begin + _PAGE], found[begin + _PAGE :]
    if not rest:
        return Answer(body={"value": page})
    query = urlencode({**call.query, "$skiptoken": begin + _PAGE}, quote_via=quote)
    return listed(page, f"{call.base_url}{call.path}?{query}")


def network_interface(call: Call) -> Answer:
    """The network interface of a virtual machine."""
    wanted = fold(call.path)
    for machine, place in _running(call):
        if fold(bodies_estate.network_interface_id(machine, place)) == wanted:
            return Answer(body=bodies_networks.interface(machine, place, call.path))
    raise _not_found("Microsoft.Network/networkInterfaces", call.words["card"], call)


def _running(call: Call) -> Iterator[tuple[Machine, Place]]:
    """The virtual machines that exist in Azure, each with the region it is in."""
    call.world.now()
    for machine in (*call.world.machines, *call.world.estate.unprotected):
        for place in (machine.home, machine.recovery):
            if place.kind == "Azure" and (machine.replica_exists or place is machine.home):
                yield machine, place


def virtual_networks(call: Call) -> Answer:
    """The virtual networks of the subscription, or of one resource group."""
    networks = call.world.estate.networks
    group = call.words.get("group")
    if group is not None:
        if fold(group) not in groups_of(call.world.estate):
            raise faults.no_group(group)
        networks = [each for each in networks if fold(each.group) == fold(group)]
    return listed([bodies_networks.virtual_network(each) for each in networks])


def virtual_network(call: Call) -> Answer:
    """One virtual network."""
    found = call.world.estate.network(call.path)
    if found is None:
        raise _not_found("Microsoft.Network/virtualNetworks", call.words["network"], call)
    return Answer(body=bodies_networks.virtual_network(found))


def networks(call: Call) -> Answer:
    """The networks of the vault's regions, or of one."""
    places = [place_of(call)] if "fabric" in call.words else call.world.estate.places
    regions = [each for each in places if each.kind == "Azure"]
    return listed([bodies_networks.network_of(each) for each in regions])


def network_mappings(call: Call) -> Answer:
    """The network mappings of the vault, or those from one region."""
    region = place_of(call).region if "fabric" in call.words else None
    if region is not None and fold(call.words["network"]) != fold(bodies_networks.NETWORK):
        raise faults.no_such_thing(call.words["network"])
    return listed(
        [
            _mapping(call, each)
            for each in call.world.estate.network_pairings
            if region in (None, each.source.region)
        ]
    )


def network_mapping(call: Call) -> Answer:
    """One network mapping."""
    region = place_of(call).region
    for each in call.world.estate.network_pairings:
        if each.source.region == region and fold(each.name) == fold(call.words["mapping"]):
            return Answer(body=_mapping(call, each))
    raise faults.no_such_thing(call.words["mapping"])


def _mapping(call: Call, pairing: NetworkPairing) -> JsonObject:
    def region(code: str) -> Place:
        return next(each for each in call.world.estate.places if each.region == code)

    source, target = region(pairing.source.region), region(pairing.target.region)
    return bodies_networks.mapping(pairing, source, target)


def _not_found(kind: str, name: str, call: Call) -> faults.Fault:
    return faults.Fault(
        404,
        "ResourceNotFound",
        f"The Resource '{kind}/{name}' under resource group '{call.words['group']}' "
        "was not found. For more details please go to https://aka.ms/ARMResourceNotFoundFix",
    )

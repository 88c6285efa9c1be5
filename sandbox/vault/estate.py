"""What an estate consists of: places, machines, plans, and what stands around them.

Only records are here. Which machines there are is said by the files `estate_shop` (the demo's),
`estate_full` (the same and one of everything else) and `estate_second` (another vault).
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from sandbox.vault.machines import Machine, Place, Policy
from sandbox.vault.names import VaultName, fold, guid
from sandbox.vault.plans import RecoveryPlan


class Pairing(NamedTuple):
    """A container mapping: from where to where, under which policy."""

    source: Place
    target: Place
    policy: Policy

    @property
    def name(self) -> str:
        """The portal's way of naming a mapping."""
        return f"{self.source.region}-{self.target.region}-{self.policy.name}"


class Network(NamedTuple):
    """A virtual network of the subscription."""

    vault: VaultName
    group: str
    region: str
    name: str

    @property
    def id(self) -> str:
        """The network's id."""
        return self.vault.resource(self.group, "Microsoft.Network/virtualNetworks", self.name)

    @property
    def guid(self) -> str:
        """The guid by which Azure knows the network."""
        return guid("network", self.id)


class NetworkPairing(NamedTuple):
    """A network mapping: where machines of one network are attached after a failover."""

    source: Network
    target: Network

    @property
    def name(self) -> str:
        """The portal's way of naming a network mapping."""
        return f"{self.source.group}-{self.source.name}-{self.target.name}"


@dataclass
class Estate:
    """All that one vault begins with."""

    vault: VaultName
    places: tuple[Place, ...]
    pairings: tuple[Pairing, ...]
    cache_accounts: dict[str, str]
    machines: list[Machine]
    plans: list[RecoveryPlan] = field(default_factory=list)
    networks: list[Network] = field(default_factory=list)
    network_pairings: list[NetworkPairing] = field(default_factory=list)
    unprotected: list[Machine] = field(default_factory=list)  # not replicated yet, so no items

    @property
    def policies(self) -> list[Policy]:
        """The replication policies that the mappings use."""
        return list(dict.fromkeys(pairing.policy for pairing in self.pairings))

    def network(self, wanted: str) -> Network | None:
        """The network of that id, if there is one."""
        return next((each for each in self.networks if fold(each.id) == fold(wanted)), None)


def wire(estate: Estate) -> None:
    """Lay the networks of an estate.

    Each resource group with machines has one in its region, mapped to the one the machines go to;
    and in each region there is one for tests, in the vault's own resource group.
    """
    everybody = [*estate.machines, *estate.unprotected]
    found: dict[str, Network] = {}
    for machine in everybody:
        sides = [network_in(machine, place) for place in (machine.original, machine.destination)]
        found |= {each.id: each for each in sides if each is not None}
        source, target = sides
        if source is not None and target is not None:
            for pairing in (NetworkPairing(source, target), NetworkPairing(target, source)):
                if pairing not in estate.network_pairings:
                    estate.network_pairings.append(pairing)
    regions = dict.fromkeys(each.region for each in found.values())
    tests = [
        Network(estate.vault, estate.vault.resource_group, region, f"vnet-test-{region}")
        for region in regions
    ]
    estate.networks += [*found.values(), *tests]


def groups_of(estate: Estate) -> Iterable[str]:
    """Name the resource groups of the subscription, each once."""
    machines = [*estate.machines, *estate.unprotected]
    named = [group for machine in machines for group in machine.groups.values()]
    named += [network.group for network in estate.networks]
    return {fold(group) for group in (estate.vault.resource_group, *named)}


def network_in(machine: Machine, place: Place) -> Network | None:
    """The network that a machine is in on one side of its pair; none at a site."""
    if place.kind != "Azure":
        return None
    name = "vnet-erp" if machine.original.kind != "Azure" else f"vnet-{place.region}"
    return Network(place.vault, machine.groups[place.region], place.region, name)

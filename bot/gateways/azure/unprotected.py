"""Reading what is not protected yet: where machines can be protected, and which there are."""

import asyncio

from bot.domain.candidates import Candidate, Cover, VirtualMachine
from bot.domain.machines import A2A, HYPER_V, same_id
from bot.domain.sites import ContainerMapping
from bot.gateways.azure.around import Get, List
from bot.gateways.azure.wire import read
from bot.gateways.azure.wire_places import MappingShape, NamedShape
from bot.gateways.azure.wire_unprotected import (
    InterfaceShape,
    PlaceShape,
    ProtectableShape,
    VirtualMachineShape,
)

COMPUTE_VERSION = "2024-07-01"
NETWORK_VERSION = "2024-05-01"


class Unprotected:
    """The readings that look for machines outside of the vault."""

    def __init__(self, get: Get, every: List) -> None:
        self._get = get
        self._list = every

    async def mappings(self, container: str) -> tuple[ContainerMapping, ...]:
        """List the mappings that a container takes part in, in both directions."""
        path = f"{container}/replicationProtectionContainerMappings"
        return tuple(one.mapping() for one in await self._list(path, MappingShape))

    async def covers(self, vault: str) -> tuple[Cover, ...]:
        """List the containers of a vault in which machines can be protected.

        It is read container by container, which needs the fewest rights.
        """
        places = await self._list(f"{vault}/replicationFabrics", PlaceShape)
        found = await asyncio.gather(*(self._covers_of(vault, one) for one in places))
        return tuple(cover for covers in found for cover in covers)

    async def _covers_of(self, vault: str, place: PlaceShape) -> list[Cover]:
        containers = await self._list(f"{place.id}/replicationProtectionContainers", NamedShape)
        mapped = await asyncio.gather(*(self.mappings(one.id) for one in containers))
        found = []
        for container, mappings in zip(containers, mapped, strict=True):
            for provider in (A2A, HYPER_V):
                away = tuple(
                    one
                    for one in mappings
                    if one.provider == provider and same_id(one.source, container.id)
                )
                if away:
                    found.append(
                        Cover(
                            vault=vault,
                            container=container.id,
                            provider=provider,
                            place=place.place,
                            title=place.title,
                            mappings=away,
                        )
                    )
        return found

    async def at_site(self, cover: Cover) -> tuple[Candidate, ...]:
        """List the machines of a site that are not protected."""
        path = f"{cover.container}/replicationProtectableItems"
        shapes = await self._list(path, ProtectableShape)
        return tuple(one.candidate(cover) for one in shapes if not one.protected)

    async def item(self, item_id: str, cover: Cover) -> Candidate | None:
        """Read one machine of a site afresh; None when it is protected."""
        shape = read(ProtectableShape, await self._get(item_id))
        return None if shape.protected else shape.candidate(cover)

    async def virtual_machines(self, subscription: str) -> tuple[VirtualMachine, ...]:
        """List the virtual machines of a subscription, protected or not."""
        path = f"/subscriptions/{subscription}/providers/Microsoft.Compute/virtualMachines"
        shapes = await self._list(f"{path}?api-version={COMPUTE_VERSION}", VirtualMachineShape)
        return tuple(one.machine() for one in shapes)

    async def virtual_machine(self, vm_id: str) -> VirtualMachine:
        """Read one virtual machine; raises `AzureRefused` with status 404 when it is gone."""
        return read(VirtualMachineShape, await self._get(vm_id, COMPUTE_VERSION)).machine()

    async def network_of(self, interface: str) -> str:
        """Read which virtual network an interface is in; '' when that is not told."""
        return read(InterfaceShape, await self._get(interface, NETWORK_VERSION)).network

"""What is around the machines of a vault: the vault itself, its health, networks and events."""

import asyncio
from collections.abc import Awaitable
from typing import Final, Protocol

from bot.domain.vaults import Event, NetworkMapping, Surroundings, VaultHealth
from bot.errors import AzureRefused, Unavailable
from bot.gateways.azure.wire import ShapeT, read
from bot.gateways.azure.wire_around import (
    EventShape,
    FabricShape,
    NetworkMappingShape,
    VaultHealthShape,
    VaultShape,
)

VAULT_VERSION: Final = "2024-04-01"
"""Of Recovery Services, of which a vault is a resource."""
_MAPPINGS: Final = "replicationNetworks/azureNetwork/replicationNetworkMappings"
"""A region of Azure has one network in Site Recovery, and this is its name."""


class Get(Protocol):
    """Reads a path, in an API version other than Site Recovery's where one is named."""

    def __call__(self, path: str, version: str = ..., /) -> Awaitable[bytes]: ...


class List(Protocol):
    """Reads every page of a list."""

    def __call__(self, path: str, shape: type[ShapeT], /) -> Awaitable[list[ShapeT]]: ...


class Around:
    """The readings that have nothing to do with a machine."""

    def __init__(self, get: Get, every: List) -> None:
        self._get = get
        self._list = every

    async def location(self, vault: str) -> str:
        """Read which region a vault is in."""
        return read(VaultShape, await self._get(vault, VAULT_VERSION)).location

    async def health(self, vault: str) -> VaultHealth:
        """Read Site Recovery's own summary of a vault; raises `AzureRefused` without the right."""
        return read(VaultHealthShape, await self._get(f"{vault}/replicationVaultHealth")).health()

    async def events(self, vault: str) -> tuple[Event, ...]:
        """List what happened in a vault, the newest first."""
        shapes = await self._list(f"{vault}/replicationEvents", EventShape)
        events = [shape.event() for shape in shapes]
        return tuple(
            sorted(events, key=lambda one: one.at.timestamp() if one.at else 0, reverse=True)
        )

    async def network_mappings(self, vault: str) -> tuple[NetworkMapping, ...]:
        """List the network mappings of a vault, region by region: that needs the fewest rights."""
        fabrics = await self._list(f"{vault}/replicationFabrics", FabricShape)
        lists = await asyncio.gather(
            *(
                self._list(f"{one.id}/{_MAPPINGS}", NetworkMappingShape)
                for one in fabrics
                if one.azure
            )
        )
        return tuple(shape.mapping() for shapes in lists for shape in shapes)

    async def surroundings(self, vault: str) -> Surroundings:
        """Read what matters to the failover of a vault's machines, as far as Azure tells it."""
        location, mappings = await asyncio.gather(
            self.location(vault), self.network_mappings(vault), return_exceptions=True
        )
        for answer in (location, mappings):
            if isinstance(answer, BaseException) and not isinstance(
                answer, AzureRefused | Unavailable
            ):
                raise answer
        return Surroundings(
            vault=vault,
            location=location if isinstance(location, str) else "",
            mappings=None if isinstance(mappings, BaseException) else mappings,
        )

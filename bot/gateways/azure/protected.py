"""Reading the machines of a vault, page by page: a thousand at once would hold up the loop."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

from bot.domain.machines import Machine
from bot.domain.rolls import Roll
from bot.errors import AzureRefused
from bot.gateways.azure.wire import unswept
from bot.gateways.azure.wire_items import ItemShape
from bot.gateways.azure.wire_places import NamedShape

Pages = Callable[[str, type[ItemShape]], AsyncIterator[list[ItemShape]]]
Names = Callable[[str, type[NamedShape]], Awaitable[list[NamedShape]]]


class Protected:
    """The protected items of every vault, container by container where the rights demand it."""

    def __init__(self, pages: Pages, names: Names) -> None:
        self._pages = pages
        self._names = names
        self.by_container: set[str] = set()
        """The vaults that had to be read container by container, for want of a right."""

    async def read(self, vault: str) -> Roll:
        """Read all machines of a vault."""
        if vault not in self.by_container:
            try:
                roll = Roll()
                async for machines in self._machines(vault, vault):
                    roll.enter(machines)
            except AzureRefused as error:
                if error.status != 403:
                    raise
                self.by_container.add(vault)
            else:
                return roll
        roll = Roll()
        containers = await self._containers(vault)
        for pages in await asyncio.gather(*(self._all_pages(one, vault) for one in containers)):
            for machines in pages:
                roll.enter(machines)
                await asyncio.sleep(0)
        return roll

    async def _all_pages(self, container: str, vault: str) -> list[list[Machine]]:
        return [machines async for machines in self._machines(container, vault)]

    async def _machines(self, place: str, vault: str) -> AsyncIterator[list[Machine]]:
        async for page in self._pages(f"{place}/replicationProtectedItems", ItemShape):
            with unswept():
                machines = [item.machine(vault) for item in page]
            yield machines

    async def _containers(self, vault: str) -> list[str]:
        fabrics = await self._names(f"{vault}/replicationFabrics", NamedShape)
        lists = await asyncio.gather(
            *(
                self._names(f"{one.id}/replicationProtectionContainers", NamedShape)
                for one in fabrics
            )
        )
        return [container.id for containers in lists for container in containers]

"""A vault as it is seen in one look: its jobs from one list, and its machines from one where many
of them have to be read."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.domain.jobs import Job
from bot.domain.machines import Machine
from bot.runtime import Bot


@dataclass
class View:
    """What is seen of it."""

    bot: Bot
    vault: str
    now: int
    shown: bool
    """Whether people are shown the steps of what runs."""
    jobs: Mapping[str, Job]
    """By their guids, in small letters."""
    many: bool = False
    """Whether so much has changed that the machines are read as one list."""
    _machines: Mapping[str, Machine] = field(default_factory=dict)
    _reading: asyncio.Lock = field(default_factory=asyncio.Lock)

    def job(self, name: str) -> Job | None:
        """Return a job as the list has it."""
        return self.jobs.get(name.casefold())

    async def machine(self, machine_id: str) -> Machine:
        """Read a machine as it is now; raises `AzureRefused` with status 404 when it is gone."""
        if self.many:
            async with self._reading:
                if not self._machines:
                    found = await self.bot.azure.machines(self.vault)
                    self._machines = {one.id.casefold(): one for one in found}
            if machine := self._machines.get(machine_id.casefold()):
                return machine
        return await self.bot.azure.machine(machine_id)

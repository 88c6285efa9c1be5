"""Many vaults are read at once, but not all that there may be."""

import asyncio
from dataclasses import replace

from bot.errors import Unavailable
from bot.every_vault import of_every_vault
from bot.settings import Settings
from sandbox.vault import Vault
from tests.world import World

COUNT = 120


async def test_a_hundred_vaults_are_read_some_at_a_time(quiet: World) -> None:
    """Each is read once, those that do not answer are named, and the order is kept."""
    ids = ",".join(f"{Vault.resource_id}-{number}" for number in range(COUNT))
    settings = Settings.read({**quiet.environment, "DR_VAULTS": ids})
    reading, most = 0, 0

    async def read(vault: str) -> str:
        nonlocal reading, most
        reading += 1
        most = max(most, reading)
        await asyncio.sleep(0)
        reading -= 1
        if vault.endswith("7"):
            raise Unavailable("It is away.")
        return vault

    found, troubles = await of_every_vault(replace(quiet.bot, settings=settings), read)
    assert most == 50
    assert list(found) == [one.id for one in settings.vaults if not one.id.endswith("7")]
    assert len(troubles) == COUNT // 10
    assert troubles[0] == "vault-dr-7 could not be read: It is away."

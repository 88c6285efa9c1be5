"""Reads that can wait leave some of the allowance to those that cannot."""

import asyncio

import pytest

from bot.gateways import azure as azure_gateway
from bot.gateways.azure.spare import BURST, RESERVED, Spare
from sandbox.clock import Clock
from sandbox.server import serve
from sandbox.vault import Vault
from tests.world import until

VAULT = "/subscriptions/One/resourceGroups/rg/providers/Microsoft.RecoveryServices/vaults/v"
OTHER = VAULT.replace("One", "two")
LEFT = "x-ms-ratelimit-remaining-subscription-reads"


async def asked(spare: Spare, path: str, times: int) -> list[asyncio.Task[None]]:
    """Ask for so many reads at the same moment; returns those that have to wait."""
    asking = [asyncio.create_task(spare.wait(path)) for _ in range(times)]
    for _ in range(3 * times):  # so often does each need the loop, at most
        await asyncio.sleep(0)
    return [one for one in asking if not one.done()]


async def test_some_are_left_to_others() -> None:
    """Of a full bucket all but the reserve go at once; the others wait for their turn."""
    waiting = await asked(Spare(), VAULT, BURST)
    assert len(waiting) > RESERVED / 2
    for one in waiting:
        one.cancel()


async def test_what_azure_says_is_left_counts() -> None:
    """In that subscription, however its id is written; a larger number changes nothing."""
    spare = Spare()
    spare.heard(VAULT, {LEFT: "40"})
    spare.heard(VAULT.upper().replace("/SUBSCRIPTIONS", "/Subscriptions"), {LEFT: "240"})
    spare.heard(VAULT, {})
    [waiting] = await asked(spare, VAULT, 1)
    assert not await asked(spare, OTHER, 1)
    waiting.cancel()


async def test_who_waits_goes_when_it_has_filled_up() -> None:
    """Nobody waits for ever."""
    spare = Spare()
    spare.heard(VAULT, {LEFT: str(RESERVED - 10)})
    waiting = await asked(spare, VAULT, 1)
    await until(lambda: all(one.done() for one in waiting), "it never went")


async def test_hundreds_of_jobs_are_read_without_being_turned_away(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Azure's allowance is enforced here; a machine is read at any time meanwhile."""
    vault = Vault(Clock())
    async with serve(vault.application()) as address:
        monkeypatch.setenv("IDENTITY_ENDPOINT", f"{address}/msi/token")
        monkeypatch.setenv("IDENTITY_HEADER", vault.identity_header)
        async with azure_gateway.opened(address, sandbox=True) as azure:
            job = vault.disable("vm-web01")
            reading = asyncio.gather(
                *(azure.job(vault.resource_id, job.job_id) for _ in range(BURST))
            )
            await azure.machine(vault.machine("vm-web02").item_id)
            assert not reading.done()
            await reading
    assert {seen.status for seen in vault.journal} == {200}

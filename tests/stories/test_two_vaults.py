"""Several vaults: one in trouble is named, and does not hide the others."""

from contextlib import AbstractAsyncContextManager

from sandbox.vault import Vault
from tests.world import World, inhabited

SILENT = "vault-elsewhere/replicationProtectedItems"
FAILOVER = "Failover of vm-web01"
ELSEWHERE = (
    "/subscriptions/00000000-1111-2222-3333-444444444444/resourceGroups/rg-dr"
    "/providers/Microsoft.RecoveryServices/vaults/vault-elsewhere"
)


def _two_vaults(redis_url: str) -> AbstractAsyncContextManager[World]:
    return inhabited(redis_url, {"DR_VAULTS": f"{Vault.resource_id},{ELSEWHERE}"})


async def test_a_vault_that_cannot_be_read_is_named(redis_url: str) -> None:
    """The list shows the machines of the one and says what is the matter with the other."""
    async with _two_vaults(redis_url) as world:
        world.vault.trouble.sometimes(SILENT, "unavailable", 1.0)
        await world.alice.types("/dr list")
        listed = await world.told(world.alice, "vm-web01", "vault-elsewhere could not be read")
        assert "vm-db01" in listed.words


async def test_the_other_vault_still_works(redis_url: str) -> None:
    """A name that the silent vault may know too is asked about; the choice is failed over."""
    async with _two_vaults(redis_url) as world:
        await world.alice.types("/dr failover vm-web01 because West Europe is down")
        await world.told(world.alice, "Another machine may be called vm-web01", "Is it this one?")
        await world.alice.presses("vm-web01@vault-dr (rg-shop)")
        await world.approved(FAILOVER)
        await world.started("UnplannedFailover")
        await world.done("Failover of vm-web01 succeeded")


async def test_a_machine_that_may_be_in_the_silent_vault(redis_url: str) -> None:
    """Not found is not the same as not there: the answer says which vault did not answer."""
    async with _two_vaults(redis_url) as world:
        await world.alice.types("/dr failover vm-sap01 because it is down")
        await world.told(world.alice, "vm-sap01 was not found, but vault-elsewhere could not be")


async def test_silence_is_not_taken_for_health(world: World) -> None:
    """The only vault cannot be read: the overview says so, and not that all is well."""
    world.vault.trouble.next("/replicationProtectedItems", "forbidden")
    world.vault.trouble.next("/replicationFabrics", "forbidden")
    await world.alice.types("/dr status")
    said = await world.told(world.alice, "vault-dr could not be read")
    assert "every machine is healthy" not in said.words

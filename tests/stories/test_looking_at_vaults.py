"""Several vaults, and the rights that the bot has in them."""

from sandbox.vault import Vault
from tests.world import World, inhabited

BOTH = {"DR_VAULTS": ",".join(Vault.resource_ids)}


async def test_every_vault_is_shown(redis_url: str) -> None:
    """Where it is, what is in it, how it is; and whether it burns with what it protects."""
    async with inhabited(redis_url, BOTH) as world:
        await world.alice.types("/dr vaults")
        said = await world.told(world.alice, "Vaults", "vault-dr in North Europe", "vault-dr-2")
        for words in (
            world.vault.subscription_id,
            world.vault.second.subscription_id,
            "1 HyperVReplicaAzure",
            "West Europe → North Europe",
            "2 Critical",
            "It is in UK South, the very region that it protects 3 of its machines from",
        ):
            assert words in said.words, words
        await world.alice.types("/dr ready vm-depot01")
        await world.told(world.alice, "Risk: Its vault is in UK South too")
        await world.alice.types("/dr list vault:vault-dr-2")
        await world.told(world.alice, "3 machines", "vm-depot01", "vm-scan01", "vm-web02")


async def test_a_plan_of_one_vault_is_found_among_two(redis_url: str) -> None:
    """A vault without plans is no trouble; one that is silent is named."""
    async with inhabited(redis_url, BOTH) as world:
        await world.alice.types("/dr plan plan-shop@vault-dr")
        await world.told(world.alice, "plan-shop", "Group 1", "vm-web01")
        world.vault.trouble.sometimes("vault-dr-2/replicationRecoveryPlans", "unavailable", 1.0)
        await world.alice.types("/dr plans")
        await world.told(world.alice, "plan-shop", "vault-dr-2 could not be read")


async def test_an_operator_sees_nearly_everything(world: World) -> None:
    """Site Recovery Operator may not list a whole vault nor read its health: that is said."""
    world.vault.role = "operator"
    await world.alice.types("/dr vaults")
    said = await world.told(world.alice, "Vaults", "read container by container")
    assert "Its health could not be read" in said.words
    assert "vault-dr in North Europe" in said.words
    for line, words in (
        ("list vm-web*", "3 machines"),
        ("status vm-web01", "Recovery points"),
        ("ready vm-db01", "loses about 2 h 13 min"),
        ("ready all", "blocked"),
        ("plan plan-shop", "Group 3"),
        ("jobs", "Jobs"),
        ("events", "SRSVMHealthChanged"),
    ):
        await world.alice.types(f"/dr {line}")
        answer = await world.told(world.alice, words)
        assert "could not be read" not in answer.words, line

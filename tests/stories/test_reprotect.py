"""Reprotect needs a cache storage account: learnt, configured or asked for, and never guessed."""

from pathlib import Path

from bot.settings import SHIPPED_POLICY
from tests.world import World, inhabited

REPROTECT = "Reprotect of vm-crm01"
BUTTON = "Name the cache storage account"


async def test_it_is_learnt_from_machines_that_replicate_that_way(world: World) -> None:
    """Another machine replicates from North to West Europe: its cache account is proposed."""
    await world.alice.types("/dr reprotect vm-crm01")
    card = await world.alice.sees(REPROTECT, "0 of 2", "stcachenortheu")
    assert "as other machines that replicate this way use" in card.words
    assert "Overwrites the disks of vm-crm01 in West Europe" in card.words


async def test_it_is_asked_for_when_nothing_tells_it(world: World) -> None:
    """No machine goes that way: a form asks, refuses nonsense under its field, and then asks."""
    _nobody_replicates_back(world)
    before = await world.record()
    await world.alice.types("/dr reprotect vm-crm01 because we stay")
    await world.told(world.alice, "needs a cache storage account in North Europe")
    await world.alice.presses(BUTTON)
    form = await world.alice.modal()
    assert form.title == "Cache storage account"
    field = next(iter(form.values))
    await world.alice.fills(**{field: "nonsense"})
    errors = await world.alice.submits()
    assert "'nonsense' is not the resource id of a storage account" in errors[field]
    assert await world.record() == before
    await world.alice.fills(**{field: world.vault.cache_accounts["northeurope"]})
    assert await world.alice.submits() == {}
    assert not await world.alice.has_modal()
    await world.bo.sees(REPROTECT, "0 of 2", "stcachenortheu", "named by the asker", "we stay")
    await world.told(world.alice, "Asked:", REPROTECT)
    await world.approved(REPROTECT)
    await world.started("SwitchReplicationGroupProtection")


async def test_the_form_is_the_asker_s_alone(world: World) -> None:
    """What Alice began cannot be taken up by a click that comes from somebody else."""
    _nobody_replicates_back(world)
    await world.alice.types("/dr reprotect vm-crm01")
    mine = await world.told(world.alice, "needs a cache storage account")
    assert not [one for one in await world.carla.messages() if one.ts == mine.ts]


async def test_it_can_be_named_at_once(world: World) -> None:
    """Whoever knows the account says it in the command."""
    _nobody_replicates_back(world)
    account = world.vault.cache_accounts["northeurope"]
    await world.alice.types(f"/dr reprotect vm-crm01 --cache {account}")
    await world.bo.sees(REPROTECT, "0 of 2", "stcachenortheu", "named by the asker")


async def test_the_policy_may_name_it(redis_url: str, tmp_path: Path) -> None:
    """The owners of the policy have written down an account for the region."""
    async with inhabited(redis_url) as world:
        account = world.vault.cache_accounts["northeurope"]
    policy = tmp_path / "policy.toml"
    policy.write_text(
        SHIPPED_POLICY.read_text("utf-8")
        + f'\n[reprotect.northeurope]\ncache_storage_account = "{account}"\n',
        "utf-8",
    )
    async with inhabited(redis_url, {"DR_POLICY": str(policy)}) as world:
        _nobody_replicates_back(world)
        await world.alice.types("/dr reprotect vm-crm01")
        await world.bo.sees(REPROTECT, "0 of 2", "stcachenortheu", "from the policy")


async def test_a_wrong_account_is_azure_s_to_refuse(world: World) -> None:
    """An account in the wrong region is refused by Azure, in Azure's words, and nothing moved."""
    account = world.vault.cache_accounts["westeurope"]
    await world.alice.types(f"/dr reprotect vm-crm01 --cache {account}")
    await world.alice.sees(REPROTECT, "0 of 2", "stcachewesteu")
    await world.approved(REPROTECT)
    await world.alice.sees(REPROTECT, "Failed", "must be a storage account in 'northeurope'")
    assert world.vault.machine("vm-crm01").region == "northeurope"


def _nobody_replicates_back(world: World) -> None:
    """Take away the only machine that replicates from North to West Europe."""
    world.vault.world.machines.remove(world.vault.machine("vm-files01"))

"""Several machines in one request, when things go wrong: somebody meddles, or a worker dies."""

from typing import Any

from bot.jobs.follow import follow_vault
from bot.jobs.gather import gather
from tests.world import World, until

BOTH = "Failover of vm-web01, vm-web02"


async def ask_for_both(world: World) -> None:
    """Have Alice ask for two machines, and two others approve."""
    await world.alice.types("/dr failover vm-web01 vm-web02 because West Europe is down")
    await world.alice.sees(BOTH, "0 of 2")
    await world.approved(BOTH)


async def test_one_of_several_never_has_a_card_of_its_own(world: World) -> None:
    """However long its job stands still: what people see is the card of the whole."""
    await ask_for_both(world)
    await world.started("UnplannedFailover", 2)
    await world.alice.sees(BOTH, "Running", "2 running")
    request = await world.request()
    for _ in range(3):
        await follow_vault(world.bot, world.vault.resource_id)
    dirty = await world.bot.redis.cards.dirty()
    assert set(dirty) <= {request.id}
    await world.done(BOTH, "Succeeded for all 2 machines")
    heads = [one for one in await world.alice.messages() if not one.thread_ts]
    assert [one.words for one in heads if f"{request.id}." in one.words] == []

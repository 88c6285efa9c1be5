"""From a failover until it is protected again a machine is unprotected: people see for how long."""

from bot.domain.request import Request
from tests.world import World, until

FAILOVER = "Failover of vm-web01"
COMMIT = "Commit of vm-web01"
REPROTECT = "Reprotect of vm-web01"


async def failed_over_and_committed(world: World) -> Request:
    """Bring vm-web01 to the other region for good; returns the request of the failover."""
    await world.asked()
    await world.approved(FAILOVER)
    await world.started("UnplannedFailover")
    await world.done(FAILOVER, "Succeeded", "Unprotected since")
    request = await world.request()
    await world.alice.presses("Commit", on=FAILOVER)
    await world.approved(COMMIT)
    await world.started("CommitFailover")
    await world.done(COMMIT, "Succeeded")
    return request


async def look(world: World, request: Request) -> None:
    """Have somebody look after what was failed over now."""
    await world.bot.redis.tending.look_again(request.id, 0)


async def reprotected(world: World) -> None:
    """Reprotect vm-web01, up to where it is not protected yet."""
    await world.alice.presses("Reprotect", on=COMMIT)
    await world.approved(REPROTECT)
    await world.started("SwitchReplicationGroupProtection")
    await world.done(REPROTECT, "Succeeded", "Not protected yet", minutes=8.5)


async def test_it_is_unprotected_until_a_reprotect_has_protected_it(world: World) -> None:
    """On the card and in the status while it is; once in each thread when it is no more."""
    request = await failed_over_and_committed(world)
    await look(world, request)
    await world.alice.types("/dr status vm-web01")
    await world.told(world.alice, "Unprotected for", request.id)
    await world.alice.types("/dr status")
    await world.told(world.alice, "Needs attention", "vm-web01", "Unprotected for")
    await reprotected(world)
    await world.alice.sees(REPROTECT, "Unprotected for", "how long that takes is not known yet")
    await world.done("vm-web01 is protected again: it replicates", "It was unprotected for")
    await look(world, request)
    await world.alice.sees("vm-web01 is protected again; it was unprotected for")
    await world.alice.sees(FAILOVER, "Protected again")
    for _ in range(3):
        await look(world, request)
    said = [one for one in await world.entries() if "protected again; it was" in one.data.words]
    assert len(said) == 1
    kept = await world.bot.redis.requests.load(request.id)
    assert kept is not None
    assert kept.protected_at

    async def settled() -> bool:
        await look(world, request)
        return not await world.bot.redis.tending.agenda(2**60)

    await until(settled, "it is looked after for ever")


async def test_the_expected_end_comes_from_the_history_of_the_machine(world: World) -> None:
    """What it took this machine lately says when it should be protected again."""
    await world.bot.redis.shelf.took(
        "protection", world.vault.machine("vm-web01").item_id.rpartition("/")[2].casefold(), 1500
    )
    request = await failed_over_and_committed(world)
    await look(world, request)
    await reprotected(world)
    await world.alice.sees(REPROTECT, "Protected again about", "usually takes 25 min")


async def test_a_reprotect_past_the_bot_is_told_in_the_thread_of_the_failover(
    world: World,
) -> None:
    """Whoever protected it, the machine says that it is."""
    request = await failed_over_and_committed(world)
    await look(world, request)
    world.vault.machine("vm-web01").protection_state = "Protected"
    await look(world, request)
    await world.alice.sees("vm-web01 is protected again; it was unprotected for")

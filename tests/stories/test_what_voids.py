"""What was approved and is no longer so is void, and the card lists what has changed, old → new.

Other stories tell of a machine that was moved or is busy, of a recovery point that is gone, of a
plan that was regrouped, of people who left, of a freeze that began and of another policy.
"""

from bot.domain.request import State
from tests.world import World, until, working

FAILOVER = "Failover of vm-web01"
REPROTECT = "Reprotect of vm-crm01"
SHOP = "plan-shop"


async def test_a_machine_that_is_gone(quiet: World) -> None:
    """Somebody disabled its replication in the portal."""
    await quiet.asked()
    await quiet.approved(FAILOVER)
    await until(lambda: _is(quiet, State.APPROVED), "it was not approved")
    quiet.vault.world.machines.remove(quiet.vault.machine("vm-web01"))
    async with working(quiet.settings):
        await quiet.alice.sees(FAILOVER, "Void", "• vm-web01: there → gone", "Nothing was sent")
    assert quiet.posts("unplannedFailover") == 0


async def test_what_a_reprotect_would_name(quiet: World) -> None:
    """The machines that go that way use another cache account now: that is another call."""
    await quiet.alice.types("/dr reprotect vm-crm01 because we stay")
    await quiet.alice.sees(REPROTECT, "0 of 2", "stcachenortheu")
    await quiet.approved(REPROTECT)
    await until(lambda: _is(quiet, State.APPROVED), "it was not approved")
    known = quiet.vault.cache_accounts["northeurope"]
    for machine in quiet.vault.machines:
        if machine.cache_account == known:
            machine.cache_account = known.replace("stcachenortheu", "stcacheother")
    async with working(quiet.settings):
        change = "Cache storage account: stcachenortheu → stcacheother"
        await quiet.alice.sees(REPROTECT, "Void", change, "Nothing was sent")
        told = await quiet.alice.sees(
            "What was approved is no longer so", change, "@alice", "audit entry"
        )
        assert told.broadcast
    assert quiet.posts("switchprotection") == 0


async def test_a_machine_of_a_plan(whole: World) -> None:
    """It is named, with what it was and what it is."""
    title = f"Failover of {SHOP}"
    await whole.alice.types(f"/dr failover plan:{SHOP} because West Europe is down")
    await whole.alice.sees(title, "0 of 2")
    await whole.bo.presses("Approve", on=title)
    await whole.alice.sees(title, "1 of 2")
    machine = whole.vault.machine("vm-web02")
    machine.protection_state = "UnplannedFailoverCommitted"
    await whole.carla.presses("Approve", on=title)
    await whole.alice.sees(title, "Void", "vm-web02")
    assert whole.posts("unplannedFailover") == 0


async def _is(world: World, state: State) -> bool:
    return (await world.request()).state is state

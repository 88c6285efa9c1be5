"""Out of a region that is down and back again: what the bot is for."""

from tests.world import World

FAILOVER = "Failover of vm-web01"
COMMIT = "Commit of vm-web01"
REPROTECT = "Reprotect of vm-web01"
FAILBACK = "Failback of vm-web01"


async def test_two_approvals_move_a_machine_out_of_a_region_that_is_down(world: World) -> None:
    """Alice asks, Bo and Carla approve, and the machine runs in the other region."""
    await world.alice.types("/dr failover vm-web01 because West Europe is down")
    card = await world.alice.sees(FAILOVER, "0 of 2", "West Europe → North Europe")
    assert "Reason: West Europe is down" in card.words
    await world.bo.presses("Approve", on=FAILOVER)
    await world.alice.sees(FAILOVER, "1 of 2")
    assert world.posts("unplannedFailover") == 0
    await world.carla.presses("Approve", on=FAILOVER)
    await world.started("UnplannedFailover")
    done = await world.done("Failover of vm-web01 succeeded", "It runs in North Europe", "@alice")
    assert done.broadcast, "the end of a request is told to the channel, not only to the thread"
    assert world.vault.machine("vm-web01").region == "northeurope"
    assert world.posts("unplannedFailover") == 1


async def test_the_buttons_lead_out_and_all_the_way_home_again(world: World) -> None:
    """Failover, commit, reprotect, failback and its commit, each by the button the bot offers."""
    await world.alice.types("/dr failover vm-web01 because West Europe is down")
    await world.approved(FAILOVER)
    await world.started("UnplannedFailover")
    await world.done(FAILOVER, "Succeeded", "What next?")
    await world.alice.presses("Commit", on=FAILOVER)
    await world.alice.sees(COMMIT, "Deletes", "recovery points")
    await world.approved(COMMIT)
    await world.started("CommitFailover")
    await world.done(COMMIT, "Succeeded")
    await world.alice.presses("Reprotect", on=COMMIT)
    await world.alice.sees(REPROTECT, "Overwrites the disks", "stcachenortheu")
    await world.approved(REPROTECT)
    await world.started("SwitchReplicationGroupProtection")
    await world.done(REPROTECT, "Succeeded", "Not protected yet", minutes=8.5)
    await world.done("vm-web01 is protected again", "North Europe → West Europe")
    await world.alice.types("/dr failback vm-web01")
    await world.approved(FAILBACK)
    await world.started("UnplannedFailover", count=2)
    await world.done(FAILBACK, "Succeeded")
    await world.alice.presses("Commit", on=FAILBACK)
    await world.approved(COMMIT)
    await world.started("CommitFailover", count=2)
    await world.done("Commit of vm-web01 succeeded", "It runs in West Europe")
    assert world.vault.machine("vm-web01").region == "westeurope"

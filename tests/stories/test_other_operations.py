"""Everything else that a machine can be asked for: tests, other points, planned moves, repairs."""

from tests.world import World


async def test_a_test_failover_starts_a_copy_and_its_cleanup_removes_it(world: World) -> None:
    """The machine itself is not touched, and the copy is chased until it is gone."""
    network = world.vault.networks["northeurope"]
    await world.alice.types(f"/dr test-failover vm-app01 --network {network} because of the drill")
    name = network.rpartition("/")[2]
    await world.alice.sees("Test failover of vm-app01", "stays in West Europe", "copy starts", name)
    await world.approved("Test failover of vm-app01")
    await world.started("TestFailover")
    await world.done("Test failover of vm-app01", "Succeeded", "a test copy waits for cleanup")
    assert world.vault.machine("vm-app01").region == "westeurope"
    await world.alice.types("/dr failover vm-app01 because it is down")
    await world.alice.sees("Failover is not possible for vm-app01 now", "/dr cleanup")
    await world.alice.presses("Test failover cleanup", on="Test failover of vm-app01")
    await world.alice.sees("Test failover cleanup of vm-app01", "Deletes the test copy")
    await world.approved("Test failover cleanup of vm-app01")
    await world.started("TestFailoverCleanup")
    await world.done("Test failover cleanup of vm-app01 succeeded")
    assert world.vault.machine("vm-app01").test_state == "None"


async def test_a_test_network_that_nobody_named_is_asked_for(world: World) -> None:
    """A form asks, and says under the field what is wrong with an answer."""
    await world.alice.types("/dr test-failover vm-app02 because of the drill")
    await world.alice.sees("needs a virtual network", "apart from production")
    await world.alice.presses("Name the virtual network")
    form = await world.alice.modal()
    assert form.title == "Virtual network"
    await world.alice.fills(option="vnet-test")
    errors = await world.alice.submits()
    assert "is not the resource id of a virtual network" in errors["network"]
    await world.alice.fills(option=world.vault.networks["northeurope"])
    assert await world.alice.submits() == {}
    await world.alice.sees("Test failover of vm-app02", "0 of 2")


async def test_the_recovery_point_can_be_changed_until_the_commit(world: World) -> None:
    """The bot offers it after a failover, with the points to choose from and what it costs."""
    failover, change = "Failover of vm-web02", "Change recovery point of vm-web02"
    await world.alice.types("/dr failover vm-web02 because West Europe is down")
    await world.approved(failover)
    await world.started("UnplannedFailover")
    await world.done(failover, "Succeeded", "What next?")
    await world.alice.presses("Change recovery point", on=failover)
    await world.alice.presses("Name the recovery point")
    form = await world.alice.modal()
    assert "app-consistent" in str(form)
    point = (await world.bot.azure.points(await _item(world, "vm-web02")))[3]
    await world.alice.chooses(point.name, of="option", on=form)
    assert await world.alice.submits() == {}
    await world.alice.sees(change, "since the failover is lost", "consistent")
    await world.approved(change)
    await world.started("ChangePit")
    await world.done(f"{change} succeeded")
    assert world.vault.machine("vm-web02").failover_point == point.name


async def test_a_planned_failover_of_a_hyper_v_machine_can_be_taken_back(world: World) -> None:
    """It is shut down first, so nothing is lost; and until the commit it can go back."""
    planned, cancel = "Planned failover of hv-sql01", "Cancel failover of hv-sql01"
    await world.alice.types("/dr planned-failover hv-sql01 because of the maintenance")
    await world.alice.sees(planned, "is shut down in", "first")
    await world.approved(planned)
    await world.started("PlannedFailover")
    await world.done(planned, "Succeeded", "What next?")
    await world.alice.presses("Cancel failover", on=planned)
    await world.approved(cancel)
    await world.started("CancelFailover")
    await world.done(f"{cancel} succeeded")
    assert world.vault.machine("hv-sql01").active_location == "Primary"


async def test_a_hyper_v_machine_fails_over_and_back(world: World) -> None:
    """Its failback is a planned failover to the site."""
    await world.alice.types("/dr failover hv-sql01 because Amsterdam is flooded")
    await world.approved("Failover of hv-sql01")
    await world.started("UnplannedFailover")
    await world.done("Failover of hv-sql01", "Succeeded")
    await world.alice.presses("Commit", on="Failover of hv-sql01")
    await world.approved("Commit of hv-sql01")
    await world.started("CommitFailover")
    await world.done("Commit of hv-sql01", "Succeeded", "What next?")
    await world.alice.presses("Failback", on="Commit of hv-sql01")
    await world.approved("Failback of hv-sql01")
    await world.started("PlannedFailover")
    await world.done("Failback of hv-sql01", "Succeeded")
    await world.alice.presses("Commit", on="Failback of hv-sql01")
    await world.approved("Commit of hv-sql01")
    await world.started("CommitFailover", count=2)
    await world.done("Commit of hv-sql01 succeeded", "It runs in site-amsterdam")


async def test_a_sick_replication_can_be_repaired(world: World) -> None:
    """Where Azure offers a resynchronisation, so does the bot."""
    await world.alice.types("/dr resynchronise vm-db01 because the points are two hours old")
    await world.approved("Resynchronisation of vm-db01")
    await world.started("RepairVMReplication")
    await world.done("Resynchronisation of vm-db01 succeeded")
    assert world.vault.machine("vm-db01").replication_health == "Normal"


async def test_what_a_kind_of_machine_cannot_do_is_said_with_what_it_can(world: World) -> None:
    """Azure has no planned failover for Azure machines, and a Hyper-V machine fails back first."""
    await world.alice.types("/dr planned-failover vm-web01 because of the maintenance")
    await world.alice.sees("replicated by A2A", "offered for HyperVReplicaAzure", "/dr failover")
    await world.alice.types("/dr reprotect hv-sql01")
    await world.alice.sees("Reprotect is not possible for hv-sql01 now", "/dr failover")


async def _item(world: World, name: str) -> str:
    (found,) = [
        one for one in await world.bot.azure.machines(world.vault.resource_id) if one.name == name
    ]
    return found.id

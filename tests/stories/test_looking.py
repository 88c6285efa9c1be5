"""Looking before one leaps: points, readiness, jobs. Only whoever asks sees the answers."""

from tests.world import World


async def test_the_recovery_points_of_a_machine_are_listed(world: World) -> None:
    """With their kind, their age and the id that --point takes."""
    await world.alice.types("/dr points vm-web01")
    answer = await world.alice.sees("Recovery points of vm-web01", "app-consistent")
    assert answer.ephemeral
    newest = (await world.bot.azure.points(await _item(world, "vm-web01")))[0]
    assert newest.name in answer.words


async def test_what_speaks_against_a_failover_is_said_with_what_to_do(world: World) -> None:
    """Old points are a risk; a machine that is not protected yet cannot be moved at all."""
    await world.erin.types("/dr ready vm-db01")
    answer = await world.erin.sees("Readiness of vm-db01", "Risk:", "loses about 2 h 13 min")
    assert "switch to the High Churn option" in answer.words, "Azure's own advice stands beside it"
    await world.erin.types("/dr ready vm-cache01")
    await world.erin.sees("Readiness of vm-cache01", "Blocks:", "No failover is offered")


async def test_the_machines_that_are_not_ready_are_found_among_all(world: World) -> None:
    """Those that are well are not in the way."""
    await world.erin.types("/dr ready")
    answer = await world.erin.sees("Not ready", "vm-batch01", "vm-db01", "vm-cache01")
    assert "vm-web02" not in answer.words


async def test_the_jobs_show_what_runs_and_what_went_wrong(world: World) -> None:
    """A running job with its steps, a failed one with Azure's words."""
    await world.alice.types("/dr failover vm-app01 because it is down")
    world.vault.fail_next_job("vm-app01", "UnplannedFailover")
    await world.approved("Failover of vm-app01")
    await world.started("UnplannedFailover")
    await world.alice.types("/dr jobs")
    running = await world.alice.sees("Jobs", "vm-app01 Failover", "Start failover")
    assert running.ephemeral
    await world.done("Failover of vm-app01 failed")
    await world.alice.types("/dr jobs vm-app01")
    await world.alice.sees("Jobs of vm-app01", "Failed", ":warning:")


async def test_a_preview_shows_everything_and_does_nothing(world: World) -> None:
    """Who could approve, what it destroys, what Azure would be sent; no request is made."""
    await world.alice.types("/dr preview failover vm-web01 --point app because of the drill")
    answer = await world.alice.sees("Preview: Failover of vm-web01", "It would need 2")
    assert answer.ephemeral
    for words in (
        "What it destroys",
        "app-consistent",
        "POST …/unplannedFailover",
        "recoveryPointId",
    ):
        assert words in answer.words
    assert not answer.buttons
    assert await world.bot.redis.requests.newest_ids(5) == []
    await world.erin.types("/dr preview commit vm-mail01")
    await world.erin.sees("Preview: Commit of vm-mail01", "does not let you ask for this")
    await world.alice.types("/dr preview failover vm-cache01 because of the drill")
    await world.alice.sees("Failover is not possible for vm-cache01 now")
    await world.alice.types("/dr preview failover vm-web because of the drill")
    await world.alice.sees("No machine is called vm-web", "Type one of them: vm-web01, vm-web02")
    await world.alice.types("/dr preview test-failover vm-app02")
    await world.alice.sees("needs a virtual network", "Name one with --network.")
    await world.alice.types("/dr preview failover vm-web02")
    await world.alice.sees("Preview: Failover of vm-web02")  # a look needs no reason
    await world.alice.types("/dr preview list")
    await world.alice.sees("/dr list changes nothing")


async def test_a_machine_is_found_in_the_vault_that_is_named(world: World) -> None:
    """A name may say its vault."""
    await world.alice.types("/dr status vm-web01@vault-dr")
    await world.alice.sees("vm-web01", "Recovery points")
    await world.alice.types("/dr status vm-web01@vault-elsewhere")
    await world.alice.sees("No machine is called vm-web01@vault-elsewhere")


async def _item(world: World, name: str) -> str:
    machines = await world.bot.azure.machines(world.vault.resource_id)
    return next(one.id for one in machines if one.name == name)


async def test_resource_ids_mean_machines_too(world: World) -> None:
    """Of the protected item and of the virtual machine, in any casing, alone and among others."""
    machine = world.vault.machine("vm-web01")
    await world.alice.types(f"/dr points {machine.item_id.upper()}")
    await world.told(world.alice, "Recovery points of vm-web01")
    await world.alice.types(f"/dr points {machine.vm_id(machine.home)}")
    await world.told(world.alice, "Recovery points of vm-web01")
    await world.alice.types(f"/dr failover {machine.item_id} vm-web02 because it is down")
    await world.alice.sees("Failover of vm-web01, vm-web02", "0 of 2")

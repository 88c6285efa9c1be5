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
    running = await world.alice.sees("Jobs", "vm-app01 UnplannedFailover", "Start failover")
    assert running.ephemeral
    await world.done("Failover of vm-app01 failed")
    await world.alice.types("/dr jobs vm-app01")
    await world.alice.sees("Jobs of vm-app01", "Failed", ":warning:")


async def _item(world: World, name: str) -> str:
    machines = await world.bot.azure.machines(world.vault.resource_id)
    return next(one.id for one in machines if one.name == name)

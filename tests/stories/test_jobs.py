"""Site Recovery jobs: cancelling, restarting and resuming them, as Azure allows for each."""

from tests.world import World, until

FAILOVER = "Failover of vm-web01"
CANCEL = "Cancel job: failover of vm-web01"


async def running(world: World) -> None:
    """Have a failover of vm-web01 run."""
    await world.asked()
    await world.approved(FAILOVER)
    await world.started("UnplannedFailover")
    await world.alice.sees(FAILOVER, "Running")


async def test_a_running_job_is_cancelled_from_its_card(world: World) -> None:
    """It needs approval like anything else, and the card says what is left behind."""
    await running(world)
    await world.alice.presses("Cancel job", on=FAILOVER)
    card = await world.alice.sees(CANCEL, "0 of 2", "where it stands")
    assert "Cancel job" not in [button.label for button in card.buttons]
    await world.approved(CANCEL)
    await world.alice.sees(CANCEL, "Succeeded")
    await world.alice.sees(FAILOVER, "Cancelled")
    assert world.posts("cancel") == 1


async def test_a_job_that_ends_before_it_can_be_cancelled(world: World) -> None:
    """The approval is worth nothing then, and the card says why."""
    await running(world)
    await world.alice.types("/dr cancel-job vm-web01")
    await world.alice.sees(CANCEL, "0 of 2")
    await world.bo.presses("Approve", on=CANCEL)
    await world.done(FAILOVER, "Succeeded")
    await world.carla.presses("Approve", on=CANCEL)
    await world.alice.sees(CANCEL, "Void", "job state: InProgress → Succeeded")
    assert world.posts("cancel") == 0


async def test_a_failed_job_is_restarted(world: World) -> None:
    """By its id, which `/dr jobs` shows; the job runs again under the same id."""
    world.vault.fail_next_job("vm-web01", "UnplannedFailover")
    await running(world)
    await world.done(FAILOVER, "Failed")
    job = next(one for one in world.vault.jobs if one.scenario == "UnplannedFailover")
    await world.alice.types(f"/dr restart-job {job.job_id} because the quota is raised")
    title = "Restart job: failover of vm-web01"
    await world.alice.sees(title, "0 of 2", "once more")
    await world.approved(title)
    await until(lambda: world.posts("restart") == 1, "the job was not restarted")
    await world.alice.sees(title, "Running")
    await world.done(title, "Succeeded")
    assert world.vault.machine("vm-web01").region == "northeurope"


async def test_a_job_that_waits_is_resumed(world: World) -> None:
    """Whatever it waits for; the request that it belongs to goes on with it."""
    world.vault.destine_next_job("vm-web01", "UnplannedFailover", "suspend_job")
    await running(world)
    world.clock.advance(100)
    await until(lambda: world.vault.jobs[-1].state == "Suspended", "the job does not wait")
    request = await world.request()
    await world.alice.types(f"/dr resume-job {request.id} because it is checked")
    title = "Resume job: failover of vm-web01"
    await world.alice.sees(title, "0 of 2")
    await world.approved(title)
    await until(lambda: world.posts("resume") == 1, "the job was not resumed")
    await world.done(title, "Succeeded")
    await world.alice.sees(FAILOVER, "Succeeded")


async def test_a_restarted_job_can_be_cancelled(world: World) -> None:
    """Although the request that restarted it is open: it follows the job to its end."""
    world.vault.fail_next_job("vm-web01", "UnplannedFailover")
    await running(world)
    await world.done(FAILOVER, "Failed")
    job = next(one for one in world.vault.jobs if one.scenario == "UnplannedFailover")
    await world.alice.types(f"/dr restart-job {job.job_id} because the quota is raised")
    title = "Restart job: failover of vm-web01"
    await world.alice.sees(title, "0 of 2")
    await world.approved(title)
    await until(lambda: world.posts("restart") == 1, "the job was not restarted")
    await world.alice.sees(title, "Running")
    await world.alice.types(f"/dr cancel-job {job.job_id} because the quota is not enough")
    await world.alice.sees(CANCEL, "0 of 2")
    await world.alice.types(f"/dr cancel-job {job.job_id} because it is too slow")
    await world.told(world.alice, "This is asked already")
    await world.approved(CANCEL)
    await world.alice.sees(CANCEL, "Succeeded")
    await world.alice.sees(title, "Cancelled")
    assert (world.posts("restart"), world.posts("cancel")) == (1, 1)


async def test_what_a_job_does_not_allow_is_refused(world: World) -> None:
    """With what it does allow, and how to find others."""
    await running(world)
    await world.alice.types("/dr restart-job vm-web01")
    await world.told(world.alice, "Restart job is not possible", "/dr cancel-job")
    await world.alice.types("/dr cancel-job vm-app01")
    await world.told(world.alice, "No job of vm-app01 is known", "/dr jobs")
    await world.alice.types("/dr cancel-job 00000000-0000-0000-0000-000000000000")
    await world.told(world.alice, "No vault has a job", "/dr jobs")


async def test_an_answer_lost_for_a_cancel_is_found_out_about(world: World) -> None:
    """The job itself tells whether it was cancelled; nothing is sent again."""
    await running(world)
    world.vault.trouble.next("/cancel", "drop_after_accept")
    await world.alice.types("/dr cancel-job vm-web01 because it hangs")
    await world.alice.sees(CANCEL, "0 of 2")
    await world.approved(CANCEL)
    await world.alice.sees(CANCEL, "Succeeded")
    assert world.posts("cancel") == 1

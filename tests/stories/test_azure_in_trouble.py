"""Azure in trouble: an answer is lost, refused or late, and nothing is ever sent twice."""

import uuid

import pytest

from bot.domain.catalogue import Ground
from bot.domain.operations import CATALOGUE
from bot.domain.request import State
from bot.jobs.follow import follow_vault
from bot.jobs.reconcile import look_for_job
from bot.jobs.submit import submit_request
from sandbox.vault.trouble import Kind
from tests.world import World, inhabited, listening, until

FAILOVER = "Failover of vm-web01"
POST = "/unplannedFailover"
LONG_AGO = 600_000


def client_request_ids(world: World) -> list[str]:
    """Return the client request id of each POST that reached the vault."""
    return [seen.client_request_id for seen in world.vault.journal if seen.path.endswith(POST)]


async def _is(world: World, state: State) -> bool:
    return (await world.request()).state is state


async def _lost(world: World, trouble: Kind) -> None:
    """Ask and approve while the POST gets that trouble; returns when it is unknown."""
    world.vault.trouble.next(POST, trouble)
    await world.asked()
    await world.approved(FAILOVER)
    await until(lambda: _is(world, State.UNKNOWN), "its answer was not lost")


async def _grace_passes(world: World) -> None:
    """Let the time pass in which a job could still turn up, and look again."""
    request = await world.request()
    last = request.attempts[-1]
    earlier = last.model_copy(update={"at": last.at - LONG_AGO})
    await world.rewrite(request, attempts=(*request.attempts[:-1], earlier))
    await follow_vault(world.bot, world.vault.resource_id)


async def _ends(world: World) -> None:
    """Let the job end, and look at once instead of at the pace that Azure asked for."""
    world.clock.advance(600)
    await follow_vault(world.bot, world.vault.resource_id)
    await world.alice.sees("Failover of vm-web01 succeeded", "@alice")


@pytest.mark.parametrize("trouble", ["drop_after_accept", "unavailable_after_accept"])
async def test_a_lost_answer_is_found_again(world: World, trouble: Kind) -> None:
    """Azure had accepted it: the card says unknown, the job is found, and there was one POST."""
    world.vault.trouble.next(POST, trouble)
    world.vault.trouble.sometimes("/replicationJobs", "malformed", 1.0, method="GET")
    await world.asked()
    await world.approved(FAILOVER)
    card = await world.alice.sees(FAILOVER, "Unknown.", "nothing is sent again")
    assert "Do not start it by hand before this is settled." in card.words
    world.vault.trouble.calm()
    await follow_vault(world.bot, world.vault.resource_id)
    await world.alice.sees("Found it: Azure had accepted it as job")
    await _ends(world)
    assert len(client_request_ids(world)) == 1
    kinds = await world.kinds()
    assert kinds.index("request.lose") < kinds.index("request.find")


@pytest.mark.parametrize("trouble", ["drop", "unavailable", "throttle_behind"])
async def test_what_never_began_is_not_sent_again_by_itself(world: World, trouble: Kind) -> None:
    """No answer and no job: it stays unknown while one may still turn up, and nothing is sent."""
    await _lost(world, trouble)
    await world.alice.sees(FAILOVER, "Unknown.", "We look for the job in Azure")
    await follow_vault(world.bot, world.vault.resource_id)
    assert await _is(world, State.UNKNOWN)
    assert len(client_request_ids(world)) == 1
    assert world.vault.machine("vm-web01").region == "westeurope"


async def test_what_is_proved_absent_is_sent_again_by_a_person(world: World) -> None:
    """After the grace a button appears; a person of the groups presses it, and one POST is made."""
    await _lost(world, "drop")
    await _grace_passes(world)
    card = await world.alice.sees(FAILOVER, "Approved, but it never started.")
    assert [button.label for button in card.buttons] == ["Submit again", "Withdraw"]
    assert len(client_request_ids(world)) == 1
    await world.erin.presses("Submit again", on=FAILOVER)
    await world.told(world.erin, "You are not among those who may ask for or approve this.")
    await world.dmitri.presses("Submit again", on=FAILOVER)
    await until(lambda: len(client_request_ids(world)) == 2, "it was not sent again")
    await until(lambda: _is(world, State.RUNNING), "it does not run")
    await _ends(world)
    first, second = client_request_ids(world)
    assert first != second
    assert "dmitri had it submitted again." in [e.data.words for e in await world.entries()]


async def test_what_never_started_can_be_withdrawn(world: World) -> None:
    """Instead of submitting it again the asker takes it back, and the machine is free."""
    await _lost(world, "unavailable")
    await _grace_passes(world)
    await world.alice.presses("Withdraw", on=FAILOVER)
    await world.alice.sees(FAILOVER, "Withdrawn")
    await world.asked()
    assert len(client_request_ids(world)) == 1


async def test_a_job_that_turns_up_late_is_adopted(world: World) -> None:
    """After the grace there is a job after all: it is followed, and no button is offered."""
    world.vault.trouble.sometimes("/replicationJobs", "malformed", 1.0, method="GET")
    await _lost(world, "drop_after_accept")
    world.vault.trouble.calm()
    await _grace_passes(world)
    await _ends(world)
    assert "request.absent" not in await world.kinds()
    assert len(client_request_ids(world)) == 1


@pytest.mark.parametrize(
    ("trouble", "words"),
    [
        ("forbidden", "does not have authorization"),
        ("conflict", "Another operation is already in progress"),
    ],
)
async def test_azure_s_no_is_the_end(world: World, trouble: Kind, words: str) -> None:
    """Azure refuses the POST: the request has failed with Azure's words, and was sent once."""
    world.vault.trouble.next(POST, trouble)
    await world.asked()
    await world.approved(FAILOVER)
    card = await world.alice.sees(FAILOVER, "Failed", "Azure refused it", words)
    assert not card.buttons
    assert len(client_request_ids(world)) == 1


async def test_an_answer_that_cannot_be_read_is_still_an_answer(world: World) -> None:
    """The body of the 202 is broken, but its headers name the job: that is enough."""
    world.vault.trouble.next(POST, "malformed")
    await world.asked()
    await world.approved(FAILOVER)
    await world.started("UnplannedFailover")
    await world.done("Failover of vm-web01 succeeded")
    assert "request.lose" not in await world.kinds()


async def test_a_job_that_fails_shows_azure_s_words_and_advice(world: World) -> None:
    """The target region has no capacity left: the card says so, and what Azure advises."""
    world.vault.fail_next_job("vm-web01", "UnplannedFailover")
    await world.asked()
    await world.approved(FAILOVER)
    await world.started("UnplannedFailover")
    told = await world.done("Failover of vm-web01 failed", "28020", "@alice")
    assert told.broadcast
    card = await world.alice.sees(FAILOVER, "Failed", "no capacity left")
    assert "What to do: Choose another virtual machine size" in card.words
    assert world.vault.machine("vm-web01").region == "westeurope"
    await world.asked()


async def test_a_job_that_is_cancelled_in_the_portal(world: World) -> None:
    """Somebody cancels the job elsewhere: the request is cancelled, which is not a failure."""
    await world.asked()
    await world.approved(FAILOVER)
    await world.started("UnplannedFailover")
    await world.alice.sees(FAILOVER, "Running")
    world.clock.advance(30)
    world.vault.cancel_job(world.vault.jobs[-1].job_id)
    await world.alice.sees(FAILOVER, "Cancelled")
    await world.alice.sees("Failover of vm-web01 was cancelled", "@alice")


async def test_a_job_that_waits_for_somebody_says_so(world: World) -> None:
    """A suspended job is neither running well nor failed: the step says that it waits."""
    world.vault.destine_next_job("vm-web01", "UnplannedFailover", "suspend_job")
    await world.asked()
    await world.approved(FAILOVER)
    await world.started("UnplannedFailover")
    world.clock.advance(600)
    await world.alice.sees(FAILOVER, "waits for somebody")
    assert await _is(world, State.RUNNING)


async def test_a_job_that_succeeds_with_a_remark_has_succeeded(world: World) -> None:
    """Azure's warning does not turn a success into a failure."""
    world.vault.destine_next_job("vm-web01", "UnplannedFailover", "warn_job")
    await world.asked()
    await world.approved(FAILOVER)
    await world.started("UnplannedFailover")
    await world.done("Failover of vm-web01 succeeded", "It runs in North Europe")


async def test_throttled_reads_are_waited_out(world: World) -> None:
    """Azure asks to slow down while machines and jobs are read: it takes longer and works."""
    for path in ("/replicationProtectedItems", "/replicationJobs", "/recoveryPoints"):
        world.vault.trouble.next(path, "throttle", times=1, method="GET")
    await world.asked()
    await world.approved(FAILOVER)
    await world.started("UnplannedFailover")
    await world.done("Failover of vm-web01 succeeded")
    assert world.vault.trouble.left == 0
    assert world.posts("unplannedFailover") == 1


async def test_a_refused_read_is_explained(quiet: World) -> None:
    """The bot's identity may not read the vault: the asker reads which right is missing."""
    quiet.vault.trouble.next("/replicationProtectedItems", "forbidden", times=3, method="GET")
    before = await quiet.record()
    await quiet.alice.types("/dr failover vm-web01 because it is down")
    await quiet.told(quiet.alice, "does not have authorization")
    assert await quiet.record() == before


async def test_an_operator_s_role_is_enough_for_a_failover(world: World) -> None:
    """Site Recovery Operator may not list the vault: the bot reads it container by container."""
    world.vault.role = "operator"
    await world.asked()
    await world.approved(FAILOVER)
    await world.started("UnplannedFailover")
    await world.done("Failover of vm-web01 succeeded")


async def test_an_operator_s_role_is_not_enough_for_a_reprotect(world: World) -> None:
    """The disks of the failed-over machine cannot be read: the asker is told what is missing."""
    world.vault.role = "operator"
    before = await world.record()
    await world.alice.types("/dr reprotect vm-crm01")
    await world.told(world.alice, "Microsoft.Compute/virtualMachines/read")
    assert await world.record() == before


async def test_what_nobody_can_find_out_is_given_up_by_a_person(world: World) -> None:
    """Somebody failed it over in the portal meanwhile: no proof can be had, and nothing is sent."""
    world.vault.trouble.next(POST, "unavailable")
    await world.asked()
    await world.approved(FAILOVER)
    await world.alice.sees(FAILOVER, "Unknown")
    await world.bo.presses("Give up", on=FAILOVER)
    await world.told(world.bo, "Its job may still turn up")
    await _in_the_portal(world)
    await _grace_passes(world)
    await world.bo.presses("Give up", on=FAILOVER)
    card = await world.alice.sees(FAILOVER, "Void", "bo gave it up", "in the portal")
    assert not card.buttons
    assert "request.absent" not in await world.kinds()
    await world.alice.types("/dr commit vm-web01")
    await world.alice.sees("Commit of vm-web01", "0 of 2")
    assert world.posts("unplannedFailover") == 2, "ours, which was refused, and the portal's"


async def _in_the_portal(world: World) -> None:
    """Fail the machine over behind the bot's back, and let that end."""
    azure = world.bot.azure
    machines = await azure.machines(world.vault.resource_id)
    machine = next(one for one in machines if one.name == "vm-web01")
    call = CATALOGUE["failover"].call(Ground(target=machine), {})
    await azure.submit(call, str(uuid.uuid4()))
    world.clock.advance(600)
    await until(
        lambda: world.vault.machine("vm-web01").active_location == "Recovery",
        "the portal's failover did not end",
    )


async def test_a_short_job_is_found_although_azure_s_clock_is_behind(quiet: World) -> None:
    """A commit that seems to have ended before it was asked for is ours all the same."""
    quiet.vault.trouble.next("/failoverCommit", "drop_after_accept")
    await quiet.alice.types("/dr commit vm-mail01")
    await quiet.approved("Commit of vm-mail01")
    await until(quiet.bot.redis.requests.outbox_ids, "it was not approved")
    await submit_request(quiet.bot, (await quiet.request()).id)
    await until(lambda: _is(quiet, State.UNKNOWN), "its answer was not lost")
    quiet.clock.advance(30)
    request = await quiet.request()
    last = request.attempts[-1]
    later = last.model_copy(update={"at": last.at + 90_000})
    behind = request.model_copy(update={"attempts": (later,)})
    job = await look_for_job(quiet.bot, behind, await quiet.bot.azure.jobs(behind.target.vault))
    assert job is not None
    assert job.ended is not None
    assert job.ended.timestamp() * 1000 < later.at
    assert job.begun_by(last.client_request_id)


@pytest.mark.parametrize("trouble", ["broken_after_accept", "slow_after_accept"])
async def test_other_ways_to_lose_an_answer(
    world: World, monkeypatch: pytest.MonkeyPatch, trouble: Kind
) -> None:
    """A 500 after all, or an answer that takes longer than we wait: the job is found, once."""
    monkeypatch.setattr("bot.gateways.azure.POST_TIMEOUT", 1.0)
    world.vault.trouble.slow_seconds = 3.0
    await _lost(world, trouble)
    await follow_vault(world.bot, world.vault.resource_id)
    await world.alice.sees("Found it: Azure had accepted it as job")
    await _ends(world)
    await until(lambda: client_request_ids(world), "the late answer was not sent")
    assert len(client_request_ids(world)) == 1


@pytest.mark.parametrize("trouble", ["broken", "throttle_behind"])
async def test_other_ways_of_not_being_accepted(world: World, trouble: Kind) -> None:
    """Nobody can tell it from an answer that was lost: nothing is sent again by itself."""
    await _lost(world, trouble)
    await follow_vault(world.bot, world.vault.resource_id)
    assert await _is(world, State.UNKNOWN)
    assert len(client_request_ids(world)) == 1


@pytest.mark.parametrize("trouble", ["slow_body", "strange"])
async def test_an_answer_in_an_odd_shape_is_still_an_answer(world: World, trouble: Kind) -> None:
    """The 202 trickles in, or is full of words that nobody knows: its headers are enough."""
    world.vault.trouble.slow_seconds = 0.3
    world.vault.trouble.next(POST, trouble)
    await world.asked()
    await world.approved(FAILOVER)
    await world.started("UnplannedFailover")
    await world.done("Failover of vm-web01 succeeded")
    assert "request.lose" not in await world.kinds()


READS = ("/replicationProtectedItems", "/replicationProtectedItems/*", "/recoveryPoints")
JOBS = ("/replicationJobs", "/replicationJobs/*")


@pytest.mark.parametrize(
    "trouble",
    ["throttle_silently", "broken", "unavailable", "drop", "slow", "slow_body"],
)
async def test_readings_in_trouble_cost_time_and_nothing_else(world: World, trouble: Kind) -> None:
    """Every second kind of reading fails or is late: it is read again, and sent once."""
    world.vault.trouble.slow_seconds = 0.3
    for path in (*READS, *JOBS):
        world.vault.trouble.next(path, trouble, method="GET")
    await world.asked()
    await world.approved(FAILOVER)
    await world.started("UnplannedFailover")
    await world.alice.sees(FAILOVER, "Running")
    world.clock.advance(600)
    await world.alice.sees("Failover of vm-web01 succeeded", "@alice", within=40)
    await world.alice.sees(FAILOVER, "Succeeded in", within=40)
    assert len(client_request_ids(world)) == 1


async def test_a_reading_that_breaks_off_is_explained(quiet: World) -> None:
    """Half an answer is no answer: the asker is told, nothing is recorded, and may try again."""
    quiet.vault.trouble.next(READS[0], "malformed", method="GET")
    before = await quiet.record()
    await quiet.alice.types("/dr failover vm-web01 because it is down")
    await quiet.told(quiet.alice, "Azure's answer could not be read")
    assert await quiet.record() == before
    await quiet.asked()


async def test_a_machine_in_a_strange_state_is_not_touched(world: World) -> None:
    """States that nobody has heard of are shown, and are not what was approved."""
    await world.asked()
    world.vault.trouble.sometimes("/replicationProtectedItems*", "strange", 1.0, method="GET")
    world.vault.trouble.sometimes("/replicationProtectedItems/*", "strange", 1.0, method="GET")
    await world.approved(FAILOVER)
    await world.alice.sees(FAILOVER, "Void", "Unheard", "Nothing was sent.")
    assert client_request_ids(world) == []


async def test_a_job_in_strange_words_goes_on(world: World) -> None:
    """A state that nobody has heard of is not an end: it is shown, and followed on."""
    await world.asked()
    await world.approved(FAILOVER)
    await world.started("UnplannedFailover")
    await world.alice.sees(FAILOVER, "Running")
    world.vault.trouble.sometimes("/replicationJobs/*", "strange", 1.0, method="GET")
    world.clock.advance(30)
    await follow_vault(world.bot, world.vault.resource_id)
    assert await _is(world, State.RUNNING)
    world.vault.trouble.calm()
    await _ends(world)


async def test_an_end_in_strange_words_is_no_success(world: World) -> None:
    """It has ended, and not in a way that we know as good: the card says it in Azure's words."""
    await world.asked()
    await world.approved(FAILOVER)
    await world.started("UnplannedFailover")
    world.vault.trouble.sometimes("/replicationJobs/*", "strange", 1.0, method="GET")
    world.clock.advance(600)
    await world.alice.sees(FAILOVER, "Failed", "UnheardSucceeded")
    assert len(client_request_ids(world)) == 1


async def test_a_job_that_azure_forgets(world: World) -> None:
    """Neither listed nor read: the card says so, nothing is repeated, a person ends it."""
    await world.asked()
    await world.approved(FAILOVER)
    await world.started("UnplannedFailover")
    await world.alice.sees(FAILOVER, "Running")
    world.vault.forget_job(world.vault.jobs[-1].job_id)
    card = await world.alice.sees(FAILOVER, "Unknown.", "does not know the job")
    assert [button.label for button in card.buttons] == ["Give up"]
    await _grace_passes(world)
    assert await _is(world, State.UNKNOWN), "that it never started is not true"
    await world.bo.presses("Give up", on=FAILOVER)
    await world.alice.sees(FAILOVER, "Void", "bo gave it up", "in the portal")
    assert len(client_request_ids(world)) == 1


async def test_a_job_that_azure_forgets_for_a_while(world: World) -> None:
    """It turns up again: it is followed to its end as if nothing had been."""
    await world.asked()
    await world.approved(FAILOVER)
    await world.started("UnplannedFailover")
    await world.alice.sees(FAILOVER, "Running")
    job = world.vault.jobs[-1]
    world.vault.forget_job(job.job_id)
    await world.alice.sees(FAILOVER, "Unknown.", "does not know the job")
    job.forgotten = False
    await follow_vault(world.bot, world.vault.resource_id)
    await _ends(world)
    assert len(client_request_ids(world)) == 1


async def test_a_job_that_is_missing_for_one_look_stays_what_it_is(world: World) -> None:
    """The list still has it: one 404 of the job itself is no reason to give it up for lost."""
    await world.asked()
    await world.approved(FAILOVER)
    await world.started("UnplannedFailover")
    await world.alice.sees(FAILOVER, "Running")
    world.vault.trouble.next("/replicationJobs/*", "missing", method="GET")
    await until(lambda: world.vault.trouble.left == 0, "it is not looked at")
    await _ends(world)
    assert "request.lose" not in await world.kinds()


async def test_the_result_of_a_success_is_not_needed(world: World) -> None:
    """`operationresults` says 404 after a success: jobs are followed, and nothing else."""
    world.vault.operation_results = "missing"
    await world.asked()
    await world.approved(FAILOVER)
    await world.started("UnplannedFailover")
    await world.done("Failover of vm-web01 succeeded", "It runs in North Europe")


@pytest.mark.parametrize("trouble", ["broken", "unavailable", "drop", "malformed", "slow"])
async def test_no_token_is_to_be_had_for_a_while(redis_url: str, trouble: Kind) -> None:
    """The identity endpoint is away: the asker reads so, nothing is recorded; later it works."""
    async with inhabited(redis_url, worker=False, front=False) as world:
        world.vault.trouble.slow_seconds = 0.2
        world.vault.trouble.sometimes("/msi/token", trouble, 1.0)
        async with listening(world.settings):
            if trouble != "slow":
                before = await world.record()
                await world.alice.types("/dr failover vm-web01 because it is down")
                await world.told(world.alice, "No Azure token could be had")
                assert await world.record() == before
                world.vault.trouble.calm()
            await world.asked()


async def test_a_token_that_is_worth_nothing_is_renewed(world: World) -> None:
    """All tokens are revoked while the job runs: new ones are fetched, and it is told."""
    await world.asked()
    await world.approved(FAILOVER)
    await world.started("UnplannedFailover")
    world.vault.tokens.revoke_all()
    world.clock.advance(600)
    await until(lambda: _is(world, State.RUNNING), "it does not run")
    assert len(client_request_ids(world)) == 1


@pytest.mark.parametrize("action", READS)
async def test_one_right_is_missing(world: World, action: str) -> None:
    """A 403 on a single action, when it is to be submitted: nothing is sent, the card says why."""
    await world.asked()
    world.vault.trouble.sometimes(action, "forbidden", 1.0, method="GET")
    await world.approved(FAILOVER)
    await until(lambda: _settled(world), "it hangs")
    request = await world.request()
    if request.state is State.VOID:
        await world.alice.sees(FAILOVER, "Void", "does not have authorization", "Nothing was sent.")
        assert client_request_ids(world) == []
    else:
        assert len(client_request_ids(world)) == 1


async def _settled(world: World) -> bool:
    return (await world.request()).state in {State.VOID, State.RUNNING}

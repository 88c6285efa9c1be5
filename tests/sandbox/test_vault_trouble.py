"""Trouble on purpose: lost answers, refusals, and jobs that do not end well."""

from collections.abc import AsyncIterator

import aiohttp
import pytest
from azure.core.exceptions import (
    DecodeError,
    HttpResponseError,
    ServiceRequestError,
    ServiceResponseError,
)

from sandbox.clock import Clock
from sandbox.vault import Vault
from sandbox.vault.trouble import Kind
from tests.sandbox.vault_client import FORWARD, Json, Visitor, visit

BODY: Json = {"properties": FORWARD | {"providerSpecificDetails": {"instanceType": "A2A"}}}


@pytest.fixture
async def visitor() -> AsyncIterator[Visitor]:
    async with visit(Vault(Clock.by_hand())) as visitor:
        yield visitor


async def begin(visitor: Visitor, **options: int) -> None:
    items = visitor.sdk.replication_protected_items
    await items.begin_unplanned_failover(
        *visitor.place("vm-web01"), BODY, enforce_https=False, **options
    )


@pytest.mark.parametrize(
    ("kind", "status", "jobs"),
    [
        ("throttle", 429, 0),
        ("throttle_silently", 429, 0),
        ("unavailable", 503, 0),
        ("unavailable_after_accept", 503, 1),
        ("forbidden", 403, 0),
        ("conflict", 409, 0),
    ],
)
async def test_a_request_is_refused_once(
    visitor: Visitor, kind: Kind, status: int, jobs: int
) -> None:
    """The trouble strikes as often as ordered, and says honestly whether anything was started."""
    visitor.vault.trouble.next("unplannedFailover", kind)
    with pytest.raises(HttpResponseError) as caught:
        await begin(visitor, retry_total=0)
    assert caught.value.status_code == status
    assert len(visitor.vault.jobs) == jobs
    assert visitor.vault.trouble.left == 0
    assert visitor.vault.journal[-1].status == status


@pytest.mark.parametrize(("kind", "jobs"), [("drop", 0), ("drop_after_accept", 1)])
async def test_an_answer_gets_lost(visitor: Visitor, kind: Kind, jobs: int) -> None:
    """The connection closes; only the vault knows whether the failover was started.

    The SDK calls both a request error, as if nothing had ever been sent.
    """
    visitor.vault.trouble.next("unplannedFailover", kind)
    with pytest.raises(ServiceRequestError):
        await begin(visitor, retry_total=0)
    assert len(visitor.vault.jobs) == jobs
    assert (visitor.vault.journal[-1].method, visitor.vault.journal[-1].status) == ("POST", 0)


async def test_a_careless_client_sends_twice(visitor: Visitor) -> None:
    """With the SDK's own retries a 503 after acceptance is followed by the same POST again."""
    visitor.vault.trouble.next("unplannedFailover", "unavailable_after_accept")
    with pytest.raises(HttpResponseError):
        await begin(visitor, retry_backoff_factor=0)
    posts = [seen for seen in visitor.vault.journal if seen.method == "POST"]
    assert [seen.status for seen in posts] == [503, 409]
    assert posts[0].client_request_id == posts[1].client_request_id


async def test_an_answer_may_be_no_json(visitor: Visitor) -> None:
    """A body that breaks off is reported by the SDK as undecodable."""
    visitor.vault.trouble.next("replicationRecoveryPlans/plan-shop", "malformed", method="GET")
    plans = visitor.sdk.replication_recovery_plans
    with pytest.raises((DecodeError, ValueError)):
        await plans.get(*visitor.there, "plan-shop", enforce_https=False, retry_total=0)


async def test_an_answer_may_take_its_time(visitor: Visitor) -> None:
    """A slow answer outlasts a client with less patience."""
    visitor.vault.trouble.slow_seconds = 30
    visitor.vault.trouble.next("replicationFabrics", "slow")
    with pytest.raises(ServiceResponseError):
        async for _ in visitor.sdk.replication_fabrics.list(
            *visitor.there, enforce_https=False, retry_total=0, read_timeout=0.05
        ):
            pass


async def test_trouble_at_a_rate_comes_from_the_seed() -> None:
    """The same seed makes the same trouble; at about the rate asked for."""
    runs = []
    for _ in range(2):
        trouble = Vault(Clock.by_hand(), seed=11).trouble
        trouble.sometimes("*/replicationJobs/*", "unavailable", rate=0.25)
        struck = [trouble.strike("GET", f"/v/replicationJobs/{each}") for each in range(200)]
        runs.append([each is not None for each in struck])
        assert trouble.strike("GET", "/v/replicationFabrics") is None
        trouble.calm()
        assert trouble.strike("GET", "/v/replicationJobs/1") is None
    assert runs[0] == runs[1]
    assert 30 <= sum(runs[0]) <= 70


async def test_a_failed_job_says_why_and_can_be_restarted(visitor: Visitor) -> None:
    """Errors are filled in, the machine is as before, and a restart runs under the same id."""
    vault = visitor.vault
    vault.fail_next_job("vm-web01", "UnplannedFailover")
    reply = await visitor.operate("vm-web01", "unplannedFailover", BODY)
    vault.clock.advance(139)
    job_id = vault.jobs[0].job_id

    job = await visitor.sdk.replication_jobs.get(*visitor.there, job_id, enforce_https=False)
    assert job.properties.state == "Failed"
    service = job.properties.errors[0].service_error_details
    assert service.code
    assert service.message
    assert service.possible_causes
    assert service.recommended_action
    assert job.properties.errors[0].task_id == "FailoverTask"
    assert [task.state for task in job.properties.tasks][-2:] == ["Failed", "NotStarted"]
    status = (await visitor.ask("GET", reply.headers["Azure-AsyncOperation"])).body
    assert (status["status"], status["error"]["code"], status["error"]["details"]) == (
        "Failed",
        service.code,
        None,
    )
    machine = vault.machine("vm-web01")
    assert (machine.protection_state, machine.region) == ("Protected", "westeurope")
    assert "UnplannedFailover" in machine.allowed_operations

    await visitor.start(visitor.sdk.replication_jobs.begin_restart, *visitor.there, job_id)
    vault.clock.advance(139)
    assert vault.job(job_id).state == "Succeeded"
    assert vault.machine("vm-web01").region == "northeurope"


async def test_a_job_is_cancelled_by_somebody_else(visitor: Visitor) -> None:
    """The operation's status says Cancelled, with two l's, and the machine is let go."""
    vault = visitor.vault
    vault.trouble.next("unplannedFailover", "cancel_job")
    reply = await visitor.operate("vm-web01", "unplannedFailover", BODY)
    vault.clock.advance(139)
    status = (await visitor.ask("GET", reply.headers["Azure-AsyncOperation"])).body
    assert status["status"] == "Cancelled"
    assert vault.machine("vm-web01").region == "westeurope"

    await visitor.operate("vm-web02", "unplannedFailover", BODY)
    job_id = vault.jobs[-1].job_id
    await visitor.start(visitor.sdk.replication_jobs.begin_cancel, *visitor.there, job_id)
    assert vault.job(job_id).state == "Cancelled"
    again = await visitor.ask("POST", f"replicationJobs/{job_id}/cancel")
    assert again.status == 400


async def test_a_waiting_job_goes_on_when_resumed(visitor: Visitor) -> None:
    """Time spent waiting for a person does not count."""
    vault = visitor.vault
    vault.trouble.next("unplannedFailover", "suspend_job")
    await visitor.operate("vm-web01", "unplannedFailover", BODY)
    vault.clock.advance(3600)
    job = vault.jobs[0]
    assert (job.state, job.allowed_actions) == ("Suspended", ["Resume", "Cancel"])
    resume: Json = {"properties": {"comments": "checked"}}
    assert (await visitor.ask("POST", f"replicationJobs/{job.job_id}/resume", resume)).status == 202
    vault.clock.advance(82)
    assert vault.job(job.job_id).state == "InProgress"
    vault.clock.advance(2)
    assert vault.job(job.job_id).state == "Succeeded"


async def test_success_may_come_with_an_error(visitor: Visitor) -> None:
    """Only the status decides: the operation succeeded although `error` is filled."""
    vault = visitor.vault
    vault.trouble.next("unplannedFailover", "warn_job")
    reply = await visitor.operate("vm-web01", "unplannedFailover", BODY)
    vault.clock.advance(139)
    status = (await visitor.ask("GET", reply.headers["Azure-AsyncOperation"])).body
    assert (status["status"], status["error"]["code"]) == ("Succeeded", "28175")


async def test_a_running_clock_enforces_the_allowance() -> None:
    """More than two hundred writes at once are refused with Retry-After."""
    vault = Vault(Clock(speed=0.001))
    async with visit(vault) as visitor:
        refused = None
        for _ in range(205):
            reply = await visitor.ask("POST", "replicationJobs/none/cancel")
            if reply.status == 429:
                refused = reply
        assert refused is not None
        assert refused.headers["Retry-After"] == "1"
        assert refused.body["error"]["code"] == "SubscriptionRequestsThrottled"


def test_the_pace_of_polling_follows_the_clock() -> None:
    """Time runs as fast as told, and only by hand when moved by hand."""
    still = Clock.by_hand()
    before = still.now()
    assert still.now() == before
    still.advance(5)
    assert (still.now() - before).total_seconds() == 5
    hurried = Clock(speed=1000)
    first = hurried.now()
    assert hurried.now() > first
    with pytest.raises(ValueError, match="backwards"):
        still.advance(-1)
    with pytest.raises(ValueError, match="forwards"):
        Clock(speed=0)


async def test_a_lost_connection_does_not_stop_the_vault(visitor: Visitor) -> None:
    """After a dropped connection the next request is answered."""
    visitor.vault.trouble.next("replicationFabrics", "drop", times=2)
    with pytest.raises(aiohttp.ClientError):
        await visitor.ask("POST", "replicationFabrics")
    visitor.vault.trouble.calm()
    assert (await visitor.ask("GET", "replicationFabrics")).status == 200

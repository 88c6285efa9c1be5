"""Trouble on purpose: lost answers, refusals, and jobs that do not end well."""

import time
from collections.abc import AsyncIterator
from itertools import pairwise
from typing import Any

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
        ("throttle_behind", 429, 0),
        ("broken", 500, 0),
        ("broken_after_accept", 500, 1),
        ("unauthorized", 401, 0),
        ("missing", 404, 0),
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


async def test_the_work_may_be_done_although_the_answer_is_late(visitor: Visitor) -> None:
    """The client gives up; the job runs."""
    visitor.vault.trouble.slow_seconds = 30
    visitor.vault.trouble.next("unplannedFailover", "slow_after_accept")
    with pytest.raises(ServiceResponseError):
        await begin(visitor, retry_total=0, read_timeout=1)
    assert len(visitor.vault.jobs) == 1


async def test_a_body_may_take_longer_than_its_headers(visitor: Visitor) -> None:
    """The status is there at once and half of the body, too; the rest comes when it comes."""
    visitor.vault.trouble.slow_seconds = 0.2
    visitor.vault.trouble.next("replicationFabrics", "slow_body")
    url = f"{visitor.address}{visitor.vault.resource_id}/replicationFabrics?api-version=2025-08-01"
    headers = {"Authorization": f"Bearer {visitor.token}"}
    before = time.monotonic()
    async with visitor.session.get(url, headers=headers) as answer:
        at_once = time.monotonic() - before
        assert len((await answer.json())["value"]) > 1
        assert at_once < 0.2 <= time.monotonic() - before


async def test_an_answer_may_be_full_of_strange_words(visitor: Visitor) -> None:
    """States and kinds that nobody has heard of, and fields that nobody asked for."""
    path = visitor.vault.machine("vm-web01").item_id
    plain = (await visitor.ask("GET", path)).body["properties"]
    visitor.vault.trouble.next("replicationProtectedItems/*", "strange")
    strange = (await visitor.ask("GET", path)).body["properties"]
    assert strange["protectionState"] == f"Unheard{plain['protectionState']}"
    assert strange["friendlyName"] == plain["friendlyName"]
    assert "unheardOf" in strange["providerSpecificDetails"]


@pytest.mark.parametrize("kind", ["throttle", "broken", "unavailable", "drop", "malformed"])
async def test_no_token_is_to_be_had(visitor: Visitor, kind: Kind) -> None:
    """The identity endpoint has troubles of its own; then there is a token again."""
    visitor.vault.trouble.next("/msi/token", kind, times=2 if kind == "drop" else 1)
    url, headers = f"{visitor.address}/msi/token", {"X-IDENTITY-HEADER": "wrong"}
    if kind == "drop":
        with pytest.raises(aiohttp.ClientError):  # it tries twice
            await visitor.session.get(url, headers=headers)
    else:
        async with visitor.session.get(url, headers=headers) as answer:
            wanted = {"throttle": 429, "broken": 500, "unavailable": 503, "malformed": 401}
            assert answer.status == wanted[kind]
            assert kind != "malformed" or await answer.text() == '{"value": [{"id": '
    async with visitor.session.get(url, headers=headers) as answer:
        assert (await answer.json())["statusCode"] == 401


async def test_a_job_is_forgotten(visitor: Visitor) -> None:
    """From two fifths on nobody can find it; what it does goes on all the same."""
    vault = visitor.vault
    vault.trouble.next("unplannedFailover", "forget_job")
    reply = await visitor.operate("vm-web01", "unplannedFailover", BODY)
    job_id = vault.jobs[0].job_id
    assert (await visitor.ask("GET", f"replicationJobs/{job_id}")).status == 200
    vault.clock.advance(139)
    assert (await visitor.ask("GET", f"replicationJobs/{job_id}")).status == 404
    assert (await visitor.ask("GET", reply.headers["Azure-AsyncOperation"])).status == 404
    assert (await visitor.ask("GET", "replicationJobs")).body["value"] == []
    assert vault.machine("vm-web01").region == "northeurope"
    await visitor.operate("vm-web02", "unplannedFailover", BODY)
    vault.forget_job(vault.jobs[-1].job_id)
    assert (await visitor.ask("GET", "replicationJobs")).body["value"] == []


async def test_the_result_of_a_success_may_be_missing(visitor: Visitor) -> None:
    """`operationresults` says 404 although the job has succeeded."""
    reply = await visitor.operate("vm-web01", "unplannedFailover", BODY)
    visitor.vault.clock.advance(139)
    visitor.vault.trouble.next("*/operationresults/*", "missing")
    assert (await visitor.ask("GET", reply.headers["Location"])).status == 404
    assert visitor.vault.jobs[0].state == "Succeeded"


async def test_trouble_behind_everything_meets_readings_and_spares_some() -> None:
    """It stays when all is calmed, comes from its seed, and never strikes twice in a row."""
    runs = []
    for _ in range(2):
        trouble = Vault(Clock.by_hand()).trouble
        trouble.behind(("unavailable", "slow"), 0.3, seed=3, spared=4)
        trouble.calm()
        runs.append([trouble.strike("GET", "/x") for _ in range(300)])
        assert all(trouble.strike("POST", "/x") is None for _ in range(300))
    assert runs[0] == runs[1]
    assert set(runs[0]) == {None, "unavailable", "slow"}
    struck = [at for at, kind in enumerate(runs[0]) if kind]
    assert min(after - at for at, after in pairwise(struck)) > 4


async def test_somebody_makes_trouble_at_the_door(visitor: Visitor) -> None:
    """Ordered with a request, shown, and called off; a page of another site is turned away."""
    door = f"{visitor.address}/__trouble"
    wanted = {"path": "/replicationFabrics", "kind": "unavailable", "method": "GET"}
    async with visitor.session.post(door, json=wanted) as answer:
        assert answer.status == 200
    assert (await visitor.ask("GET", "replicationFabrics")).status == 503
    assert (await visitor.ask("GET", "replicationFabrics")).status == 200
    always = {"path": "/replicationFabrics", "kind": "forbidden", "rate": 1.0}
    await visitor.session.post(door, json=always)
    async with visitor.session.get(door) as answer:
        told = await answer.json()
    assert "drop_after_accept" in told["kinds"]
    assert [one["kind"] for one in told["ordered"]] == ["forbidden"]
    assert (await visitor.ask("GET", "replicationFabrics")).status == 403
    foreign = {"Origin": "http://elsewhere.example"}
    for attempt in (visitor.session.post, visitor.session.delete):
        async with attempt(door, headers=foreign) as answer:
            assert answer.status == 403
    await visitor.session.delete(door)
    assert (await visitor.ask("GET", "replicationFabrics")).status == 200
    assert not [seen for seen in visitor.vault.journal if seen.path == "/__trouble"]


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        ([], "JSON object"),
        ({"kind": "drop"}, "'path'"),
        ({"path": "/x", "kind": "flood"}, "no trouble called 'flood'"),
        ({"path": "/x", "kind": "drop", "times": 0}, "'times'"),
        ({"path": "/x", "kind": "drop", "rate": 2}, "'rate'"),
    ],
)
async def test_an_order_that_makes_no_sense_is_explained(
    visitor: Visitor, wanted: object, said: str
) -> None:
    """Nothing is ordered by it."""
    async with visitor.session.post(f"{visitor.address}/__trouble", json=wanted) as answer:
        assert answer.status == 400
        assert said in (await answer.json())["error"]
    assert visitor.vault.trouble.orders == []


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


async def test_a_script_reads_what_was_answered(visitor: Visitor) -> None:
    """Each request once, in the order of the answers, and only those it has not read yet."""
    await begin(visitor)
    seen = []
    for since in ("0", "1", "nonsense"):
        url = f"{visitor.address}/__seen"
        async with visitor.session.get(url, params={"since": since}) as answer:
            seen.append(await answer.json())
    everything, without_first, again = seen
    assert without_first == everything[1:]
    assert again == everything
    [post] = [one for one in everything if one["method"] == "POST"]
    assert post["status"] == 202
    assert post["path"].endswith("/unplannedFailover")


async def test_who_refused_is_told(visitor: Visitor) -> None:
    """ARM itself, because of the allowance, or the service behind it."""
    visitor.vault.trouble.next("unplannedFailover", "throttle")
    visitor.vault.trouble.next("unplannedFailover", "throttle_behind")
    causes = []
    for _ in range(2):
        with pytest.raises(HttpResponseError) as caught:
            await begin(visitor, retry_total=0)
        response: Any = caught.value.response
        causes.append(response.headers["x-ms-failure-cause"])
    assert causes == ["gateway", "service"]

"""What is counted and measured of a request, and that it is so wherever it is asked."""

import asyncio

import aiohttp
import pytest
from prometheus_client import REGISTRY
from prometheus_client.parser import text_string_to_metric_families
from pydantic import SecretStr

from bot.errors import AnswerLost, AzureRefused, Unavailable
from bot.gateways.azure.timed import KINDS, OTHER, kind_of, timed
from bot.gateways.redis.pacing import Place
from bot.gauges import GAUGES, OPEN_STATES, Scrape
from bot.runtime import opened
from tests.ports import free_port
from tests.world import World, inhabited, until

FAILOVER = "Failover of vm-web01"

Numbers = dict[tuple[str, frozenset[tuple[str, str]]], float]


async def _scraped(port: int) -> Numbers:
    """Scrape a process as Prometheus would."""
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"http://127.0.0.1:{port}/metrics") as answer,
    ):
        assert answer.status == 200
        return _parsed(await answer.text())


def _parsed(text: str) -> Numbers:
    return {
        (one.name, frozenset(one.labels.items())): one.value
        for family in text_string_to_metric_families(text)
        for one in family.samples
    }


async def _now(world: World) -> Numbers:
    """Read the numbers as they are at this moment, with nothing remembered."""
    return _parsed((await Scrape(world.bot).text()).decode())


def _of(numbers: Numbers, name: str, **labels: str) -> float:
    return numbers.get((name, frozenset(labels.items())), 0.0)


async def test_a_request_is_counted_all_the_way(world: World) -> None:
    """Waiting, votes, a refused vote, the submission, the job: each is seen where it belongs."""
    before = await _now(world)
    await world.asked()
    asked = await _now(world)
    assert _of(asked, "dr_requests", state="waiting") == 1
    await world.alice.presses("Approve", on=FAILOVER)
    await world.approved(FAILOVER)
    await world.started("UnplannedFailover")
    await until(lambda: _state(world, "running"), "it is not counted as running")
    await world.done("succeeded")
    await until(lambda: _followed(world, 0), "it is still followed")
    after = await _now(world)

    def more(name: str, **labels: str) -> float:
        return _of(after, name, **labels) - _of(before, name, **labels)

    assert more("dr_clicks_total", wish="approve", outcome="counted") == 2
    assert more("dr_steps_total", step="request.approve") == 1
    assert more("dr_submissions_total", operation="failover", outcome="accepted") == 1
    assert more("dr_job_seconds_count", operation="failover", outcome="succeed") == 1
    posts = {"method": "POST", "kind": "replicationProtectedItems", "outcome": "ok"}
    assert more("dr_azure_call_seconds_count", **posts) == 1
    assert more("dr_slack_call_seconds_count", method="chat.postMessage", outcome="ok") >= 1
    refused = [
        dict(labels)["outcome"]
        for (name, labels), count in after.items()
        if name == "dr_clicks_total" and count > before.get((name, labels), 0)
    ]
    assert any(one.startswith("DR-") for one in refused), refused
    assert all(_of(after, "dr_requests", state=state) == 0 for state in OPEN_STATES)
    assert _of(after, "dr_audit_entries") == len(await world.entries())
    assert _of(after, "dr_workers") >= 1


async def _state(world: World, state: str) -> bool:
    return _of(await _now(world), "dr_requests", state=state) == 1


async def _followed(world: World, count: int) -> bool:
    return _of(await _now(world), "dr_followed_requests") == count


async def test_what_no_worker_takes_up_is_seen_to_wait(redis_url: str) -> None:
    """No worker runs: the oldest approved request grows old, and so does its card."""
    async with inhabited(redis_url, worker=False) as world:
        await world.alice.types("/dr failover vm-web01 because West Europe is down")
        await until(lambda: _state(world, "waiting"), "it is not counted as waiting")
        request = await world.request()
        client = world.bot.redis.client
        long_ago = (await world.bot.redis.requests.snapshot()).now - 90_000
        await client.zadd("{dr}:outbox", {request.id: long_ago})
        await client.zadd("{dr}:cards:dirty", {request.id: long_ago})
        numbers = await _now(world)
        assert 90 <= _of(numbers, "dr_oldest_approved_seconds") < 120
        assert 90 <= _of(numbers, "dr_oldest_card_seconds") < 120
        assert _of(numbers, "dr_workers") == 0


async def test_the_budgets_are_seen(quiet: World) -> None:
    """What is left of the edits in Slack, and who waits for a turn at Azure."""
    redis, vault = quiet.bot.redis, quiet.settings.vaults[0]
    full = _of(await _now(quiet), "dr_slack_edits_left")
    assert not await redis.cards.wait_before_edit("R-222222", pause=0, milestone=True)
    await redis.pacing.hold(vault.subscription, 60)
    place = Place(who="R-222222", order=1, among=1)
    assert not await redis.pacing.take(vault.subscription, place)
    numbers = await _now(quiet)
    assert _of(numbers, "dr_slack_edits_left") < full
    assert _of(numbers, "dr_azure_queue_length") == 1
    assert 0 < _of(numbers, "dr_azure_queue_seconds") <= 61


async def test_a_request_of_before_is_counted_as_unread(quiet: World) -> None:
    """Whatever has made no step since states are kept is not left out; foreign words are."""
    await quiet.asked()
    request = await quiet.request()
    client = quiet.bot.redis.client
    await client.hdel("{dr}:states", request.id)
    assert _of(await _now(quiet), "dr_requests", state="unread") == 1
    await client.hset("{dr}:states", request.id, "vm-web01")
    labels = {label for _, some in await _now(quiet) for label in some}
    assert ("state", "vm-web01") not in labels


async def test_a_worker_answers_probes_at_a_port_of_its_own(redis_url: str) -> None:
    """Health, readiness and numbers, and nothing else behind the port."""
    port = free_port()
    async with inhabited(redis_url, {"DR_METRICS_PORT": str(port)}, front=False) as world:
        assert world.settings.metrics_port == port
        await until(lambda: _status(port, "/healthz", 200), "the worker does not answer")
        assert await _status(port, "/readyz", 200)
        assert await _status(port, "/slack/events", 404)
        numbers = await _scraped(port)
        assert _of(numbers, "dr_redis_up") == 1
        names = {name for name, _ in numbers}
        missing = set(GAUGES) - names
        assert missing <= {"dr_swept_seconds", *(n for n in GAUGES if "checkpoint" in n)}


async def test_socket_mode_answers_probes_too(redis_url: str) -> None:
    """The front that opens its own connections is watched in the same way."""
    port = free_port()
    extra = {"DR_METRICS_PORT": str(port)}
    async with inhabited(redis_url, extra, worker=False, socket=True):
        assert await _status(port, "/readyz", 200)
        assert _of(await _scraped(port), "dr_redis_up") == 1


async def _status(port: int, path: str, status: int) -> bool:
    try:
        async with (
            aiohttp.ClientSession() as session,
            session.get(f"http://127.0.0.1:{port}{path}") as answer,
        ):
            return answer.status == status
    except aiohttp.ClientConnectorError:
        return False


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/subscriptions/s/replicationProtectedItems/vm-web01", "replicationProtectedItems"),
        ("/v/REPLICATIONJOBS?$filter=vm-web01/vaults", "replicationJobs"),
        ("/next/vm-web01/alice", OTHER),
        ("https://evil.example/x", OTHER),
        ("", OTHER),
    ],
)
def test_a_path_is_known_by_its_kind_alone(path: str, kind: str) -> None:
    """Whatever a link says, the label is one of a few words."""
    assert kind_of(path) == kind
    assert kind in {*KINDS.values(), OTHER}


async def test_without_redis_the_numbers_say_so(redis_url: str) -> None:
    """Redis is down: the scrape is answered, says that, and invents nothing."""
    async with inhabited(redis_url, worker=False, front=False) as world:
        nowhere = world.settings.model_copy(
            update={"redis_url": SecretStr(f"redis://127.0.0.1:{free_port()}/0")}
        )
        async with opened(nowhere) as lonely:
            numbers = _parsed((await Scrape(lonely).text()).decode())
    assert _of(numbers, "dr_redis_up") == 0
    assert ("dr_redis_up", frozenset[tuple[str, str]]()) in numbers
    assert "dr_oldest_approved_seconds" not in {name for name, _ in numbers}
    assert "dr_turned_away_total" in {metric.name + "_total" for metric in REGISTRY.collect()}


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (AzureRefused("No.", status=403), "refused"),
        (Unavailable("Slow down.", retry_after=5), "throttled"),
        (AnswerLost("Gone.", retry_after=5), "throttled"),
        (Unavailable("Nobody."), "away"),
        (AnswerLost("Gone."), "away"),
        (asyncio.CancelledError(), "away"),
    ],
    ids=repr,
)
def test_a_call_to_azure_ends_in_one_of_few_ways(error: BaseException, outcome: str) -> None:
    """What it raises goes on, and is counted by its kind."""
    name = "dr_azure_call_seconds_count"
    labels = {"method": "GET", "kind": "replicationJobs", "outcome": outcome}
    before = REGISTRY.get_sample_value(name, labels) or 0
    with pytest.raises(type(error)), timed("GET", "/v/replicationJobs/j"):
        raise error
    assert REGISTRY.get_sample_value(name, labels) == before + 1

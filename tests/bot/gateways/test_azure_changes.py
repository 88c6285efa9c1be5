"""A change is sent exactly once, and what came of it is never guessed."""

import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiohttp import web

from bot.domain.catalogue import Call, Ground
from bot.domain.machines import segment
from bot.domain.operations import CATALOGUE
from bot.errors import AnswerLost, AzureRefused, TurnedAway
from bot.gateways import azure as gateway
from bot.gateways.azure import Accepted, Azure
from sandbox.server import serve
from sandbox.vault import Vault
from sandbox.vault.trouble import Kind
from tests.bot.samples import machine

CRID = "11111111-2222-3333-4444-555555555555"
SAID = {option.name: option.default for option in CATALOGUE["failover"].verb.options}


async def failover_of(azure: Azure, vault: Vault, name: str = "vm-web01") -> Call:
    """Build the failover of a machine as it is."""
    one = await azure.machine(vault.machine(name).item_id)
    return CATALOGUE["failover"].call(Ground(target=one), SAID)


def posts(vault: Vault) -> list[int]:
    """Return the statuses of all POSTs that the vault has seen."""
    return [seen.status for seen in vault.journal if seen.method == "POST"]


async def test_an_accepted_change_names_its_job(azure: Azure, vault: Vault) -> None:
    """From the headers of the 202, with our client request id on the job."""
    accepted = await azure.submit(await failover_of(azure, vault), CRID)
    [job] = vault.jobs
    assert accepted.job == job.job_id
    assert posts(vault) == [202]
    read = await azure.job(vault.resource_id, accepted.job)
    assert read.begun_by(CRID)
    assert read.scenario == "UnplannedFailover"


async def test_an_accepted_change_tells_what_is_left(azure: Azure, vault: Vault) -> None:
    """The smaller of the two allowances, where Azure names them."""
    accepted = await azure.submit(await failover_of(azure, vault), CRID)
    assert accepted.left == vault.limits(vault.resource_id).writes.left == 199


@pytest.mark.parametrize(("trouble", "wait"), [("throttle", 0.0), ("throttle_silently", None)])
async def test_what_the_front_door_turns_away_has_not_begun(
    azure: Azure, vault: Vault, trouble: Kind, wait: float | None
) -> None:
    """Azure Resource Manager says that it was itself, and why: it has passed the call to nobody."""
    vault.trouble.next("/unplannedFailover", trouble)
    call = await failover_of(azure, vault)
    with pytest.raises(TurnedAway) as caught:
        await azure.submit(call, CRID)
    assert caught.value.retry_after == wait
    assert posts(vault) == [429]
    assert not vault.jobs


async def test_all_operations_are_taken_by_azure(azure: Azure, vault: Vault) -> None:
    """Failover and commit are posted to the item, with the bodies that the vault insists on."""
    await azure.submit(await failover_of(azure, vault), CRID)
    vault.clock.advance(600)
    one = await azure.machine(vault.machine("vm-web01").item_id)
    assert one.active == "Recovery"
    await azure.submit(CATALOGUE["commit"].call(Ground(target=one), {}), CRID)
    assert [job.scenario for job in vault.jobs] == ["UnplannedFailover", "CommitFailover"]


LOST: list[tuple[Kind, int, int]] = [
    ("unavailable", 503, 0),
    ("unavailable_after_accept", 503, 1),
    ("throttle_behind", 429, 0),
    ("drop", 0, 0),
    ("drop_after_accept", 0, 1),
]


@pytest.mark.parametrize(("kind", "status", "jobs"), LOST)
async def test_a_lost_answer_is_not_asked_for_again(
    azure: Azure, vault: Vault, kind: Kind, status: int, jobs: int
) -> None:
    """One POST, whatever came of it; the sentence does not say that nothing began."""
    call = await failover_of(azure, vault)
    vault.trouble.next("unplannedFailover", kind)
    with pytest.raises(AnswerLost, match="not known yet"):
        await azure.submit(call, CRID)
    assert posts(vault) == [status]
    assert len(vault.jobs) == jobs


async def test_a_change_that_is_too_late_is_not_sent(azure: Azure, vault: Vault) -> None:
    """A process that stood still on its way to Azure does not go on where it was."""
    call = await failover_of(azure, vault)
    with pytest.raises(AnswerLost, match="not known yet"):
        await azure.submit(call, CRID, by=time.monotonic() - 0.001)
    assert posts(vault) == []
    await azure.submit(call, CRID, by=time.monotonic() + 60)
    assert posts(vault) == [202]


@pytest.mark.parametrize(("kind", "status"), [("forbidden", 403), ("conflict", 409)])
async def test_a_definite_no_is_a_refusal(
    azure: Azure, vault: Vault, kind: Kind, status: int
) -> None:
    """With Azure's status and words; asked once."""
    call = await failover_of(azure, vault)
    vault.trouble.next("unplannedFailover", kind)
    with pytest.raises(AzureRefused) as caught:
        await azure.submit(call, CRID)
    assert caught.value.status == status
    assert caught.value.sentence
    assert posts(vault) == [status]
    assert not vault.jobs


async def test_a_refusal_brings_azures_own_words(azure: Azure, vault: Vault) -> None:
    """From the details of the error, the advice included."""
    call = await failover_of(azure, vault)
    await azure.submit(call, CRID)
    with pytest.raises(AzureRefused) as caught:
        await azure.submit(call, "another")
    assert (caught.value.status, caught.value.code) == (409, "532")
    assert "already in progress" in caught.value.sentence
    assert "Wait for the running job" in caught.value.advice
    assert posts(vault) == [202, 409]


async def test_a_slow_answer_is_given_up_and_counts_as_lost(
    azure: Azure, vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody waits for ever; the POST is not sent again."""
    call = await failover_of(azure, vault)
    monkeypatch.setattr(gateway, "POST_TIMEOUT", 0.1)
    vault.trouble.slow_seconds = 30
    vault.trouble.next("unplannedFailover", "slow")
    with pytest.raises(AnswerLost, match="in time"):
        await azure.submit(call, CRID)
    assert len(posts(vault)) <= 1


async def test_a_broken_body_of_a_202_does_no_harm(azure: Azure, vault: Vault) -> None:
    """The job's id is in the headers; nothing else of the answer is needed."""
    call = await failover_of(azure, vault)
    vault.trouble.next("unplannedFailover", "malformed")
    accepted = await azure.submit(call, CRID)
    assert accepted.job == vault.jobs[0].job_id
    assert posts(vault) == [202]


Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


@asynccontextmanager
async def impostor(answer: Answer) -> AsyncIterator[tuple[Azure, list[web.Request]]]:
    """Put something else than a vault at the far end, and give the gateway to it."""
    seen: list[web.Request] = []

    async def receive(request: web.Request) -> web.StreamResponse:
        seen.append(request)
        return await answer(request)

    app = web.Application()
    app.router.add_route("*", "/{tail:.*}", receive)
    async with serve(app) as address, gateway.opened(address, sandbox=True) as azure:
        yield azure, seen


CALL = CATALOGUE["failover"].call(Ground(target=machine()), SAID)
ODD: list[tuple[int, dict[str, str], str, type[Exception] | str]] = [
    (202, {}, "", AnswerLost),
    (200, {}, "{}", AnswerLost),
    (202, {"Location": "https://x.example/"}, "", AnswerLost),
    (202, {"Location": "https://x.example/a/operationresults/j1?t=1&c=2"}, "", "j1"),
    (202, {"x-ms-request-id": "/S/v/replicationJobs/j2, /S/v/replicationJobs/j2"}, "", "j2"),
    (200, {"x-ms-request-id": "/S/v/replicationJobs/j3"}, "{}", "j3"),
    (
        202,
        {"Azure-AsyncOperation": "not a url", "x-ms-request-id": "/r/j4"},
        "not json",
        "not a url",
    ),
    (204, {}, "", AnswerLost),
    (302, {"Location": "http://127.0.0.1:9/"}, "", AzureRefused),
    (307, {"Location": "http://127.0.0.1:9/"}, "", AzureRefused),
    (400, {}, "", AzureRefused),
    (400, {}, "<html>", AzureRefused),
    (400, {}, '{"error": {"details": {"a": 1}}}', AzureRefused),
    (400, {}, '{"error": {"details": ["text"]}}', AzureRefused),
    (400, {}, '{"error": "text"}', AzureRefused),
    (408, {}, "", AnswerLost),
    (429, {"Retry-After": "9" * 400}, "", AnswerLost),
    (500, {"Retry-After": "1"}, "", AnswerLost),
    (504, {}, "", AnswerLost),
]


@pytest.mark.parametrize(("status", "headers", "body", "outcome"), ODD)
@pytest.mark.usefixtures("address")
async def test_odd_answers_to_a_change(
    status: int, headers: dict[str, str], body: str, outcome: type[Exception] | str
) -> None:
    """Only a 4xx, or a redirect that was not followed, says that nothing began."""

    async def answer(_request: web.Request) -> web.StreamResponse:
        return web.Response(status=status, headers=headers, text=body)

    async with impostor(answer) as (azure, seen):
        if isinstance(outcome, str):
            assert (await azure.submit(CALL, CRID)).job == outcome
        else:
            with pytest.raises(outcome):
                await azure.submit(CALL, CRID)
    assert [request.method for request in seen] == ["POST"]


@pytest.mark.parametrize(
    ("retry_after", "pace"), [("7", 7), ("0", 0), ("", 20), ("soon", 20), ("9" * 400, 3600)]
)
@pytest.mark.usefixtures("address")
async def test_the_pace_is_what_azure_asks_for(retry_after: str, pace: int) -> None:
    """Every twenty seconds without a word; a nonsense word is no word."""

    async def answer(_request: web.Request) -> web.StreamResponse:
        headers = {"x-ms-request-id": "/r/j1"} | (
            {"Retry-After": retry_after} if retry_after else {}
        )
        return web.Response(status=202, headers=headers)

    async with impostor(answer) as (azure, _):
        assert await azure.submit(CALL, CRID) == Accepted(job="j1", pace=pace)


@pytest.mark.usefixtures("address")
async def test_the_post_is_what_was_approved() -> None:
    """Path, body and client request id arrive as the call says."""
    bodies: list[Any] = []

    async def answer(request: web.Request) -> web.StreamResponse:
        bodies.append(
            (request.path, request.headers["x-ms-client-request-id"], await request.json())
        )
        return web.Response(status=202, headers={"x-ms-request-id": "/r/j1"})

    async with impostor(answer) as (azure, _):
        await azure.submit(CALL, CRID)
    [(path, crid, body)] = bodies
    assert path.casefold() == f"{CALL.resource}/unplannedFailover".casefold()
    assert segment(path, "replicationProtectedItems") == "item-web01"
    assert (crid, body) == (CRID, CALL.body)


async def test_without_a_token_nothing_is_sent(
    azure: Azure, vault: Vault, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An identity that fails is not taken for a refusal of the operation."""
    call = await failover_of(azure, vault)
    monkeypatch.setenv("IDENTITY_HEADER", "wrong")
    async with gateway.opened(address, sandbox=True) as nobody:
        with pytest.raises(AnswerLost, match="No Azure token") as caught:
            await nobody.submit(call, CRID)
    assert posts(vault) == []
    assert vault.identity_header not in str(caught.value)

"""The HTTP front lets in what Slack signed, once, and tells nobody else anything."""

import asyncio
import contextlib
import json
import logging
import re
import time

import aiohttp
import pytest

from handlers import web
from sandbox.workspace.delivery import Envelope
from tests.wire import interactive, send, signed, slash
from tests.world import World, inhabited, until

ASK = "failover vm-web01 because West Europe is down"
FORM = "application/x-www-form-urlencoded"


def _headers(world: World, body: bytes, case: str) -> dict[str, str]:
    """Return headers that are wrong in one way."""
    good = signed(world.workspace.signing_secret, body)
    long_ago = str(int(time.time()) - 301)
    wrong = {
        "unsigned": {"Content-Type": FORM},
        "another secret": signed("0123456789abcdef", body),
        "another body": signed(world.workspace.signing_secret, body + b"&x=1"),
        "an old timestamp": signed(world.workspace.signing_secret, body, at=long_ago),
        "a timestamp in words": good | {"X-Slack-Request-Timestamp": "yesterday"},
        "a fraction": good | {"X-Slack-Request-Timestamp": f"{time.time():.2f}"},
        "a huge timestamp": good | {"X-Slack-Request-Timestamp": "9" * 400},
        "a signature in Greek": good | {"X-Slack-Signature": "v0=λόγος"},
        "an empty signature": good | {"X-Slack-Signature": ""},
        "another version": good | {"X-Slack-Signature": good["X-Slack-Signature"][3:]},
    }
    return wrong[case]


@pytest.mark.parametrize(
    "case",
    [
        "unsigned",
        "another secret",
        "another body",
        "an old timestamp",
        "a timestamp in words",
        "a fraction",
        "a huge timestamp",
        "a signature in Greek",
        "an empty signature",
        "another version",
    ],
)
async def test_what_slack_did_not_sign_is_turned_away(
    quiet: World, caplog: pytest.LogCaptureFixture, case: str
) -> None:
    """401, an empty answer, no traceback, and nothing happens."""
    before = await quiet.record()
    body = slash(quiet, ASK)
    with caplog.at_level(logging.INFO):
        assert await send(quiet, body, _headers(quiet, body, case)) == (401, "")
    assert "Traceback" not in caplog.text
    assert not [record for record in caplog.records if record.levelno >= logging.ERROR]
    assert await quiet.record() == before


async def test_bytes_that_were_seen_before_are_turned_away(quiet: World) -> None:
    """Somebody recorded a signed request and sends it again: 401, and one request was made."""
    body = slash(quiet, ASK)
    headers = signed(quiet.workspace.signing_secret, body)
    assert (await send(quiet, body, headers))[0] == 200
    assert (await send(quiet, body, headers))[0] == 401
    await quiet.alice.sees("Failover of vm-web01", "0 of 2")
    assert (await quiet.kinds()).count("request.ask") == 1


async def test_the_same_letters_may_be_typed_twice_within_a_second(quiet: World) -> None:
    """Slack then signs the very same bytes; they change nothing, and are answered each time."""
    await quiet.alice.types("/dr failover")
    await quiet.alice.searches("vm-web", of="target")
    body = interactive(quiet.workspace.delivered[-1].payload)
    headers = signed(quiet.workspace.signing_secret, body)
    before = await quiet.record()
    for _ in range(3):
        status, text = await send(quiet, body, headers)
        assert (status, list(json.loads(text))) == (200, ["options"])
    assert await quiet.record() == before


@pytest.mark.parametrize("chunked", [False, True], ids=["announced", "in chunks"])
async def test_a_body_that_is_too_large_is_not_read(quiet: World, chunked: bool) -> None:
    """More than a quarter of a megabyte is refused, whether its size is announced or not."""
    body = b"text=" + b"x" * 300_000
    headers = signed(quiet.workspace.signing_secret, body)
    if not chunked:
        assert (await send(quiet, body, headers))[0] == 413
        return

    async def pieces() -> object:
        yield body

    url = f"http://127.0.0.1:{quiet.settings.port}/slack/events"
    async with (
        aiohttp.ClientSession() as session,
        session.post(url, data=pieces(), headers=headers) as answer,
    ):
        assert answer.status == 413


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"payload=%7Bnot+json", FORM),
        (b"{not json", "application/json"),
        (b"payload=[]", FORM),
        (b"payload=%22word%22", FORM),
        (b"payload=null", FORM),
        (b"[1, 2]", "application/json"),
        (b"", FORM),
        (b"command=%2Fdr", FORM),
        (b"\xff\xfe\xfd", FORM),
    ],
    ids=repr,
)
async def test_nonsense_that_is_signed_does_no_harm(
    quiet: World, caplog: pytest.LogCaptureFixture, body: bytes, kind: str
) -> None:
    """Whoever has the secret and sends rubbish gets an answer, and the front lives on."""
    before = await quiet.record()
    headers = signed(quiet.workspace.signing_secret, body) | {"Content-Type": kind}
    status, text = await send(quiet, body, headers)
    assert status in {200, 400, 401, 404}
    assert "Traceback" not in text
    assert not [record for record in caplog.records if record.exc_info]
    assert await quiet.record() == before
    await quiet.asked()


async def test_a_request_of_another_workspace_has_no_effect(quiet: World) -> None:
    """The app was installed elsewhere too: people there can do nothing here but be written down."""
    body = slash(quiet, ASK, team_id="T0CONTOSO00", team_domain="contoso")
    status, text = await send(quiet, body, signed(quiet.workspace.signing_secret, body))
    assert (status, text) == (200, "This bot works for another workspace.")
    await until(lambda: _written_down(quiet), "nothing is written down")
    assert await quiet.bot.redis.requests.newest_ids(1) == []


async def _written_down(world: World) -> bool:
    return await world.kinds() == ["entry.refused"]


async def test_a_click_of_an_unknown_request_is_answered(quiet: World) -> None:
    """A made-up request id in a signed click approves nothing."""
    await quiet.asked()
    await quiet.bo.presses("Approve", on="Failover of vm-web01")
    await quiet.alice.sees("Failover of vm-web01")
    payload = dict(quiet.workspace.delivered[-1].payload)
    action = payload["actions"][0] | {"value": "R-222222", "action_ts": "7.7"}
    body = interactive(payload | {"actions": [action]})
    assert (await send(quiet, body, signed(quiet.workspace.signing_secret, body)))[0] == 200
    await quiet.told(quiet.bo, "There is no request R-222222.")


@pytest.mark.parametrize(
    ("path", "status"), [("/", 404), ("/slack", 404), ("/slack/events", 405), ("/healthz", 200)]
)
async def test_other_doors_are_closed(quiet: World, path: str, status: int) -> None:
    """There is nothing else behind the port."""
    found, text = await _get(quiet, path)
    assert found == status
    assert "aiohttp" not in text.casefold()


async def test_health_gives_nothing_away(quiet: World) -> None:
    """Health, readiness and numbers name no machine, no person, no vault and no secret."""
    await quiet.asked()
    assert await _get(quiet, "/healthz") == (200, "ok")
    assert await _get(quiet, "/readyz") == (200, "ready")
    status, numbers = await _get(quiet, "/metrics")
    assert status == 200
    assert "dr_acknowledged_seconds_count" in numbers
    for word in ("vm-web01", "alice", "U0ALICE", "vault-dr", quiet.workspace.bot_token):
        assert word not in numbers
    assert not re.search(r"\bR-", numbers)  # the code of a refusal is no request
    subscription = quiet.settings.vaults[0].subscription
    assert subscription not in numbers
    assert "/" not in "".join(re.findall(r'="([^"]*)"', numbers))


async def test_an_envelope_of_another_kind_is_acknowledged(world: World) -> None:
    """A command of another name that ends up here is acknowledged and does nothing."""
    before = await world.record()
    fields = {"command": "/other", "text": "", "team_id": world.workspace.core.state.team_id}
    answer = await world.workspace.delivery.deliver(Envelope("slash_commands", fields))
    assert not answer.problem
    assert await world.record() == before


async def test_doubled_envelopes_have_one_effect(world: World) -> None:
    """Slack delivers a command twice: one request, one card, one answer."""
    world.workspace.trouble.duplicate_envelopes()
    await world.asked()
    await world.told(world.alice, "Asked:")
    assert (await world.kinds()).count("request.ask") == 1
    mine = [one for one in await world.alice.messages() if one.ephemeral]
    assert len(mine) == 1


async def test_an_acknowledgement_does_not_wait_for_azure(quiet: World) -> None:
    """Azure takes its time: Slack has its answer long before, and the person gets theirs."""
    quiet.vault.trouble.slow_seconds = 0.5
    quiet.vault.trouble.next("/replicationProtectedItems", "slow")
    await quiet.alice.types("/dr list")
    assert not await quiet.alice.messages()
    await quiet.told(quiet.alice, "Machines", "vm-web01")


async def _get(world: World, path: str) -> tuple[int, str]:
    url = f"http://127.0.0.1:{world.settings.port}{path}"
    async with aiohttp.ClientSession() as session, session.get(url) as answer:
        return answer.status, await answer.text()


async def test_a_head_that_comes_too_slowly_is_not_waited_for(
    redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A letter now and then keeps no connection open."""
    monkeypatch.setattr(web, "HEAD_SECONDS", 0.5)
    async with inhabited(redis_url, worker=False) as world:
        reader, writer = await asyncio.open_connection("127.0.0.1", world.settings.port)
        try:
            writer.write(b"POST /slack/events HTTP/1.1\r\nHost: dr\r\nX-Slow: ")
            async with asyncio.timeout(10):
                while not reader.at_eof():
                    writer.write(b"x")
                    with contextlib.suppress(TimeoutError):
                        await asyncio.wait_for(reader.read(1), 0.05)
        finally:
            writer.close()
        await world.asked()


async def test_the_oldest_that_wait_make_room(
    redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever opens connections and says nothing does not keep Slack out."""
    monkeypatch.setattr(web, "MOST_CONNECTIONS", 10)
    async with inhabited(redis_url, worker=False) as world:
        held = [await asyncio.open_connection("127.0.0.1", world.settings.port) for _ in range(40)]
        await world.asked()
        closed = asyncio.gather(*(reader.read(1) for reader, _ in held[:30]))
        assert await asyncio.wait_for(closed, 10) == [b""] * 30
        for _, writer in held:
            writer.close()


async def test_slack_is_given_back_the_word_by_which_it_knows_the_address(quiet: World) -> None:
    """Only when it is signed: whoever sets the address for events in the app needs that once."""
    body = json.dumps({"type": "url_verification", "token": "x", "challenge": "3eZbrw1a"}).encode()
    headers = signed(quiet.workspace.signing_secret, body) | {"Content-Type": "application/json"}
    status, text = await send(quiet, body, headers)
    assert status == 200
    assert json.loads(text) == {"challenge": "3eZbrw1a"}
    foreign = signed("0123456789abcdef", body) | {"Content-Type": "application/json"}
    assert await send(quiet, body, foreign) == (401, "")


async def test_an_event_that_is_not_as_slack_sends_them_is_turned_away(quiet: World) -> None:
    """A mention without a channel, a Home opened by nobody: 400, and nothing happens."""
    for event in (
        {"type": "app_mention", "user": "U0ALICE0000", "ts": "1.1"},
        {"type": "app_mention", "channel": "C0INCIDENTS", "ts": 1.1},
        {"type": "app_home_opened", "tab": "home"},
    ):
        wrapped = {
            "type": "event_callback",
            "team_id": quiet.workspace.core.state.team_id,
            "event_id": "Ev1",
            "event": event,
        }
        body = json.dumps(wrapped).encode()
        headers = signed(quiet.workspace.signing_secret, body)
        headers["Content-Type"] = "application/json"
        assert (await send(quiet, body, headers))[0] == 400, event

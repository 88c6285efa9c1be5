"""Trouble by chance is the same for the same seed, and failed events come again."""

import asyncio
from itertools import pairwise

import aiohttp
import pytest
from aiohttp import web
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.people import PersonError
from sandbox.server import serve
from sandbox.workspace.trouble import Trouble
from tests.sandbox.workspace_app import Town, town
from tests.world import until


def course(seed: int) -> list[str]:
    """What happens to a hundred posts."""
    trouble = Trouble(seed, rate=0.2)
    mishaps = [trouble.for_call("chat.postMessage") for _ in range(100)]
    return [mishap.kind if mishap else "" for mishap in mishaps]


def test_chance_follows_the_seed() -> None:
    """A story that failed can be told again."""
    assert course(1) == course(1) != course(2)
    assert 5 < sum(bool(kind) for kind in course(1)) < 40


def test_chance_leaves_looking_alone() -> None:
    """Only posting and editing are disturbed."""
    trouble = Trouble(rate=1.0)
    assert trouble.for_call("users.info") is None
    assert trouble.for_envelope().copies == 2
    trouble.clear()
    assert trouble.for_call("chat.update") is None


async def test_a_failed_event_comes_once_more() -> None:
    """With the headers that say so; an app may ask not to be told again."""
    seen: list[tuple[str, str]] = []
    patient = web.Application()

    async def fail(request: web.Request) -> web.Response:
        number = request.headers.get("X-Slack-Retry-Num", "")
        seen.append((number, request.headers.get("X-Slack-Retry-Reason", "")))
        headers = {"X-Slack-No-Retry": "1"} if len(seen) > 2 else {}
        return web.Response(status=500, headers=headers)

    patient.router.add_post("/slack/events", fail)
    async with town("none") as there, serve(patient) as url:
        there.workspace.deliver_to(f"{url}/slack/events")
        await there.people.alice.types("@dr hello")
        assert seen == [("", ""), ("1", "http_error")]
        await there.people.alice.types("@dr hello")
        assert len(seen) == 3


async def test_a_lost_envelope_is_a_timeout() -> None:
    """The app never hears of it."""
    async with town("http") as there:
        there.workspace.trouble.lose_envelopes()
        with pytest.raises(PersonError, match="operation_timeout"):
            await there.people.alice.types("/dr hello")
        assert there.lunch.heard == []


async def said(there: Town, method: str = "chat.postMessage") -> tuple[int, str, str]:
    """Call a method by hand; returns status, content type and body."""
    channel = there.workspace.channel("incidents").id
    headers = {"Authorization": f"Bearer {there.workspace.bot_token}"}
    body = {"channel": channel, "text": "Hello"}
    url = f"{there.url}/api/{method}"
    async with (
        aiohttp.ClientSession(headers=headers) as session,
        session.post(url, json=body) as answer,
    ):
        return answer.status, answer.content_type, await answer.text()


@pytest.mark.parametrize(
    ("kind", "status", "content_type", "words", "posted"),
    [
        ("ratelimited", 429, "application/json", "ratelimited", 0),
        ("429", 429, "text/plain", "Server Error", 0),
        ("500", 500, "text/plain", "Server Error", 0),
        ("503", 503, "text/plain", "Server Error", 0),
        ("malformed", 200, "application/json", '{"ok": true, "cha', 1),
        ("html", 200, "text/html", "sign in", 0),
        ("slow", 200, "application/json", '"ok": true', 1),
        ("invalid_blocks", 200, "application/json", '"invalid_blocks"', 0),
        ("channel_not_found", 200, "application/json", '"channel_not_found"', 0),
        ("is_archived", 200, "application/json", '"is_archived"', 0),
        ("token_revoked", 200, "application/json", '"token_revoked"', 0),
        ("msg_too_long", 200, "application/json", '"msg_too_long"', 0),
    ],
)
async def test_a_call_goes_wrong_once(
    kind: str, status: int, content_type: str, words: str, posted: int
) -> None:
    """The next one works; only the workspace knows whether the first one was carried out."""
    async with town("none") as there:
        there.workspace.trouble.slow_seconds = 0.05
        there.workspace.trouble.next("chat.postMessage", kind)
        found = await said(there)
        assert (found[0], found[1]) == (status, content_type)
        assert words in found[2]
        assert len(await there.people.alice.messages()) == posted
        assert (await said(there))[0] == 200


@pytest.mark.parametrize(("kind", "posted"), [("drop_before", 0), ("drop_after", 1)])
async def test_a_connection_dies(kind: str, posted: int) -> None:
    """Before or after the work is done."""
    async with town("none") as there:
        there.workspace.trouble.next("chat.postMessage", kind)
        with pytest.raises(aiohttp.ClientError):
            await said(there)
        assert len(await there.people.alice.messages()) == posted


async def test_a_share_of_some_methods_goes_wrong() -> None:
    """The pattern names them, and clearing ends it."""
    async with town("none") as there:
        there.workspace.trouble.sometimes("chat.*", "502", 1.0)
        assert (await said(there))[0] == 502
        assert (await said(there, "auth.test"))[0] == 200
        there.workspace.trouble.clear()
        assert (await said(there))[0] == 200


async def test_an_answer_to_a_command_does_not_arrive() -> None:
    """A response address has troubles of its own."""
    async with town("http") as there:
        there.workspace.trouble.next("response_url", "503")
        await there.people.alice.types("/dr private")
        assert await there.people.alice.messages() == []
        await there.people.alice.types("/dr private")
        await there.people.alice.sees("Lunch at")


async def test_an_envelope_is_overtaken() -> None:
    """What was sent first arrives last."""
    async with town("http") as there:
        there.workspace.trouble.reorder_envelopes()
        first = asyncio.create_task(there.people.alice.types("/dr hello one"))
        await until(lambda: there.workspace.delivered, "nothing was sent")
        await there.people.bo.types("/dr hello two")
        await first
        assert [body["text"] for body in there.lunch.heard] == ["hello two", "hello one"]


async def test_an_envelope_that_nobody_overtakes_still_arrives() -> None:
    """It waits a part of the three seconds that the app has."""
    async with town("http") as there:
        there.workspace.delivery.ack_seconds = 0.3
        there.workspace.trouble.reorder_envelopes()
        await there.people.alice.types("/dr hello")
        assert len(there.lunch.heard) == 1


async def test_connections_die_without_a_word() -> None:
    """The app opens another one; addresses that expired meanwhile are refused."""
    async with town("socket") as there:
        there.workspace.socket.cut()
        await there.workspace.socket.connected()
        await there.people.alice.types("/dr hello")
        client = AsyncWebClient(base_url=f"{there.url}/api/")
        opened = await client.apps_connections_open(app_token=there.workspace.app_token)
        there.workspace.socket.expire_addresses()
        async with aiohttp.ClientSession() as session:
            with pytest.raises(aiohttp.WSServerHandshakeError):
                await session.ws_connect(str(opened["url"]))


def test_trouble_behind_everything_stays_and_spares_some() -> None:
    """It is the same for the same seed, survives clearing, and never strikes twice in a row."""
    runs = []
    for _ in range(2):
        trouble = Trouble()
        trouble.behind(("503", "ratelimited"), 0.3, seed=3, spared=4)
        trouble.clear()
        struck = [mishap is not None for mishap in map(trouble.for_call, ["users.info"] * 300)]
        runs.append([at for at, each in enumerate(struck) if each])
        copies = {trouble.for_envelope().copies for _ in range(100)}
        assert copies == {1, 2}
    assert runs[0] == runs[1]
    assert min(after - at for at, after in pairwise(runs[0])) > 4


async def order(there: Town, **wanted: object) -> dict[str, object]:
    """Order trouble at the door."""
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{there.url}/__trouble", json=wanted) as answer,
    ):
        told: dict[str, object] = await answer.json()
        return told


async def test_somebody_makes_trouble_at_the_workspace_s_door() -> None:
    """For calls, for envelopes and for connections; all of it can be called off."""
    async with town("socket") as there:
        await order(there, path="chat.postMessage", kind="is_archived", times=2)
        await order(there, path="users.*", kind="503", rate=0.5)
        await order(there, path="envelopes", kind="duplicate")
        told = await order(there, path="socket", kind="cut")
        await there.workspace.socket.connected()
        assert told == {
            "ok": True,
            "ordered": [
                {"path": "chat.postMessage", "kind": "is_archived", "times": 2},
                {"path": "users.*", "kind": "503", "rate": 0.5},
                {"path": "envelopes", "times": 1},
            ],
        }
        await there.people.alice.types("/dr hello")
        assert len(there.lunch.heard) == 2
        for kind in ("refuse", "expire", "deaf", "warning"):
            assert (await order(there, path="socket", kind=kind))["ok"]
        assert there.workspace.socket.refuse_handshakes == 1
        assert not (await order(there, path="socket", kind="flood"))["ok"]
        async with aiohttp.ClientSession() as session:
            await session.delete(f"{there.url}/__trouble")
            async with session.get(f"{there.url}/__trouble") as answer:
                assert (await answer.json())["ordered"] == []
        assert there.workspace.socket.answer_pings

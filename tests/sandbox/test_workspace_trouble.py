"""Trouble by chance is the same for the same seed, and failed events come again."""

import pytest
from aiohttp import web

from sandbox.people import PersonError
from sandbox.server import serve
from sandbox.workspace.trouble import Trouble
from tests.sandbox.workspace_app import town


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

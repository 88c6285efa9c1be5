"""The page's own requests: files, pictures and refusals."""

import asyncio
from collections.abc import AsyncIterator

import aiohttp
import pytest

from tests.sandbox.workspace_app import Town, town


@pytest.fixture
async def quiet() -> AsyncIterator[Town]:
    """A workspace without a listening app."""
    async with town("none") as there:
        yield there


@pytest.fixture
async def browser(quiet: Town) -> AsyncIterator[aiohttp.ClientSession]:
    """Somebody who asks the workspace by hand."""
    async with aiohttp.ClientSession(quiet.url) as session:
        yield session


async def test_the_page_and_its_files_are_served(browser: aiohttp.ClientSession) -> None:
    """And no file outside the page's own folder."""
    async with browser.get("/") as response:
        assert response.content_type == "text/html"
    async with browser.get("/static/page.js") as response:
        assert response.content_type in {"text/javascript", "application/javascript"}
    for outside in ("/static/..%2Fstate.py", "/static/nothing.js", "/page/..%2F__init__.py"):
        async with browser.get(outside) as response:
            assert response.status == 404, outside


async def test_other_web_sites_are_kept_out(browser: aiohttp.ClientSession) -> None:
    """A page from elsewhere cannot act as somebody here."""
    for headers in ({"Origin": "https://elsewhere.example"}, {"Host": "elsewhere.example"}):
        async with browser.post("/page/home", json={"as": "alice"}, headers=headers) as response:
            assert response.status == 403


async def test_a_picture_waits_for_something_new(
    quiet: Town, browser: aiohttp.ClientSession
) -> None:
    """The request rests until the version has grown."""
    async with browser.get("/page/view", params={"as": "U0BO0000000"}) as response:
        version = (await response.json())["version"]
    query = {"as": "bo", "since": str(version)}
    waiting = asyncio.ensure_future(browser.get("/page/view", params=query))
    await quiet.people.alice.types("hello")
    response = await waiting
    assert (await response.json())["version"] > version


@pytest.mark.parametrize(
    ("act", "body", "words"),
    [
        ("type", {"as": "nobody", "text": "hello"}, "nobody called"),
        ("type", {"as": "dr", "text": "hello"}, "nobody called"),
        ("type", {"as": "alice", "channel": "incidents", "text": " "}, "Nothing was typed"),
        ("type", {"as": "erin", "channel": "war-room", "text": "hello"}, "in no channel"),
        ("press", {"as": "alice", "channel": "incidents", "ts": "1.1"}, "message is gone"),
        ("submit", {"as": "alice", "view_id": "V1"}, "no longer open"),
        ("choose", {"as": "alice", "where": "here"}, "not said where"),
        ("close", ["alice"], "not a JSON object"),
    ],
)
async def test_what_cannot_be_done_is_said(
    browser: aiohttp.ClientSession, act: str, body: object, words: str
) -> None:
    """In a sentence the page can show."""
    async with browser.post(f"/page/{act}", json=body) as response:
        answer = await response.json()
    assert answer["ok"] is False
    assert words in answer["error"]


async def test_an_ephemeral_message_is_on_one_screen_only(quiet: Town) -> None:
    """Its buttons are out of reach for everybody else, too."""
    shown = await quiet.lunch.client.chat_postEphemeral(
        channel="C0INCIDENTS", user="U0ALICE0000", text="psst"
    )
    assert (await quiet.people.bo.screen())["messages"]["C0INCIDENTS"] == []
    async with (
        aiohttp.ClientSession(quiet.url) as session,
        session.post(
            "/page/press",
            json={"as": "bo", "channel": "incidents", "ts": shown["message_ts"]},
        ) as response,
    ):
        assert "gone" in (await response.json())["error"]

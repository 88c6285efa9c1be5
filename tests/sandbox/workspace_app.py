"""A small Bolt app for the tests of the workspace: it votes on where to have lunch.

Everything it uses is the real `slack_bolt` and `slack_sdk`; it stands for any app at all.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import aiohttp
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.clock import Clock
from sandbox.people import People
from sandbox.server import serve
from sandbox.workspace import Workspace

# Payloads and blocks are JSON of any shape.
Json = dict[str, Any]


def mrkdwn(text: str) -> Json:
    """A mrkdwn object."""
    return {"type": "mrkdwn", "text": text}


def plain(text: str) -> Json:
    """A plain_text object."""
    return {"type": "plain_text", "text": text}


def button(label: str, action_id: str, **more: Any) -> Json:
    """A button."""
    return {"type": "button", "text": plain(label), "action_id": action_id, **more}


CARD: list[Json] = [
    {"type": "section", "block_id": "what", "text": mrkdwn("Lunch at *Luigi's*?")},
    {
        "type": "actions",
        "block_id": "vote",
        "elements": [
            button(
                "Approve",
                "approve",
                value="lunch-1",
                style="primary",
                confirm={
                    "title": plain("Sure?"),
                    "text": mrkdwn("Everybody will go."),
                    "confirm": plain("Yes"),
                    "deny": plain("No"),
                },
            ),
            button("Deny", "deny", value="lunch-1"),
        ],
    },
]

MENU: list[Json] = [
    {
        "type": "section",
        "block_id": "menu",
        "text": mrkdwn("Anything else?"),
        "accessory": {
            "type": "overflow",
            "action_id": "more",
            "options": [
                {"text": plain("Coffee"), "value": "coffee"},
                {"text": plain("The bill"), "value": "bill"},
            ],
        },
    },
]

FORM: Json = {
    "type": "modal",
    "callback_id": "order",
    "title": plain("Order"),
    "submit": plain("Send"),
    "notify_on_close": True,
    "private_metadata": "lunch-1",
    "blocks": [
        {
            "type": "input",
            "block_id": "dish",
            "label": plain("Dish"),
            "element": {"type": "plain_text_input", "action_id": "text", "max_length": 20},
        },
        {
            "type": "input",
            "block_id": "wine",
            "label": plain("Wine"),
            "optional": True,
            "element": {"type": "external_select", "action_id": "cellar", "min_query_length": 1},
        },
        {
            "type": "actions",
            "block_id": "extra",
            "elements": [button("Another", "another", value="2")],
        },
    ],
}


@dataclass
class Lunch:
    """The app, and what it has heard."""

    client: AsyncWebClient
    heard: list[Json] = field(default_factory=list)
    awake: asyncio.Event = field(default_factory=asyncio.Event)
    """What `/dr silence` waits for before it acknowledges."""


@dataclass
class Town:
    """A workspace with people and a listening app."""

    workspace: Workspace
    url: str
    people: People
    lunch: Lunch
    clock: Clock


@asynccontextmanager
async def town(transport: str = "http") -> AsyncIterator[Town]:
    """Run a workspace and the app, over `http`, over `socket`, or without the app for `none`."""
    clock = Clock.by_hand()
    workspace = Workspace(clock)
    async with AsyncExitStack() as stack:
        url = await stack.enter_async_context(serve(workspace.application()))
        session = await stack.enter_async_context(aiohttp.ClientSession())
        client = AsyncWebClient(workspace.bot_token, f"{url}/api/", session=session)
        lunch = Lunch(client)
        if transport != "none":
            app = _bolt(workspace, lunch)
        if transport == "http":
            listening = await stack.enter_async_context(serve(app.web_app()))
            workspace.deliver_to(f"{listening}/slack/events")
        if transport == "socket":
            handler = AsyncSocketModeHandler(app, workspace.app_token, ping_interval=1)
            await handler.connect_async()  # type: ignore[no-untyped-call]  # slack_bolt has no types there
            stack.push_async_callback(handler.close_async)
            await workspace.socket.connected()
        people = await stack.enter_async_context(People(url))
        yield Town(workspace, url, people, lunch, clock)


def _bolt(workspace: Workspace, lunch: Lunch) -> AsyncApp:
    app = AsyncApp(
        client=lunch.client,
        signing_secret=workspace.signing_secret,
        process_before_response=True,
    )
    app.command("/dr")(_Listeners(lunch).command)
    for name in ("approve", "deny", "more", "another"):
        app.action(name)(_Listeners(lunch).action)
    app.view("order")(_Listeners(lunch).submission)
    app.view_closed("order")(_Listeners(lunch).closed)
    app.options("cellar")(_Listeners(lunch).cellar)
    app.shortcut("dr.start_failover")(_Listeners(lunch).shortcut)
    app.shortcut("dr.add_to_timeline")(_Listeners(lunch).on_message)
    app.event("app_home_opened")(_Listeners(lunch).home)
    app.event("app_mention")(_Listeners(lunch).mention)
    return app


class _Listeners:
    def __init__(self, lunch: Lunch) -> None:
        self.lunch = lunch

    async def command(self, ack: Any, body: Json, respond: Any) -> None:
        self.lunch.heard.append(body)
        word = body["text"].split(" ")[0]
        client, channel = self.lunch.client, body["channel_id"]
        if word == "hello":
            await ack("Hello & welcome, <@U0ALICE0000>")
        elif word == "aloud":
            await ack(text="Heard by all", response_type="in_channel")
        elif word == "card":
            await ack()
            await client.chat_postMessage(channel=channel, text="Lunch?", blocks=CARD)
        elif word == "private":
            await ack()
            await respond(text="Only you", blocks=CARD)
        elif word == "silence":
            await self.lunch.awake.wait()
            await ack()
        elif word == "form":
            await ack()
            await client.views_open(trigger_id=body["trigger_id"], view=FORM)

    async def action(self, ack: Any, body: Json, respond: Any) -> None:
        self.lunch.heard.append(body)
        await ack()
        if body["container"]["type"] == "view":
            view = {**FORM, "title": plain("Another")}
            await self.lunch.client.views_push(trigger_id=body["trigger_id"], view=view)
        else:
            await respond(text=f"{body['user']['name']} said it", replace_original=True)

    async def submission(self, ack: Any, body: Json) -> None:
        self.lunch.heard.append(body)
        dish = body["view"]["state"]["values"]["dish"]["text"]["value"]
        if dish == "stones":
            await ack(response_action="errors", errors={"dish": "Nobody eats stones."})
        elif dish == "more":
            view = {**FORM, "title": plain("Second helping")}
            await ack(response_action="push", view=view)
        elif dish == "change":
            await ack(response_action="update", view={**FORM, "title": plain("Changed")})
        elif dish == "nothing":
            await ack(response_action="clear")
        elif dish == "nonsense":
            await ack(response_action="errors", errors={"no-such-block": "?"})
        else:
            await ack()

    async def closed(self, ack: Any, body: Json) -> None:
        self.lunch.heard.append(body)
        await ack()

    async def cellar(self, ack: Any, body: Json) -> None:
        self.lunch.heard.append(body)
        await ack(options=[{"text": plain("Red"), "value": "red"}])

    async def shortcut(self, ack: Any, body: Json) -> None:
        self.lunch.heard.append(body)
        await ack()
        await self.lunch.client.views_open(trigger_id=body["trigger_id"], view=FORM)

    async def on_message(self, ack: Any, body: Json) -> None:
        self.lunch.heard.append(body)
        await ack()

    async def home(self, event: Json) -> None:
        self.lunch.heard.append(event)
        view = {
            "type": "home",
            "blocks": [{"type": "header", "text": plain("Lunch near you")}],
        }
        await self.lunch.client.views_publish(user_id=event["user"], view=view)

    async def mention(self, event: Json) -> None:
        self.lunch.heard.append(event)
        await self.lunch.client.chat_postMessage(
            channel=event["channel"], text="You called?", thread_ts=event["ts"]
        )

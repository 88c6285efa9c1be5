"""Requests as Slack sends them, signed by hand, for stories about those that are not quite so."""

import hashlib
import hmac
import json
import time
from urllib.parse import urlencode

import aiohttp

from tests.world import World


def slash(world: World, text: str, *, user: str = "alice", **changes: str) -> bytes:
    """Return the body of a slash command."""
    fields = {
        "command": "/dr",
        "text": text,
        "user_id": world.workspace.user(user).id,
        "user_name": user,
        "channel_id": world.workspace.channel("incidents").id,
        "team_id": world.workspace.core.state.team_id,
        "trigger_id": f"1.{time.monotonic_ns()}",
        "response_url": "http://127.0.0.1:9/never",
    }
    return urlencode(fields | changes).encode()


def interactive(payload: object) -> bytes:
    """Return the body of a click."""
    return urlencode({"payload": json.dumps(payload)}).encode()


def signed(secret: str, body: bytes, *, at: str = "") -> dict[str, str]:
    """Return the headers that make a body Slack's."""
    stamp = at or str(int(time.time()))
    digest = hmac.new(secret.encode(), f"v0:{stamp}:".encode() + body, hashlib.sha256).hexdigest()
    return {
        "X-Slack-Request-Timestamp": stamp,
        "X-Slack-Signature": f"v0={digest}",
        "Content-Type": "application/x-www-form-urlencoded",
    }


async def send(
    world: World,
    body: bytes,
    headers: dict[str, str],
    path: str = "/slack/events",
    *,
    port: int = 0,
) -> tuple[int, str]:
    """Post a body to the front, or to the one at `port`; returns status and text of the answer."""
    url = f"http://127.0.0.1:{port or world.settings.port}{path}"
    async with (
        aiohttp.ClientSession() as session,
        session.post(url, data=body, headers=headers) as answer,
    ):
        return answer.status, await answer.text()

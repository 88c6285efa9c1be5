"""What Slack sends, with parts that it would never send, and its signature under them all the same.

The payloads are those that the sandbox brings while people do everything that can be done. Each is
changed and sent to a front that runs: it answers, nothing fails inside, and nothing is recorded
that was not there; at the end it works as before.
"""

import json
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import aiohttp
import pytest

from sandbox.workspace.delivery import Envelope
from tests.fuzz.mutation import mutated, rounds
from tests.wire import signed
from tests.world import World, inhabited

_ROUNDS = 25
"""So many times every payload is changed in the suite."""
_RULE = """
may_look = ["everyone"]
[[rule]]
name = "typed"
approvals = 1
confirm = "name"
may_ask = ["@dr-operators"]
may_approve = ["@dr-approvers"]
"""


async def captured(world: World) -> dict[str, Envelope]:
    """Let people do everything that sends a payload, and keep one of each."""
    await world.alice.types("/dr list")
    await world.told(world.alice, "vm-web01")
    await world.alice.types("/dr failover vm-web because it is down")
    near = await world.told(world.alice, "Did you mean")
    await world.alice.presses("vm-web01", on=near)
    await world.bo.sees("Failover of vm-web01", "0 of 1")
    await world.bo.presses("Approve", on="Failover of vm-web01")
    await world.bo.modal()
    await world.bo.fills(typed="vm-web02")
    assert await world.bo.submits()
    await world.carla.presses("Withdraw", on="Failover of vm-web01")
    await world.alice.types("/dr failover")
    await world.alice.searches("vm-web", of="target")
    kept = {"event": _event(world)}
    for one in world.workspace.delivery.delivered:
        action = (one.payload.get("actions") or [{}])[0].get("action_id", "")
        form = one.payload.get("view", {}).get("callback_id", "")
        # a real one is a secret, which a change may put where anybody writes it down
        known = (
            {"response_url": "http://127.0.0.1:9/never"} if "response_url" in one.payload else {}
        )
        kept[f"{one.kind} {action}{form}"] = Envelope(one.kind, one.payload | known)
    return kept


def _event(world: World) -> Envelope:
    """Make an event, which the app does not listen to."""
    event = {"type": "app_mention", "user": world.workspace.user("alice").id, "text": "<@U1> hi"}
    team = world.workspace.core.state.team_id
    payload = {"type": "event_callback", "team_id": team, "event_id": "Ev1", "event": event}
    return Envelope("events_api", payload)


def encoded(kind: str, payload: Any) -> tuple[str, bytes]:
    """Write a payload as Slack does; one that is no object is a field of its own."""
    if kind == "events_api":
        return "application/json", json.dumps(payload).encode()
    fields = payload if kind == "slash_commands" and isinstance(payload, dict) else None
    if fields is None:
        fields = {"payload": json.dumps(payload)}
    flat = {
        _text(name): _text(value if isinstance(value, str) else json.dumps(value))
        for name, value in fields.items()
    }
    return "application/x-www-form-urlencoded", urlencode(flat).encode()


def _text(value: str) -> bytes:
    return value.encode("utf-8", "replace")


async def test_payloads_that_slack_would_not_send_do_no_harm(
    redis_url: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Whatever is in them: an answer below 500, no traceback, and no request that nobody made."""
    rules = tmp_path / "policy.toml"
    rules.write_text(_RULE, "utf-8")
    async with inhabited(redis_url, {"DR_POLICY": str(rules)}, worker=False) as world:
        payloads = await captured(world)
        assert len(payloads) >= 6, list(payloads)
        before = await _requests(world)
        caplog.clear()
        session = aiohttp.ClientSession()
        async with session:
            for number, chance in rounds(_ROUNDS):
                for what, one in payloads.items():
                    kind, body = encoded(one.kind, mutated(one.payload, chance))
                    headers = signed(world.workspace.signing_secret, body)
                    url = f"http://127.0.0.1:{world.settings.port}/slack/events"
                    async with session.post(
                        url, data=body, headers=headers | {"Content-Type": kind}
                    ) as answer:
                        text = await answer.text()
                    note = f"round {number}, {what}: {body[:3000]!r}"
                    assert answer.status < 500, f"{note}\n{caplog.text[-3000:]}"
                    assert "Traceback" not in text, note
                    failed = [record for record in caplog.records if record.exc_info]
                    assert not failed, f"{note}\n{failed[0].getMessage()}\n{caplog.text[-3000:]}"
                await _unhurried(world)
        after = await _requests(world)
        assert set(before) <= set(after)
        assert all(one.endswith(" waiting 0") for one in after if one not in before)
        await world.alice.types("/dr points vm-web02")
        await world.told(world.alice, "Recovery points of vm-web02")


async def _requests(world: World) -> list[str]:
    found = [
        await world.bot.redis.requests.load(one)
        for one in await world.bot.redis.requests.newest_ids(50)
    ]
    return [f"{one.id} {one.state} {len(one.votes)}" for one in found if one]


async def _unhurried(world: World) -> None:
    """Forget how often somebody has typed: it is not what is tried here."""
    client: Any = world.bot.redis.client
    async for key in client.scan_iter("{dr}:often:*"):
        await client.delete(key)

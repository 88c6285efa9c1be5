"""Everybody can prove afterwards who did what, and nobody can change it unnoticed."""

import csv
import io
import json
import logging
from pathlib import Path
from typing import Any

import pytest
import redis.asyncio

from bot.domain.audit import first_broken
from bot.settings import Settings
from tests.processes import run
from tests.world import World, inhabited, until, working

FAILOVER = "Failover of vm-web01"
STREAM = "{dr}:audit"


async def _whole_story(world: World) -> None:
    """Refusals, votes, and a failover to its end."""
    await world.erin.types("/dr failover vm-web01 because I feel like it")
    await world.told(world.erin, "The policy does not let you ask")
    await world.asked()
    await world.alice.presses("Approve", on=FAILOVER)
    await world.told(world.alice, "You asked for this yourself")
    await world.bo.presses("Approve", on=FAILOVER)
    await world.alice.sees(FAILOVER, "1 of 2")
    await world.carla.presses("Approve", on=FAILOVER)
    await world.started("UnplannedFailover")
    await world.done("Failover of vm-web01 succeeded")
    await world.alice.sees(FAILOVER, "What next?")


async def test_every_step_and_every_refusal_is_there(world: World) -> None:
    """Who, what, on which machine, from which state to which, why, and Azure's own ids."""
    await _whole_story(world)
    entries = await world.entries()
    kinds = [entry.type.removeprefix("dr.") for entry in entries]
    assert [kind for kind in kinds if kind != "request.progress"] == [
        "policy.change",
        "ask.refused",
        "request.ask",
        "click.refused",
        "request.vote",
        "request.approve",
        "request.claim",
        "request.accept",
        "request.succeed",
    ]
    asked = entries[2]
    assert (asked.data.actor.name, asked.data.target) == ("alice", "vm-web01")
    assert (asked.data.after, asked.data.reason) == ("waiting", "West Europe is down")
    last = entries[-1].data
    assert (last.before, last.after) == ("running", "succeeded")
    post = next(s for s in world.vault.journal if s.path.endswith("/unplannedFailover"))
    assert last.correlation["client_request_id"] == post.client_request_id
    assert last.correlation["job"] == world.vault.jobs[0].job_id
    assert first_broken(entries, await world.bot.redis.audit.head()) is None


async def test_the_log_is_read_from_slack(world: World) -> None:
    """`/dr audit` of everything, of a machine, and of one request."""
    await _whole_story(world)
    request = await world.request()
    await world.alice.types("/dr audit")
    await world.told(world.alice, "Audit log", "erin", "The policy does not let you")
    await world.alice.types("/dr audit vm-web01")
    await world.told(world.alice, "Audit log of vm-web01", "It runs in North Europe")
    await world.alice.types(f"/dr audit {request.id.lower()}")
    trail = await world.told(world.alice, f"Audit log of {request.id}", "running → succeeded")
    assert "Reason: West Europe is down" in trail.words


async def test_the_log_is_verified_with_redis_alone(world: World, tmp_path: Path) -> None:
    """An auditor needs nothing but the address of Redis: no token, no vault, no channel."""
    await _whole_story(world)
    head = await world.bot.redis.audit.head()
    code, said = await run("audit verify", _only_redis(world), tmp_path)
    assert code == 0
    count = len(await world.entries())
    assert said.startswith(f"The audit log is whole: {count} entries.")
    assert head in said


@pytest.mark.parametrize(
    ("tampering", "said"),
    [
        ("change", "Entry 3 was changed after it was written."),
        ("delete", "Entry 3 is missing: entry 4 stands in its place."),
        ("cut", "The log ends at entry"),
        ("garbage", "an entry cannot be read"),
    ],
)
async def test_tampering_is_named(world: World, tmp_path: Path, tampering: str, said: str) -> None:
    """Somebody with the keys of Redis changes the past: exit code 1 and the first broken entry."""
    await _whole_story(world)
    client: Any = world.bot.redis.client
    log = await client.xrange(STREAM)
    place, fields = log[2]
    if tampering == "delete":
        await client.xdel(STREAM, place)
    elif tampering == "cut":
        await client.xdel(STREAM, log[-1][0])
    else:
        entry = fields["entry"].replace("alice", "bo") if tampering == "change" else "{}"
        await client.delete(STREAM)
        for one, content in log:
            await client.xadd(STREAM, {"entry": entry} if one == place else content, id=one)
    code, words = await run("audit verify", _only_redis(world), tmp_path)
    assert code == 1
    assert words.startswith("The audit log is broken")
    assert said in words


async def test_a_forged_request_is_left_alone(
    redis_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Somebody writes votes into Redis: without our seal the request is not carried out."""
    async with inhabited(redis_url, worker=False) as world:
        await world.asked()
        request = await world.request()
        client: Any = world.bot.redis.client
        key = f"{{dr}}:request:{request.id}"
        document = await client.hget(key, "document")
        forged = document.replace('"state":"waiting"', '"state":"approved"')
        assert forged != document
        await client.hset(key, "document", forged)
        await client.zadd("{dr}:outbox", {request.id: 1})
        await world.bo.presses("Approve", on=FAILOVER)
        await world.told(world.bo, "was altered outside the bot")
        async with working(world.settings):
            await until(
                lambda: f"{request.id} is left alone" in caplog.text,
                "no worker looked at the forged request",
            )
        assert world.posts("unplannedFailover") == 0
        await client.delete("{dr}:outbox")


async def test_the_log_is_exported_as_json_lines(world: World, tmp_path: Path) -> None:
    """One entry a line, complete."""
    await _whole_story(world)
    code, said = await run("audit export", _only_redis(world), tmp_path)
    assert code == 0
    lines = [json.loads(line) for line in said.splitlines()]
    assert lines == [entry.model_dump(mode="json") for entry in await world.entries()]


async def test_formulas_in_the_csv_are_inert(world: World, tmp_path: Path) -> None:
    """A reason that begins like a formula is text when a spreadsheet opens the export."""
    await world.alice.types('/dr failover vm-web01 because =HYPERLINK("http://evil.example")')
    await world.alice.sees(FAILOVER, "0 of 2")
    await world.alice.types("/dr failover vm-web02 because @SUM(1+1)")
    await world.alice.sees("Failover of vm-web02", "0 of 2")
    code, said = await run("audit export --format csv", _only_redis(world), tmp_path)
    assert code == 0
    rows = list(csv.DictReader(io.StringIO(said)))
    assert len(rows) == len(await world.entries())
    assert not [v for row in rows for v in row.values() if v[:1] in {"=", "+", "-", "@"}]
    assert rows[1]["reason"].startswith("'=HYPERLINK")
    assert (rows[1]["actor_name"], rows[1]["type"]) == ("alice", "dr.request.ask")


async def test_no_secret_is_written_anywhere(
    world: World, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    """Tokens, the signing secret, answer and poll addresses: not in Redis, logs or the export."""
    caplog.set_level(logging.DEBUG, logger="bot")
    caplog.set_level(logging.DEBUG, logger="handlers")
    await _whole_story(world)
    stored = str(await _everything_stored(world))
    _, exported = await run("audit export --format csv", _only_redis(world), tmp_path)
    secrets = {
        "bot token": world.workspace.bot_token,
        "app token": world.workspace.app_token,
        "signing secret": world.workspace.signing_secret,
        "identity header": world.vault.identity_header,
        "an answer's address": "/response/",
        "a poll's address": "replicationOperationStatus",
        "another poll's address": "operationresults",
        "a token": "Bearer ",
    }
    for name, secret in secrets.items():
        for place, text in (("Redis", stored), ("logs", caplog.text), ("the CSV", exported)):
            assert secret not in text, f"{name} is in {place}"
    shown = repr(Settings.read(world.environment))
    assert world.workspace.bot_token not in shown
    assert world.workspace.signing_secret not in shown


async def _everything_stored(world: World) -> list[object]:
    """Read every value of the database, the engine's included."""
    found: list[object] = []
    async with redis.asyncio.Redis.from_url(world.environment["REDIS_URL"]) as client:
        async for key in client.scan_iter("*"):
            found += [key, await client.dump(key)]
            kind = await client.type(key)
            if kind == b"stream":
                found.append(await client.xrange(key))
            elif kind == b"hash":
                found.append(await client.hgetall(key))
            elif kind == b"string":
                found.append(await client.get(key))
    return found


def _only_redis(world: World) -> dict[str, str]:
    return {"REDIS_URL": world.environment["REDIS_URL"]}

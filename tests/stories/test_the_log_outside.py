"""The audit log is also where Redis cannot reach it: in a file, and at intervals in Slack."""

import asyncio
import json
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from bot.domain.audit import BOT, Fact
from bot.domain.checkpoints import checkpoint_of
from bot.errors import Misconfigured, Unavailable
from bot.jobs.checkpoint import POST_EVERY, checkpoint
from bot.jobs.keep import keep
from bot.lifecycle import note
from bot.runtime import opened
from bot.settings import Settings
from tests.processes import run
from tests.world import World, inhabited, until

FAILOVER = "Failover of vm-web01"


async def noted(world: World, count: int) -> None:
    """Have something written down so many times."""
    for number in range(count):
        await note(world.bot, Fact(type="story.notes", subject=f"{number}", actor=BOT))


def kept(path: Path) -> list[int]:
    """Read which entries a sink has, in its order."""
    return [json.loads(line)["sequence"] for line in path.read_text("utf-8").splitlines()]


async def test_the_worker_keeps_every_entry_in_the_sink(redis_url: str, tmp_path: Path) -> None:
    """In order and complete, and the auditor is told that they agree."""
    path = tmp_path / "audit.jsonl"
    async with inhabited(redis_url, {"DR_AUDIT_SINK": str(path)}) as world:
        await world.asked()
        await world.bo.presses("Deny", on=FAILOVER)
        await world.alice.sees(FAILOVER, "Denied")
        entries = await world.entries()
        await until(
            lambda: path.exists() and len(kept(path)) == len(entries), "the sink lacks entries"
        )
        said = path.read_text("utf-8").splitlines()
        assert said == [entry.model_dump_json() for entry in entries]
        only_redis = {"REDIS_URL": world.environment["REDIS_URL"]}
        code, words = await run(f"audit verify --sink {path}", only_redis, tmp_path)
        assert (code, f"The sink agrees with it in {len(entries)} entries." in words) == (0, True)


async def test_a_sink_goes_on_where_it_ended(redis_url: str, tmp_path: Path) -> None:
    """Also behind a line that the death of a worker cut short: without a gap, none twice."""
    path = tmp_path / "audit.jsonl"
    extra = {"DR_AUDIT_SINK": str(path)}
    async with inhabited(redis_url, extra, worker=False, front=False) as world:
        await noted(world, 3)
        assert await keep(world.bot) == 3
        whole = path.read_text("utf-8")
        await noted(world, 2)
        fourth = (await world.entries())[3].model_dump_json()
        path.write_text(whole + fourth[:200], "utf-8")
        assert await keep(world.bot) == 2
        assert await keep(world.bot) == 0
        await noted(world, 600)
        assert sum(await asyncio.gather(*(keep(world.bot) for _ in range(5)))) == 600
        lines = path.read_text("utf-8").splitlines()
        assert lines.pop(3) == fourth[:200]
        assert lines == [entry.model_dump_json() for entry in await world.entries()]
        only_redis = {"REDIS_URL": world.environment["REDIS_URL"]}
        code, said = await run(f"audit verify --sink {path}", only_redis, tmp_path)
        assert (code, "agrees with it in 605 entries" in said) == (0, True)


async def test_a_sink_takes_nothing_that_does_not_follow(
    redis_url: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """When Redis lost its end the file stays as it is, and the log of the worker says why."""
    path = tmp_path / "audit.jsonl"
    extra = {"DR_AUDIT_SINK": str(path)}
    async with inhabited(redis_url, extra, worker=False, front=False) as world:
        await noted(world, 3)
        await keep(world.bot)
        before = path.read_bytes()
        await world.bot.redis.client.delete("{dr}:audit", "{dr}:audit:head")
        await noted(world, 5)
        assert await keep(world.bot) == 0
        assert path.read_bytes() == before
        assert "does not go on where its sink ends" in caplog.text


async def test_a_sink_that_cannot_be_written_is_said(redis_url: str, tmp_path: Path) -> None:
    """A folder that is not there stops nothing else."""
    extra = {"DR_AUDIT_SINK": str(tmp_path / "nowhere" / "audit.jsonl")}
    async with inhabited(redis_url, extra, front=False) as world:
        with pytest.raises(Unavailable, match="cannot be written"):
            await keep(world.bot)
        code, said = await run("doctor", world.environment, tmp_path)
        assert code == 1
        assert "cannot be written" in said


async def test_a_checkpoint_after_a_hundred_entries_is_posted_and_signed(
    redis_url: str, tmp_path: Path
) -> None:
    """It is an entry, a line in the channel, and it is worth nothing without the key."""
    key = Ed25519PrivateKey.generate()
    private, public = tmp_path / "key.pem", tmp_path / "public.pem"
    private.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    made = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    public.write_bytes(made)
    async with inhabited(redis_url, {"DR_AUDIT_KEY": str(private)}, worker=False) as world:
        await checkpoint(world.bot)
        await noted(world, 98)
        await checkpoint(world.bot)
        assert len(await world.entries()) == 99
        await noted(world, 1)
        world.workspace.trouble.next("chat.postMessage", "unavailable")
        with pytest.raises(Exception, match="unavailable"):
            await checkpoint(world.bot)
        for _ in range(3):
            await checkpoint(world.bot)
        *_, hundredth, last = await world.entries()
        found = checkpoint_of(last)
        assert found
        assert (found.sequence, found.hash, last.sequence) == (100, hundredth.hash, 101)
        post = await world.alice.sees("Audit checkpoint", hundredth.hash, found.signature)
        anchors = tmp_path / "anchors.txt"
        anchors.write_text(post.words, "utf-8")
        said = [m for m in await world.alice.messages("incidents") if "checkpoint" in m.words]
        assert len(said) == 1
        only_redis = {"REDIS_URL": world.environment["REDIS_URL"]}
        command = f"audit verify --anchors {anchors} --public-key {public}"
        code, words = await run(command, only_redis, tmp_path)
        assert (code, "signed up to entry 100; 1 came after" in words) == (0, True)
        assert "All of 1 anchors agree" in words
        _, doctor = await run("doctor", world.environment, tmp_path)
        assert f"signed by the key {found.key}" in doctor


async def test_a_busy_minute_has_one_post(quiet: World) -> None:
    """Every hundred entries there is a checkpoint in the log; the channel gets the newest."""
    await checkpoint(quiet.bot)
    for _ in range(3):
        await noted(quiet, 100)
        await checkpoint(quiet.bot)
    kinds = await quiet.kinds()
    assert kinds.count("audit.checkpoint") == 3
    assert len(await posted_checkpoints(quiet)) == 1
    stored = json.loads(await quiet.bot.redis.audit.standing())
    stored["posted_at"] -= POST_EVERY
    await quiet.bot.redis.audit.stand(json.dumps(stored))
    await checkpoint(quiet.bot)
    *_, newest, _ = await quiet.entries()
    first, second = await posted_checkpoints(quiet)
    assert newest.hash not in first
    assert newest.hash in second


async def posted_checkpoints(world: World) -> list[str]:
    """Read the checkpoints in the channel, the oldest first."""
    return [one.words for one in await world.alice.messages() if "checkpoint" in one.words]


async def test_a_checkpoint_comes_after_a_quarter_of_an_hour(quiet: World) -> None:
    """When something happened; a night without anything says nothing."""
    await checkpoint(quiet.bot)
    await noted(quiet, 1)
    await checkpoint(quiet.bot)
    assert await quiet.kinds() == ["story.notes"]
    for _ in range(2):
        stored = json.loads(await quiet.bot.redis.audit.standing())
        stored["at"] -= 15 * 60 * 1000
        await quiet.bot.redis.audit.stand(json.dumps(stored))
        await checkpoint(quiet.bot)
    assert await quiet.kinds() == ["story.notes", "audit.checkpoint"]
    await quiet.alice.sees("Audit checkpoint", "not signed: no key is configured")


@pytest.mark.parametrize("name", ["DR_AUDIT_KEY", "DR_AUDIT_HMAC_KEY"])
@pytest.mark.parametrize("content", [b"", b"hello", None])
async def test_a_key_that_is_none_stops_the_process(
    redis_url: str, tmp_path: Path, content: bytes | None, name: str
) -> None:
    """With one sentence, and nothing of the file in it."""
    path = tmp_path / "key.pem"
    if content is not None:
        path.write_bytes(content)
    async with inhabited(redis_url, worker=False, front=False) as world:
        settings = Settings.read({**world.environment, name: str(path)})
        with pytest.raises(Misconfigured, match=name) as refused:
            async with opened(settings):
                pass
        assert "hello" not in str(refused.value)

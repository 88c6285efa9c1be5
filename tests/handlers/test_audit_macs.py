"""Somebody with the keys of Redis, who has not got the key that vouches for entries."""

import io
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from bot.domain.audit import START, Entry, chain
from bot.domain.macs import mac_key
from bot.errors import Misconfigured
from bot.gateways.redis import Redis, Verdict, Write, opened
from bot.gateways.redis.keys import AUDIT_HEAD, AUDIT_STREAM
from handlers.audit_verify import Files, verify
from tests.bot.samples import KEY, fact
from tests.processes import run

COUNT = 5
SECRET, RENEWED = b"0123456789abcdef" * 4, b"fedcba9876543210" * 4
Harm = Callable[[list[Entry]], list[Entry]]


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    """Give the file with the key."""
    path = tmp_path / "audit-hmac.key"
    path.write_bytes(SECRET + b"\n")
    return path


@pytest.fixture
async def store(redis_url: str) -> AsyncIterator[Redis]:
    """Give a store whose log has five entries, each of them vouched for."""
    await written(redis_url, COUNT, SECRET)
    async with opened(redis_url, KEY) as store:
        yield store


async def written(url: str, count: int, content: bytes | None) -> None:
    """Write so many entries as a process that has this key, or none."""
    async with opened(url, KEY, mac_key(content, "it") if content else None) as store:
        for number in range(count):
            before = await store.requests.snapshot()
            verdict, _ = await store.requests.write(before, Write(fact=fact(words=f"{number}")))
            assert verdict is Verdict.DONE


async def harmed(store: Redis, harm: Harm, *, head: bool) -> None:
    """Replace the log by what somebody made of it, and its head where `head` says so."""
    client: Any = store.client
    log = harm([entry async for entry in store.audit.everything()])
    await client.delete(AUDIT_STREAM)
    for entry in log:
        await client.xadd(AUDIT_STREAM, {"entry": entry.model_dump_json()})
    if head:
        await client.hset(AUDIT_HEAD, "hash", log[-1].hash if log else START)


async def verdict(url: str, *secrets: Path, since: int = 1) -> tuple[int, str]:
    """Have the log verified, with these keys or with none."""
    out = io.StringIO()
    return await verify(url, Files(secrets=secrets, since=since), out), out.getvalue()


def again(log: list[Entry], since: int = 0) -> list[Entry]:
    """Write a log anew from some place on, every hash included; the macs stay as they were."""
    found = log[:since]
    for at, entry in enumerate(log[since:], since + 1):
        before = found[-1].hash if found else START
        new = chain(entry.data, sequence=at, prevhash=before, time=entry.time)
        found.append(new.model_copy(update={"mac": entry.mac, "mackey": entry.mackey}))
    return found


def told(entry: Entry, words: str = "nothing to see here") -> Entry:
    """Let an entry say something else."""
    return entry.model_copy(update={"data": entry.data.model_copy(update={"words": words})})


def bare(log: list[Entry]) -> list[Entry]:
    """Take all macs off."""
    return [entry.model_copy(update={"mac": "", "mackey": ""}) for entry in log]


async def test_every_entry_is_vouched_for(
    store: Redis, redis_url: str, secret: Path, tmp_path: Path
) -> None:
    """With the key all macs are checked; without it, it is said that they were not."""
    entries = [entry async for entry in store.audit.everything()]
    assert {entry.mackey for entry in entries} == {mac_key(SECRET, "it").name}
    code, said = await verdict(redis_url)
    assert (code, f"{COUNT} entries carry macs, which were not checked: give" in said) == (0, True)
    command = f"audit verify --hmac-key {secret} --hmac-since 1"
    code, said = await run(command, {"REDIS_URL": redis_url}, tmp_path)
    assert (code, f"The macs of {COUNT} entries are right." in said) == (0, True)
    assert SECRET.decode() not in said + str([entry.model_dump_json() for entry in entries])


REWRITINGS: dict[str, tuple[Harm, int]] = {
    "changed": (lambda log: again([*log[:2], told(log[2]), *log[3:]], 2), 3),
    "deleted": (lambda log: again([*log[:2], *log[3:]], 2), 3),
    "inserted": (lambda log: again([*log[:2], told(log[1]), *log[2:]], 2), 3),
    "swapped": (lambda log: again([*log[:2], log[3], log[2], *log[4:]], 2), 3),
    "the newest": (lambda log: again([*log[:4], told(log[4])], 4), 5),
    "cut at its beginning": (lambda log: again(log[1:]), 1),
    "all of it": (lambda log: again([told(entry) for entry in log]), 1),
    "all of it, without macs": (lambda log: bare(again([told(entry) for entry in log])), 0),
    "its end, without macs": (
        lambda log: log[:3] + bare(again([*log[:3], told(log[3])], 3)[3:]),
        4,
    ),
}
"""What is written anew with every hash and the head, and the entry that is named for it."""


@pytest.mark.parametrize("what", REWRITINGS)
async def test_what_is_whole_in_itself_is_found_by_the_key_alone(
    store: Redis, redis_url: str, secret: Path, what: str
) -> None:
    """No anchor, no sink and no signature is needed."""
    harm, named = REWRITINGS[what]
    await harmed(store, harm, head=True)
    assert (await verdict(redis_url))[0] == 0
    code, said = await verdict(redis_url, secret)
    assert code == 1
    assert (f"Entry {named} carries" if named else "No entry carries a mac") in said


CLUMSY: dict[str, tuple[Harm, str]] = {
    "changed": (lambda log: [*log[:2], told(log[2]), *log[3:]], "Entry 3 was changed"),
    "deleted": (lambda log: [*log[:2], *log[3:]], "Entry 3 is missing"),
    "inserted": (lambda log: [*log[:2], log[1], *log[2:]], "Entry 3 is missing"),
    "swapped": (lambda log: [*log[:2], log[3], log[2], *log[4:]], "Entry 3 is missing"),
    "truncated": (lambda log: log[:3], "The log ends at entry 3"),
}


@pytest.mark.parametrize("what", CLUMSY)
async def test_what_the_chain_finds_is_found_with_the_key_too(
    store: Redis, redis_url: str, secret: Path, what: str
) -> None:
    """In the same words."""
    harm, words = CLUMSY[what]
    await harmed(store, harm, head=False)
    for keys in ((), (secret,)):
        code, said = await verdict(redis_url, *keys)
        assert (code, words in said) == (1, True), said


async def test_macs_do_not_show_a_cut_with_its_head(
    store: Redis, redis_url: str, secret: Path
) -> None:
    """What is left is as it was written: that takes an anchor or the sink, as the table says."""
    await harmed(store, lambda log: log[:3], head=True)
    code, said = await verdict(redis_url, secret)
    assert (code, "The macs of 3 entries are right." in said) == (0, True)


async def test_a_mac_taken_off_is_named(store: Redis, redis_url: str, secret: Path) -> None:
    """The chain does not cover macs; the key does."""
    await harmed(store, lambda log: [*log[:3], *bare(log[3:4]), log[4]], head=True)
    code, said = await verdict(redis_url, secret)
    assert (code, "Entry 4 carries no mac: somebody without the key" in said) == (1, True)


async def test_the_bot_does_not_vouch_for_what_it_goes_on_behind(
    store: Redis, redis_url: str, secret: Path
) -> None:
    """All of the log is rewritten without macs, and the bot then writes on, with them."""
    await harmed(store, lambda log: bare(again([told(entry) for entry in log])), head=True)
    await written(redis_url, 3, SECRET)
    code, said = await verdict(redis_url, secret)
    assert (code, "Entry 1 carries no mac: somebody without the key" in said) == (1, True)


async def test_a_key_begins_and_is_renewed(redis_url: str, secret: Path, tmp_path: Path) -> None:
    """The auditor knows from where on; each key is needed for what was written with it."""
    renewed = tmp_path / "renewed.key"
    renewed.write_bytes(RENEWED)
    await written(redis_url, 2, None)
    code, said = await verdict(redis_url, secret)
    assert (code, "No entry carries a mac" in said) == (1, True)
    await written(redis_url, 3, SECRET)
    code, said = await verdict(redis_url, secret)
    assert (code, "there was no key before, say --hmac-since 3." in said) == (1, True)
    code, said = await verdict(redis_url, secret, since=3)
    assert (code, "of 3 entries are right; 2 before entry 3 have none." in said) == (0, True)
    await written(redis_url, 1, RENEWED)
    name = mac_key(RENEWED, "it").name
    code, said = await verdict(redis_url, secret, since=3)
    assert (code, f"Entry 6 carries the mac of another key ({name})" in said) == (1, True)
    assert (await verdict(redis_url, secret, renewed, since=3))[0] == 0
    await written(redis_url, 1, None)
    code, said = await verdict(redis_url, secret, renewed, since=3)
    assert (code, "a process that was not given DR_AUDIT_HMAC_KEY" in said) == (1, True)


async def test_a_file_that_holds_no_key_is_refused(redis_url: str, tmp_path: Path) -> None:
    """Nobody is to believe that something was checked."""
    path = tmp_path / "short.key"
    path.write_bytes(b"too short\n")
    with pytest.raises(Misconfigured, match="holds 9 bytes; a key has at least 32"):
        await verdict(redis_url, path)
    with pytest.raises(Misconfigured, match="cannot be read"):
        await verdict(redis_url, tmp_path / "nowhere")

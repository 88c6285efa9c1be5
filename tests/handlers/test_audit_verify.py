"""Somebody with the keys of Redis changes the past; the auditor finds the first broken entry."""

import io
import json
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from bot.domain.audit import START, Entry, chain
from bot.domain.checkpoints import fact_of, made
from bot.errors import Misconfigured, Misunderstood
from bot.gateways.redis import Redis, Verdict, Write, opened
from bot.gateways.redis.keys import AUDIT_HEAD, AUDIT_STREAM
from bot.gateways.sink import held
from handlers.audit_verify import Files, verify
from tests.bot.samples import KEY, fact

COUNT = 6
Log = list[tuple[str, str]]
"""Places in the stream, each with the text of its entry."""


@pytest.fixture
async def store(redis_url: str) -> AsyncIterator[Redis]:
    """Give a store with a log of six entries."""
    async with opened(redis_url, KEY) as store:
        await written(store, COUNT)
        yield store


async def written(store: Redis, count: int) -> None:
    """Write so many entries by the one script that can."""
    for number in range(count):
        before = await store.requests.snapshot()
        entry = fact(words=f"{number} & more")
        verdict, _ = await store.requests.write(before, Write(fact=entry))
        assert verdict is Verdict.DONE


async def log_of(store: Redis) -> list[Entry]:
    """Read the log as it is."""
    return [entry async for entry in store.audit.everything()]


async def tampered(store: Redis, harm: Callable[[Log], Log]) -> None:
    """Replace the stream by what somebody made of it."""
    client: Any = store.client
    log = [(place, fields["entry"]) for place, fields in await client.xrange(AUDIT_STREAM)]
    await client.delete(AUDIT_STREAM)
    for number, (_, entry) in enumerate(harm(log), 1):
        await client.xadd(AUDIT_STREAM, {"entry": entry}, id=f"{number}-0")


async def rewritten(store: Redis, since: int) -> None:
    """Write the log anew from an entry on, every hash and the head included."""
    log = await log_of(store)
    before = log[since - 2].hash if since > 1 else START
    for at in range(since - 1, len(log)):
        data = log[at].data.model_copy(update={"reason": "nothing to see here"})
        log[at] = chain(data, sequence=at + 1, prevhash=before, time=log[at].time)
        before = log[at].hash
    await tampered(
        store, lambda old: [(p, e.model_dump_json()) for (p, _), e in zip(old, log, strict=True)]
    )
    client: Any = store.client
    await client.hset(AUDIT_HEAD, "hash", before)


async def verdict(url: str, **files: Any) -> tuple[int, str]:
    """Have the log verified."""
    out = io.StringIO()
    return await verify(url, Files(**files), out), out.getvalue()


@pytest.mark.parametrize("at", range(COUNT))
async def test_a_changed_entry_is_named(store: Redis, redis_url: str, at: int) -> None:
    """Whichever it is: it is not what its hash was computed over."""
    words = f"{at} & more"
    await tampered(store, lambda log: [(p, e.replace(words, "nothing")) for p, e in log])
    code, said = await verdict(redis_url)
    assert code == 1
    assert f"Entry {at + 1} was changed after it was written." in said


@pytest.mark.parametrize("at", range(COUNT))
async def test_a_deleted_entry_is_named(store: Redis, redis_url: str, at: int) -> None:
    """The first one, the last one, or any between."""
    await tampered(store, lambda log: log[:at] + log[at + 1 :])
    code, said = await verdict(redis_url)
    assert code == 1
    if at == COUNT - 1:
        assert f"The log ends at entry {at}, but that is not where it ended" in said
        assert "cut off its end" in said
    else:
        assert f"Entry {at + 1} is missing: entry {at + 2} stands in its place." in said
        assert "It was removed" in said


@pytest.mark.parametrize("at", range(COUNT + 1))
async def test_an_inserted_entry_is_named(store: Redis, redis_url: str, at: int) -> None:
    """One that is well made, but that nobody wrote there."""
    log = await log_of(store)
    before = log[at - 1].hash if at else START
    forged = chain(fact(), sequence=at + 1, prevhash=before, time=log[0].time).model_dump_json()
    await tampered(store, lambda log: [*log[:at], ("", forged), *log[at:]])
    code, said = await verdict(redis_url)
    assert code == 1
    if at == COUNT:
        assert f"The log ends at entry {COUNT + 1}, but that is not" in said
    else:
        assert f"Entry {at + 2} is missing: entry {at + 1} stands in its place." in said
        assert "was put in" in said


@pytest.mark.parametrize("at", range(COUNT - 1))
async def test_swapped_entries_are_named(store: Redis, redis_url: str, at: int) -> None:
    """Two neighbours in the wrong order."""
    await tampered(store, lambda log: [*log[:at], log[at + 1], log[at], *log[at + 2 :]])
    code, said = await verdict(redis_url)
    assert code == 1
    assert f"Entry {at + 1} is missing: entry {at + 2} stands in its place." in said


@pytest.mark.parametrize("kept", range(COUNT))
async def test_a_log_cut_at_its_end_is_named(store: Redis, redis_url: str, kept: int) -> None:
    """The head remembers where it ended."""
    await tampered(store, lambda log: log[:kept])
    code, said = await verdict(redis_url)
    assert code == 1
    assert f"The log ends at entry {kept}, but that is not where it ended when written." in said


@pytest.mark.parametrize("lost", range(1, COUNT))
async def test_a_log_cut_at_its_start_is_named(store: Redis, redis_url: str, lost: int) -> None:
    """The first entry has the number one."""
    await tampered(store, lambda log: log[lost:])
    code, said = await verdict(redis_url)
    assert code == 1
    assert f"Entry 1 is missing: entry {lost + 1} stands in its place." in said
    assert "from the beginning of the log" in said


async def test_an_entry_with_a_hash_of_its_own_is_named(store: Redis, redis_url: str) -> None:
    """Whoever changes one and computes its hash anew breaks the next."""
    log = await log_of(store)
    other = log[2].data.model_copy(update={"reason": "none"})
    forged = chain(other, sequence=3, prevhash=log[1].hash, time=log[2].time).model_dump_json()
    await tampered(store, lambda log: [*log[:2], ("", forged), *log[3:]])
    code, said = await verdict(redis_url)
    assert code == 1
    assert "Entry 4 does not follow the entry before it." in said


async def test_what_is_no_entry_is_named(store: Redis, redis_url: str) -> None:
    """Rubbish in the place of an entry."""
    await tampered(store, lambda log: [*log[:3], ("", "{}"), *log[4:]])
    code, said = await verdict(redis_url)
    assert code == 1
    assert "an entry cannot be read. It is the one behind entry 3" in said


@pytest.mark.parametrize("since", [1, 4, COUNT])
async def test_a_rewritten_log_disagrees_with_an_anchor(
    store: Redis, redis_url: str, tmp_path: Path, since: int
) -> None:
    """Whole in itself, head and all; but Slack was told another hash."""
    log = await log_of(store)
    anchors = tmp_path / "anchors.jsonl"
    lines = [json.dumps({"sequence": one.sequence, "hash": one.hash}) for one in (log[1], log[3])]
    lines.append(f"dr  09:41  audit entry {COUNT} · `{log[-1].hash}` somebody copied it so")
    anchors.write_text("\n".join(lines), "utf-8")
    code, said = await verdict(redis_url, anchors=[anchors])
    assert (code, "All of 3 anchors agree with it." in said) == (0, True)
    await rewritten(store, since)
    assert (await verdict(redis_url))[0] == 0
    code, said = await verdict(redis_url, anchors=[anchors])
    assert code == 1
    first = min(number for number in (2, 4, COUNT) if number >= since)
    assert f"Entry {first} is not the one that an anchor names." in said


async def test_an_anchor_beyond_the_end_tells_of_a_cut(
    store: Redis, redis_url: str, tmp_path: Path
) -> None:
    """The log and its head were cut together."""
    log = await log_of(store)
    anchors = tmp_path / "anchors.jsonl"
    anchors.write_text(json.dumps({"sequence": COUNT, "hash": log[-1].hash}), "utf-8")
    await tampered(store, lambda log: log[:4])
    client: Any = store.client
    await client.hset(AUDIT_HEAD, "hash", log[3].hash)
    assert (await verdict(redis_url))[0] == 0
    code, said = await verdict(redis_url, anchors=[anchors])
    assert (code, f"Entry {COUNT} is not there, and an anchor names it." in said) == (1, True)


async def test_a_file_without_anchors_is_refused(redis_url: str, tmp_path: Path) -> None:
    """Nobody is to believe that something was compared."""
    anchors = tmp_path / "anchors.jsonl"
    anchors.write_text('{"sequence": 1}\nhello\n', "utf-8")
    with pytest.raises(Misunderstood, match="holds no anchor"):
        await verdict(redis_url, anchors=[anchors])
    with pytest.raises(Misconfigured, match="cannot be read"):
        await verdict(redis_url, sink=tmp_path / "nowhere")


@pytest.mark.parametrize("since", [1, 3, COUNT])
async def test_a_rewritten_log_disagrees_with_the_sink(
    store: Redis, redis_url: str, tmp_path: Path, since: int
) -> None:
    """The first entry that is another is named, with what it said and says."""
    path = tmp_path / "audit.jsonl"
    with held(path) as sink:
        assert sink
        sink.append(await log_of(store))
    await written(store, 2)
    code, said = await verdict(redis_url, sink=path)
    assert code == 0
    assert f"agrees with it in {COUNT} entries; the newest 2 are not there yet." in said
    await rewritten(store, since)
    code, said = await verdict(redis_url, sink=path)
    assert code == 1
    assert f"Entry {since} is not the one in the sink." in said
    assert "was rewritten from there on" in said


async def test_a_log_cut_with_its_head_disagrees_with_the_sink(
    store: Redis, redis_url: str, tmp_path: Path
) -> None:
    """What the sink has and Redis has not was cut off."""
    path = tmp_path / "audit.jsonl"
    log = await log_of(store)
    with held(path) as sink:
        assert sink
        sink.append(log)
    await tampered(store, lambda log: log[:2])
    client: Any = store.client
    await client.hset(AUDIT_HEAD, "hash", log[1].hash)
    code, said = await verdict(redis_url, sink=path)
    assert (code, "Entry 3 is in the sink and not in Redis: 4 were cut off" in said) == (1, True)
    path.write_text(path.read_text().replace("& more", "& less"), "utf-8")
    code, said = await verdict(redis_url, sink=path)
    assert (code, "The sink itself is broken. Entry 1 was changed" in said) == (1, True)
    path.write_text("hello\n", "utf-8")
    with pytest.raises(Misunderstood, match="Line 1 of the sink"):
        await verdict(redis_url, sink=path)


async def test_signed_checkpoints_cannot_be_made_without_the_key(
    store: Redis, redis_url: str, tmp_path: Path
) -> None:
    """A log that was rewritten has none, or wrong ones, or those of another key."""
    key, other = Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate()
    pem, foreign = tmp_path / "key.pem", tmp_path / "other.pem"
    for path, one in ((pem, key), (foreign, other)):
        public = one.public_key()
        path.write_bytes(public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    code, said = await verdict(redis_url, keys=[pem])
    assert (code, "No checkpoint is signed" in said) == (1, True)
    before = await store.requests.snapshot()
    signed = fact_of(made(before.sequence, before.head, key), "p")
    await store.requests.write(before, Write(fact=signed))
    await written(store, 3)
    code, said = await verdict(redis_url, keys=[pem])
    assert (code, f"It is signed up to entry {COUNT}; 4 came after." in said) == (0, True)
    code, said = await verdict(redis_url, keys=[foreign])
    assert (code, "is signed by another key" in said) == (1, True)
    assert (await verdict(redis_url, keys=[foreign, pem]))[0] == 0

    before = await store.requests.snapshot()
    await store.requests.write(before, Write(fact=fact_of(made(8, before.head, None), "p")))
    code, said = await verdict(redis_url)
    assert (code, "names another entry 8 than there is" in said) == (1, True)


async def test_a_forged_signature_is_found(store: Redis, redis_url: str, tmp_path: Path) -> None:
    """The name of the key alone makes no signature; after one that is signed, all have to be."""
    key = Ed25519PrivateKey.generate()
    pem = tmp_path / "key.pem"
    pem.write_bytes(key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    before = await store.requests.snapshot()
    await store.requests.write(before, Write(fact=fact_of(made(6, before.head, key), "p")))
    before = await store.requests.snapshot()
    bare = made(7, before.head, None)
    await store.requests.write(before, Write(fact=fact_of(bare, "p")))
    code, said = await verdict(redis_url, keys=[pem])
    assert (code, "entry 8 is not signed, although one before it is" in said) == (1, True)
    await rewritten(store, 1)
    code, said = await verdict(redis_url, keys=[pem])
    assert (code, "names another entry 6 than there is" in said) == (1, True)

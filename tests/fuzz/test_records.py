"""The records themselves: entries, their exports, and documents of another version."""

import csv
import io
import json
import re
from collections.abc import AsyncIterator
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from bot.domain.anchors import read_anchors, read_lines
from bot.domain.audit import START, Actor, Entry, Fact, chain
from bot.domain.request import Request
from bot.domain.verification import Evidence, verify
from bot.errors import Misunderstood, OtherVersion
from bot.gateways.redis import Redis, Write, opened
from bot.gateways.redis.keys import request_key
from bot.gateways.redis.seals import Seals
from bot.messages import answers
from handlers.audit_cef import cef
from handlers.audit_commands import export
from tests.bot.gateways.stored import asked
from tests.bot.samples import KEY, NOON, fact
from tests.fuzz.mutation import examples, mutated, rounds
from tests.hostile import HOSTILE, inert


def _entries() -> list[Entry]:
    entries: list[Entry] = []
    before = START
    for sequence in range(1, 6):
        entries.append(chain(fact(), sequence=sequence, prevhash=before, time=NOON.isoformat()))
        before = entries[-1].hash
    return entries


ENTRIES: Final = _entries()
_HEAD: Final = ENTRIES[-1].hash


@examples(150)
@given(st.integers(0, 4), st.randoms(use_true_random=False))
def test_a_changed_entry_is_found(at: int, chance: Any) -> None:
    """It cannot be read, or verifying says which entry is wrong; it says so and raises nothing."""
    text = json.dumps(mutated(json.loads(ENTRIES[at].model_dump_json()), chance))
    lines = [one.model_dump_json() for one in ENTRIES]
    lines[at] = text
    try:
        entry = Entry.model_validate_json(text)
    except ValidationError:
        with pytest.raises(Misunderstood, match=f"Line {at + 1} "):
            read_lines(lines)
        return
    log = [*ENTRIES[:at], entry, *ENTRIES[at + 1 :]]
    if entry != ENTRIES[at]:
        assert verify(log, _HEAD, Evidence()).broken
        assert verify(ENTRIES, _HEAD, Evidence(sink=log)).broken
    assert "\n" not in cef(entry)
    inert(answers.trail("", [entry]).text)


@examples(150)
@given(st.lists(st.text(max_size=60) | st.sampled_from([*HOSTILE.values()]), max_size=8))
def test_any_file_of_anchors_is_read(lines: list[str]) -> None:
    """Whatever else stands in what an auditor copied out of Slack."""
    odd = ['{"sequence": 1e400, "hash": []}', '{"sequence": "²", "hash": 1}', "{" * 9000]
    [found] = read_anchors([*lines, *odd, f'{{"sequence": 3, "hash": "{_HEAD}"}}'])
    assert found.hash == _HEAD


@pytest.fixture
async def store(redis_url: str) -> AsyncIterator[Redis]:
    """Give the store over an empty database."""
    async with opened(redis_url, KEY) as store:
        yield store


async def test_a_sealed_document_of_another_version_is_not_guessed_at(store: Redis) -> None:
    """It is a whole request or none, whatever was left out, put in or renamed in between."""
    await asked(store)
    client: Any = store.client
    key = request_key("R-7K2M9P")
    document = json.loads(await client.hget(key, "document"))
    for number, chance in rounds(120):
        changed = json.dumps(mutated(document, chance))
        seal = Seals(KEY).seal("R-7K2M9P", changed)  # as another version of us
        await client.hset(key, mapping={"document": changed, "seal": seal})
        try:
            assert isinstance(await store.requests.load("R-7K2M9P"), Request), number
        except OtherVersion:
            assert await store.requests.load_many(["R-7K2M9P"]) == []


async def test_a_sealed_result_of_another_version_is_not_guessed_at(store: Redis) -> None:
    """It is left out, as a forged one is, and hides no other."""
    client: Any = store.client
    good = '{"name": "vm-web01", "state": "succeeded"}'
    for one, text in (("R-1", good), ("R-2", '{"name": "vm-web02", "state": "orbiting"}')):
        seal = Seals(KEY).seal(f"{one} result", text)  # as another version of us
        await client.hset("{dr}:request:R-7K2M9P:results", one, f"{seal} {text}")
    found = await store.requests.results("R-7K2M9P")
    await client.delete("{dr}:request:R-7K2M9P:results")
    assert list(found) == ["R-1"]


_CEF: Final = frozenset(
    {"rt", "externalId", "suser", "suid", "act", "dhost", "outcome", "reason", "msg"}
    | {f"cs{n}{label}" for n in range(1, 7) for label in ("", "Label")}
)


def _hostile_fact(text: str) -> Fact:
    clean = text.encode("utf-8", "replace").decode()
    return Fact(
        type="request.ask", subject="R-7K2M9P", actor=Actor(team="T", id="U", name=clean),
        operation=clean, target=clean, target_id=clean, before=clean, after=clean, reason=clean,
        words=clean, policy=clean, correlation={"job": clean, "client_request_id": clean},
    )  # fmt: skip


@pytest.mark.parametrize("form", ["jsonl", "csv", "cef"])
async def test_hostile_words_are_only_words_in_an_export(redis_url: str, form: str) -> None:
    """One line or row for each entry, no formula in a cell, no field made of foreign words."""
    async with opened(redis_url, KEY) as store:
        for text in HOSTILE.values():
            before = await store.requests.snapshot("")
            await store.requests.write(before, Write(fact=_hostile_fact(text)))
        told = io.StringIO(newline="")
        assert await export(redis_url, form, out=told) == 0
    said = told.getvalue()
    if form == "csv":
        rows = list(csv.reader(io.StringIO(said, newline="")))
        assert len(rows) == len(HOSTILE) + 1
        assert {len(row) for row in rows} == {len(rows[0])}
        for cell in (cell for row in rows[1:] for cell in row):
            assert cell.lstrip()[:1] not in {*"=+-@\uff1d\uff0b\uff0d\uff20"}, cell
            assert not re.search("[\x00-\x09\x0b-\x1f\x7f]", cell), cell
        return
    lines = said.split("\n")
    assert lines.pop() == ""
    assert len(lines) == len(HOSTILE) == len(said.splitlines())
    for line in lines:
        if form == "jsonl":
            assert Entry.model_validate_json(line).hash
        else:
            assert line.startswith("CEF:0|DR bot|")
            *head, told_of = re.split(r"(?<!\\)\|", line.replace("\\\\", ""), maxsplit=7)
            assert len(head) == 7, line
            keys = re.findall(r"(\w+)=", re.sub(r"\\=", "", told_of))
            assert set(keys) <= _CEF, line
            assert len(keys) == len(set(keys)), line

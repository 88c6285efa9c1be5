"""The chain of the audit log: whatever is done to it afterwards is found and named."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.audit import START, Entry, chain, first_broken, hash_of
from bot.domain.macs import first_unvouched, mac_key
from tests.bot.samples import fact

Log = list[Entry]
GOLDEN = Path(__file__).with_name("golden")


def written(count: int) -> Log:
    """Write a log of so many entries."""
    log: Log = []
    for number in range(1, count + 1):
        before = log[-1].hash if log else START
        entry = chain(
            fact(reason=f"reason {number} & “more” 🙂"),
            sequence=number,
            prevhash=before,
            time=f"2026-03-01T12:00:{number:02}.000+00:00",
        )
        log.append(entry)
    return log


LOG = written(6)
HEAD = LOG[-1].hash


def test_a_whole_log_is_whole() -> None:
    """As written, and an empty one too."""
    assert first_broken(LOG, HEAD) is None
    assert first_broken([], START) is None


def test_an_entry_survives_being_stored() -> None:
    """As JSON and back it has the hash that it was given."""
    again = [Entry.model_validate_json(entry.model_dump_json()) for entry in LOG]
    assert again == LOG
    assert [hash_of(entry) for entry in again] == [entry.hash for entry in LOG]


def test_an_entry_says_nothing_of_what_it_does_not_know() -> None:
    """A field that came later is not there where it is empty, and the hash covers it elsewhere."""
    assert not {"mac", "mackey"} & LOG[0].model_dump().keys()
    assert "entra" not in LOG[0].data.model_dump_json()
    who = LOG[0].data.actor.model_copy(update={"entra": "3b0d7a7e-4f7c-4b86-9a63-0c6a5a1e2f10"})
    [named, *_] = edited(LOG, 1, actor=who)
    assert "3b0d7a7e" in named.model_dump_json()
    assert hash_of(named) != LOG[0].hash


@pytest.mark.parametrize("path", sorted(GOLDEN.glob("audit-log-*.jsonl")), ids=lambda one: one.stem)
def test_a_log_of_an_earlier_version_is_whole_for_ever(path: Path) -> None:
    """As it was written then: never redraw these files. Whoever adds a field adds a file."""
    lines = path.read_text("utf-8").splitlines()
    entries = [Entry.model_validate_json(line) for line in lines]
    assert len(entries) >= 10
    assert first_broken(entries, json.loads(lines[-1])["hash"]) is None
    assert [entry.model_dump_json() for entry in entries] == lines
    vouched = [entry for entry in entries if entry.mac]
    key = mac_key(b"0123456789abcdef" * 4, "the key of these files")
    assert not vouched or first_unvouched(entries, {key.name: key}) == (None, len(entries))


def edited(log: Log, number: int, **more: object) -> Log:
    """Change an entry without touching its hash."""
    entry = log[number - 1]
    data = entry.data.model_copy(update=more)
    return [*log[: number - 1], entry.model_copy(update={"data": data}), *log[number:]]


def rewritten(log: Log, number: int) -> Log:
    """Change an entry and give it the hash that belongs to it."""
    [entry] = edited(log, number, reason="none")[number - 1 : number]
    honest = entry.model_copy(update={"hash": hash_of(entry)})
    return [*log[: number - 1], honest, *log[number:]]


@pytest.mark.parametrize(
    ("harm", "words"),
    [
        (lambda log: edited(log, 3, reason="none"), "Entry 3 was changed"),
        (lambda log: edited(log, 1, words=""), "Entry 1 was changed"),
        (lambda log: rewritten(log, 3), "Entry 4 does not follow"),
        (lambda log: log[1:], "Entry 1 is missing"),
        (lambda log: log[:2] + log[3:], "Entry 3 is missing"),
        (lambda log: [*log[:2], log[3], log[2], *log[4:]], "Entry 3 is missing"),
        (lambda log: [*log[:3], log[2], *log[3:]], "Entry 4 is missing"),
        (lambda log: log[:-1], "The log ends at entry 5"),
        (lambda log: rewritten(log, 6), "The log ends at entry 6"),
        (lambda log: [], "The log ends at entry 0"),
    ],
)
def test_harm_is_named(harm: Callable[[Log], Log], words: str) -> None:
    """Editing, dropping, reordering, doubling, and cutting off the end."""
    assert words in str(first_broken(harm(LOG), HEAD))


@given(st.data())
def test_no_field_of_any_entry_can_be_changed(data: st.DataObject) -> None:
    """Whichever field of whichever entry: the first entry that it breaks is named.

    The hash covers all but the mac, which is over the hash (see `test_macs`).
    """
    beside = {"sequence", "data", "mac", "mackey"}
    number = data.draw(st.integers(1, len(LOG)))
    entry = LOG[number - 1]
    field = data.draw(st.sampled_from(sorted(set(Entry.model_fields) - beside)))
    other = entry.model_copy(update={field: getattr(entry, field) + "x"})
    assert first_broken([*LOG[: number - 1], other, *LOG[number:]], HEAD) is not None


def test_an_entry_from_another_log_does_not_fit_in() -> None:
    """However well it is made, it does not know the hash before it."""
    stranger = chain(fact(), sequence=3, prevhash="f" * 64, time=LOG[2].time)
    assert "Entry 3 does not follow" in str(first_broken([*LOG[:2], stranger, *LOG[3:]], HEAD))

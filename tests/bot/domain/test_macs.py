"""Macs: what nobody can write who does not have the key."""

from collections.abc import Callable

import pytest

from bot.domain.audit import START, Entry, chain, first_broken
from bot.domain.macs import MacKey, first_unvouched, mac_key, vouched
from bot.errors import Misconfigured
from tests.bot.samples import fact

KEY, OTHER = mac_key(b"k" * 32, "k"), mac_key(b"o" * 40 + b"\n", "o")
Log = list[Entry]


def written(*keys: MacKey | None, reason: str = "it is down") -> Log:
    """Write a log, each entry with a key or without."""
    log: Log = []
    for number, key in enumerate(keys, 1):
        before = log[-1].hash if log else START
        entry = chain(fact(reason=reason), sequence=number, prevhash=before, time="2026-03-01")
        log.append(vouched(entry, key) if key else entry)
    return log


def found(log: Log, *keys: MacKey, since: int = 1) -> tuple[str | None, int]:
    """Check the macs of a log that is whole in itself."""
    assert first_broken(log, log[-1].hash if log else START) is None
    return first_unvouched(log, {key.name: key for key in keys}, since)


def test_macs_are_right_from_the_first_on() -> None:
    """Or from the entry on that the auditor knows; a renewed key is known by its name."""
    assert found(written(KEY, KEY, KEY), KEY) == (None, 3)
    assert found(written(None, None, KEY, KEY), KEY, since=3) == (None, 2)
    assert found(written(None, KEY, OTHER, OTHER), OTHER, KEY, since=2) == (None, 3)
    assert found(written(None, KEY, None, KEY), KEY, since=4) == (None, 2)


def test_what_was_before_the_key_is_for_the_auditor_to_know() -> None:
    """A log that was rewritten without macs, and went on with them, is not believed."""
    said, _ = found(written(None, None, KEY), KEY)
    assert str(said).startswith("Entry 1 carries no mac")
    assert str(said).endswith("If you know that there was no key before, say --hmac-since 3.")
    said, _ = found(written(KEY, None, KEY), KEY)
    assert "--hmac-since" not in str(said)


def stripped(log: Log, *numbers: int) -> Log:
    """Take the macs off some entries."""
    return [
        one.model_copy(update={"mac": "", "mackey": ""} if one.sequence in numbers else {})
        for one in log
    ]


@pytest.mark.parametrize(
    ("log", "said"),
    [
        (written(KEY, None, KEY), "Entry 2 carries no mac: somebody without the key"),
        (stripped(written(KEY, KEY, KEY), 3), "Entry 3 carries no mac"),
        (written(KEY, KEY, OTHER), f"Entry 3 carries the mac of another key ({OTHER.name})"),
        (written(None, None), "No entry carries a mac"),
        ([], "No entry carries a mac"),
    ],
)
def test_a_missing_or_foreign_mac_is_named(log: Log, said: str) -> None:
    """Every entry has to have one, by a key that the auditor has."""
    assert said in str(found(log, KEY)[0])


def test_the_name_of_the_key_makes_no_mac() -> None:
    """Nor does the mac of another entry, or of the entry that stood there before."""
    log, forged = written(KEY, KEY, KEY), written(None, None, None, reason="nothing")
    guesses: list[Callable[[int], str]] = [
        lambda at: "0" * 64,
        lambda at: log[at].mac,
        lambda at: log[at - 1].mac,
        lambda at: "ä",
    ]
    for guess in guesses:
        copied = [
            one.model_copy(update={"mac": guess(at), "mackey": KEY.name})
            for at, one in enumerate(forged)
        ]
        said, good = found(copied, KEY)
        assert (str(said).startswith("Entry 1 carries"), good) == (True, 0)


def test_a_key_is_long_and_never_shown() -> None:
    """The end of a line does not belong to it; of one that is too short only the length is told."""
    assert mac_key(b"o" * 40, "o") == mac_key(b"o" * 40 + b"\r\n", "o") == OTHER
    assert KEY.name != OTHER.name
    assert "kkk" not in repr(KEY)
    with pytest.raises(Misconfigured, match="holds 31 bytes") as refused:
        mac_key(b"secret-" + b"x" * 24 + b"\n", "DR_AUDIT_HMAC_KEY")
    assert "secret-" not in str(refused.value)

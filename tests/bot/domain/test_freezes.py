"""Freeze windows: when they hold, until when, and every way to write them wrongly."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bot.domain.freezes import Freeze, frozen
from bot.domain.policy import load
from bot.errors import Misconfigured
from bot.settings import SHIPPED_POLICY


def freeze(**more: Any) -> Freeze:
    """Make a freeze over Christmas, by the clocks of Amsterdam."""
    given: dict[str, Any] = {
        "name": "Christmas",
        "from": "2026-12-24T18:00",
        "until": "2026-12-27T08:00",
        "zone": "Europe/Amsterdam",
    }
    return Freeze.model_validate(given | more)


def weekly(begins: str, until: str, *days: str, zone: str = "UTC") -> Freeze:
    """Make a freeze that comes back."""
    return freeze(**{"from": begins, "until": until, "days": days, "zone": zone})


def utc(text: str) -> datetime:
    """Read a moment."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("now", "ends"),
    [
        ("2026-12-24T16:59:59", None),
        ("2026-12-24T17:00:00", "2026-12-27T07:00"),
        ("2026-12-27T06:59:59", "2026-12-27T07:00"),
        ("2026-12-27T07:00:00", None),
    ],
)
def test_a_freeze_holds_from_its_first_moment_to_before_its_last(
    now: str, ends: str | None
) -> None:
    """In the time of its place, an hour from UTC in winter."""
    assert freeze().ends(utc(now)) == (utc(ends) if ends else None)


def test_an_offset_outweighs_the_zone() -> None:
    """TOML can write a moment whole."""
    whole = freeze(**{"from": "2026-12-24T18:00:00+00:00"})
    assert whole.ends(utc("2026-12-24T17:30")) is None
    assert whole.ends(utc("2026-12-24T18:00")) == utc("2026-12-27T07:00")


@pytest.mark.parametrize(
    ("now", "ends"),
    [
        ("2026-03-06T16:59", None),  # a Friday
        ("2026-03-06T17:00", "2026-03-07T05:00"),
        ("2026-03-07T04:59", "2026-03-07T05:00"),
        ("2026-03-07T17:00", None),
        ("2026-07-03T16:00", "2026-07-04T04:00"),  # summer time
    ],
)
def test_a_weekly_freeze_goes_over_midnight(now: str, ends: str | None) -> None:
    """An end that is not later than its beginning is one of the next day."""
    nights = weekly("18:00", "06:00", "Friday", zone="Europe/Amsterdam")
    assert nights.ends(utc(now)) == (utc(ends) if ends else None)


def test_windows_that_touch_are_one() -> None:
    """From Friday evening on it says that it ends on Monday, not on Saturday."""
    weekend = weekly("18:00", "18:00", "fri", "sat", "sun")
    assert weekend.ends(utc("2026-03-06T20:00")) == utc("2026-03-09T18:00")
    always = weekly("00:00", "00:00", "mon", "tue", "wed", "thu", "fri", "sat", "sun")
    assert always.ends(utc("2026-03-06T20:00")) is not None


def test_a_freeze_holds_for_the_operations_that_it_names() -> None:
    """All of them when it names none."""
    at = int(utc("2026-12-25T12:00").timestamp() * 1000)
    some = freeze(operations=["commit"], override=["@dr-owners"])
    [held] = frozen([some], "commit", at)
    assert held.override == ("@dr-owners",)
    assert held.words == "the freeze “Christmas”, until 2026-12-27 07:00 UTC"
    assert frozen([some], "failover", at) == ()
    assert len(frozen([some, freeze(name="b")], "commit", at)) == 2


FREEZE = """
[[freeze]]
name = "x"
from = 2026-12-24T18:00:00
until = 2026-12-27T08:00:00
"""

WEEKLY = "[[freeze]]\nname = 'x'\nfrom = 18:00:00\nuntil = '19:00'\n"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (FREEZE + 'zone = "Europe/Amsterdm"', "did you mean “Europe/Amsterdam”?"),
        (FREEZE + 'days = ["fri"]', "with days, from is a time of the day"),
        (FREEZE.replace("2026-12-24T18:00:00", "18:00:00"), "without days, from is a date"),
        (FREEZE.replace("2026-12-24T18:00:00", '"soon"'), "freeze.0.from"),
        (FREEZE.replace("12-24", "12-28"), "it ends before it begins"),
        (
            "[[freeze]]\nname = 'x'\nfrom = 18:00:00\nuntil = '19:00'\ndays = ['no']",
            "a day is one of mon, tue",
        ),
        (FREEZE + "overide = []", "did you mean “override”?"),
        (FREEZE + FREEZE, "two freezes are called x"),
        (WEEKLY + "days = 3", "freeze.0.days"),
        (FREEZE.replace("from", "form"), "did you mean “from”?"),
    ],
)
def test_a_wrong_freeze_gets_a_sentence(text: str, said: str, tmp_path: Path) -> None:
    """With what is meant."""
    path = tmp_path / "policy.toml"
    path.write_text(SHIPPED_POLICY.read_text() + text)
    with pytest.raises(Misconfigured) as caught:
        load(path)
    assert said in str(caught.value)


def test_a_freeze_of_a_file_is_part_of_its_version(tmp_path: Path) -> None:
    """TOML's own times are read, and a later end is another policy."""
    path = tmp_path / "policy.toml"
    path.write_text(SHIPPED_POLICY.read_text() + FREEZE)
    first = load(path)
    assert first.freezes[0].ends(utc("2026-12-25T00:00")) == utc("2026-12-27T08:00")
    path.write_text(SHIPPED_POLICY.read_text() + FREEZE.replace("08:00", "09:00"))
    assert load(path).version != first.version

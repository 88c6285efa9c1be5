"""Until when: what is typed, and the moment that it means."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.times import check_until, clock_time, deadline
from bot.errors import Misunderstood
from tests.bot.samples import NOON

MONTH = timedelta(days=30)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("14:00", "2026-03-01T14:00"),
        ("9:30", "2026-03-02T09:30"),
        ("12:00", "2026-03-02T12:00"),
        ("12:30+02:00", "2026-03-02T10:30"),
        ("14:30+0200", "2026-03-01T12:30"),
        ("14:00z", "2026-03-01T14:00"),
        ("2026-03-24T18:00", "2026-03-24T18:00"),
        ("2026-03-24t18:00+01:00", "2026-03-24T17:00"),
        ("30m", "2026-03-01T12:30"),
        ("2H", "2026-03-01T14:00"),
        ("1h30m", "2026-03-01T13:30"),
        ("30d", "2026-03-31T12:00"),
        ("1d12h", "2026-03-03T00:00"),
    ],
)
def test_an_end_is_a_time_or_how_long(typed: str, meant: str) -> None:
    """The next time that the clock says so, in UTC unless a zone is named."""
    assert check_until(typed) == typed
    assert deadline(typed, NOON, MONTH) == datetime.fromisoformat(meant).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    "typed",
    ["", "soon", "25:00", "14", "2026-02-30T10:00", "2026-12-24", "1w", "h", "-2h", "14:00+99:00",
     "2h2h", "１４:００x", "9999999999999h"],
)  # fmt: skip
def test_what_is_no_time_is_refused(typed: str) -> None:
    """With how it is said."""
    for read in (check_until, lambda text: deadline(text, NOON, MONTH)):
        with pytest.raises(Misunderstood, match=r"does not name a time.*Say 14:00") as caught:
            read(typed)
        assert len(caught.value.sentence) < 100


@pytest.mark.parametrize(
    "typed", ["0m", "0d", "2026-03-01T12:00", "2026-03-01T11:59", "0001-01-01T00:00"]
)
def test_what_has_passed_is_refused(typed: str) -> None:
    """Also what would end at this moment."""
    with pytest.raises(Misunderstood, match="is over: it is 2026-03-01 12:00 UTC now"):
        deadline(typed, NOON, MONTH)


@pytest.mark.parametrize(
    ("typed", "longest", "words"),
    [
        ("31d", MONTH, "30 days"),
        ("2026-03-31T12:01", MONTH, "30 days"),
        ("25h", timedelta(hours=24), "24 h"),
        ("61m", timedelta(hours=1), "1 h"),
        ("2h", timedelta(minutes=90), "1 h 30 min"),
    ],
)
def test_what_is_too_far_off_is_refused(typed: str, longest: timedelta, words: str) -> None:
    """With what the most is."""
    with pytest.raises(Misunderstood, match=f"too far off: {words} is the most"):
        deadline(typed, NOON, longest)


def test_the_last_time_and_the_next_are_a_day_apart() -> None:
    """Recovery points are looked for behind us, ends ahead."""
    assert clock_time("13:55", NOON) == NOON - timedelta(hours=22, minutes=5)
    assert clock_time("13:55", NOON, ahead=True) == NOON + timedelta(hours=1, minutes=55)


@given(st.text("0123456789:TZ+-dhm ", max_size=24) | st.text(max_size=60))
def test_whatever_is_typed_is_a_moment_ahead_or_a_sentence(text: str) -> None:
    """Never a crash, and never an end that is not one."""
    try:
        end = deadline(text, NOON, MONTH)
    except Misunderstood:
        return
    assert NOON < end <= NOON + MONTH

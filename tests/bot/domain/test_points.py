"""Which recovery point a word means."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.domain.machines import Point
from bot.domain.operations import CATALOGUE
from bot.domain.points import choose
from bot.errors import Misunderstood, NotNow
from tests.bot.samples import NOON, machine, point

MACHINE = machine()


def at(minutes: int, **more: object) -> Point:
    """Make a point so many minutes older than noon, named after them."""
    name = f"00000000-0000-0000-0000-{minutes:012}"
    return point(name=name, at=NOON - timedelta(minutes=minutes), kind="CrashConsistent", **more)


POINTS = (
    at(5),
    at(10),
    at(30, shared=True),
    at(60).model_copy(update={"kind": "ApplicationConsistent"}),
    at(24 * 60),
)


def chosen(choice: str, now: datetime = NOON) -> int | None:
    """Return how many minutes before noon the chosen point is."""
    found = choose(choice, POINTS, MACHINE, now)
    return round((NOON - found.at).total_seconds() / 60) if found else None


@pytest.mark.parametrize(
    ("choice", "minutes"),
    [
        ("latest", None),
        ("", None),
        ("processed", 5),
        ("app", 60),
        ("multivm", 30),
        (POINTS[1].name, 10),
        ("before:11:50", 10),
        ("before:11:49", 30),
        ("BEFORE:11:50z", 10),
        ("before:13:50+02:00", 10),
        ("before:06:50-0500", 10),
        ("before:2026-03-01T11:50", 10),
        ("before:2026-03-01T12:50+01:00", 10),
        ("before:12:00", 5),
        ("before:2026-02-28T12:00", 24 * 60),
    ],
)
def test_a_word_means_one_point(choice: str, minutes: int | None) -> None:
    """The newest that fits; a point of that very minute counts as not later."""
    assert chosen(choice) == minutes


def test_a_time_of_day_that_has_not_come_yet_is_yesterday_s() -> None:
    """At noon, 12:01 is that of yesterday, also where the day is another one."""
    assert chosen("before:12:01") == 24 * 60
    assert chosen("before:00:30+12:00", NOON) == 24 * 60
    with pytest.raises(NotNow, match="of 2026-02-28 11:59 UTC or before; its oldest is of"):
        chosen("before:11:59", NOON - timedelta(minutes=2))


@pytest.mark.parametrize(
    ("choice", "words"),
    [
        ("before:2026-03-01T12:01", "is still to come"),
        ("before:2026-02-01T12:00", "no recovery point of 2026-02-01 12:00 UTC or before"),
        ("0" * 8 + "-0000-0000-0000-" + "9" * 12, "no recovery point 0000"),
    ],
)
def test_a_point_that_is_not_there_is_a_sentence(choice: str, words: str) -> None:
    """It is never replaced by another one."""
    with pytest.raises(NotNow, match=words):
        chosen(choice)


@pytest.mark.parametrize("choice", ["processed", "app", "multivm", "before:11:00"])
def test_without_points_every_word_but_latest_is_refused(choice: str) -> None:
    """And the sentence says which sort is missing."""
    with pytest.raises(NotNow, match="vm-web01 has no "):
        choose(choice, (), MACHINE, datetime(2026, 3, 1, 12, tzinfo=UTC))


@pytest.mark.parametrize(
    "wrong",
    ["before:", "before:noon", "before:25:00", "before:2026-13-01T10:00", "after:10:00", "x"],
)
def test_what_is_no_point_is_refused_when_it_is_typed(wrong: str) -> None:
    """Before anybody looks at a vault, and with what to say instead."""
    for name in ("failover", "test-failover", "change-point", "failback"):
        option = next(one for one in CATALOGUE[name].verb.options if one.name == "point")
        with pytest.raises(Misunderstood, match="before:13:55"):
            option.argument.check(wrong)

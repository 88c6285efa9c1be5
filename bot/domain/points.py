"""Which recovery point a word means: `latest`, `processed`, `app`, `multivm`, `before:…`, an id.

A word is turned into one point when somebody asks, and that point is frozen into the request; what
`now` is comes from outside.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

from bot.domain.machines import A2A, Machine, Point
from bot.domain.times import clock_time
from bot.errors import Misunderstood, NotNow
from bot.refusals import Now, Type

BEFORE: Final = "before:"


def by_id(operation: str, machine: Machine) -> bool:
    """Whether Azure takes a recovery point by its id: a failback to a site names a kind at most."""
    return operation != "failback" or machine.provider == A2A


def is_before(text: str) -> bool:
    """Whether a text is `before:` and a time; raises `Misunderstood` when the time is none."""
    if not text.casefold().startswith(BEFORE):
        return False
    _read(text, datetime(2000, 1, 2, tzinfo=UTC))
    return True


def choose(
    choice: str, points: Sequence[Point], machine: Machine, now: datetime | None = None
) -> Point | None:
    """Pick the recovery point that a word means, out of those sorted newest first.

    None is `latest`, the point that Azure makes itself. Raises `NotNow` when there is none.
    """
    if choice in {"", "latest"}:
        return None
    if choice.casefold().startswith(BEFORE):
        assert now is not None  # noqa: S101 - whoever passes a time on the clock passes the clock
        return _before(choice, points, machine, now)
    found = next((one for one in points if _means(choice, one)), None)
    if found is None:
        raise _none(_LACKS.get(choice, f"no recovery point {choice}"), machine)
    return found


def _means(choice: str, point: Point) -> bool:
    match choice:
        case "processed":
            return True
        case "app":
            return point.kind == "ApplicationConsistent"
        case "multivm":
            return point.shared
    return point.name.casefold() == choice.casefold()


_LACKS: Final = {
    "processed": "no recovery point yet",
    "app": "no app-consistent recovery point",
    "multivm": "no multi-VM-consistent recovery point; consistency groups have them",
}


def _before(choice: str, points: Sequence[Point], machine: Machine, now: datetime) -> Point:
    moment = _read(choice, now)
    said = f"{moment:%Y-%m-%d %H:%M} UTC"
    if moment > now:
        raise NotNow(
            Type.WRONG_VALUE,
            f"{said} is still to come.",
            "--point before: takes a time that has passed.",
        )
    found = next((one for one in points if one.at <= moment), None)
    if found is None:
        oldest = f"; its oldest is of {points[-1].at:%Y-%m-%d %H:%M} UTC" if points else ""
        raise _none(f"no recovery point of {said} or before{oldest}", machine)
    return found


def _read(choice: str, now: datetime) -> datetime:
    """Return the moment that is meant, in UTC; without a day the last time the clock said so."""
    if moment := clock_time(choice[len(BEFORE) :], now):
        return moment
    raise Misunderstood(
        Type.WRONG_VALUE,
        f"{choice!r} does not name a time.",
        "Say --point before:13:55 for the last time it was that late (UTC), "
        "before:13:55+02:00, or before:2026-11-20T13:55.",
    )


def _none(what: str, machine: Machine) -> NotNow:
    return NotNow(
        Now.NO_POINT,
        f"{machine.name} has {what}.",
        f"/dr points {machine.name} shows them; --point latest needs none.",
    )

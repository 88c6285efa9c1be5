"""Times as people type them: when something was, and until when something is to hold.

    13:55  13:55+02:00  2026-11-20T13:55  2026-11-20T13:55+01:00  30m  2h  1h30m  2d

What names no zone is UTC. What `now` is comes from outside.
"""

import re
from datetime import UTC, datetime, timedelta
from typing import Final

from bot.domain.unseen import quoted
from bot.errors import Misunderstood
from bot.refusals import Type

_TIME: Final = re.compile(
    r"((?P<day>\d{4}-\d{2}-\d{2})T)?(?P<time>\d{1,2}:\d{2})(?P<zone>Z|[+-]\d{2}:?\d{2})?"
)
_WHILE: Final = re.compile(r"(?=.)((?P<d>\d{1,3})D)?((?P<h>\d{1,4})H)?((?P<m>\d{1,5})M)?")
_DAY: Final = timedelta(days=1)
_SOME_DAY: Final = datetime(2000, 1, 2, tzinfo=UTC)
_HOW: Final = (
    "Say 14:00 for the next time it is that late (UTC), 14:00+02:00, 2026-12-24T18:00, or how "
    "long, such as 30m, 2h or 2d."
)


def clock_time(text: str, now: datetime, *, ahead: bool = False) -> datetime | None:
    """Return the moment that a text names, in UTC; None when it names none.

    Without a day it is the last time the clock said so, or with `ahead` the next.
    """
    found = _TIME.fullmatch(text.upper())
    try:
        return _moment(found, now, ahead) if found else None
    except (ValueError, OverflowError):
        return None  # such as 25:00, or a day that no calendar has


def check_until(text: str) -> str:
    """Return a text that names an end; raises `Misunderstood` when it names none."""
    if _end(text, _SOME_DAY) is None:
        raise Misunderstood(Type.WRONG_VALUE, f"{quoted(text)} does not name a time.", _HOW)
    return text


def deadline(text: str, now: datetime, longest: timedelta) -> datetime:
    """Return when something ends; raises `Misunderstood` when that has passed or is too far off."""
    end = _end(text, now)
    if end is None:
        raise Misunderstood(Type.WRONG_VALUE, f"{quoted(text)} does not name a time.", _HOW)
    if end <= now:
        raise Misunderstood(
            Type.BAD_END, f"{text} is over: it is {now:%Y-%m-%d %H:%M} UTC now.", _HOW
        )
    if end - now > longest:
        raise Misunderstood(
            Type.BAD_END,
            f"{text} is {end:%Y-%m-%d %H:%M} UTC, which is too far off: {_long(longest)} is the "
            "most.",
            "Say an earlier end; it can be arranged anew when that comes.",
        )
    return end


def _end(text: str, now: datetime) -> datetime | None:
    found = _WHILE.fullmatch(text.upper())
    if not found:
        return clock_time(text, now, ahead=True)
    days, hours, minutes = (int(found[unit] or 0) for unit in "dhm")
    return now + timedelta(days=days, hours=hours, minutes=minutes)


def _moment(found: re.Match[str], now: datetime, ahead: bool) -> datetime:
    zone = (found["zone"] or "Z").replace("Z", "+00:00")
    clock = found["time"].zfill(5)
    if found["day"]:
        return datetime.fromisoformat(f"{found['day']}T{clock}{zone}").astimezone(UTC)
    there = datetime.fromisoformat(f"2000-01-02T{clock}{zone}")
    today = now.astimezone(there.tzinfo).replace(
        hour=there.hour, minute=there.minute, second=0, microsecond=0
    )
    if ahead:
        return (today if today > now else today + _DAY).astimezone(UTC)
    return (today if today <= now else today - _DAY).astimezone(UTC)


def _long(longest: timedelta) -> str:
    minutes = round(longest.total_seconds()) // 60
    days, rest = divmod(minutes, 24 * 60)
    return span(minutes) if rest or days < 2 else f"{days} days"


def span(minutes: int) -> str:
    """Write a length of time as people say it: `40 min`, `2 h`, `2 h 05 min`."""
    hours, rest = divmod(minutes, 60)
    if not hours:
        return f"{rest} min"
    return f"{hours} h {rest:02d} min" if rest else f"{hours} h"

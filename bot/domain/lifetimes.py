"""Lengths of time, as the policy writes them: a number and a unit."""

import re
from typing import Annotated, Final

from pydantic import BeforeValidator, Field

_UNITS: Final = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_LIFETIME: Final = re.compile(r"^(\d+)\s*([smhd])$")


def _seconds(value: object) -> object:
    if isinstance(value, str) and (found := _LIFETIME.match(value)):
        return int(found.group(1)) * _UNITS[found.group(2)]
    raise ValueError("a duration is a number and a unit, such as '30m' or '2h'")


Lifetime = Annotated[int, BeforeValidator(_seconds), Field(gt=0, le=366 * 86400)]


def span(seconds: int) -> str:
    """Write a duration as the policy does: `90s`, `10m`, `1h`."""
    unit = next(one for one in ("d", "h", "m", "s") if seconds % _UNITS[one] == 0)
    return f"{seconds // _UNITS[unit]}{unit}"

"""The `Date` that comes with an answer: what somebody else's clock says."""

from email.utils import parsedate_to_datetime
from typing import Final

_CUT: Final = 0.5
"""Seconds: a header has whole ones, and half of one is cut off on average."""


def ahead(date: str | None, now: float) -> float | None:
    """Return the seconds that whoever sent this `Date` is ahead of `now`; None without one."""
    try:
        return parsedate_to_datetime(date or "").timestamp() + _CUT - now
    except ValueError:
        return None

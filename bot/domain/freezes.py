"""Freeze windows: times in which the policy lets nobody ask for some operations.

Times are those of a place, its summer time included. One window is written once, from a date until
a date, or comes back on some days of the week.
"""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Any, Final
from zoneinfo import ZoneInfo, available_timezones

from pydantic import BeforeValidator, ConfigDict, Field, model_validator

from bot.domain.data import Data
from bot.domain.lists import Who
from bot.domain.nearest import meant
from bot.domain.rules import OperationName

DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_MOST: Final = 20
"""So many windows of one freeze are taken as one when each begins where the last one ends."""


def _day(value: object) -> object:
    if isinstance(value, str) and value.casefold()[:3] in DAYS:
        return value.casefold()[:3]
    raise ValueError(f"a day is one of {', '.join(DAYS)}")


def _zone(value: object) -> object:
    if isinstance(value, str) and value in available_timezones():
        return value
    nearest = meant(str(value), sorted(available_timezones()), 3)
    raise ValueError(f"a time zone is a name such as 'Europe/Berlin'; {nearest}")


def _moment(value: object) -> object:
    if isinstance(value, datetime | time):
        return value.isoformat()
    if isinstance(value, str) and (_read(value) is not None):
        return value
    raise ValueError("a time is 2026-12-24T18:00 or, on days of the week, 18:00")


Day = Annotated[str, BeforeValidator(_day)]
Zone = Annotated[str, BeforeValidator(_zone)]
Moment = Annotated[str, BeforeValidator(_moment)]


class Freeze(Data):
    """One freeze."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    name: str = Field(min_length=1)
    """What people call it; it stands in refusals, on cards and in the audit log."""
    begins: Moment = Field(alias="from")
    """When it begins: `2026-12-24T18:00`, or with `days` a time of the day, `18:00`."""
    until: Moment
    """When it ends, written alike. With `days`, a time that is not later is one of the next day."""
    days: tuple[Day, ...] = ()
    """The days of the week on which it begins: `mon`, `tue`, …; none for one that comes once."""
    zone: Zone = "UTC"
    """The time zone of these times, such as `Europe/Amsterdam`."""
    operations: tuple[OperationName, ...] = ("*",)
    """The operations that nobody may ask for meanwhile; `*` for all, cancelling included."""
    override: tuple[Who, ...] = ()
    """Who may ask all the same, with `--override-freeze yes`."""

    @model_validator(mode="before")
    @classmethod
    def _of_one_sort(cls, said: Any) -> Any:
        if isinstance(said, dict):
            wanted = time if said.get("days") else datetime
            for key in ("from", "until"):
                found = _read(said.get(key))
                if found is not None and not isinstance(found, wanted):
                    raise ValueError(_OTHER_SORT[wanted].format(key=key))
        return said

    @model_validator(mode="after")
    def _forwards(self) -> "Freeze":
        if not self.days and self._at(self.begins) >= self._at(self.until):
            raise ValueError("it ends before it begins")
        return self

    def ends(self, now: datetime) -> datetime | None:
        """Return when the freeze that holds at this moment ends, None when none does."""
        end: datetime | None = None
        for _ in range(_MOST):
            after = self._window(end or now)
            if after is None:
                break
            end = after
        return end

    def _window(self, now: datetime) -> datetime | None:
        if not self.days:
            begin, end = self._at(self.begins), self._at(self.until)
            return end if begin <= now < end else None
        today = now.astimezone(ZoneInfo(self.zone)).date()
        windows = [self._weekly(today - timedelta(days=back)) for back in (0, 1)]
        return next((end for begin, end in filter(None, windows) if begin <= now < end), None)

    def _weekly(self, day: date) -> tuple[datetime, datetime] | None:
        if DAYS[day.weekday()] not in self.days:
            return None
        zone = ZoneInfo(self.zone)
        begin, until = time.fromisoformat(self.begins), time.fromisoformat(self.until)
        last = day if until > begin else day + timedelta(days=1)
        start = datetime.combine(day, begin, zone)
        return start.astimezone(UTC), datetime.combine(last, until, zone).astimezone(UTC)

    def _at(self, text: str) -> datetime:
        at = datetime.fromisoformat(text)
        zoned = at if at.tzinfo else at.replace(tzinfo=ZoneInfo(self.zone))
        return zoned.astimezone(UTC)


class Frozen(Data):
    """A freeze that holds, until when, and who may ask all the same."""

    name: str
    until: int
    """Milliseconds since the epoch."""
    override: tuple[str, ...]

    @property
    def words(self) -> str:
        """`the freeze “Christmas”, until 2026-12-27 08:00 UTC`."""
        return f"the freeze “{self.name}”, until {stamp(self.until)}"


def frozen(freezes: Iterable[Freeze], operation: str, at: int) -> tuple[Frozen, ...]:
    """Return the freezes that hold for an operation at a moment, in milliseconds."""
    now = datetime.fromtimestamp(at / 1000, UTC)
    return tuple(
        Frozen(name=one.name, until=int(end.timestamp() * 1000), override=one.override)
        for one in freezes
        if ("*" in one.operations or operation in one.operations) and (end := one.ends(now))
    )


def stamp(at: int) -> str:
    """Write a moment for a sentence."""
    return f"{datetime.fromtimestamp(at / 1000, UTC):%Y-%m-%d %H:%M} UTC"


def _read(value: object) -> datetime | time | None:
    """Read a time of a day or a moment; None for what is neither."""
    if isinstance(value, datetime | time):
        return value
    if not isinstance(value, str):
        return None
    for kind in (time, datetime):
        try:
            return kind.fromisoformat(value)
        except ValueError:
            continue
    return None


_OTHER_SORT: Final = {
    time: "with days, {key} is a time of the day such as 18:00",
    datetime: "without days, {key} is a date and a time such as 2026-12-24T18:00",
}

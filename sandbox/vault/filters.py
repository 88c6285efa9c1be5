"""The small part of OData that lists accept: comparisons joined with `and`.

Field names are compared without regard to case. On jobs, `startTime eq` means "from then on" and
`endTime eq` "until then", as clients have always used them; a status may be several, with commas.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import TypeVar

from sandbox.vault.faults import bad_body

_COMPARISON = re.compile(
    r"^\s*(\w+)\s+(eq|ne|ge|gt|le|lt)\s+(?:datetime)?'?([^']*?)'?\s*$", re.IGNORECASE
)
_AND = re.compile(r"\s+and\s+", re.IGNORECASE)

Value = str | datetime | None
T = TypeVar("T")


def matching(
    records: Iterable[T], query: str, fields: Mapping[str, Callable[[T], Value]]
) -> list[T]:
    """Keep the records that a `$filter` lets through; all of them without a filter."""
    tests = [_test(part, fields) for part in _AND.split(query)] if query.strip() else []
    return [record for record in records if all(test(record) for test in tests)]


def _test(part: str, fields: Mapping[str, Callable[[T], Value]]) -> Callable[[T], bool]:
    found = _COMPARISON.match(part)
    if found is None:
        raise bad_body(f"The filter '{part}' isn't understood.")
    name, comparison, wanted = found[1].casefold(), found[2].casefold(), found[3]
    if name not in fields:
        raise bad_body(f"There is no filter by '{found[1]}'.")
    read = fields[name]
    return lambda record: _holds(read(record), comparison, wanted, name)


def _holds(value: Value, comparison: str, wanted: str, name: str) -> bool:
    if isinstance(value, datetime):
        moment = _moment(wanted)
        if comparison == "eq":
            comparison = {"starttime": "ge", "endtime": "le"}.get(name, "eq")
        order = (value > moment) - (value < moment)
        return order in _ORDERS[comparison]
    if value is None:
        return False
    listed = {each.strip().casefold() for each in wanted.split(",")}
    if comparison not in ("eq", "ne"):
        raise bad_body(f"'{name}' can only be compared with eq and ne.")
    return (value.casefold() in listed) == (comparison == "eq")


def _moment(text: str) -> datetime:
    cut = re.sub(r"(\.\d{6})\d*", r"\1", text.replace("Z", "+00:00").replace("z", "+00:00"))
    try:
        moment = datetime.fromisoformat(cut)
    except ValueError:
        raise bad_body(f"'{text}' isn't a date.") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


_ORDERS = {
    "eq": (0,),
    "ne": (-1, 1),
    "ge": (0, 1),
    "gt": (1,),
    "le": (0, -1),
    "lt": (-1,),
}

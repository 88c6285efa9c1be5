"""What all shapes of Azure's answers have in common, and how an answer is read.

Only what we need is read; unknown fields and values pass. Dates come naive, aware, from the year
1, from 1753 and from 9999: what is not a date in our time is None.
"""

from datetime import UTC, datetime
from typing import Annotated, Generic, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError
from pydantic.alias_generators import to_camel

from bot.errors import Unavailable

_EARLIEST, _LATEST = 1754, 9998


def _text(value: object) -> object:
    return "" if value is None else value


def _many(value: object) -> object:
    return () if value is None else value


def _when(value: object) -> object:
    try:
        when = datetime.fromisoformat(str(value))
    except ValueError:
        return None
    if not _EARLIEST <= when.year <= _LATEST:
        return None
    return when if when.tzinfo else when.replace(tzinfo=UTC)


Text = Annotated[str, BeforeValidator(_text)]
When = Annotated[datetime | None, BeforeValidator(_when)]
Many = BeforeValidator(_many)
"""For a list that may be null."""


class Shape(BaseModel):
    """A part of an answer: camelCase on the wire, strangers ignored."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, extra="ignore")


ShapeT = TypeVar("ShapeT", bound=Shape)


class Page(Shape, Generic[ShapeT]):
    """A page of a list."""

    value: Annotated[list[ShapeT], BeforeValidator(lambda v: v or [])] = []
    next_link: Text = ""


def pages_of(shape: type[ShapeT]) -> type[Page[ShapeT]]:
    """Return the model of a page of such shapes (pydantic makes each once)."""
    return Page[shape]  # type: ignore[valid-type]


def read(shape: type[ShapeT], body: bytes) -> ShapeT:
    """Read an answer; raises `Unavailable` when it is not what it should be."""
    try:
        return shape.model_validate_json(body)
    except ValidationError as error:
        first = error.errors(include_input=False)[0]
        raise Unavailable(
            f"Azure's answer could not be read ({first['type']} at {first['loc']})."
        ) from error

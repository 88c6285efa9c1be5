"""What all shapes of Azure's answers have in common, and how an answer is read.

Only what we need is read; unknown fields and values pass. Dates come naive, aware, from the year
1, from 1753 and from 9999: what is not a date in our time is None.
"""

import gc
import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache
from typing import Annotated, Any, Final, Generic, Self, TypeVar

from pydantic import (
    BaseModel,
    ConfigDict,
    GetCoreSchemaHandler,
    TypeAdapter,
    ValidationError,
)
from pydantic.alias_generators import to_camel
from pydantic_core import CoreSchema, core_schema

from bot.domain.data import Data
from bot.errors import Unavailable

_EARLIEST, _LATEST = 1754, 9998


class OrElse:
    """Reads what is null, or not of its kind, as nothing: in the validator's own language, for
    a list holds tens of thousands of fields."""

    def __init__(self, nothing: object) -> None:
        self._nothing = nothing

    def __get_pydantic_core_schema__(
        self, source: type[object], handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        return core_schema.with_default_schema(
            handler(source), default=self._nothing, on_error="default"
        )


_T = TypeVar("_T")
Maybe = Annotated[_T | None, OrElse(None)]
"""A part that may be missing: one odd part takes nothing else away with it."""
Text = Annotated[str, OrElse("")]
Whole = Annotated[int | None, OrElse(None)]
When = Annotated[datetime | None, OrElse(None)]
"""As it came; `when` makes a date of our time of it."""


_date_of: Final = TypeAdapter[datetime | None](When).validator.validate_python


def when(at: datetime | str | None, otherwise: datetime | str | None = None) -> datetime | None:
    """Return a date as aware, and None for one that means *never* or *not yet*."""
    read = _date(at) or _date(otherwise)
    if read is None or not _EARLIEST <= read.year <= _LATEST:
        return None
    return read if read.tzinfo else read.replace(tzinfo=UTC)


def _date(at: datetime | str | None) -> datetime | None:
    return _date_of(at) if isinstance(at, str) else at


class Shape(BaseModel):
    """A part of an answer: camelCase on the wire, strangers ignored."""

    model_config = ConfigDict(alias_generator=to_camel, extra="ignore")

    @classmethod
    def page(cls, body: bytes) -> tuple[list[Self], str]:
        """Read a page of a list of these, and the link to the next; '' when it is the last."""
        page = read(pages_of(cls), body)
        return page.value or [], page.next_link


ShapeT = TypeVar("ShapeT", bound=Shape)
DataT = TypeVar("DataT", bound=Data)


def made(kind: type[DataT], **values: Any) -> DataT:
    """Make one of our values of what a shape has validated: as `model_construct` does, at a tenth
    of its price, for a list makes thousands."""
    defaults, names = _whole(kind)
    value = kind.__new__(kind)
    put = object.__setattr__
    put(value, "__dict__", values if len(values) == len(names) else defaults | values)
    put(value, "__pydantic_fields_set__", names)
    put(value, "__pydantic_extra__", None)
    put(value, "__pydantic_private__", None)
    return value


@cache
def _whole(kind: type[Data]) -> tuple[dict[str, Any], set[str]]:
    return kind.model_construct().__dict__, set(kind.model_fields)


@contextmanager
def unswept() -> Iterator[None]:
    """Make many values at once without the collector looking through them, as none is garbage."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


class Page(Shape, Generic[ShapeT]):
    """A page of a list."""

    value: list[ShapeT] | None = None
    next_link: Text = ""


def pages_of(shape: type[ShapeT]) -> type[Page[ShapeT]]:
    """Return the model of a page of such shapes (pydantic makes each once)."""
    return Page[shape]  # type: ignore[valid-type]


def read(shape: type[ShapeT], body: bytes) -> ShapeT:
    """Read an answer; raises `Unavailable` when it is not what it should be."""
    try:
        return shape.model_validate_json(body)
    except ValidationError:
        body = _mended(body)
    try:
        return shape.model_validate_json(body)
    except ValidationError as error:
        first = error.errors(include_input=False)[0]
        raise Unavailable(
            f"Azure's answer could not be read ({first['type']} at {first['loc']})."
        ) from error


def _mended(body: bytes) -> bytes:
    """Write JSON anew without halves of pairs, which may stand in it and are no text."""
    try:
        return json.dumps(json.loads(body), ensure_ascii=False).encode("utf-8", "replace")
    except (ValueError, RecursionError):
        return body

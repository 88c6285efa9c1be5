"""Long lists at a quarter of the price: twins of shapes, which build only what a field asks for.

A twin is made of its shape, fields and methods, so that both are written once. It is strict: a page
with anything that is not of its kind is refused as a whole, and then the shape reads it, which is
patient. In two things it differs from the shape: what Azure leaves out, or has as null, is None
where the shape may have `""` or `{}`; and a date is the text that came, which `when` reads.
"""

from datetime import datetime
from functools import cache
from inspect import isfunction
from types import EllipsisType, UnionType
from typing import Any, Self, Union, get_args, get_origin

import msgspec

from bot.gateways.azure.wire import Shape


class ListedShape(Shape):
    """A shape of long lists: its methods take a twin for `self`, too."""

    @classmethod
    def page(cls, body: bytes) -> tuple[list[Self], str]:
        """Read a page with the twin, and patiently when that refuses it."""
        try:
            page = _pages(cls).decode(body)
        except (msgspec.DecodeError, UnicodeDecodeError):
            return super().page(body)
        return page.value or [], page.next_link or ""


@cache
def _pages(shape: type[Shape]) -> msgspec.json.Decoder[Any]:
    fields = [
        ("value", list[_twin(shape)] | None, None),  # type: ignore[misc]  # made just now
        ("next_link", str | None, None),
    ]
    return msgspec.json.Decoder(msgspec.defstruct("Page", fields, rename="camel", gc=False))


@cache
def _twin(shape: type[Shape]) -> type[msgspec.Struct]:
    fields = shape.model_fields
    return msgspec.defstruct(
        shape.__name__,
        [
            (name, _strict(field.annotation))
            if field.is_required()
            else (name, _strict(field.annotation) | None, None)
            for name, field in fields.items()
        ],
        namespace={name: value for name, value in vars(shape).items() if isfunction(value)},
        rename={name: field.alias or name for name, field in fields.items()},
        gc=False,  # they hold no circles, and live for one page
    )


def _strict(kind: Any) -> Any:
    """Write a type of a shape as its twin has it."""
    if kind is datetime:
        return str
    if isinstance(kind, type) and issubclass(kind, Shape):
        return _twin(kind)
    origin, inner = get_origin(kind), get_args(kind)
    if origin is None:
        return kind
    parts = tuple(one if isinstance(one, EllipsisType) else _strict(one) for one in inner)
    return Union[parts] if origin in {Union, UnionType} else origin[parts]  # noqa: UP007  # parts are known only here

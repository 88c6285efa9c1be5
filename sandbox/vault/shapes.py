"""What a request body must look like: every field known, of the right kind, none missing.

A shape is a table of fields. Whatever does not fit is refused with a sentence that names the
place. `null` counts as "not given", and is only allowed where nothing is required.
"""

from collections.abc import Callable
from typing import NamedTuple

from sandbox.vault.faults import bad_body
from sandbox.vault.names import JsonObject

Check = Callable[[object, str], None]


class Field(NamedTuple):
    """One field of a body: how to check it, and whether it may be missing."""

    check: Check
    required: bool = False


Shape = dict[str, Field]


def text(value: object, where: str) -> None:
    """A string that says something."""
    if not isinstance(value, str) or not value:
        raise bad_body(f"'{where}' must be a string that isn't empty.")


def any_text(value: object, where: str) -> None:
    """A string, empty or not."""
    if not isinstance(value, str):
        raise bad_body(f"'{where}' must be a string.")


def number(value: object, where: str) -> None:
    """A whole number."""
    if not isinstance(value, int) or isinstance(value, bool):
        raise bad_body(f"'{where}' must be a whole number.")


def arm_id(value: object, where: str) -> None:
    """The id of a resource."""
    if not isinstance(value, str) or not value.casefold().startswith("/subscriptions/"):
        raise bad_body(f"'{where}' must be the ARM id of a resource.")


def one_of(*values: str) -> Check:
    """One of these strings, exactly so."""

    def check(value: object, where: str) -> None:
        if value not in values:
            raise bad_body(f"'{where}' must be one of: {', '.join(values)}.")

    return check


def empty_list(value: object, where: str) -> None:
    """A list with nothing in it."""
    if value != []:
        raise bad_body(f"'{where}' isn't supported for virtual machines with managed disks.")


def listed(shape: Shape) -> Check:
    """A list of objects of one shape."""

    def check(value: object, where: str) -> None:
        if not isinstance(value, list):
            raise bad_body(f"'{where}' must be a list.")
        for index, entry in enumerate(value):
            fit(entry, shape, f"{where}[{index}]")

    return check


def listed_by(discriminator: str, shapes: dict[str, Shape]) -> Check:
    """A list of objects, each of the shape that its discriminator names."""

    def check(value: object, where: str) -> None:
        if not isinstance(value, list):
            raise bad_body(f"'{where}' must be a list.")
        for index, entry in enumerate(value):
            kind = entry.get(discriminator) if isinstance(entry, dict) else None
            if kind not in shapes:
                raise bad_body(f"'{where}[{index}].{discriminator}' must be: {', '.join(shapes)}.")
            fit(entry, shapes[kind], f"{where}[{index}]")

    return check


def words(value: object, where: str) -> None:
    """An object whose values are strings, such as tags."""
    if not isinstance(value, dict) or not all(isinstance(each, str) for each in value.values()):
        raise bad_body(f"'{where}' must be an object of strings.")


def inside(shape: Shape) -> Check:
    """An object of that shape."""

    def check(value: object, where: str) -> None:
        fit(value, shape, where)

    return check


def fit(value: object, shape: Shape, where: str) -> JsonObject:
    """Check a value against a shape and hand it back as an object."""
    if not isinstance(value, dict):
        raise bad_body(f"'{where}' must be an object.")
    for name in value:
        if name not in shape:
            raise bad_body(f"'{where}' has the unknown field '{name}'.")
    for name, entry in shape.items():
        given = value.get(name)
        if given is None:
            if entry.required:
                raise bad_body(f"'{where}.{name}' is required.")
            continue
        entry.check(given, f"{where}.{name}")
    return value


def need(check: Check) -> Field:
    """A field that must be there."""
    return Field(check, required=True)


def may(check: Check) -> Field:
    """A field that may be missing."""
    return Field(check)

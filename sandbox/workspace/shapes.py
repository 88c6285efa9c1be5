"""A small language for saying what a piece of JSON must look like.

A rule takes a value and its JSON pointer and yields complaints; `shape` builds rules for objects
from rules for their fields and refuses every field it was not told about. The rule of this file:
nothing in it knows a block from an element.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

Complaints: TypeAlias = Iterator[str]
# A rule is asked about values of any kind; finding out which is its work.
Rule: TypeAlias = Callable[[Any, str], Complaints]


def complaint(words: str, pointer: str) -> str:
    """One complaint in the words of the Web API."""
    return f"[ERROR] {words} [json-pointer:{pointer}]"


def string(longest: int, shortest: int = 0) -> Rule:
    """A string of limited length."""

    def check(value: Any, pointer: str) -> Complaints:
        if not isinstance(value, str):
            yield complaint("must be a string", pointer)
        elif len(value) > longest:
            yield complaint(f"must be less than {longest + 1} characters", pointer)
        elif len(value) < shortest:
            yield complaint(f"must be more than {shortest - 1} characters", pointer)

    return check


def flag(value: Any, pointer: str) -> Complaints:
    """True or false, and not the words for them."""
    if not isinstance(value, bool):
        yield complaint("must be a boolean", pointer)


def number(smallest: int, largest: int) -> Rule:
    """A whole number within limits."""

    def check(value: Any, pointer: str) -> Complaints:
        if isinstance(value, bool) or not isinstance(value, int):
            yield complaint("must be an integer", pointer)
        elif not smallest <= value <= largest:
            yield complaint(f"must be between {smallest} and {largest}", pointer)

    return check


def one_of(*allowed: str) -> Rule:
    """One of a few words."""

    def check(value: Any, pointer: str) -> Complaints:
        if value not in allowed:
            yield complaint(f"must be one of: {', '.join(allowed)}", pointer)

    return check


def list_of(rule: Rule, most: int, fewest: int = 1) -> Rule:
    """A list of limited length, each item under the same rule."""

    def check(value: Any, pointer: str) -> Complaints:
        if not isinstance(value, list):
            yield complaint("must be an array", pointer)
            return
        if len(value) > most:
            yield complaint(f"no more than {most} items allowed", pointer)
        if len(value) < fewest:
            yield complaint(f"must have at least {fewest} items", pointer)
        for index, item in enumerate(value):
            yield from rule(item, f"{pointer}/{index}")

    return check


@dataclass(frozen=True)
class Shape:
    """An object: the fields it must have and those it may have."""

    must: Mapping[str, Rule] = field(default_factory=dict)
    may: Mapping[str, Rule] = field(default_factory=dict)

    def __call__(self, value: Any, pointer: str) -> Complaints:
        if not isinstance(value, dict):
            yield complaint("must be an object", pointer)
            return
        for name in self.must:
            if name not in value:
                yield complaint(f"missing required field: {name}", pointer)
        for name, item in value.items():
            rule = self.must.get(name) or self.may.get(name)
            if rule is None:
                yield complaint(f"unexpected field: {name}", f"{pointer}/{name}")
            else:
                yield from rule(item, f"{pointer}/{name}")


def kinds(known: Mapping[str, Rule], what: str) -> Rule:
    """An object whose `type` says which of several rules applies."""

    def check(value: Any, pointer: str) -> Complaints:
        if not isinstance(value, dict):
            yield complaint("must be an object", pointer)
            return
        kind = value.get("type")
        if not isinstance(kind, str) or kind not in known:
            yield complaint(f"unsupported type: {kind} ({what})", f"{pointer}/type")
            return
        yield from known[kind](value, pointer)

    return check


def typed(kind: str, must: Mapping[str, Rule], may: Mapping[str, Rule] | None = None) -> Shape:
    """A shape with a fixed `type`."""
    return Shape({"type": one_of(kind), **must}, may or {})

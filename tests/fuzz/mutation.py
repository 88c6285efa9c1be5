"""Changing JSON as somebody would who wants a reader of it to stumble.

`DR_FUZZ` says how many times as many examples are tried as in the suite; with it they are new ones
each time, out of `DR_FUZZ_SEED`. Without it they are always the same.
"""

import copy
import os
import random
from collections.abc import Iterator
from typing import Any, Final

from hypothesis import HealthCheck, settings

from tests.hostile import HOSTILE

TIMES: Final = int(os.environ.get("DR_FUZZ") or 1)
SEED: Final = int(os.environ.get("DR_FUZZ_SEED") or 0)

ODD: Final[tuple[Any, ...]] = (
    None,
    True,
    False,
    0,
    -1,
    1.5,
    10**30,
    -(10**400),
    1e308,
    "",
    " ",
    "0001-01-01T00:00:00",
    "9999-12-31T23:59:59.9999999+14:00",
    "2026-13-41T25:61:61Z",
    "x" * 5000,
    [],
    [None],
    [[[[]]]],
    {},
    {"": None},
    {"id": {"id": {"id": []}}},
    *HOSTILE.values(),
)
"""What stands where something else should."""


def examples(count: int) -> settings:
    """Return how often a property is tried."""
    return settings(
        max_examples=count * TIMES,
        deadline=None,
        derandomize=TIMES == 1,
        database=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
    )


def rounds(count: int) -> Iterator[tuple[int, random.Random]]:
    """Count rounds, each with chance of its own that its number brings back."""
    for number in range(SEED, SEED + count * TIMES):
        yield number, random.Random(number)  # chance that can be had again


def mutated(value: Any, chance: random.Random, most: int = 3) -> Any:
    """Return a copy in which a few parts are something else, twice there, or not there."""
    changed = [copy.deepcopy(value)]
    for _ in range(chance.randint(1, most)):
        _change(changed, chance)
    return changed[0]


def _change(root: list[Any], chance: random.Random) -> None:
    within, key = chance.choice([*_places(root)])
    match chance.randrange(6):
        case 0 if isinstance(within, dict):
            del within[key]
        case 1 if isinstance(within, list) and within is not root:
            within.insert(key, copy.deepcopy(within[key]))
        case 2 if isinstance(within, dict):
            within[chance.choice([*HOSTILE.values()])] = within.pop(key)
        case 3 if isinstance(within[key], str):
            at = chance.randint(0, len(within[key]))
            odd = chance.choice([*HOSTILE.values()])
            within[key] = within[key][:at] + odd + within[key][at:]
        case 4:
            other, place = chance.choice([*_places(root)])
            within[key] = copy.deepcopy(other[place])
        case _:
            within[key] = copy.deepcopy(chance.choice(ODD))


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    inside = value.items() if isinstance(value, dict) else enumerate(value)
    for key, inner in [*inside]:
        yield value, key
        if isinstance(inner, dict | list):
            yield from _places(inner)

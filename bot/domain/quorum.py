"""Who fills what an approval needs: so many of these and so many of those, all of them different.

One person counts once, though they may be in several groups or have several accounts: the voters
are humans, each by one of their accounts or by who they are. Whether enough have approved is
therefore a matching of people with places, and not a count: whoever could fill two needs moves to
the other one when somebody comes who can fill only the first.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import ConfigDict, Field

from bot.domain.data import Data
from bot.domain.lists import Who, includes, is_who


class Need(Data):
    """So many people of one list."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    count: int = Field(default=1, ge=1, le=100, strict=True)
    """How many of them."""
    of: tuple[Who, ...]
    """User ids, user groups (`@handle`) or `everyone`."""

    @property
    def words(self) -> str:
        """`1 of @dr-approvers`."""
        return f"{self.count} of {', '.join(self.of) or 'nobody'}"


Filled = tuple[tuple[str, ...], ...]
"""For each need, the ids of those who fill it."""


def fill(needs: Sequence[Need], voters: Mapping[str, Sequence[int]]) -> Filled:
    """Let as many voters count as can, each for one need; `voters` says which they could fill."""
    places: list[list[str]] = [[] for _ in needs]
    for voter in voters:
        _seat(voter, needs, voters, places, set())
    return tuple(tuple(one) for one in places)


def counted(filled: Filled) -> int:
    """Return how many people count."""
    return sum(map(len, filled))


def still_open(needs: Sequence[Need], filled: Filled) -> tuple[Need, ...]:
    """Return what is still needed, with how many more."""
    return tuple(
        need.model_copy(update={"count": need.count - len(people)})
        for need, people in zip(needs, filled, strict=True)
        if len(people) < need.count
    )


def serves(
    needs: Sequence[Need], user: str, groups: Mapping[str, frozenset[str]]
) -> tuple[int, ...]:
    """Return which of the needs somebody could fill, by their place in the list."""
    return tuple(at for at, need in enumerate(needs) if includes(need.of, user, groups))


def in_total(needs: Any) -> dict[str, Any]:
    """Write down what several needs come to: how many people, and out of whom."""
    tables = [one for one in needs if isinstance(one, dict)] if isinstance(needs, list) else []
    counts = [one.get("count", 1) for one in tables]
    people = [who for one in tables for who in _listed(one.get("of")) if is_who(who)]
    total = sum(one for one in counts if isinstance(one, int))
    return {"approvals": min(max(total, 1), 100), "may_approve": list(dict.fromkeys(people))}


def _seat(
    voter: str,
    needs: Sequence[Need],
    voters: Mapping[str, Sequence[int]],
    places: list[list[str]],
    tried: set[int],
) -> bool:
    """Give a voter a place, moving others to places they can fill too."""
    for at in voters[voter]:
        if at in tried or at >= len(needs):
            continue
        tried.add(at)
        if len(places[at]) < needs[at].count:
            places[at].append(voter)
            return True
        for other in places[at]:
            if _seat(other, needs, voters, places, tried):
                places[at][places[at].index(other)] = voter
                return True
    return False


def _listed(value: object) -> list[Any]:
    return value if isinstance(value, list) else []

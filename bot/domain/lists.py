"""Lists of people, as the policy writes them: user ids, user groups by handle, or everyone."""

import re
from collections.abc import Mapping
from typing import Annotated, Final

from pydantic import BeforeValidator

EVERYONE: Final = "everyone"
"""In a list of people: every full member of the workspace."""

_USER: Final = re.compile(r"^[UW][A-Z0-9]{2,}$")
_GROUP: Final = re.compile(r"^@[a-z0-9][a-z0-9._-]*$")


def is_user(text: str) -> bool:
    """Whether this has the form of a user id."""
    return bool(_USER.match(text))


def is_who(value: object) -> bool:
    """Whether something can stand in a list of people."""
    return isinstance(value, str) and bool(
        value == EVERYONE or is_user(value) or _GROUP.match(value)
    )


def _who(value: object) -> object:
    if is_who(value):
        return value
    raise ValueError("a person is a user id such as 'U012AB3CD', a group is '@' and its handle")


Who = Annotated[str, BeforeValidator(_who)]


def _told(value: object) -> object:
    if is_who(value) and value != EVERYONE:
        return value
    raise ValueError("who is told is a user id such as 'U012AB3CD', or '@' and a group's handle")


Told = Annotated[str, BeforeValidator(_told)]


def includes(who: tuple[str, ...], user: str, groups: Mapping[str, frozenset[str]]) -> bool:
    """Whether a list of people includes this user; an unknown or empty group includes nobody.

    `groups` maps a handle with its '@' to the user ids in it.
    """
    return any(one in {EVERYONE, user} or user in groups.get(one, frozenset()) for one in who)


def handles(*lists: tuple[str, ...]) -> frozenset[str]:
    """Return the group handles that some lists of people name."""
    return frozenset(one for who in lists for one in who if one.startswith("@"))

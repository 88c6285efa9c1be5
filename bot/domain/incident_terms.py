"""What the policy says of incidents: who declares them, their channel, and when to report."""

import re
from typing import Annotated, Final

from pydantic import AfterValidator, ConfigDict, Field

from bot.domain.data import Data
from bot.domain.lifetimes import Lifetime
from bot.domain.lists import Told, Who

_TEMPLATE: Final = re.compile(r"[a-z0-9_-]|\{(?:date|slug|region|id)\}")


def _template(text: str) -> str:
    if _TEMPLATE.sub("", text):
        raise ValueError(
            "a channel's name has small letters, digits, - and _, {date}, {slug}, {region} and {id}"
        )
    return text


def _link(text: str) -> str:
    if not re.fullmatch(r"https://[^\s<>|]{1,2000}", text):
        raise ValueError("a bookmark is an address that begins with https://")
    return text


class IncidentTerms(Data):
    """What holds for incidents, an `[incident]`."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    may_declare: tuple[Who, ...] | None = None
    """Who may declare an incident and write its updates; whoever may ask for anything, when it is
    left out."""
    may_close: tuple[Who, ...] | None = None
    """Who may close one; those who may declare, when it is left out."""
    channel: Annotated[str, Field(min_length=1, max_length=60), AfterValidator(_template)] = (
        "dr-{date}-{slug}"
    )
    """What its channel is called: `{date}` is the day, `{slug}` what is down, `{region}` and `{id}`
    as they are."""
    private: Annotated[bool, Field(strict=True)] = False
    """Whether the channel is a private one."""
    invite: tuple[Told, ...] | None = None
    """Who is invited, people and user groups; whoever may ask or approve anything, when it is left
    out. That gives nobody a right."""
    bookmarks: dict[
        Annotated[str, Field(min_length=1, max_length=80)], Annotated[str, AfterValidator(_link)]
    ] = {}
    """What is bookmarked in the channel beside the board: titles with `https://` addresses."""
    remind: Annotated[bool, Field(strict=True)] = True
    """Whether the next update is asked for in the channel."""
    update_every: Lifetime = 1800
    """How long after an update that is."""
    snooze: Annotated[tuple[Lifetime, ...], Field(max_length=3)] = (900, 3600)
    """How long that can be put off, a button for each."""

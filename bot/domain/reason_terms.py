"""What is offered to somebody who has to say why."""

from typing import Annotated

from pydantic import AfterValidator, ConfigDict, Field

from bot.domain.data import Data
from bot.domain.grammar import tidy

_LONGEST = 75
"""Slack shows no more of something to choose from."""


def _shown(text: str) -> str:
    if text != tidy(text):
        raise ValueError("has spaces at its ends, twice in a row, or characters nobody can see")
    return text


class ReasonTerms(Data):
    """What people choose from where a form asks for a reason, a `[reasons]`."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    templates: Annotated[
        tuple[
            Annotated[str, Field(min_length=1, max_length=_LONGEST), AfterValidator(_shown)], ...
        ],
        Field(max_length=100),
    ] = ()
    """Reasons that come up often, such as `"Drill"`; what somebody types beside one is put behind
    it."""

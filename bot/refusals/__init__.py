"""Every refusal by its code: what it means, what to do, and who can help.

A code never changes its meaning and is never used again: people quote it, and the audit log keeps
it for good. What is refused no more keeps its code here as long as entries may name it. A new
refusal gets the next number of its area. `docs/refusals.md` is drawn from here.
"""

from collections.abc import Mapping
from typing import Final

from bot.refusals.azure import Far, Now
from bot.refusals.code import Code, Help
from bot.refusals.incidents import Inc
from bot.refusals.people import Appr, Ask, Pol, Who
from bot.refusals.words import Gone, Log, Name, Type

AREAS: Final[tuple[type[Code], ...]] = (Who, Ask, Pol, Appr, Type, Name, Gone, Inc, Now, Far, Log)
"""The areas, in the order in which somebody who types a command may meet them."""

CODES: Final[tuple[Code, ...]] = tuple(code for area in AREAS for code in area)

BY_ID: Final[Mapping[str, Code]] = {code.id: code for code in CODES}

__all__ = [
    "AREAS",
    "BY_ID",
    "CODES",
    "Appr",
    "Ask",
    "Code",
    "Far",
    "Gone",
    "Help",
    "Inc",
    "Log",
    "Name",
    "Now",
    "Pol",
    "Type",
    "Who",
]

"""What somebody who types into a form is offered to choose from."""

import hashlib
from dataclasses import dataclass
from typing import Final

from bot.domain.machines import Machine
from bot.domain.plans import Plan

MOST: Final = 100
"""Slack shows nobody more."""


@dataclass(frozen=True)
class Suggestion:
    """One machine or plan that can be chosen."""

    target: Machine | Plan
    which: str
    """What tells it from others of its name; '' where there are none."""
    able: bool
    """Whether it offers the operation, as far as was known when it was listed."""

    @property
    def mark(self) -> str:
        """A short word that stands for it alone: ids are longer than Slack takes."""
        return mark_of(self.target)


@dataclass(frozen=True)
class Suggested:
    """All that is offered."""

    machines: tuple[Suggestion, ...] = ()
    plans: tuple[Suggestion, ...] = ()
    silent: tuple[str, ...] = ()
    """The names of the vaults of which nothing is known yet."""


def mark_of(target: Machine | Plan) -> str:
    """Return the word that stands for a machine or a plan, whatever the casing of its id."""
    digest = hashlib.sha256(target.id.casefold().encode("utf-8", "surrogatepass"))
    return f"{target.sort}:{digest.hexdigest()[:32]}"


def stands_for_plan(mark: str) -> bool:
    """Whether a word stands for a plan, if for anything."""
    return mark.startswith("plan:")

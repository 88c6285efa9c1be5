"""Tables for cards: the steps of a job, and how each of a few machines stands."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from bot.domain.fleets import Fleet
from bot.domain.jobs import JobStep
from bot.domain.progress import progress, stands
from bot.domain.request import Outcome
from bot.messages import lines
from bot.messages.blocks import Block, as_many, esc, section
from bot.messages.board import ORDER, counts, stand_of

_STEPS: Final = 40
_SECTIONS: Final = 12


def step_blocks(steps: Sequence[JobStep], now: datetime) -> list[Block]:
    """The steps of a job, nested ones under theirs."""
    if len(steps) <= lines.STEPS:
        return [section(lines.steps(steps, now))]
    listed = lines.steps(steps, now, most=_STEPS).split("\n")
    return as_many(listed, _SECTIONS, "… and more: `/dr jobs` shows every step.")


def fleet_table(
    fleet: Fleet, outcomes: Mapping[str, Outcome], *, ended: bool = False
) -> list[Block]:
    """How a few machines stand: counts first, then those that need somebody, then the rest.

    When the whole has `ended`, one that still seems to be open is one whose record was lost.
    """
    stand = [one for _, one in stands(fleet.members, outcomes, ended=ended)]
    said = counts(progress(stand))
    stand.sort(key=lambda one: (not one.needs_nod, ORDER.index(one.state)))
    listed = [outcome_line(one) for one in stand]
    return [section(said), *as_many(listed, _SECTIONS, "… and more, in the thread.")]


def outcome_line(one: Outcome) -> str:
    """How one of several machines stands."""
    why = f" — {esc(one.why, 160)}" if one.why else ""
    return f"{stand_of(one, esc(one.name))}{why}"

"""Tables for cards: the steps of a job, and how each of several machines stands."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from bot.domain.fleets import Fleet, Member
from bot.domain.jobs import JobStep
from bot.domain.request import OPEN, Outcome, State
from bot.messages import lines
from bot.messages.blocks import Block, as_many, esc, section

SHOWN: Final = 30
"""So many machines are shown one by one; those that need somebody come first."""
_STEPS: Final = 40
_SECTIONS: Final = 12

_ORDER: Final = (
    State.UNKNOWN,
    State.FAILED,
    State.CANCELLED,
    State.VOID,
    State.WITHDRAWN,
    State.RUNNING,
    State.SUBMITTING,
    State.APPROVED,
    State.SUCCEEDED,
)


def step_blocks(steps: Sequence[JobStep], now: datetime) -> list[Block]:
    """The steps of a job, nested ones under theirs."""
    if len(steps) <= lines.STEPS:
        return [section(lines.steps(steps, now))]
    listed = lines.steps(steps, now, most=_STEPS).split("\n")
    return as_many(listed, _SECTIONS, "… and more: `/dr jobs` shows every step.")


def fleet_table(
    fleet: Fleet, outcomes: Mapping[str, Outcome], *, ended: bool = False
) -> list[Block]:
    """How several machines stand: counts first, then those that need somebody, then the rest.

    When the whole has `ended`, one that still seems to be open is one whose record was lost.
    """
    stands = [(one, _outcome(one, outcomes.get(one.request), ended)) for one in fleet.members]
    counts = Counter(outcome.state for _, outcome in stands)
    said = " · ".join(
        f"{lines.STATE_ICONS[state]} {counts[state]} {_WORDS.get(state, state)}"
        for state in _ORDER
        if counts[state]
    )
    stands.sort(key=lambda one: (not one[1].needs_nod, _ORDER.index(one[1].state)))
    listed = [_line(outcome) for _, outcome in stands[:SHOWN]]
    if len(stands) > SHOWN:
        listed.append(f"… and {len(stands) - SHOWN} more")
    return [section(said), *as_many(listed, _SECTIONS, "… and more, in the thread.")]


_WORDS: Final = {State.APPROVED: "to be submitted"}


def _outcome(member: Member, known: Outcome | None, ended: bool) -> Outcome:
    if ended and (known is None or known.state in OPEN):
        why = "its record was lost or altered outside the bot: look in the portal"
        return Outcome(name=member.name, state=State.UNKNOWN, why=why)
    return known or Outcome(name=member.name, state=State.APPROVED)


def _line(one: Outcome) -> str:
    nod = " *never started; waits for Submit again*" if one.needs_nod else ""
    why = f" — {esc(one.why, 160)}" if one.why else ""
    word = _WORDS.get(one.state, one.state)
    return f"{lines.STATE_ICONS[one.state]} *{esc(one.name)}* {word}{nod}{why}"

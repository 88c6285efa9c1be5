"""Every machine of a request for several, a page at a time: what approvers and auditors read."""

from collections.abc import Mapping
from typing import Final

from bot.domain.fleets import Fleet, Member
from bot.domain.measures import clocks
from bot.domain.objectives import Aim
from bot.domain.progress import progress, stands, which
from bot.domain.request import Outcome, Request, State
from bot.messages import lines
from bot.messages.blocks import (
    Block,
    Message,
    as_many,
    code,
    context,
    duration,
    esc,
    fields,
    header,
    many,
    section,
    sections,
)
from bot.messages.board import counts, place, place_of, stand_of
from bot.messages.card import card
from bot.messages.measures import measured, ticking, validations

_MACHINES: Final = 40
"""So many machines are on a page."""
_LEFT_OUT: Final = 8
"""So many sections are for those that were left out."""


def request_view(
    request: Request,
    outcomes: Mapping[str, Outcome],
    now: int,
    *,
    chosen: str = "all",
    page: int = 1,
    aim: Aim | None = None,
    declared_at: int = 0,
) -> Message:
    """One request as its card says it, or a page of its machines; there is nothing to press."""
    fleet = request.fleet
    if fleet is None:
        drawn = card(
            request, now=now, expected=None, pressable=False, aim=aim, declared_at=declared_at
        )
        return Message(text=drawn.text, blocks=[*drawn.blocks, *_clocks(request, now, declared_at)])
    begun = request.state is State.RUNNING or request.after is not None
    stand = stands(fleet.members, outcomes, ended=not request.open)
    found = [
        (number, member, one if begun else None)
        for number, (member, one) in enumerate(stand, 1)
        if chosen == "all" or (begun and which(one) == chosen)
    ]
    shown = [_line(*one) for one in found[(page - 1) * _MACHINES : page * _MACHINES]]
    title = f"{request.id}: {lines.title(request)}"
    how = counts(progress(one for _, one in stand)) if begun else _left_out(fleet)
    blocks: list[Block] = [
        header(title),
        section(f"{lines.STATE_ICONS[request.state]} It {lines.fate(request)}. {how}".strip()),
        *(_measures(request, now, aim, declared_at) if page == 1 else []),
        *(sections(shown) or [section(_nothing(len(found), page))]),
    ]
    if page == 1:
        left = [f":no_entry: left out: {esc(one.why, 200)}" for one in fleet.left_out]
        blocks += as_many(left, _LEFT_OUT, "… and more that were left out.")
    blocks += _pages(request.id, chosen, len(found), page)
    return Message(text=esc(f"{title}: {len(shown)} of {len(found):,} machines."), blocks=blocks)


def _clocks(request: Request, now: int, declared_at: int) -> list[Block]:
    """The clocks that run, and those that ran."""
    said = ticking(clocks(request, now, declared_at))
    return [context(f":stopwatch: {said}")] if said else []


def _measures(request: Request, now: int, aim: Aim | None, declared_at: int) -> list[Block]:
    """What was measured of several machines, and what people said of it."""
    pairs = measured(request, aim, declared_at)
    return [
        *([fields(*pairs)] if pairs else []),
        *validations(request),
        *_clocks(request, now, declared_at),
    ]


def _left_out(fleet: Fleet) -> str:
    return f"{many(len(fleet.left_out), 'machine')} left out." if fleet.left_out else ""


def _line(number: int, member: Member, one: Outcome | None) -> str:
    """One machine: what is known of it, or how it stands since it was begun."""
    name = f"{number}. {esc(member.name, 80)}"
    if one is None:
        health = lines.HEALTH_ICONS.get(member.health, ":white_circle:")
        rpo = f" · RPO {duration(member.rpo_seconds)}" if member.rpo_seconds is not None else ""
        risk = f"\n:warning: {esc(member.risk, 200)}" if member.risk else ""
        how = f"{esc(member.state_words, 80)} · {place(place_of(member))}{rpo}{risk}"
        return f"{health} *{name}* — {how}"
    why = f" — {esc(one.why, 240)}" if one.why else ""
    return f"{stand_of(one, name)}{why}"


def _nothing(found: int, page: int) -> str:
    return f"There is no page {page}: the list ends before." if found else "There is none of them."


def _pages(request_id: str, chosen: str, found: int, page: int) -> list[Block]:
    pages = -(-found // _MACHINES)
    if pages <= 1:
        return []
    only = f" --which {chosen}" if chosen != "all" else ""
    command = code(f"/dr request {request_id}{only} --page {page + 1}")
    return [context(f"Page {page} of {pages}.{f' The next: {command}.' if page < pages else ''}")]

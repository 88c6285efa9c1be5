"""How the commit window looks: what can still be decided, and that it has been."""

from collections.abc import Sequence
from typing import Final

from bot.domain.machines import Machine
from bot.domain.measures import commit_open_since, failed_over_at, unprotected_since
from bot.domain.objectives import Aim
from bot.domain.operations import CATALOGUE
from bot.domain.request import Request
from bot.domain.windows import Exposed
from bot.messages import lines
from bot.messages.blocks import (
    Block,
    Message,
    actions,
    clock,
    context,
    duration,
    esc,
    fields,
    moment,
    section,
)
from bot.messages.buttons import HOLD, NEXT
from bot.messages.measures import measured, span, validations

_NAMED: Final = 10
_OTHERS: Final = ("change-point", "commit")


def reminder(
    request: Request, machines: Sequence[Machine], *, now: int, aim: Aim | None, hold: int
) -> Message:
    """Remind people that a failover can still be committed, or be begun from another point."""
    since = commit_open_since(request)
    open_for = duration((now - since) / 1000)
    names = ", ".join(one.name for one in machines[:_NAMED])
    more = f" and {len(machines) - _NAMED} more" if len(machines) > _NAMED else ""
    what = f"{request.id}: {lines.title(request)} is not committed, {open_for} after"
    pairs = [("Can be committed", esc(f"{names}{more}")), *measured(request, aim)]
    blocks: list[Block] = [
        section(f":hourglass: *{esc(what)}*"),
        fields(*pairs),
        *validations(request),
        section(
            "If it works, commit it. If it does not, another recovery point can be had, until it "
            "is committed. Nothing is ever committed by itself."
        ),
        actions(
            [
                HOLD.draw(request.id, label=f"Hold for {span(hold)}"),
                *(_next(name, request) for name in _OTHERS),
            ]
        ),
    ]
    if unprotected := unprotected_since(request):
        blocks.append(context(f"Unprotected since {moment(unprotected)}."))
    return Message(text=esc(f"{what}."), blocks=blocks)


def ended(request: Request, machines: Sequence[Machine]) -> Message:
    """Say that there is nothing left to decide, and how the machines are."""
    what = f"{request.id}: {esc(lines.title(request))} is settled"
    stand = [f"*{esc(one.name)}*: {esc(one.state_words)}" for one in machines[:_NAMED]]
    said = "; ".join(stand) or "its machines are no longer in the vault"
    text = f":white_check_mark: {what}: {said}."
    return Message(text=text, blocks=[section(text), context("Nothing is asked of you now.")])


def held(request: Request, until: int) -> Message:
    """Tell whoever held the reminders until when."""
    text = f":hourglass: Nobody is reminded to commit {request.id} before {moment(until)}."
    return Message(text=text, blocks=[section(text)])


def exposed(said: Exposed, now: int) -> str:
    """`Unprotected for 42 min, since 12:03; …`, with the expected end where there is one."""
    line = (
        f":warning: *Unprotected* for {span(max(0, now - said.since) // 1000)}, since "
        f"{clock(said.since)} ({esc(said.request)})"
    )
    if said.ends and said.expected:
        when = f"about {clock(said.ends)}" if said.ends > now else "any moment, for it takes longer"
        return f"{line}. Protected again {when}: a reprotect usually takes {span(said.expected)}."
    if said.reprotect_at:
        return f"{line}. It is being protected again; how long that takes is not known yet."
    return f"{line}."


def commit_window(since: int, now: int) -> str:
    """Say since when a failover waits to be committed."""
    length = span(max(0, now - since) // 1000)
    return (
        f":hourglass: *The commit window is open* for {length}: until it is committed, another "
        "recovery point can be had."
    )


def protection(request: Request) -> list[Block]:
    """Say on the card of a failover since when it is unprotected, or for how long it was."""
    if request.parent or not (since := failed_over_at(request)):
        return []
    if request.protected_at:
        length = span(max(0, request.protected_at - since) // 1000)
        text = f":shield: *Protected again* {moment(request.protected_at)}: unprotected {length}"
        return [section(f"{text}.")]
    if unprotected_since(request):
        return [section(f":warning: *Unprotected* since {moment(since)}, until it is reprotected.")]
    return []


def _next(name: str, request: Request) -> Block:
    return NEXT.draw(f"{name}:{request.id}", label=CATALOGUE[name].title, suffix=name)

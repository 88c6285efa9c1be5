"""How a broken glass looks: what was skipped, and the reviews that it owes afterwards."""

from collections.abc import Sequence
from typing import Final

from bot.domain.break_glass import JUSTIFIED, UNJUSTIFIED, Glass
from bot.domain.request import Request
from bot.domain.reviews import due_at, missing
from bot.messages import lines
from bot.messages.blocks import Block, code, duration, esc, many, mention, moment, section
from bot.messages.buttons import REVIEW

_NOTE: Final = 300
_SHOWN: Final = 4
"""So many reviews are shown with their notes; the thread has all."""


def notice(request: Request) -> list[Block]:
    """Say first of all what was skipped; nothing when no glass is broken."""
    glass = request.terms.glass
    if glass is None:
        return []
    owes = ""
    if request.open:
        owes = (
            f" *{glass.reviews}* of {lines.people(glass.may_review)}, who neither asked nor "
            "approved, must review it afterwards."
        )
    elif not request.approved_at:
        owes = " It was not approved, so the glass was not broken, and no review is owed."
    return [section(f":rotating_light: *Break-glass*: {skipped(request, glass)}.{owes}")]


def parties(request: Request) -> tuple[str, ...]:
    """Return the ids of those who had a part in it: who asked, who approved, in whose place."""
    had = [request.asker, *(one for vote in request.approvals for one in (vote.person, vote.seat))]
    return tuple(dict.fromkeys(one.id for one in had))


def skipped(request: Request, glass: Glass) -> str:
    """`1 instead of 2 approvals under rule “default”, which wants 2 of @dr-approvers`."""
    wants = " and ".join(need.words for need in glass.instead_of)
    return (
        f"*{request.terms.approvals} instead of {glass.approvals}* approvals under rule "
        f"“{esc(request.terms.rule)}”, which wants {esc(wants)}"
    )


def review(request: Request) -> list[Block]:
    """Show how the review stands once the request has ended, with the button for it."""
    glass = request.terms.glass
    if glass is None or not request.approved_at or request.open:
        return []
    if lacks := missing(request):
        word = "Overdue for review" if request.overdue else "Not reviewed yet"
        text = (
            f":red_circle: *{word}*: {lacks} more of {_whose(request, glass)}, by "
            f"{moment(due_at(request))}."
        )
        return [section(_with(text, request), accessory=REVIEW.draw(request.id))]
    against = sum(not one.justified for one in request.reviews)
    found = f"{against} of {len(request.reviews)} found it {UNJUSTIFIED}" if against else JUSTIFIED
    icon = ":warning:" if against else ":white_check_mark:"
    return [section(_with(f"{icon} *Reviewed*: {found}.", request))]


def reviews(request: Request) -> list[str]:
    """Say who has said what, one line each."""
    return [
        f"{':ballot_box_with_check:' if one.justified else ':warning:'} {mention(one.person.id)}, "
        f"{moment(one.at)}: {one.verdict} — “{esc(one.note, _NOTE)}”"
        for one in request.reviews
    ]


def owing(some: Sequence[Request], lost: Sequence[str], now: int) -> list[str]:
    """Say of requests that owe a review how long ago the glass was broken, and who is missing.

    `lost` are the ids of those whose record cannot be read.
    """
    return [
        *(_owes(one, now, one.terms.glass) for one in some if one.terms.glass),
        *(f":red_circle: *{esc(one)}* cannot be read: {code(f'/dr audit {one}')}" for one in lost),
    ]


def _owes(request: Request, now: int, glass: Glass) -> str:
    ago = duration((now - request.approved_at) / 1000)
    late = due_at(request) and now > due_at(request)
    due = f", *overdue* since {moment(due_at(request))}" if late else ""
    lacks = many(missing(request), "review")
    return (
        f":red_circle: *{request.id}* {esc(lines.title(request))} — {request.state}, glass broken "
        f"{ago} ago by {mention(request.asker.id)}; {lacks} missing, of "
        f"{_whose(request, glass)}{due}, in <#{request.channel}>"
    )


def _whose(request: Request, glass: Glass) -> str:
    """Who may still review it: not those who had a part in it, nor who has done so."""
    out = dict.fromkeys([*parties(request), *(one.person.id for one in request.reviews)])
    return f"{lines.people(glass.may_review)}, not {', '.join(map(mention, out))}"


def _with(text: str, request: Request) -> str:
    said = reviews(request)
    more = [f"… and {len(said) - _SHOWN} more, in the thread"] if len(said) > _SHOWN else []
    return "\n".join([text, *said[:_SHOWN], *more])

"""What people are told when a request waits for them, and how that message ends.

It says enough to decide whether to get up, and leads to the card: people decide there, in front of
all that there is to know.
"""

from collections.abc import Sequence
from typing import Final

from bot.domain.quorum import still_open
from bot.domain.reminders import Kind, Round
from bot.domain.request import Request, State
from bot.messages import lines
from bot.messages.blocks import (
    Message,
    clock,
    context,
    duration,
    esc,
    fields,
    mention,
    moment,
    section,
)

_NOBODY: Final = (
    "*Nobody can approve it at this moment*: of those who may, nobody is left who is active, did "
    "not ask and has not voted."
)
_NAMED: Final = 10
"""So many of those who can still approve are named to those who cannot."""


def asked_for(request: Request, latest: Round, link: str, coming: int | None) -> Message:
    """Tell one who can approve that it waits for them; `coming` is when the next reminder is."""
    begins = ":bell: *Your approval is asked for*"
    if latest.kind is Kind.ESCALATION:
        begins = ":rotating_light: *Nobody has decided this yet, and you can*"
    said = f"{request.id}: {esc(lines.title(request))} waits for your approval"
    small = [_why_now(request, latest)]
    if coming:
        small.append(f"the next reminder comes at {clock(coming)}, if it still waits then")
    return Message(
        text=f"{said}: {_short(request)}.",
        blocks=[
            section(f"{begins}: {_what(request, link)}"),
            *_facts(request),
            section(f"{_card(request, link)}: it is approved or denied there."),
            context(" · ".join(small)),
        ],
    )


def escalated(request: Request, electors: Sequence[str], link: str) -> Message:
    """Tell one who cannot approve that nobody has decided, and who could."""
    said = f"{request.id}: {esc(lines.title(request))} still waits for approval"
    whom = f"Who can still approve it: {_listed(electors)}. Reach them." if electors else _NOBODY
    blocks = [
        section(f":rotating_light: *Nobody has decided this yet*: {_what(request, link)}"),
        *_facts(request),
        section(f"{whom} {_card(request, link)}."),
        context(
            f"You are told because rule “{esc(request.terms.rule)}” names you; that does not give "
            "you the right to approve."
        ),
    ]
    return Message(text=f"{said}: {_short(request)}.", blocks=blocks)


def in_thread(request: Request, whom: Sequence[str], latest: Round, *, everyone: bool) -> Message:
    """Call upon people in the thread of the card, for they are too many to be told one by one."""
    names = [mention(one) for one in whom]
    if everyone:
        names.append("every full member of this workspace")
    listed = ", ".join(names)
    if latest.kind is Kind.ESCALATION:
        text = (
            f":rotating_light: {listed}: {request.id} still waits for approval, and nobody has "
            f"decided. {_lacks(request)} This gives nobody the right to approve who has not got it."
        )
    else:
        text = f":bell: {listed}: {request.id} waits for approval. {_lacks(request)}"
    return Message(text=text, blocks=[section(text), context(_why_now(request, latest))])


def nudged(request: Request, names: Sequence[str], *, thread: bool) -> Message:
    """Tell whoever nudged whom it reaches."""
    where = "in the thread of its card" if thread else "by a direct message"
    text = f":bell: Nudged about {request.id} {where}: {_listed(names)}. {_lacks(request)}"
    return Message(text=text, blocks=[section(text)])


def ended(request: Request, user: str, link: str) -> Message:
    """Say how things ended for somebody who was told, so that they can put it aside."""
    text = f"{lines.STATE_ICONS[request.state]} {request.id}: {esc(lines.title(request))} "
    if request.state is State.WAITING:
        voted = any(vote.person.id == user for vote in request.approvals)
        word = "You have approved it; it" if voted else "It does not need you any more: it"
        text += f"still waits. {word} needs {_missing(request)}."
    else:
        text += _fate(request)
    return Message(
        text=text,
        blocks=[section(text), context(f"{_card(request, link)} · nothing is asked of you now")],
    )


def _fate(request: Request) -> str:
    """How it was decided; what runs by now was approved."""
    if request.approved_at:
        return "was approved."
    why = f" {esc(request.why, 600)}" if request.why else ""
    return f"{lines.fate(request)}.{why}"


def _what(request: Request, link: str) -> str:
    name = f"<{link}|{request.id}>" if link else request.id
    return f"{name}, *{esc(lines.title(request))}*, {lines.way(request)}"


def _facts(request: Request) -> list[dict[str, object]]:
    pairs = [
        ("Asked by", f"{mention(request.asker.id)}, {moment(request.asked_at)}"),
        ("Missing", _missing(request)),
        ("Expires", moment(request.expires_at)),
    ]
    reason = [section(f"*Reason:* {esc(request.reason)}")] if request.reason else []
    return [fields(*pairs), *reason]


def _lacks(request: Request) -> str:
    return f"It needs {_missing(request)} by {moment(request.expires_at)}."


def _missing(request: Request) -> str:
    """`1 more of @dr-approvers`."""
    needs = still_open(request.terms.quorum, request.filled)
    return " and ".join(f"{need.count} more of {lines.people(need.of)}" for need in needs)


def _short(request: Request) -> str:
    """The rest of the one sentence that a locked screen shows."""
    votes = f"{len(request.approvals)} of {request.terms.approvals} approvals so far"
    return f"asked by {esc(request.asker.name)}, {votes}, expires {moment(request.expires_at)}"


def _why_now(request: Request, latest: Round) -> str:
    if latest.by:
        return f"{mention(latest.by.id)} nudged at {clock(latest.at)}"
    waited = f"{duration((latest.at - request.asked_at) / 1000)} after it was asked"
    if latest.kind is Kind.ESCALATION:
        return f"escalated by rule “{esc(request.terms.rule)}”, {waited}"
    return f"reminder {latest.number}, {waited}"


def _card(request: Request, link: str) -> str:
    if link:
        return f"<{link}|Open the card>"
    return f"Its card is in <#{request.channel}>"


def _listed(names: Sequence[str]) -> str:
    some = ", ".join(esc(one, 80) for one in names[:_NAMED])
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return f"{some}{more}"

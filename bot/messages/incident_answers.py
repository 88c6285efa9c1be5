"""What somebody is told who declares, notes, reports on or closes an incident; and the timeline."""

from collections.abc import Sequence
from typing import Final

from bot.domain.audit import Entry
from bot.domain.incidents import Incident
from bot.domain.situation import Doing, Situation
from bot.messages.blocks import (
    ROOM,
    Message,
    actions,
    as_much,
    clock,
    context,
    duration,
    esc,
    header,
    many,
    mention,
    moment,
    section,
    sections,
)
from bot.messages.buttons import CLOSE_ANYWAY
from bot.messages.incident import state_line
from bot.messages.incident_thread import linked
from bot.messages.lines import STATE_ICONS

_FEW: Final = 10


def declared(incident: Incident, *, already: bool) -> Message:
    """Tell whoever declared an incident where it is, or where the one is that there was."""
    where = f"<#{incident.channel}>" if incident.channel else "its channel, which is being made"
    if already:
        said = f"{esc(incident.title)} was declared by {mention(incident.by.id)}, "
        text = f":fire: *{incident.id}*: {said}{moment(incident.at)}. Go to {where}."
        plain = f"{incident.id} is declared already: {incident.title}."
    else:
        text = f":fire: *{incident.id}* is declared: {esc(incident.title)}. Go to {where}."
        plain = f"{incident.id} is declared: {incident.title}."
    blocks = [section(text)]
    if incident.trouble:
        blocks.append(section(f":warning: {esc(incident.trouble)}"))
    more = "What is asked for there belongs to it. `/dr note`, `/dr update`, `/dr close`."
    return Message(text=esc(plain), blocks=[*blocks, context(more)])


def noted(incident: Incident) -> Message:
    """Tell somebody that their note is in the timeline."""
    text = f":memo: It is in the timeline of *{esc(incident.title)}* ({incident.id})."
    return Message(text=f"It is in the timeline of {incident.id}.", blocks=[section(text)])


def updated(incident: Incident, before: str) -> Message:
    """Tell somebody that their update is on the board, and who else wrote one meanwhile."""
    blocks = [section(f":loudspeaker: Your update is on the board of {incident.id}.")]
    if before:
        said = (
            f"{esc(before)} wrote one as well while you did. Both are in the timeline; the board "
            "shows yours."
        )
        blocks.append(section(f":warning: {said}"))
    if incident.due:
        blocks.append(context(f"The next one is due {moment(incident.due)}."))
    return Message(text=f"Your update is on the board of {incident.id}.", blocks=blocks)


def snoozed(incident: Incident) -> Message:
    """Tell somebody until when nobody is reminded."""
    text = f":zzz: The next update of {incident.id} is due {moment(incident.due)}."
    return Message(text=text, blocks=[section(text)])


def closed(incident: Incident) -> Message:
    """Tell somebody that they closed an incident."""
    took = duration((incident.closed_at - incident.at) / 1000)
    text = f":white_check_mark: {incident.id} is closed after {took}. The summary is on its board."
    return Message(text=f"{incident.id} is closed.", blocks=[section(text)])


def still_going_on(incident: Incident, some: Sequence[Doing], word: str) -> Message:
    """Say what goes on in an incident that somebody wants to close, and offer to do so anyway."""
    lines = [
        f"{STATE_ICONS[one.state]} {esc(one.title, 120)} ({one.request}) is {one.state}"
        for one in some[:_FEW]
    ]
    lines += [f"… and {len(some) - _FEW} more"] if len(some) > _FEW else []
    first = f":raised_hand: {incident.id} is not closed: {many(len(some), 'request')} goes on."
    if len(some) > 1:
        first = f":raised_hand: {incident.id} is not closed: {len(some)} requests go on."
    more = (
        "Wait until they have ended. Closed anyway, they go on with their own cards, and the "
        "summary names them as not ended."
    )
    return Message(
        text=f"{first} {'; '.join(lines)}",
        blocks=[
            section(first),
            *sections(lines),
            actions([CLOSE_ANYWAY.draw(word)]),
            context(more),
        ],
    )


def timeline(incident: Incident, known: Situation, entries: Sequence[Entry]) -> Message:
    """Everything of an incident in order: its own steps, and those of its requests."""
    lines = [_line(entry, incident) for entry in entries]
    blocks = [
        header(f"Timeline of {incident.title}"[:140]),
        context(f"*{incident.id}* · {esc(state_line(incident, known))}"),
        *as_much(lines, ROOM - 500, f"… and more: `dr audit export` writes all of {incident.id}."),
        context(f"Times are yours. The log has each with its hash: `/dr audit {incident.id}`."),
    ]
    count = f"{len(entries)} {'entry' if len(entries) == 1 else 'entries'}"
    return Message(text=f"{count} in the timeline of {esc(incident.title)}", blocks=blocks)


def _line(entry: Entry, incident: Incident) -> str:
    what = entry.data
    at = clock(entry.at)
    who = mention(what.actor.id) if what.actor.id else "the bot"
    where = linked(entry, "message")
    if entry.subject == incident.id:
        kind = entry.type.removeprefix("dr.incident.")
        if kind in {"note", "update"}:
            return f"{at} *{kind.capitalize()}* by {who}: {esc(what.reason, 1500)}{where}"
        return f"{at} {esc(what.words, 600)}"
    return f"{at} {entry.subject}: {esc(what.words or what.after, 400)}"

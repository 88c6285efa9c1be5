"""What the thread under a card says: one line for each step worth telling, from the audit log.

Edits of the card notify nobody, so the end of a request is told as a message of its own that goes
to the channel too and mentions whoever asked.
"""

from typing import Final

from bot.domain.anchors import anchor_words
from bot.domain.audit import Entry
from bot.domain.break_glass import Glass
from bot.domain.request import FINAL, OPEN, Request
from bot.messages.blocks import (
    ROOM,
    Block,
    Message,
    as_much,
    context,
    cut,
    esc,
    mention,
    section,
    sections,
    size,
)
from bot.messages.board import whole
from bot.messages.choices import other_point
from bot.messages.fleets import MEMBERS, NOTES
from bot.messages.reviews import parties, skipped

_ICONS: Final = {
    "request.vote": ":ballot_box_with_check:",
    "request.approve": ":ballot_box_with_check:",
    "request.revoke": ":leftwards_arrow_with_hook:",
    "request.ask-again": ":warning:",
    "request.deny": ":no_entry:",
    "request.withdraw": ":leftwards_arrow_with_hook:",
    "request.expire": ":alarm_clock:",
    "request.invalidate": ":no_entry:",
    "request.release": ":outbox_tray:",
    "request.claim": ":outbox_tray:",
    "request.accept": ":inbox_tray:",
    "request.reject": ":x:",
    "request.lose": ":question:",
    "request.turn-away": ":hourglass:",
    "request.find": ":mag:",
    "request.absent": ":mag:",
    "request.resubmit": ":repeat:",
    "request.give-up": ":no_entry:",
    "request.progress": ":arrow_right:",
    "request.succeed": ":white_check_mark:",
    "request.fail": ":x:",
    "request.cancel": ":no_entry:",
    "request.observe": ":eyes:",
    "request.nod": ":raised_hand:",
    "request.hold": ":hourglass:",
    "request.validate": ":stethoscope:",
    "request.review": ":ballot_box_with_check:",
    "request.overdue": ":red_circle:",
}
_WORDS: Final = 2700
"""So long may be what is said, that whoever is mentioned behind it still is."""
_A_LINE: Final = 10
_MENTIONED: Final = 20
"""So many people are mentioned at once."""
_LOUD: Final = frozenset(
    {
        "request.ask-again",
        "request.deny",
        "request.expire",
        "request.invalidate",
        "request.reject",
        "request.lose",
        "request.absent",
        "request.give-up",
        "request.succeed",
        "request.fail",
        "request.cancel",
        "request.overdue",
    }
)


def line(entry: Entry, request: Request) -> tuple[Message, bool] | None:
    """Say one audit entry in the thread, and whether the channel must hear it; None is silence."""
    kind = entry.type.removeprefix("dr.")
    if kind == "request.ask":
        return _asked(request)
    icon = _ICONS.get(kind)
    if icon is None or not entry.data.words:
        return None
    if entry.subject != request.id:
        text = f"{icon} *{esc(entry.data.target)}*: {cut(esc(entry.data.words, 1500), _WORDS)}"
        return Message(text=f"{text} ({request.id})", blocks=[section(text)]), False
    owes = _owes(entry, request)
    bad = kind == "request.validate" and entry.data.correlation.get("works") == "no"
    loud = (
        bool(owes)
        or bad
        or kind in _LOUD
        or (kind == "request.observe" and entry.data.after == "protected")
        or (kind == "request.revoke" and entry.data.before == "approved")
    )
    whom = f" {' '.join(map(mention, _concerned(entry, request)))}" if loud else ""
    text = f"{icon} {cut(esc(entry.data.words, 1500), _WORDS)}{whom}"
    if loud:
        text = f"{text} ({request.id})"
    blocks = sections([text, owes] if owes else [text])
    text = f"{text} {owes}".rstrip() if loud else f"{text} ({request.id})"
    blocks += other_point(request) if bad else []
    if loud or kind == "request.approve":
        blocks.append(context(anchor_words(entry.sequence, entry.hash)))
    return Message(text=text, blocks=blocks), loud


def _owes(entry: Entry, request: Request) -> str:
    """Call the reviewers where a request ended whose glass was broken, and when they are late."""
    glass = request.terms.glass
    ended = entry.data.before in OPEN and entry.data.after in FINAL
    if (
        glass is None
        or not request.approved_at
        or not (ended or entry.type == "dr.request.overdue")
    ):
        return ""
    others = [one for one in glass.reviewers if one not in parties(request)]
    whom = ", ".join(map(mention, others)) or esc(", ".join(glass.may_review))
    return (
        f":rotating_light: The glass was broken for this. {glass.reviews} people who neither "
        f"asked nor approved must review it, on the card: {whom}."
    )


def _alarm(request: Request, glass: Glass) -> Message:
    """Tell everybody who would have had a say that fewer decide, where all can hear it."""
    told = dict.fromkeys([*glass.tell, *request.terms.tell])
    whom = ", ".join(mention(one) for one in told if one != request.asker.id)
    text = (
        f":rotating_light: *Break-glass*: {mention(request.asker.id)} asks for a "
        f"{esc(request.operation)} of {esc(request.name)} with {skipped(request, glass)}. "
        f"Reason: {esc(request.reason, 600)} ({request.id})"
    )
    heard = f"\nYou are told because you would have had a say, or the policy wants it: {whom}."
    text += heard if whom else ""
    said = [section(text)]
    return Message(text=text, blocks=[*said, *_everybody(request, ROOM - size(said))])


def _concerned(entry: Entry, request: Request) -> list[str]:
    """Return the ids of those who must hear of it: the asker, and whose approvals were dropped.

    The request may be older or newer than the entry.
    """
    again: list[str] = []
    if entry.type.endswith("request.ask-again"):
        at = round(entry.at.timestamp() * 1000)
        again = [
            one.person.id
            for one in request.votes
            if one.approves and one.at <= at and not 0 < one.ended_at < at
        ]
    return list(dict.fromkeys([*again[:_MENTIONED], request.asker.id]))


def _asked(request: Request) -> tuple[Message, bool] | None:
    """Tell whom the policy wants told, and name all machines where the card has no room."""
    if glass := request.terms.glass:
        return _alarm(request, glass), True
    told = ", ".join(mention(one) for one in request.terms.tell)
    blocks = [section(f":mega: {told}: {request.id} was asked.")] if told else []
    blocks += _everybody(request, ROOM - size(blocks))
    if not blocks:
        return None
    many = f"The {len(request.fleet.members)} machines of {request.id}." if request.fleet else ""
    text = f"{told}: {request.id} was asked." if told else many
    return Message(text=text, blocks=blocks), False


def _everybody(request: Request, room: int) -> list[Block]:
    """Name all of several machines, where the card has no room for them."""
    fleet = request.fleet
    if fleet is None or (
        len(fleet.members) + len(fleet.left_out) <= MEMBERS and len(fleet.notes) <= NOTES
    ):
        return []
    said = [f"*The {len(fleet.members):,} machines, in the order of submission*"]
    names = [esc(member.name, 80) for member in fleet.members]
    said += [", ".join(names[at : at + _A_LINE]) for at in range(0, len(names), _A_LINE)]
    said += [f":no_entry: left out: {esc(one.why, 150)}" for one in fleet.left_out]
    said += [f":link: {esc(note)}" for note in fleet.notes]
    return as_much(said, room, f"… and more: {whole(fleet)} shows every one.")

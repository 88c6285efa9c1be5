"""The receipt of a request: what happened, and that the log still says so."""

from collections.abc import Sequence
from typing import Final

from bot.domain.audit import Entry
from bot.domain.ballots import Vote
from bot.domain.people import Person
from bot.domain.request import Request
from bot.domain.reviews import missing
from bot.messages import lines
from bot.messages.blocks import (
    Block,
    Message,
    clock,
    code,
    context,
    esc,
    fields,
    header,
    mention,
    moment,
    section,
    sections,
)
from bot.messages.reviews import notice, reviews

_LINES: Final = 120
_PARTS: Final = 60
_BLOCKS: Final = 46


def receipt(
    request: Request, parts: Sequence[Request], entries: Sequence[Entry], checked: int, broken: str
) -> Message:
    """Who asked and approved, under which rule, what Azure did, and the entries with hashes."""
    terms = request.terms
    votes = [_voter(vote) for vote in request.approvals]
    ended = [f"{_voter(vote)} ({_ended(vote)})" for vote in request.votes if vote.ended_at]
    blocks: list[Block] = [
        header(f"Receipt of {request.id}"),
        section(f"*{esc(lines.title(request))}*\n{_chain(entries, checked, broken)}"),
        fields(
            ("Asked by", _who(request.asker)),
            ("Asked", moment(request.asked_at)),
            ("Approved by", ", ".join(votes) or "nobody"),
            *([("No longer counted", ", ".join(ended))] if ended else []),
            (
                "Rule",
                f"{esc(f'{terms.rule}:')} {terms.approvals} of {esc(', '.join(terms.may_approve))}",
            ),
            ("Policy", code(terms.policy)),
            ("Outcome", _outcome(request)),
        ),
        *notice(request),
        *_reviews(request),
        section(f"*Reason*\n{esc(request.reason, 1000)}"),
        *sections(["*Azure*", *_azure(request)]),
    ]
    listed = [_part(one) for one in parts[:_PARTS]]
    if len(parts) > _PARTS:
        every = code(f"/dr request {request.id}")
        listed.append(f"… and {len(parts) - _PARTS:,} more: {every} shows every one.")
    blocks += sections(listed)
    said = [_entry(entry) for entry in entries[:_LINES]]
    if len(entries) > _LINES:
        said.append(f"… and {len(entries) - _LINES} more: `dr audit export` has all.")
    blocks += sections([f"*Entries of the audit log* ({len(entries)})", *said])
    blocks = blocks[:_BLOCKS]
    blocks.append(
        context("`dr audit verify` checks the whole log, macs, anchors and signatures too.")
    )
    return Message(text=esc(f"Receipt of {request.id}: {request.state}."), blocks=blocks)


def _who(person: Person) -> str:
    """The account, and the human where the directory has them."""
    entra = f", Entra {code(person.entra)}" if person.entra else ""
    return f"{mention(person.id)} ({esc(person.name)}{entra})"


def _voter(vote: Vote) -> str:
    """Who voted, and in whose place."""
    return f"{_who(vote.person)} for {_who(vote.seat)}" if vote.place else _who(vote.person)


def _ended(vote: Vote) -> str:
    if vote.ended_by:
        return "taken back"
    return "ran out" if vote.ran_out else "asked again"


def _chain(entries: Sequence[Entry], checked: int, broken: str) -> str:
    if broken:
        return f":red_circle: *The log is broken here.* {esc(broken)}"
    if not entries:
        return ":red_circle: *The log has no entry of it.*"
    first, last = entries[0].sequence, entries[-1].sequence
    return (
        f":white_check_mark: The chain holds from entry {first} to entry {last} "
        f"({checked} entries, those of others between them included)."
    )


def _outcome(request: Request) -> str:
    ended = f", {moment(request.closed_at)}" if request.closed_at else ""
    return f"{lines.STATE_ICONS[request.state]} {request.state}{ended}"


def _reviews(request: Request) -> list[Block]:
    """Whether a glass that was broken has been reviewed, and by whom."""
    if request.terms.glass is None or not request.approved_at:
        return []
    lacks = missing(request)
    head = f"*Reviews* — :red_circle: {lacks} missing" if lacks else "*Reviews* — all there"
    return sections([head, *reviews(request)])


def _azure(request: Request) -> list[str]:
    said = [
        f"Attempt {one.attempt} at {clock(one.at)}: client request id {code(one.client_request_id)}"
        for one in request.attempts
    ]
    if request.job:
        said.append(f"Job {code(request.job.name)}: {esc(request.job.words or request.job.state)}")
    if request.why:
        said.append(esc(request.full_why, 500))
    return said or ["Its machines were sent one by one." if request.fleet else "Nothing was sent."]


def _part(part: Request) -> str:
    job = f" · job {code(part.job.name)}" if part.job else ""
    sent = f" · {code(part.submission.client_request_id)}" if part.submission else ""
    return (
        f"{lines.STATE_ICONS[part.state]} {part.id} *{esc(part.name, 80)}* {part.state}{sent}{job}"
    )


def _entry(entry: Entry) -> str:
    kind = esc(entry.type.removeprefix("dr."), 60)
    who = esc(entry.data.actor.name, 60)
    return f"#{entry.sequence} {esc(entry.subject, 40)} {kind} by {who}\n{code(entry.hash, 64)}"

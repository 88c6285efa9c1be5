"""The private answers: what a command that looks found, and what became of asking."""

from collections.abc import Mapping, Sequence
from typing import Final

from bot.domain.audit import Entry
from bot.domain.progress import Progress
from bot.domain.request import Request
from bot.errors import Ambiguous, DrError, Missing
from bot.messages import lines
from bot.messages.blocks import (
    Block,
    Message,
    actions,
    as_many,
    code,
    context,
    esc,
    header,
    many,
    moment,
    section,
    sections,
)
from bot.messages.board import counts
from bot.messages.buttons import CHOOSE, FILL_IN, REOPEN, RUN
from bot.messages.reviews import owing

_UNREVIEWED: Final = "*Break-glass, not reviewed yet*"
_OWING: Final = 10
"""So many sections are for what owes a review."""


def sorry(error: DrError) -> Message:
    """Say what was the matter and what to do next, with the code that stands for it."""
    advice = f"\n{esc(error.advice, 1000)}" if error.advice else ""
    text = esc(str(error), 2500)
    blocks = [section(f"{esc(error.sentence, 1500)}{advice}")]
    if error.refusal:
        text += f" ({error.refusal.id})"
        blocks.append(context(code(error.refusal.id)))
    return Message(text=text, blocks=blocks)


def form_offered(sentence: str, text: str) -> Message:
    """Offer the form for a command that lacks something, where none could be opened at once."""
    button = RUN.draw(text, label="Open the form…", style="primary")
    said = f"{esc(sentence, 1500)} The form asks for it."
    return Message(text=f"{said} Press Open the form.", blocks=[section(said), actions([button])])


def try_again(error: DrError, stash: str) -> Message:
    """Say what was the matter with a form that was sent; nothing typed into it is lost."""
    said = sorry(error)
    return Message(text=said.text, blocks=[*said.blocks, actions([REOPEN.draw(stash)])])


def broken(reference: str) -> Message:
    """Apologise for something that is our own fault."""
    text = (
        "Something went wrong in the bot itself, and nothing was sent to Azure by this step. "
        f"Its owners find the details in the log under {reference}."
    )
    return Message(text=text, blocks=[section(f":warning: {text}")])


def choose(error: Ambiguous, stash: str) -> Message:
    """Offer the matches as buttons; nothing is guessed."""
    buttons = [
        CHOOSE.draw(f"{stash}:{number}", label=label, suffix=str(number))
        for number, (_, label) in enumerate(error.matches)
    ]
    names = ", ".join(label for _, label in error.matches)
    return Message(
        text=esc(f"{error.sentence} {names}", 2500),
        blocks=[section(esc(error.sentence)), actions(buttons)],
    )


def fill_in(error: Missing, stash: str, titles: Sequence[str]) -> Message:
    """Ask for what is missing with a button that opens a form."""
    label = f"Name the {titles[0].lower()}" if len(titles) == 1 else "Fill in what is missing"
    blocks = [section(esc(error.sentence, 1500)), actions([FILL_IN.draw(stash, label=label)])]
    return Message(text=esc(str(error), 2500), blocks=blocks)


def asked(request: Request, channel: str, *, already: bool, instead_of: str = "") -> Message:
    """Tell the asker where the card is."""
    what = f"*{request.id}* ({esc(lines.title(request))})"
    if already:
        text = f"This is asked already: {what} {lines.fate(request)}. Its card is in <#{channel}>."
    else:
        votes = request.terms.approvals
        text = (
            f"Asked: {what}. Its card is in <#{channel}>; it needs {votes} "
            f"approval{'s' if votes != 1 else ''} by {moment(request.expires_at)}."
        )
    if instead_of and not already:
        text += f" It took the place of {instead_of}, which is withdrawn."
    return Message(text=text, blocks=[section(text)])


def overview(
    *,
    waiting: Sequence[Request],
    to_review: Sequence[Request],
    running: Sequence[Request],
    mine: Sequence[Request],
    may_ask: Sequence[str],
    may_look: Sequence[str],
    far: Mapping[str, Progress] | None = None,
) -> Message:
    """What waits for me, what runs, and what I can do."""
    blocks: list[Block] = [header("Disaster recovery")]
    blocks += requests_block("Waiting for you", waiting, "Nothing waits for your approval.")
    blocks += requests_block(":red_circle: Break-glass, waiting for your review", to_review, "")
    blocks += requests_block("Yours, waiting for others", mine, "")
    blocks += requests_block("Running now", running, "", far)
    can = ", ".join(f"`/dr {name}`" for name in may_ask)
    may = (
        f"You may ask for: {can}." if can else "The policy lets you look, and not ask for changes."
    )
    looks = ", ".join(f"`/dr {name}`" for name in may_look)
    blocks.append(section(f"{may}\nYou may look: {looks}. `/dr help` explains them."))
    count = len(waiting) + len(to_review)
    wait = f"{many(count, 'request')} {'waits' if count == 1 else 'wait'} for you"
    runs = f", {len(running)} running" if running else ""
    text = f"{wait if count else 'Nothing waits for you'}{runs}. Type /dr help."
    return Message(text=text, blocks=blocks)


def request_list(
    open_ones: Sequence[Request],
    recent: Sequence[Request],
    unreviewed: Sequence[Request],
    now: int,
    *,
    far: Mapping[str, Progress] | None = None,
    lost: Sequence[str] = (),
) -> Message:
    """The open requests, and the latest that ended; before all, those that owe a review.

    `far` is how far those are that run and are about several machines, by id.
    """
    blocks = [header("Requests")]
    owed = ""
    if said := owing(unreviewed, lost, now):
        blocks += as_many([_UNREVIEWED, *said], _OWING, "… and more of them.")
        owed = f"{many(len(said), 'break-glass request')} not reviewed. "
    blocks += requests_block("Open", open_ones, "No request is open.", far)
    blocks += requests_block("Lately", recent, "")
    count = f"{many(len(open_ones), 'request')} open" if open_ones else "No request is open"
    return Message(text=f"{owed}{count}.", blocks=blocks)


def requests_block(
    title: str, some: Sequence[Request], nothing: str, far: Mapping[str, Progress] | None = None
) -> list[Block]:
    """Some requests under a title, one line each; nothing at all when there is nothing to say.

    Those of several machines that are under way have a second line, with how `far` they are.
    """
    if not some:
        return [section(f"*{title}*\n{nothing}")] if nothing else []
    listed = [
        f"{lines.STATE_ICONS[one.state]} *{one.id}* {esc(lines.title(one))} — {one.state}, "
        f"asked by {esc(one.asker.name)} {moment(one.asked_at)} in <#{one.channel}>"
        f"{_how_far((far or {}).get(one.id))}"
        for one in some[:10]
    ]
    more = [f"… and {len(some) - 10} more"] if len(some) > 10 else []
    return sections([f"*{title}*", *listed, *more])


def _how_far(far: Progress | None) -> str:
    return f"\n{far.ended:,} of {far.total:,} have ended: {counts(far)}" if far else ""


def trail(
    subject: str,
    entries: Sequence[Entry],
    *,
    filters: str = "",
    page: int = 1,
    more: bool = False,
) -> Message:
    """Entries of the audit log."""
    of = f" of {subject}" if subject else ""
    blocks = [header(f"Audit log{of}")]
    if filters:
        blocks.append(context(f"Only {code(filters)}"))
    blocks += [section(_entry(entry)) for entry in entries]
    if not entries:
        which = (
            " The newest entries do not name it; `dr audit export` has all."
            if subject or filters
            else ""
        )
        blocks.append(
            section(f"There is no entry.{which}" if page == 1 else f"There is no page {page}.")
        )
    if more:
        command = " ".join(["/dr audit", *filter(None, (subject, filters)), f"--page {page + 1}"])
        blocks.append(context(f"… and older ones: {code(command)}."))
    blocks.append(
        context("On the server: `dr audit verify` checks the log, `dr audit export` has all.")
    )
    count = many(len(entries), "entry", "entries") if entries else "no entry"
    newest = f", the newest: {entries[0].data.words}" if entries else "."
    return Message(text=esc(f"Audit log{of}: {count}{newest}"), blocks=blocks)


def _entry(entry: Entry) -> str:
    fact = entry.data
    what = esc(fact.words) or esc(fact.type)
    change = (
        f" {esc(fact.before)} → {esc(fact.after)}."
        if fact.before != fact.after and fact.after
        else ""
    )
    why = f"\nReason: {esc(fact.reason)}" if fact.reason else ""
    about = f"{esc(fact.operation)} {esc(fact.target)}".strip()
    return (
        f"*#{entry.sequence}* {moment(entry.at, '{date_short} {time_secs}')} · "
        f"{esc(fact.actor.name)} · {esc(entry.subject)} · {about}\n{what}{change}{why}"
    )

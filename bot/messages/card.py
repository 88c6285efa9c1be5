"""The card of a request: one message that says everything that matters in the state it is in."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from bot.domain.catalogue import Ground
from bot.domain.delegations import Delegation
from bot.domain.drift import Change
from bot.domain.forecast import Forecast
from bot.domain.locks import Lock
from bot.domain.machines import Machine
from bot.domain.objectives import Aim
from bot.domain.operations import CATALOGUE
from bot.domain.plans import Plan
from bot.domain.progress import FEW, Progress, progress_of
from bot.domain.request import Outcome, Request, State
from bot.domain.reviews import missing
from bot.domain.windows import Exposed
from bot.messages import lines
from bot.messages.arranged import in_place, locked
from bot.messages.blocks import (
    ROOM,
    Block,
    Message,
    as_many,
    clock,
    code,
    context,
    divider,
    esc,
    fields,
    header,
    section,
    sections,
    size,
    within,
    words,
)
from bot.messages.board import board, counts
from bot.messages.choices import buttons
from bot.messages.facts import facts
from bot.messages.fleets import members
from bot.messages.measures import measured, validations
from bot.messages.plans import group_blocks
from bot.messages.reviews import notice, review
from bot.messages.status import status
from bot.messages.tables import fleet_table, step_blocks
from bot.messages.windows import exposed, protection


def card(
    request: Request,
    *,
    now: int,
    expected: int | None,
    outcomes: Mapping[str, Outcome] | None = None,
    ahead: Forecast | None = None,
    locks: Sequence[Lock] = (),
    delegated: Sequence[Delegation] = (),
    pressable: bool = True,
    aim: Aim | None = None,
    unprotected: Exposed | None = None,
    declared_at: int = 0,
) -> Message:
    """Draw a request as it is, with its buttons where it is `pressable`.

    `now` is in milliseconds; `expected` is how many seconds the operation usually takes;
    `outcomes` is how each of several machines stands, by its request, and `ahead` is what is to be
    expected of them; `locks` hold it back, and by `delegated` somebody may vote in an approver's
    place; `aim` is what the policy aims at; `unprotected` is since when what is
    reprotected is not protected; `declared_at` is when its incident was declared.
    """
    at = datetime.fromtimestamp(now / 1000, UTC)
    stand = outcomes or {}
    far = _far(request, stand)
    head = [
        header(lines.title(request), ":rotating_light:" if request.terms.glass else ""),
        *notice(request),
        section(status(request, at, expected, far)),
        *sections([exposed(unprotected, now)] if unprotected else []),
        *sections([_held(one) for one in locks[:_LOCKS]]),
        *review(request),
    ]
    about = [
        fields(*facts(request), *measured(request, aim, declared_at)),
        *_reason(request),
        *protection(request),
        *validations(request),
    ]
    foot = [
        *_votes(request, delegated),
        *(buttons(request, stand) if pressable else []),
        context(_small_print(request, now)),
    ]
    room = ROOM - size([head, about, foot])
    if request.fleet and far:
        if far.total > FEW:
            said = board(request.fleet, stand, ahead, expected, ended=not request.open)
        else:
            said = fleet_table(request.fleet, stand, ended=not request.open)
        blocks = [*head, *within(said, room, _all_of_it(request)), divider(), *about, *foot]
    else:
        said = [*_changes(request), *about, *_middle(request, at)]
        blocks = [*head, *within(said, room + size(about), _all_of_it(request)), *foot]
    held = f" Locked since by {esc(locks[0].by.name)}." if locks else ""
    return Message(text=f"{summary(request, far)}{held}", blocks=blocks)


def preview(
    request: Request,
    why_not: str,
    drafts: Sequence[Request] = (),
    *,
    already: Request | None = None,
) -> Message:
    """Draw what a request would be, without the means to decide it, and the call as it would go.

    Of several machines it shows the call for the first.
    """
    machine = f"Preview of {lines.title(request)}: nothing is asked, stored or sent. {why_not}"
    call = request.call or (drafts[0].call if drafts else None)
    many = f", for each of them; for {esc(f'{drafts[0].name}:')}" if drafts else ""
    body = call.body if call else None
    sent = json.dumps(body, indent=1, ensure_ascii=False) if body else "no body"
    blocks = [
        header(f"Preview: {lines.title(request)}"),
        *would_be(request, why_not, already=already),
        section(f"*Azure would be sent* {code(call.line if call else '', 500)}{many}"),
        words(sent),
    ]
    return Message(text=esc(machine.strip(), 1500), blocks=blocks)


def would_be(request: Request, why_not: str, *, already: Request | None = None) -> list[Block]:
    """Draw what would be asked, and why it cannot be: for a preview, and within a form."""
    open_now = f"It is asked already: *{esc(already.id)}* {lines.fate(already)}." if already else ""
    return [
        *notice(request),
        section(
            f"It would need {lines.needs(request.terms)}, under rule “{esc(request.terms.rule)}”."
        ),
        *([section(f":no_entry: {esc(why_not)}")] if why_not else []),
        *([section(f":memo: {open_now}")] if open_now else []),
        fields(*facts(request)),
        *_reason(request),
        *_middle(request, datetime.fromtimestamp(request.asked_at / 1000, UTC), stored=False),
        *_votes(request),
    ]


_LOCKS = 3
"""So many locks are on a card; one is enough to hold it back."""
_PLACES = 8
"""So many delegations are on a card."""
_GROUPS = 8
"""So many groups of a plan are on its card; `/dr plan` shows them all."""
_ROOM = 14
"""So many sections are for what there may be very much of: Slack takes 50 blocks in all."""
_ELSEWHERE = "… and more, in the thread."
_CHANGES = 2
"""So many sections are for what has changed."""


def _far(request: Request, outcomes: Mapping[str, Outcome]) -> Progress | None:
    """Return how far several machines are; None when none of them was begun, or it is about one."""
    begun = request.state is State.RUNNING or request.after
    if request.fleet is None or not begun:
        return None
    return progress_of(request.fleet, outcomes, ended=not request.open)


def _all_of_it(request: Request) -> str:
    """Say where what a card has no room for is to be seen."""
    command = f"/dr jobs {request.id}" if request.job else f"/dr verify {request.id}"
    if request.fleet:
        command = f"/dr request {request.id}"
    elif isinstance(request.target, Plan) and request.state is State.WAITING:
        command = f"/dr plan {request.name}"
    return f"… and more: {code(command)}"


def summary(request: Request, far: Progress | None = None) -> str:
    """The card in one sentence, for notifications and screen readers."""
    what = f"{request.id}: {esc(lines.title(request))}"
    if request.state is State.WAITING:
        votes = f"{len(request.approvals)} of {request.terms.approvals} approvals"
        again = f" again. {esc(request.full_why)} " if request.changes else ": "
        return f"{what}, asked by {esc(request.asker.name)}, waits for approval{again}{votes}."
    if request.state is State.RUNNING and request.job:
        if asked := request.job.asks:
            return f"{what} waits for somebody to do this: {esc(asked.name, 120)}."
        return f"{what} is running, at {esc(lines.progress(request.job.steps), 120)}."
    if request.state is State.RUNNING and far:
        return f"{what} is running: {far.ended:,} of {far.total:,} have ended. {counts(far)}."
    why = f" {esc(request.full_why)}" if request.why else ""
    owed = " It is not reviewed yet." if missing(request) else ""
    lacks = " It is not protected yet." if request.watching else ""
    return f"{what} {lines.fate(request)}.{why}{owed}{lacks}"


def _changes(request: Request) -> list[Block]:
    """What is no longer as it was approved, while that says what people should do."""
    if request.state is State.WAITING:
        title = ":warning: *It has changed since it was approved. Please approve again:*"
    elif request.state is State.VOID:
        title = "*What has changed*"
    else:
        return []
    listed = [f"• {_change(one)}" for one in request.changes]
    return as_many([title, *listed], _CHANGES, _ELSEWHERE) if listed else []


def _change(one: Change) -> str:
    if not (one.before or one.after):
        return esc(one.words)
    old, new = esc(one.before or "none", 200), esc(one.after or "none", 200)
    return f"*{esc(one.what, 120)}*: {old} → *{new}*"


def _held(lock: Lock) -> str:
    """Say that a lock came meanwhile, and what that means."""
    return (
        f":red_circle: *Locked since.* {locked(lock)}\n"
        "What is approved while this holds is void, and is not sent."
    )


def _reason(request: Request) -> list[Block]:
    return [section(f"*Reason:* {esc(request.reason)}")] if request.reason else []


def _middle(request: Request, now: datetime, *, stored: bool = True) -> list[Block]:
    if request.state is State.WAITING:
        destroys = CATALOGUE[request.operation].destroys(request.ground)
        return [
            *_way_back(request),
            section(f":warning: *What it destroys:* {esc(destroys)}"),
            *_what_people_should_know(request, stored=stored),
        ]
    if request.fleet:  # none of them was sent yet
        return as_many(members(request.fleet), _ROOM, _ELSEWHERE)
    steps = request.job.steps if request.job else ()
    blocks = [divider(), *step_blocks(steps, now)] if steps else []
    return [*blocks, *_now(request.after)]


def _what_people_should_know(request: Request, *, stored: bool) -> list[Block]:
    """The risks of failing over, the groups of a plan, the machines of several."""
    if request.fleet:
        return as_many(members(request.fleet, stored=stored), _ROOM, _ELSEWHERE)
    judged = CATALOGUE[request.operation].judged
    asked = datetime.fromtimestamp(request.read_at / 1000, UTC)
    if isinstance(request.target, Machine):
        found = lines.readiness(request.target, asked) if judged else []
        if request.target.together:
            found.append(
                f":link: It belongs to the consistency group {esc(request.target.together)}; the "
                "others of it are not in this request."
            )
        return sections(found)
    if isinstance(request.target, Plan):
        machines = request.ground.machines
        risks = lines.risks(machines, asked) if judged else []
        return [*group_blocks(request.target, machines, most=_GROUPS), *sections(risks)]
    return []


def _votes(request: Request, delegated: Sequence[Delegation] = ()) -> list[Block]:
    if request.state is not State.WAITING:
        return []
    return [section(f"*Votes*\n{lines.votes(request)}{_in_places(delegated)}")]


def _in_places(delegated: Sequence[Delegation]) -> str:
    """Say who may vote in whose place."""
    return "".join(f"\n:busts_in_silhouette: {in_place(one)}" for one in delegated[:_PLACES])


def _now(after: Ground | None) -> list[Block]:
    """How the target was when the job had ended."""
    if after is None:
        return []
    if isinstance(after.target, Machine):
        return [section(f"*Now:* {lines.standing(after.target)}")]
    if after.machines:
        listed = [f"• *{esc(m.name)}* — {lines.standing(m)}" for m in after.machines]
        return [section("*Now*"), *as_many(listed, _ROOM, "… and more: `/dr list` shows all.")]
    return []


def _way_back(request: Request) -> list[Block]:
    """What a reprotect or a protection will name, and where it was learnt."""
    way = request.ground.way_back
    return [section(f"*What will be used*\n{lines.learnt(way.learnt)}")] if way else []


def _small_print(request: Request, now: int) -> str:
    parts = [f"*{request.id}*", f"rule “{esc(request.terms.rule)}”"]
    if request.job:
        parts.append(f"job {esc(request.job.name)}")
    parts.append(f"as of {clock(now)}")
    return " · ".join(parts)

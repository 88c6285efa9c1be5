"""The card of a request: one message that says everything that matters in the state it is in."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from bot.domain.catalogue import Ground
from bot.domain.jobs import JobStep
from bot.domain.machines import Machine
from bot.domain.offers import offered_on, why_not
from bot.domain.operations import CATALOGUE
from bot.domain.plans import Plan
from bot.domain.request import Outcome, Request, State, nod_key
from bot.messages import lines
from bot.messages.blocks import (
    Block,
    Message,
    actions,
    as_many,
    clock,
    context,
    divider,
    duration,
    esc,
    fields,
    header,
    mention,
    moment,
    section,
    sections,
    words,
)
from bot.messages.buttons import (
    APPROVE,
    DENY,
    GIVE_UP,
    NEXT,
    NOD,
    RESUBMIT,
    WITHDRAW,
    WITHDRAW_REST,
    Button,
    Confirm,
)
from bot.messages.facts import facts, members
from bot.messages.plans import group_blocks
from bot.messages.tables import fleet_table, step_blocks


def card(
    request: Request,
    *,
    now: int,
    expected: int | None,
    outcomes: Mapping[str, Outcome] | None = None,
) -> Message:
    """Draw a request as it is.

    `now` is in milliseconds; `expected` is how many seconds the operation usually takes;
    `outcomes` is how each of several machines stands, by its request.
    """
    at = datetime.fromtimestamp(now / 1000, UTC)
    blocks = [
        header(lines.title(request)),
        section(_status(request, at, expected)),
        fields(*facts(request)),
        *_reason(request),
        *_middle(request, at, outcomes or {}),
        *_buttons(request, outcomes or {}),
        context(_small_print(request, now)),
    ]
    return Message(text=summary(request), blocks=blocks)


def preview(request: Request, why_not: str, drafts: Sequence[Request] = ()) -> Message:
    """Draw what a request would be, without the means to decide it, and the call as it would go.

    Of several machines it shows the call for the first.
    """
    machine = f"{lines.title(request)}: nothing is asked, stored or sent."
    call = request.call or (drafts[0].call if drafts else None)
    many = f", for each of them; for {esc(drafts[0].name)}:" if drafts else ""
    body = call.body if call else None
    sent = json.dumps(body, indent=1, ensure_ascii=False) if body else "no body"
    blocks = [
        header(f"Preview: {lines.title(request)}"),
        section(
            f"It would need {lines.needs(request.terms)}, under rule “{esc(request.terms.rule)}”."
        ),
        *([section(f":no_entry: {esc(why_not)}")] if why_not else []),
        fields(*facts(request)),
        *_reason(request),
        *_middle(request, datetime.fromtimestamp(request.asked_at / 1000, UTC), {}),
        section(f"*Azure would be sent* `{esc(call.line if call else '')}`{many}"),
        words(sent),
    ]
    return Message(text=esc(machine), blocks=blocks)


_LIKELY = {
    "failover": "commit",
    "failback": "commit",
    "planned-failover": "commit",
    "change-point": "commit",
    "commit": "reprotect",
    "test-failover": "cleanup",
}
_GROUPS = 8
"""So many groups of a plan are on its card; `/dr plan` shows them all."""
_ROOM = 14
"""So many sections are for what there may be very much of: Slack takes 50 blocks in all."""
_ELSEWHERE = "… and more, in the thread."
_SETTLED = 10
"""So many machines have a button of their own on the card of several."""


def summary(request: Request) -> str:
    """The card in one sentence, for notifications and screen readers."""
    what = f"{request.id}: {esc(lines.title(request))}"
    if request.state is State.WAITING:
        votes = f"{len(request.approvals)} of {request.terms.approvals} approvals"
        return f"{what}, asked by {esc(request.asker.name)}, waits for approval: {votes}."
    if request.state is State.RUNNING and request.job:
        if asked := request.job.asks:
            return f"{what} waits for somebody to do this: {esc(asked.name, 120)}."
        return f"{what} is running, at {esc(lines.progress(request.job.steps), 120)}."
    why = f" {esc(request.why)}" if request.why else ""
    return f"{what} {lines.fate(request)}.{why}"


def _status(request: Request, now: datetime, expected: int | None) -> str:
    icon = lines.STATE_ICONS[request.state]
    return f"{icon} {_STATUS[request.state](request, now, expected)}"


def _waiting(request: Request, _now: datetime, _expected: int | None) -> str:
    votes = f"{len(request.approvals)} of {request.terms.approvals}"
    return f"*Waiting for approval*: {votes} so far. Expires {moment(request.expires_at)}."


def _approved(request: Request, _now: datetime, _expected: int | None) -> str:
    if request.needs_nod:
        return (
            f"*Approved, but it never started.* {esc(request.why)} Nothing is sent again unless "
            f"somebody presses *{RESUBMIT.label}*."
        )
    wait = f" {esc(request.why)}" if request.why else ""
    return f"*Approved.* A worker takes it up now.{wait}"


def _submitting(_request: Request, _now: datetime, _expected: int | None) -> str:
    return "*Submitting* to Azure…"


def _unknown(request: Request, _now: datetime, _expected: int | None) -> str:
    return (
        f"*Unknown.* {esc(request.why)} We look for the job in Azure; nothing is sent again. Do "
        "not start it by hand before this is settled."
    )


def _running(request: Request, now: datetime, expected: int | None) -> str:
    if request.job and (asked := request.job.asks):
        return (
            f"*Waits for somebody* to do this: *{esc(asked.name)}*. "
            f"{esc(asked.instructions, 600)}{_nodded(request, asked)}"
        )
    started = _started(request)
    so_far = duration((now - started).total_seconds())
    usual = f", usually {duration(expected)}" if expected else ""
    job = request.job
    where = f": {esc(lines.progress(job.steps), 120)}" if job else ""
    blind = f"\n:warning: {esc(request.why)} Look in the portal." if request.why else ""
    return f"*Running*{where}. For {so_far}{usual}.{blind}"


def _nodded(request: Request, asked: JobStep) -> str:
    """Who has said already that the manual action is done."""
    said = [nod for nod in request.nods if nod.task == nod_key(asked)]
    if not said:
        return ""
    return f"\n{mention(said[-1].person.id)} said at {clock(said[-1].at)} that it is done."


def _succeeded(request: Request, _now: datetime, _expected: int | None) -> str:
    after = request.after.target if request.after else None
    ending = ""
    if request.watching and isinstance(after, Machine):
        ending = f"\n{lines.not_yet(request, after)}"
    whom = f" for all {len(request.fleet.members)} machines" if request.fleet else ""
    return f"*Succeeded*{whom} in {duration(_took(request))}.{ending}"


def _ended_badly(request: Request, _now: datetime, _expected: int | None) -> str:
    advice = f"\n*What to do:* {esc(request.advice, 800)}" if request.advice else ""
    why = f" {esc(request.why, 1200)}" if request.why else ""
    return f"*{request.state.capitalize()}.*{why}{advice}"


_STATUS = {
    State.WAITING: _waiting,
    State.APPROVED: _approved,
    State.SUBMITTING: _submitting,
    State.UNKNOWN: _unknown,
    State.RUNNING: _running,
    State.SUCCEEDED: _succeeded,
    State.FAILED: _ended_badly,
    State.CANCELLED: _ended_badly,
    State.DENIED: _ended_badly,
    State.WITHDRAWN: _ended_badly,
    State.EXPIRED: _ended_badly,
    State.VOID: _ended_badly,
}


def _reason(request: Request) -> list[Block]:
    return [section(f"*Reason:* {esc(request.reason)}")] if request.reason else []


def _middle(request: Request, now: datetime, outcomes: Mapping[str, Outcome]) -> list[Block]:
    if request.state is State.WAITING:
        destroys = CATALOGUE[request.operation].destroys(request.ground)
        return [
            *_way_back(request),
            section(f":warning: *What it destroys:* {esc(destroys)}"),
            *_what_people_should_know(request),
            section(f"*Votes*\n{lines.votes(request)}"),
        ]
    if request.fleet:
        if not (request.open or request.after):
            return as_many(
                members(request.fleet), _ROOM, _ELSEWHERE
            )  # it ended before any of them was sent
        return [divider(), *fleet_table(request.fleet, outcomes, ended=not request.open)]
    steps = request.job.steps if request.job else ()
    blocks = [divider(), *step_blocks(steps, now)] if steps else []
    return [*blocks, *_now(request.after)]


def _what_people_should_know(request: Request) -> list[Block]:
    """The risks of failing over, the groups of a plan, the machines of several."""
    if request.fleet:
        return as_many(members(request.fleet), _ROOM, _ELSEWHERE)
    judged = CATALOGUE[request.operation].judged
    asked = datetime.fromtimestamp(request.asked_at / 1000, UTC)
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


def _buttons(request: Request, outcomes: Mapping[str, Outcome]) -> list[Block]:
    if request.state is State.WAITING:
        return [actions([_approve(request), _deny(request), _withdraw(request)])]
    if request.state is State.APPROVED:
        again = (
            [RESUBMIT.draw(request.id, confirm=_again(lines.title(request)))]
            if request.needs_nod
            else []
        )
        return [actions([*again, _withdraw(request)])]
    if request.state is State.UNKNOWN:
        return [actions([GIVE_UP.draw(request.id, confirm=_give_up(lines.title(request)))])]
    if request.state is State.RUNNING:
        return _running_buttons(request, outcomes)
    if request.state is State.SUCCEEDED and request.after:
        nexts = next_buttons(request, request.after)
        return [section("*What next?*"), actions(nexts)] if nexts else []
    return []


def _running_buttons(request: Request, outcomes: Mapping[str, Outcome]) -> list[Block]:
    """What a person can do for what runs: do what it waits for, stop it, settle one of several."""
    if request.fleet:
        stuck = [(one, o) for one, o in outcomes.items() if o.needs_nod]
        lost = [(one, o) for one, o in outcomes.items() if o.state is State.UNKNOWN]
        found = [_settle(RESUBMIT, one, o, _again(_called(request, o))) for one, o in stuck]
        found += [_settle(GIVE_UP, one, o, _give_up(_called(request, o))) for one, o in lost]
        if len(outcomes) < len(request.fleet.members) or any(map(_unsent, outcomes.values())):
            found.insert(0, WITHDRAW_REST.draw(request.id, confirm=_rest(request)))
        return [actions(found[:_SETTLED])] if found else []
    job = request.job
    if job is None:
        return []
    drawn = [NOD.draw(request.id)] if job.asks else []
    if "Cancel" in job.actions and CATALOGUE[request.operation].about != "job":
        title = CATALOGUE["cancel-job"].title
        drawn.append(NEXT.draw(f"cancel-job:{request.id}", label=title, suffix="cancel-job"))
    return [actions(drawn)] if drawn else []


def _unsent(outcome: Outcome) -> bool:
    return outcome.state is State.APPROVED and not outcome.needs_nod


def _called(request: Request, outcome: Outcome) -> str:
    return f"{CATALOGUE[request.operation].title} of {outcome.name}"


def _settle(button: Button, request_id: str, outcome: Outcome, confirm: Confirm) -> Block:
    label = f"{button.label}: {outcome.name}"
    return button.draw(request_id, label=label, suffix=request_id, confirm=confirm)


def next_buttons(request: Request, after: Ground) -> list[Block]:
    """Draw a button for every operation that the target offers now, the likeliest first.

    For several machines that is the likeliest alone, where any of them offers it.
    """
    likely_next = _LIKELY.get(request.operation, "")
    if request.fleet:
        likely = [CATALOGUE[likely_next]] if likely_next else []
        found = [o for o in likely if any(why_not(o, m) is None for m in after.machines)]
    elif isinstance(after.target, Machine | Plan):
        found = sorted(offered_on(after), key=lambda one: one.name != likely_next)
    else:
        found = []
    return [
        NEXT.draw(
            f"{one.name}:{request.id}",
            label=one.title,
            suffix=one.name,
            style="primary" if one.name == likely_next else "",
        )
        for one in found
    ]


def _approve(request: Request) -> Block:
    operation = CATALOGUE[request.operation]
    text = f"What it destroys: {operation.destroys(request.ground)}"
    if request.terms.confirm:
        return APPROVE.draw(request.id)  # it opens a form that says the same
    return APPROVE.draw(
        request.id, confirm=Confirm(f"Approve: {lines.title(request)}?", text, "Approve")
    )


def _deny(request: Request) -> Block:
    text = "It ends the request, whoever has approved it. The asker is told, and may ask again."
    return DENY.draw(request.id, confirm=Confirm(f"Deny: {lines.title(request)}?", text, "Deny"))


def _withdraw(request: Request) -> Block:
    return WITHDRAW.draw(request.id)


def _again(title: str) -> Confirm:
    text = "Azure has no job of the first attempt. This sends the approved operation once more."
    return Confirm(f"Submit {title} again?", text, RESUBMIT.label)


def _rest(request: Request) -> Confirm:
    text = "Machines that were not sent to Azure yet stay as they are. What runs goes on."
    return Confirm(f"Withdraw the rest of {lines.title(request)}?", text, WITHDRAW_REST.label)


def _give_up(title: str) -> Confirm:
    text = (
        "Look in the portal first. The bot stops looking for the job, and the machine can be asked "
        "for again. Nothing is sent."
    )
    return Confirm(f"Give {title} up?", text, GIVE_UP.label)


def _small_print(request: Request, now: int) -> str:
    parts = [f"*{request.id}*", f"rule “{esc(request.terms.rule)}”"]
    if request.job:
        parts.append(f"job {esc(request.job.name)}")
    parts.append(f"as of {clock(now)}")
    return " · ".join(parts)


def _started(request: Request) -> datetime:
    if request.job and request.job.started:
        return request.job.started
    at = request.submission.at if request.submission else request.asked_at
    return datetime.fromtimestamp(at / 1000, UTC)


def _took(request: Request) -> float:
    if request.job and request.job.started and request.job.ended:
        return (request.job.ended - request.job.started).total_seconds()
    start = request.submission.at if request.submission else request.asked_at
    return (request.closed_at - start) / 1000

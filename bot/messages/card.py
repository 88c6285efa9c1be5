"""The card of a request: one message that says everything that matters in the state it is in."""

import json
from datetime import UTC, datetime

from bot.domain.machines import Machine
from bot.domain.offers import offered
from bot.domain.operations import CATALOGUE
from bot.domain.points import by_id
from bot.domain.request import Request, State
from bot.messages import lines
from bot.messages.blocks import (
    Block,
    Message,
    actions,
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
    words,
)
from bot.messages.buttons import APPROVE, DENY, GIVE_UP, NEXT, RESUBMIT, WITHDRAW, Confirm


def card(request: Request, *, now: int, expected: int | None) -> Message:
    """Draw a request as it is.

    `now` is in milliseconds; `expected` is how many seconds the operation usually takes.
    """
    at = datetime.fromtimestamp(now / 1000, UTC)
    blocks = [
        header(lines.title(request)),
        section(_status(request, at, expected)),
        fields(*_facts(request)),
        *_reason(request),
        *_middle(request, at),
        *_buttons(request),
        context(_small_print(request, now)),
    ]
    return Message(text=summary(request), blocks=blocks)


def preview(request: Request, why_not: str) -> Message:
    """Draw what a request would be, without the means to decide it, and the call as it would go."""
    machine = f"{lines.title(request)}: nothing is asked, stored or sent."
    call = request.call
    sent = json.dumps(call.body, indent=1, ensure_ascii=False) if call.body else "no body"
    needs = ", ".join(request.terms.may_approve) or "nobody"
    blocks = [
        header(f"Preview: {lines.title(request)}"),
        section(
            f"It would need *{request.terms.approvals}* of {esc(needs)}, under rule "
            f"“{esc(request.terms.rule)}”."
        ),
        *([section(f":no_entry: {esc(why_not)}")] if why_not else []),
        fields(*_facts(request)),
        *_reason(request),
        *_middle(request, datetime.fromtimestamp(request.asked_at / 1000, UTC)),
        section(f"*Azure would be sent* `POST …/{esc(call.action)}`"),
        words(sent),
    ]
    return Message(text=esc(machine), blocks=blocks)


def summary(request: Request) -> str:
    """The card in one sentence, for notifications and screen readers."""
    what = f"{request.id}: {esc(lines.title(request))}"
    if request.state is State.WAITING:
        votes = f"{len(request.approvals)} of {request.terms.approvals} approvals"
        return f"{what}, asked by {esc(request.asker.name)}, waits for approval: {votes}."
    if request.state is State.RUNNING and request.job:
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
    started = _started(request)
    so_far = duration((now - started).total_seconds())
    usual = f", usually {duration(expected)}" if expected else ""
    job = request.job
    where = f": {esc(lines.progress(job.steps), 120)}" if job else ""
    blind = f"\n:warning: {esc(request.why)} Look in the portal." if request.why else ""
    return f"*Running*{where}. For {so_far}{usual}.{blind}"


def _succeeded(request: Request, _now: datetime, _expected: int | None) -> str:
    after = request.after
    ending = ""
    if request.watching and after:
        percent = f" ({after.progress} %)" if after.progress else ""
        ending = (
            f"\n:warning: *Not protected yet*: {esc(after.state_words)}{percent}. "
            "The bot keeps watching and says when it is."
        )
    return f"*Succeeded* in {duration(_took(request))}.{ending}"


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


def _facts(request: Request) -> list[tuple[str, str]]:
    machine = request.machine
    pairs = [
        ("Machine", f"{esc(machine.name)} ({esc(machine.provider)})\n{lines.whereabouts(machine)}"),
        ("Way", lines.way(request)),
        ("Asked by", f"{mention(request.asker.id)} at {clock(request.asked_at)}"),
        ("Replication", lines.health(machine)),
    ]
    if by_id(request.operation, machine):
        pairs += _loss(request)
    elif request.open:
        pairs.append(("What is sent home", lines.sent_home(machine, request.arguments)))
    if request.operation == "test-failover":
        network = request.arguments.get("network") or machine.test_network
        pairs.append(("Network of the copy", esc(network.rpartition("/")[2])))
    if request.state is not State.WAITING and request.approvals:
        names = ", ".join(mention(vote.person.id) for vote in request.approvals)
        pairs.append(("Approved by", names))
    return pairs


def _loss(request: Request) -> list[tuple[str, str]]:
    """The recovery point, what is lost by it, and what becomes of the source."""
    pairs = []
    if "point" in request.arguments and request.open:
        point = lines.point(request.ground, request.arguments, request.asked_at)
        lost = lines.data_lost(request.ground, request.asked_at)
        pairs += [("Recovery point", point), ("Data lost", lost)]
    if shutdown := request.arguments.get("shutdown"):
        left = {"yes": "is shut down first, if it can be reached", "no": "is left as it is"}
        pairs.append(("Source", left[shutdown]))
    return pairs


def _reason(request: Request) -> list[Block]:
    return [section(f"*Reason:* {esc(request.reason)}")] if request.reason else []


def _middle(request: Request, now: datetime) -> list[Block]:
    if request.state is State.WAITING:
        destroys = CATALOGUE[request.operation].destroys(request.ground)
        asked = datetime.fromtimestamp(request.asked_at / 1000, UTC)
        about = CATALOGUE[request.operation].judged
        found = lines.readiness(request.machine, asked) if about else []
        return [
            *_way_back(request),
            section(f":warning: *What it destroys:* {esc(destroys)}"),
            *([section("\n".join(found))] if found else []),
            section(f"*Votes*\n{lines.votes(request)}"),
        ]
    if request.job and request.job.steps:
        blocks = [divider(), section(lines.steps(request.job.steps, now))]
        if request.after:
            blocks.append(section(f"*Now:* {lines.standing(request.after)}"))
        return blocks
    if request.after:
        return [section(f"*Now:* {lines.standing(request.after)}")]
    return []


def _way_back(request: Request) -> list[Block]:
    """What a reprotect will name, and where it was learnt."""
    way = request.ground.way_back
    return [section(f"*What will be used*\n{lines.learnt(way.learnt)}")] if way else []


def _buttons(request: Request) -> list[Block]:
    if request.state is State.WAITING:
        return [actions([_approve(request), _deny(request), _withdraw(request)])]
    if request.state is State.APPROVED:
        again = [RESUBMIT.draw(request.id, confirm=_again(request))] if request.needs_nod else []
        return [actions([*again, _withdraw(request)])]
    if request.state is State.UNKNOWN:
        return [actions([GIVE_UP.draw(request.id, confirm=_give_up(request))])]
    if request.state is State.SUCCEEDED and request.after:
        nexts = next_buttons(request, request.after)
        return [section("*What next?*"), actions(nexts)] if nexts else []
    return []


def next_buttons(request: Request, machine: Machine) -> list[Block]:
    """Draw a button for every operation that the machine offers now, the likeliest first."""
    likely = {
        "failover": "commit",
        "failback": "commit",
        "planned-failover": "commit",
        "change-point": "commit",
        "commit": "reprotect",
        "test-failover": "cleanup",
    }
    likely_next = likely.get(request.operation)
    found = sorted(offered(machine), key=lambda one: one.name != likely_next)
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
    return APPROVE.draw(
        request.id, confirm=Confirm(f"Approve: {lines.title(request)}?", text, "Approve")
    )


def _deny(request: Request) -> Block:
    text = "It ends the request, whoever has approved it. The asker is told, and may ask again."
    return DENY.draw(request.id, confirm=Confirm(f"Deny: {lines.title(request)}?", text, "Deny"))


def _withdraw(request: Request) -> Block:
    return WITHDRAW.draw(request.id)


def _again(request: Request) -> Confirm:
    text = "Azure has no job of the first attempt. This sends the approved operation once more."
    return Confirm(f"Submit {lines.title(request)} again?", text, RESUBMIT.label)


def _give_up(request: Request) -> Confirm:
    text = (
        "Look in the portal first. The bot stops looking for the job, and the machine can be asked "
        "for again. Nothing is sent."
    )
    return Confirm(f"Give {lines.title(request)} up?", text, GIVE_UP.label)


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

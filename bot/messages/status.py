"""The first line of a card: how a request stands, and what that means for people."""

from datetime import UTC, datetime

from bot.domain.jobs import JobStep
from bot.domain.machines import Machine
from bot.domain.nods import nod_key
from bot.domain.progress import Progress
from bot.domain.request import Request, State
from bot.messages import lines
from bot.messages.blocks import clock, duration, esc, mention, moment
from bot.messages.buttons import RESUBMIT


def status(
    request: Request, now: datetime, expected: int | None, far: Progress | None = None
) -> str:
    """How a request stands; `far` is how far several machines are."""
    icon = lines.WAITS_FOR_SOMEBODY if _waits(request) else lines.STATE_ICONS[request.state]
    if request.state is State.RUNNING and far:
        return f"{icon} {_several(request, now, far)}"
    return f"{icon} {_STATUS[request.state](request, now, expected)}"


def _waits(request: Request) -> bool:
    """Whether it goes on only when a person has done something."""
    asked = request.state is State.RUNNING and request.job and request.job.asks
    return bool(asked or (request.state is State.APPROVED and request.needs_nod))


def _waiting(request: Request, _now: datetime, _expected: int | None) -> str:
    votes = f"{len(request.approvals)} of {request.terms.approvals}"
    until = f"{votes} so far. Expires {moment(request.expires_at)}."
    if request.changes:
        return f"*Waiting for approval again*: {until} Nothing was sent, for it has changed."
    return f"*Waiting for approval*: {until}"


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


def _several(request: Request, now: datetime, far: Progress) -> str:
    so_far = duration(now.timestamp() - request.approved_at / 1000)
    ended = f"{far.ended:,} of {far.total:,} machines have ended"
    return f"*Running*: {ended}, {so_far} after the approval."


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
    whom = f" for all {len(request.fleet.members):,} machines" if request.fleet else ""
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


def _started(request: Request) -> datetime:
    if request.job and request.job.started:
        return request.job.started
    at = request.submission.at if request.submission else request.asked_at
    return datetime.fromtimestamp(at / 1000, UTC)


def _took(request: Request) -> float:
    if request.job and request.job.started and request.job.ended:
        return (request.job.ended - request.job.started).total_seconds()
    start = request.submission.at if request.submission else request.approved_at
    return (request.closed_at - start) / 1000

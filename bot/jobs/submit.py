"""Submitting what was approved: checked again, written down as an intent, then sent once.

The order is what keeps the promise *at most once*: nobody sends who did not just record the
intent, an intent older than ten seconds is not acted on, and whoever finds one that it did not
make looks for the job instead.
"""

import logging
import time
import uuid
from typing import Final

from bot.access import REFUSAL_AGE, person
from bot.domain.audit import BOT
from bot.domain.catalogue import Ground
from bot.domain.data import Data
from bot.domain.drift import Change, drift, gone_point, sent_otherwise, worse
from bot.domain.freezes import frozen
from bot.domain.jobs import Job
from bot.domain.machines import segment
from bot.domain.offers import why_not
from bot.domain.operations import CATALOGUE
from bot.domain.people import Person
from bot.domain.plans import Plan
from bot.domain.policy import handles
from bot.domain.request import (
    Request,
    State,
    Step,
    Submission,
    fingerprint,
    take,
)
from bot.domain.targets import Target
from bot.domain.votes import ask_again, no_longer_counts
from bot.errors import (
    AnswerLost,
    AzureRefused,
    Missing,
    NotNow,
    Refused,
    SlackRefused,
    Unavailable,
)
from bot.gateways.azure import Accepted
from bot.inventory import ground, members_of, reread
from bot.lifecycle import GATHER, Move, change, fact_of
from bot.runtime import Bot

CLAIM_LIFETIME: Final = 10_000
"""Milliseconds after the intent in which the POST must begin, else it is not made."""
_RETRY: Final = 5.0
_IDS: Final = uuid.UUID("0a4b6e0e-7e0b-5d3c-9d5e-5e2c3f1d7a10")

log = logging.getLogger(__name__)


class Check(Data):
    """What came of looking again at what was approved."""

    void: tuple[Change, ...] = ()
    """What makes the approval worthless."""
    worse: tuple[Change, ...] = ()
    """What went further than the policy lets it, so that people have to be asked again."""
    ground: Ground | None = None
    """What it stands on now, where it could be read to the end."""


async def submit_request(bot: Bot, request_id: str) -> float | None:
    """Carry an approved request out; returns the seconds to wait when Azure cannot be read."""
    request = await bot.redis.requests.load(request_id)
    if request is None or request.state is not State.APPROVED or request.needs_nod:
        return None
    if request.fleet:
        await bot.engine.wake(GATHER, request_id)
        return None
    if wait := await bot.redis.pacing.take(_subscription(request), request_id):
        return wait
    try:
        found = await check(bot, request)
    except Unavailable as error:
        log.warning("%s is not submitted yet: %s", request_id, error.sentence)
        await _wait_visibly(bot, request, error)
        return error.retry_after or _RETRY
    if found.void or (found.worse and request.parent):  # one of several cannot wait by itself
        await _void(bot, request, found.void + found.worse)
        return None
    if found.worse and found.ground:
        await _ask_again(bot, request, found.ground, found.worse)
        return None
    claim = uuid.uuid4().hex
    claimed = await _claim(bot, request, claim)
    if claimed is not None:
        await _send(bot, claimed)
    return None


async def check(bot: Bot, request: Request) -> Check:
    """Find everything that makes the approval worthless now, or has it asked for again."""
    if request.terms.policy != bot.policy.version:
        policy = Change(what="policy", before=request.terms.policy, after=bot.policy.version)
        return Check(void=(policy,))
    promised = fingerprint(
        request.operation, request.arguments, request.ground, request.call, request.terms,
        request.asker,
    )  # fmt: skip
    if promised != request.fingerprint:
        return _void_for("the stored request is not the one that was approved")
    if await _rolled_back(bot, request):
        return _void_for("the stored request is older than what the audit log says of it")
    if gone := await _frozen(bot, request) or await _people_gone(bot, request):
        return _void_for(*gone)
    return await _changed(bot, request)


def _void_for(*sentences: str) -> Check:
    return Check(void=tuple(Change(what=one) for one in sentences))


async def _rolled_back(bot: Bot, request: Request) -> bool:
    """Whether an older document was put back, whose seal is good: the log goes on where it ends."""
    newest = await bot.redis.audit.latest(request.id)
    if newest is None or newest.data.after != request.state:
        return True
    # What was approved twice, with other votes between, is told apart by its revision. A record
    # that is read after the log cannot be behind it, whatever happened meanwhile.
    current = await bot.redis.requests.load(request.id)
    revision = newest.data.correlation.get("revision", "0")
    return current is None or not revision.isdecimal() or current.rev < int(revision)


async def _frozen(bot: Bot, request: Request) -> tuple[str, ...]:
    """Name the freezes that hold now and were not overridden when it was asked."""
    now = (await bot.redis.requests.snapshot()).now
    known = {one.name for one in request.terms.overrides}
    held = frozen(bot.policy.freezes, request.operation, now)
    return tuple(f"{one.words}, has begun" for one in held if one.name not in known)


async def _people_gone(bot: Bot, request: Request) -> tuple[str, ...]:
    """Check everybody's standing afresh. Without Slack, the check made at their click holds.

    For one of several machines, what Slack said within the last minute will do.
    """
    ids = {request.asker.id, *(vote.person.id for vote in request.approvals)}
    try:
        home = await bot.slack.home()
        people: dict[str, Person] = {
            one: await person(bot, one, fresh=not request.parent) for one in sorted(ids)
        }
        groups = await bot.slack.groups(
            handles(
                request.terms.may_ask,
                request.terms.may_approve,
                *(one.override for one in request.terms.overrides),
            ),
            age=REFUSAL_AGE,
        )
    except Unavailable:
        log.warning("%s: Slack does not answer; the votes stand as they were cast", request.id)
        return ()
    except SlackRefused as error:
        return (f"the votes could not be checked: {error.sentence}",)
    return no_longer_counts(request, people, home.teams, groups)


async def _changed(bot: Bot, request: Request) -> Check:
    """Compare the target with what was approved."""
    operation = CATALOGUE[request.operation]
    try:
        target = await reread(bot, request.target)
    except AzureRefused as error:
        if error.status != 404:
            return _void_for(error.sentence)
        return Check(void=(Change(what=request.name, before="there", after="gone"),))
    except (Refused, Missing) as error:
        return _void_for(error.sentence)
    try:
        if changes := drift(request.ground, await _seen(bot, request, target)):
            return Check(void=changes)
        if reason := why_not(operation, target):
            return _void_for(reason.sentence)
        now = await ground(bot, operation, target, _pinned(request), in_bulk=bool(request.parent))
        call = operation.call(now, request.arguments)
    except (Refused, Missing, AzureRefused) as error:
        if isinstance(error, NotNow) and request.ground.point:
            return Check(void=(gone_point(request.ground),))
        return _void_for(error.sentence)
    changes = drift(request.ground, now)
    if not changes and call != request.call:
        changes = sent_otherwise(request.ground, now)
    return Check(void=changes, worse=worse(request.terms, request.ground, now), ground=now)


async def _seen(bot: Bot, request: Request, target: Target) -> Ground:
    """Return what was approved with the target, and the machines of a plan, as they are now."""
    update: dict[str, object] = {"target": target}
    if isinstance(target, Plan):
        update["machines"] = await members_of(bot, target)
    return request.ground.model_copy(update=update)


def _pinned(request: Request) -> dict[str, str]:
    """Ask for the very recovery point that was approved, not for the newest of its kind."""
    point = request.ground.point
    return request.arguments | ({"point": point.name} if point else {})


async def _void(bot: Bot, checked: Request, changes: tuple[Change, ...]) -> None:
    def decide(request: Request, now: int) -> Move | None:
        if not _as_checked(request, checked):
            return None
        after = take(
            request, Step.INVALIDATE, closed_at=now, changes=changes,
            why="What was approved is no longer so. Nothing was sent.",
            advice="Look at it with /dr status, and ask again if it is still needed.",
        )  # fmt: skip
        words = f"What was approved is no longer so: {_said(changes)}. Nothing was sent."
        return Move(request=after, fact=fact_of(Step.INVALIDATE, request, after, BOT, words))

    await change(bot, checked.id, decide)


async def _ask_again(
    bot: Bot, checked: Request, now_is: Ground, changes: tuple[Change, ...]
) -> None:
    def decide(request: Request, now: int) -> Move | None:
        if not _as_checked(request, checked):
            return None
        after = ask_again(request, now_is, changes, now)
        words = f"Nothing was sent. {_said(changes)}; please approve again."
        fact = fact_of(Step.ASK_AGAIN, request, after, BOT, words)
        correlation = fact.correlation | {"fingerprint": after.fingerprint}
        return Move(request=after, fact=fact.model_copy(update={"correlation": correlation}))

    await change(bot, checked.id, decide)


def _said(changes: tuple[Change, ...]) -> str:
    return "; ".join(one.words for one in changes)


def _as_checked(request: Request, checked: Request) -> bool:
    """Whether a request is still approved by those, and for that, which was just checked."""
    same = request.approvals == checked.approvals and request.fingerprint == checked.fingerprint
    return same and request.state is State.APPROVED


async def _wait_visibly(bot: Bot, request: Request, error: Unavailable) -> None:
    """Let the card say what an approved request waits for; the same words are said once."""

    def decide(now_is: Request, _now: int) -> Move | None:
        if now_is.state is not State.APPROVED or now_is.why == error.sentence:
            return None
        after = take(now_is, Step.WAIT, why=error.sentence)
        return Move(request=after, fact=fact_of(Step.WAIT, now_is, after, BOT, error.sentence))

    await change(bot, request.id, decide)


async def _claim(bot: Bot, checked: Request, claim: str) -> Request | None:
    """Record the intent, durably; None when it is not ours to send."""

    def decide(request: Request, now: int) -> Move | None:
        if not _as_checked(request, checked) or request.needs_nod:
            return None
        attempt = len(request.attempts) + 1
        crid = str(uuid.uuid5(_IDS, f"{request.fingerprint}:{request.id}:{attempt}"))
        submission = Submission(attempt=attempt, client_request_id=crid, at=now, claim=claim)
        after = take(request, Step.CLAIM, why="", attempts=(*request.attempts, submission))
        words = f"Submitting to Azure (attempt {attempt}, client request id {crid})."
        fact = fact_of(Step.CLAIM, request, after, BOT, words)
        return Move(request=after, fact=fact, in_time=True)

    request = await change(bot, checked.id, decide, click=claim, durable=True)
    mine = request.submission is not None and request.submission.claim == claim
    return request if mine and request.state is State.SUBMITTING else None


async def _send(bot: Bot, request: Request) -> None:
    submission = request.submission
    assert submission is not None  # noqa: S101 - a claimed request has one
    asked = time.monotonic()  # before Redis is, so that the time it takes counts as well
    now = (await bot.redis.requests.snapshot()).now
    left = CLAIM_LIFETIME - (now - submission.at)
    if left < 0:
        await _lost(bot, request, "The worker was held up before it could call Azure.")
        return
    by = asked + left / 1000
    try:
        accepted = await bot.azure.submit(request.sends, submission.client_request_id, by=by)
    except AzureRefused as error:
        await _rejected(bot, request, error)
    except AnswerLost as error:
        if error.retry_after:
            await bot.redis.pacing.hold(_subscription(request), error.retry_after)
        await _lost(bot, request, error.sentence)
    else:
        await _accepted(bot, request, accepted)


async def _accepted(bot: Bot, sent: Request, accepted: Accepted) -> None:
    def decide(request: Request, _now: int) -> Move | None:
        if not _same_attempt(request, sent):
            return None
        attempts = (
            *request.attempts[:-1],
            request.attempts[-1].model_copy(update={"pace": accepted.pace}),
        )
        job = _job_of(request, accepted)
        after = take(request, Step.ACCEPT, attempts=attempts, job=job, why="")
        words = f"Azure accepted it as job {job.name}."
        return Move(request=after, fact=fact_of(Step.ACCEPT, request, after, BOT, words))

    await change(bot, sent.id, decide)


def _job_of(request: Request, accepted: Accepted) -> Job:
    """Return the job to follow: the one that was started, or the one that something was done to."""
    if isinstance(request.target, Job):
        return request.target
    return Job(
        id=f"{request.target.vault}/replicationJobs/{accepted.job}",
        name=accepted.job,
        scenario=CATALOGUE[request.operation].scenarios[0],
        state="NotStarted",
    )


async def _rejected(bot: Bot, sent: Request, error: AzureRefused) -> None:
    def decide(request: Request, now: int) -> Move | None:
        if not _same_attempt(request, sent) or request.state is not State.SUBMITTING:
            return None
        code = f" ({error.code})" if error.code else ""
        why = f"Azure refused it{code}: {error.sentence}"
        after = take(request, Step.REJECT, closed_at=now, why=why, advice=error.advice)
        return Move(request=after, fact=fact_of(Step.REJECT, request, after, BOT, why))

    await change(bot, sent.id, decide)


async def _lost(bot: Bot, sent: Request, sentence: str) -> None:
    def decide(request: Request, _now: int) -> Move | None:
        if not _same_attempt(request, sent) or request.state is not State.SUBMITTING:
            return None
        after = take(request, Step.LOSE, why=sentence)
        words = f"{sentence} Looking for the job in {segment(request.target.vault, 'vaults')}."
        return Move(request=after, fact=fact_of(Step.LOSE, request, after, BOT, words))

    await change(bot, sent.id, decide)


def _subscription(request: Request) -> str:
    return segment(request.target.vault, "subscriptions")


def _same_attempt(request: Request, sent: Request) -> bool:
    """Whether the request still waits for the outcome of the attempt that was sent."""
    waits = request.state in {State.SUBMITTING, State.UNKNOWN}
    return waits and request.submission == sent.submission

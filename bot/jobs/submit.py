"""Submitting what was approved: checked again, written down as an intent, then sent once.

The order is what keeps the promise *at most once*: nobody sends who did not just record the
intent, an intent older than ten seconds is not acted on, and whoever finds one that it did not
make looks for the job instead.
"""

import logging
import time
import uuid
from typing import Final

from bot.domain.audit import BOT
from bot.domain.catalogue import Ground
from bot.domain.drift import Change
from bot.domain.jobs import Job
from bot.domain.machines import segment
from bot.domain.operations import CATALOGUE
from bot.domain.request import (
    Request,
    State,
    Step,
    Submission,
    take,
)
from bot.domain.tally import ask_again
from bot.errors import (
    AnswerLost,
    AzureRefused,
    TurnedAway,
    Unavailable,
)
from bot.gateways.azure import Accepted
from bot.gateways.redis import Call
from bot.gateways.redis.bell import GATHER
from bot.jobs.check import check
from bot.jobs.pace import call, line_up, place_of, subscription_of
from bot.lifecycle import Move, change, fact_of
from bot.metrics import SUBMISSIONS
from bot.runtime import Bot
from bot.spans import span

CLAIM_LIFETIME: Final = 10_000
"""Milliseconds after the intent in which the POST must begin, else it is not made."""
_RETRY: Final = 5.0
_IDS: Final = uuid.UUID("0a4b6e0e-7e0b-5d3c-9d5e-5e2c3f1d7a10")

log = logging.getLogger(__name__)


async def submit_request(bot: Bot, request_id: str) -> float | None:
    """Carry an approved request out; returns the seconds to wait when Azure cannot be read."""
    request = await bot.redis.requests.load(request_id)
    if request is None:
        return None
    if request.fleet:
        await bot.redis.bell.ring(Call(task=GATHER, what=request_id))
        return None
    subscription = subscription_of(request)
    if request.state is not State.APPROVED or request.needs_nod:
        if request.state is State.WAITING or not request.open:  # it will not come now
            await bot.redis.pacing.leave(subscription, request_id)
        return None
    if not await bot.redis.pacing.take(subscription, place_of(request)):
        await call(bot, subscription)
        return None
    try:
        claimed, wait = await _checked(bot, request)
    except BaseException:
        await bot.redis.pacing.leave(subscription, request_id)
        raise
    if claimed is None:
        await bot.redis.pacing.leave(subscription, request_id)
        return wait
    await _send(bot, claimed)
    return None


async def _checked(bot: Bot, request: Request) -> tuple[Request | None, float | None]:
    """Look at a request again, and claim it if all is as it was approved.

    Returns None for one that is not to be sent, with the seconds to wait if it may be later.
    """
    try:
        found = await check(bot, request)
    except Unavailable as error:
        log.warning("%s is not submitted yet: %s", request.id, error.sentence)
        await _wait_visibly(bot, request, error)
        return None, error.retry_after or _RETRY
    if found.void or (found.worse and request.parent):  # one of several cannot wait by itself
        await _void(bot, request, found.void + found.worse)
    elif found.worse and found.ground:
        await _ask_again(bot, request, found.ground, found.worse)
    else:
        return await _claim(bot, request, uuid.uuid4().hex), None
    return None, None


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

    request = await change(bot, checked.id, decide, click=claim, durable=True, quiet=True)
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
        crid = submission.client_request_id
        with span("dr.change", request=request.id, client_request=crid):
            accepted = await bot.azure.submit(request.sends, crid, by=by)
    except AzureRefused as error:
        SUBMISSIONS.labels(request.operation, "refused").inc()
        await _told(bot, request)
        await _rejected(bot, request, error)
    except TurnedAway as error:
        SUBMISSIONS.labels(request.operation, "turned away").inc()
        await _told(bot, request, hold=_RETRY if error.retry_after is None else error.retry_after)
        await _turned_away(bot, request, error.sentence)
    except AnswerLost as error:
        SUBMISSIONS.labels(request.operation, "lost").inc()
        await _told(bot, request, hold=error.retry_after)
        await _lost(bot, request, error.sentence)
    else:
        SUBMISSIONS.labels(request.operation, "accepted").inc()
        await _accepted(bot, request, accepted)
        await _told(bot, request, left=accepted.left)


async def _told(
    bot: Bot, request: Request, *, left: int | None = None, hold: float | None = None
) -> None:
    """Let the others know what Azure's answer says of the pace; losing that costs little."""
    subscription = subscription_of(request)
    try:
        if hold is not None:
            await bot.redis.pacing.hold(subscription, hold)
        await bot.redis.pacing.told(subscription, request.id, left)
    except Unavailable:
        log.warning("what Azure said of the pace was not written down")


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


async def _turned_away(bot: Bot, sent: Request, sentence: str) -> None:
    def decide(request: Request, _now: int) -> Move | None:
        if not _same_attempt(request, sent) or request.state is not State.SUBMITTING:
            return None
        why = f"{sentence} Nothing began; it is sent when it is its turn again."
        after = take(request, Step.TURN_AWAY, why=why)
        return Move(request=after, fact=fact_of(Step.TURN_AWAY, request, after, BOT, why))

    await change(bot, sent.id, decide)
    await line_up(bot, [sent])


async def _lost(bot: Bot, sent: Request, sentence: str) -> None:
    def decide(request: Request, _now: int) -> Move | None:
        if not _same_attempt(request, sent) or request.state is not State.SUBMITTING:
            return None
        after = take(request, Step.LOSE, why=sentence)
        words = f"{sentence} Looking for the job in {segment(request.target.vault, 'vaults')}."
        return Move(request=after, fact=fact_of(Step.LOSE, request, after, BOT, words))

    await change(bot, sent.id, decide)


def _same_attempt(request: Request, sent: Request) -> bool:
    """Whether the request still waits for the outcome of the attempt that was sent."""
    waits = request.state in {State.SUBMITTING, State.UNKNOWN}
    return waits and request.submission == sent.submission

"""Looking again at what was approved, just before it is sent: what of it is no longer so.

Nothing is decided here that could be put right: what does not hold any more makes the approval
worthless, and what went further than the policy lets it has people asked again.
"""

import asyncio
import logging

from bot.access import REFUSAL_AGE, person
from bot.delegations import delegations_now
from bot.domain.catalogue import Ground
from bot.domain.data import Data
from bot.domain.delegations import Delegation
from bot.domain.drift import Change, drift, gone_point, sent_otherwise, worse
from bot.domain.freezes import frozen
from bot.domain.locks import said_of
from bot.domain.machines import Point
from bot.domain.offers import why_not
from bot.domain.operations import CATALOGUE
from bot.domain.plans import Plan
from bot.domain.policy import handles
from bot.domain.recount import lapsed, no_longer_counts
from bot.domain.request import (
    Request,
    fingerprint,
)
from bot.domain.targets import Target
from bot.errors import (
    AzureRefused,
    Missing,
    NotNow,
    Refused,
    SlackRefused,
    Unavailable,
)
from bot.inventory import ground, members_of, reads_points, reread
from bot.locks import locks_on
from bot.runtime import Bot

log = logging.getLogger(__name__)


class Check(Data):
    """What came of looking again at what was approved."""

    void: tuple[Change, ...] = ()
    """What makes the approval worthless."""
    worse: tuple[Change, ...] = ()
    """What went further than the policy lets it, so that people have to be asked again."""
    ground: Ground | None = None
    """What it stands on now, where it could be read to the end."""


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
    # All is asked at once, for every answer comes from far away; the first that voids it counts.
    answers = await asyncio.gather(
        _rolled_back(bot, request),
        _held(bot, request),
        _people_gone(bot, request),
        _changed(bot, request),
        return_exceptions=True,
    )
    found = Check()
    for answer in answers:
        if isinstance(answer, BaseException):
            raise answer
        if answer.void:
            return answer
        found = answer
    return found


def _void_for(*sentences: str) -> Check:
    return Check(void=tuple(Change(what=one) for one in sentences))


async def _rolled_back(bot: Bot, request: Request) -> Check:
    """Whether an older document was put back, whose seal is good: the log goes on where it ends."""
    older = _void_for("the stored request is older than what the audit log says of it")
    newest = await bot.redis.audit.latest(request.id)
    if newest is None or newest.data.after != request.state:
        return older
    # What was approved twice, with other votes between, is told apart by its revision. A record
    # that is read after the log cannot be behind it, whatever happened meanwhile.
    current = await bot.redis.requests.load(request.id)
    revision = newest.data.correlation.get("revision", "0")
    behind = current is None or not revision.isdecimal() or current.rev < int(revision)
    return older if behind else Check()


async def _held(bot: Bot, request: Request) -> Check:
    """Name the freezes and the locks that hold now."""
    return _void_for(*(await _frozen(bot, request) or await _locked(bot, request)))


async def _frozen(bot: Bot, request: Request) -> tuple[str, ...]:
    """Name the freezes that hold now and were not overridden when it was asked."""
    if not bot.policy.freezes:
        return ()
    now = (await bot.redis.requests.snapshot()).now
    known = {one.name for one in request.terms.overrides}
    held = frozen(bot.policy.freezes, request.operation, now)
    return tuple(f"{one.words}, has begun" for one in held if one.name not in known)


async def _locked(bot: Bot, request: Request) -> tuple[str, ...]:
    """Name the locks that hold now and were not overridden when it was asked."""
    known = {one.id for one in request.terms.locks}
    held = await locks_on(bot, request.operation, request.target, request.ground.machines)
    return tuple(said_of(one) for one in held if one.id not in known)


async def _people_gone(bot: Bot, request: Request) -> Check:
    """Check everybody's standing afresh. Without Slack, the check made at their click holds.

    For one of several machines, what Slack said within the last minute will do. A vote that was
    cast in somebody's place counts while the delegation holds, and not a moment longer: it is only
    as good as the word of whoever gave it, which they have taken back, or limited.
    """
    votes = request.approvals
    delegated: tuple[Delegation, ...] = ()
    if any(vote.place for vote in votes):
        delegated = await delegations_now(bot)
        if ended := lapsed(request, delegated):
            return _void_for(*ended)
    now = (await bot.redis.requests.snapshot()).now
    ids = sorted({request.asker.id, *(v.person.id for v in votes), *(v.seat.id for v in votes)})
    try:
        home = await bot.slack.home()
        named = handles(
            request.terms.may_ask,
            request.terms.may_approve,
            *(one.override for one in request.terms.overrides),
            *(one.override for one in request.terms.locks),
        )
        groups, people = await asyncio.gather(
            bot.slack.groups(named, age=REFUSAL_AGE),
            asyncio.gather(*(person(bot, one, fresh=not request.parent) for one in ids)),
        )
    except Unavailable:
        log.warning("%s: Slack does not answer; the votes stand as they were cast", request.id)
        return Check()
    except SlackRefused as error:
        return _void_for(f"the votes could not be checked: {error.sentence}")
    known = dict(zip(ids, people, strict=True))
    return _void_for(*no_longer_counts(request, known, home.teams, groups, delegated, now))


async def _changed(bot: Bot, request: Request) -> Check:
    """Compare the target with what was approved."""
    points = _points(bot, request)
    try:
        return await _compared(bot, request, points)
    finally:
        if points:
            points.cancel()


def _points(bot: Bot, request: Request) -> asyncio.Task[tuple[Point, ...]] | None:
    """Begin to read the recovery points, where they will be needed, while the machine is read."""
    operation, bulk = CATALOGUE[request.operation], bool(request.parent)
    if not reads_points(operation, request.target, _pinned(request), in_bulk=bulk):
        return None
    points = asyncio.create_task(bot.azure.points(request.target.id))
    points.add_done_callback(lambda done: done.cancelled() or done.exception())  # nobody may ask
    return points


async def _compared(
    bot: Bot, request: Request, points: asyncio.Task[tuple[Point, ...]] | None
) -> Check:
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
        now = await ground(
            bot, operation, target, _pinned(request), in_bulk=bool(request.parent), points=points
        )
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

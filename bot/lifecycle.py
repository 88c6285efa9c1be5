"""The one door for change: a step of a request, saved together with its audit entry.

A step is decided by a pure function from what was just read, then written if nothing has changed
meanwhile, and decided again if something has. After it, the card and the workers are woken;
should that be lost, the sweeper finds the work.
"""

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Final

from bot.domain.audit import BOT, Actor, Fact
from bot.domain.data import Data, digest
from bot.domain.fleets import root
from bot.domain.measures import VALIDATED
from bot.domain.progress import FEW
from bot.domain.request import Request, State
from bot.errors import NotNow, Tampered, Unavailable
from bot.gateways.redis import Call, Kept, Snapshot, Verdict, Write
from bot.gateways.redis.bell import DRAW, FOLLOW, GATHER, REMIND, SUBMIT, TEND
from bot.metrics import RECORDS_REJECTED, STEPS
from bot.refusals import Appr, Gone
from bot.runtime import Bot

_SHORTLY: Final = 100
"""Milliseconds."""
_TRIES: Final = 60
_A_DAY: Final = 24 * 3600

log = logging.getLogger(__name__)


class Move(Data):
    """A step that was decided: what the request becomes, and what the audit log says of it."""

    request: Request
    fact: Fact
    in_time: bool = False
    """Whether it counts only before the request's deadline."""
    overdue: bool = False
    """Whether it counts only after it."""


Decide = Callable[[Request, int], Move | None]
"""From a request and Redis' time to a move; None means that there is nothing to do."""


async def create(
    bot: Bot, request: Request, fact: Fact, drafts: tuple[Request, ...] = ()
) -> Request:
    """Store a new request, or return the one that already keeps something that it is about.

    `drafts` are what is kept beside a request for several machines, one for each.
    """
    for attempt in range(_TRIES):
        async with bot.redis.requests.turn:
            before = await bot.redis.requests.snapshot(request.id)
            if before.request:
                return before.request
            write = Write(
                fact=fact, request=request, drafts=drafts, told=False, calls=calls(request)
            )
            verdict, detail = await bot.redis.requests.write(before, write)
        if verdict is Verdict.TAKEN:
            if holder := await bot.redis.requests.load(root(detail)):
                return holder
            raise Unavailable(f"Request {detail} holds the machine but cannot be read.")
        if verdict in {Verdict.DONE, Verdict.REPLAYED}:
            return request
        await settle(attempt)
    raise Unavailable("Too many people are writing at this moment; please try again.")


async def create_parts(bot: Bot, parts: Sequence[tuple[Request, Fact]]) -> frozenset[str]:
    """Store the requests of some machines of one whole, each with its entry, and wake nobody.

    Returns the ids of those that were stored: another is there already, or somebody else wrote
    meanwhile.
    """
    if not parts:
        return frozenset()
    writes = [Write(fact=fact, request=request, told=False) for request, fact in parts]
    async with bot.redis.requests.turn:
        before = await bot.redis.requests.snapshot()
        done = await bot.redis.requests.write_in_a_row(before, writes)
    return frozenset(parts[at][0].id for at in range(done))


async def change(
    bot: Bot,
    request_id: str,
    decide: Decide,
    *,
    click: str = "",
    durable: bool = False,
    quiet: bool = False,
) -> Request:
    """Make one step; returns the request as it is then.

    The same `click` is carried out once, however often it arrives. A `quiet` step wakes nobody: the
    next one follows at once, or else the sweeper finds what is left of it. Raises what `decide`
    raises; `NotNow` when there is no such request; `Unavailable` when Redis does not answer, and
    then it may or may not have been recorded.
    """
    for attempt in range(_TRIES):
        async with bot.redis.requests.turn:
            before = await bot.redis.requests.snapshot(request_id)
            if before.request is None:
                raise NotNow(Gone.REQUEST, f"There is no request {request_id}.")
            move = decide(before.request, before.now)
            if move is None:
                return before.request
            called = () if quiet else calls(move.request, before.request)
            verdict = await _write(bot, before, before.request, move, click, called)
        if durable and verdict in {Verdict.DONE, Verdict.REPLAYED}:
            await bot.redis.requests.confirm()
        if verdict is Verdict.DONE:
            STEPS.labels(move.fact.type).inc()
            return move.request
        if verdict is Verdict.REPLAYED:
            return await _reload(bot, request_id)
        if verdict is Verdict.LATE:
            raise NotNow(
                Appr.OUT_OF_TIME,
                f"{request_id} has run out of time.",
                "Ask again if it is still needed.",
            )
        if verdict is Verdict.EARLY:
            return before.request
        await settle(attempt)
    raise Unavailable("Too many people are writing at this moment; please try again.")


async def _write(
    bot: Bot,
    before: Snapshot,
    request: Request,
    move: Move,
    click: str,
    called: tuple[Call, ...],
) -> Verdict:
    verdict, _ = await bot.redis.requests.write(
        before,
        Write(
            fact=move.fact,
            request=move.request,
            click=click,
            not_after=request.expires_at if move.in_time else 0,
            not_before=request.expires_at if move.overdue else 0,
            told=_worth_telling(request, move.request),
            calls=called,
        ),
    )
    return verdict


async def note(bot: Bot, fact: Fact, click: str = "") -> int:
    """Write an audit entry that changes no request; returns its place in the log.

    With the same `click` it is written once.
    """
    for attempt in range(_TRIES):
        async with bot.redis.requests.turn:
            before = await bot.redis.requests.snapshot()
            verdict, detail = await bot.redis.requests.write(before, Write(fact=fact, click=click))
        if verdict in {Verdict.DONE, Verdict.REPLAYED}:
            return int(detail)
        await settle(attempt)
    raise Unavailable("The audit log could not be written.")


async def redraw(bot: Bot, request_id: str) -> None:
    """Have the card drawn anew at once although nothing happened, for somebody saw an old one."""
    shown = root(request_id)
    now = (await bot.redis.requests.snapshot()).now
    await bot.redis.cards.touch(shown, now, after=0)
    try:
        await bot.redis.bell.ring(Call(task=DRAW, what=shown))
    except Unavailable:
        log.warning("the card of %s is drawn anew by the sweeper", shown)


async def arrange(
    bot: Bot, decide: Callable[[Snapshot], Awaitable[tuple[Fact, tuple[Kept, ...]]]]
) -> None:
    """Change what is kept beside the requests, together with its audit entry.

    `decide` reads what it changes; it is called again when something has changed meanwhile, and its
    entry gets the number behind that of the snapshot. Raises what it raises.
    """
    for attempt in range(_TRIES):
        async with bot.redis.requests.turn:
            before = await bot.redis.requests.snapshot()
            fact, kept = await decide(before)
            verdict, _ = await bot.redis.requests.write(before, Write(fact=fact, kept=kept))
        if verdict in {Verdict.DONE, Verdict.REPLAYED}:
            STEPS.labels(fact.type).inc()
            return
        await settle(attempt)
    raise Unavailable("Too many people are writing at this moment; please try again.")


async def disown_records(bot: Bot, strange: Mapping[str, str]) -> None:
    """Write down, once a day, that records beside the requests are not ours; they stay there."""
    for record_id, raw in strange.items():
        mark = digest([record_id, raw])[:16]
        if not await bot.redis.shelf.first_time(f"disowned:{mark}", _A_DAY):
            continue
        words = (
            f"The record {record_id} was altered or put back outside the bot, or the bot's token "
            "was renewed since. It is ignored."
        )
        log.error("%s", words)
        RECORDS_REJECTED.inc()
        await note(
            bot,
            Fact(
                type="record.rejected",
                subject=record_id,
                actor=BOT,
                policy=bot.policy.version,
                words=words,
            ),
        )


async def disown(
    bot: Bot, request_id: str, error: Tampered, target: tuple[str, str] = ("", "")
) -> None:
    """Write down that a stored request is not ours, and let nothing wait for it any more.

    With the id and the name of what it kept, that can be asked for again.
    """
    log.error("%s is left alone: %s", request_id, error.sentence)
    RECORDS_REJECTED.inc()
    fact = Fact(
        type="record.rejected",
        subject=request_id,
        actor=BOT,
        target=target[1],
        target_id=target[0],
        policy=bot.policy.version,
        words=error.sentence,
    )
    await note(bot, fact)
    await bot.redis.requests.give_up(request_id, target[0])


def fact_of(
    kind: str, before: Request | None, after: Request, actor: Actor, words: str, reason: str = ""
) -> Fact:
    """Write down what a step did to a request, for the audit log."""
    submission = after.submission
    correlation = {"revision": str(after.rev)}
    if submission:
        correlation["client_request_id"] = submission.client_request_id
    if after.job:
        correlation["job"] = after.job.name
    return Fact(
        type=f"request.{kind}",
        subject=after.id,
        actor=actor,
        operation=after.operation,
        target=after.name,
        target_id=after.target_id,
        before=before.state if before else "",
        after=after.state,
        reason=reason,
        policy=after.terms.policy,
        correlation=correlation,
        words=words,
    )


async def _reload(bot: Bot, request_id: str) -> Request:
    request = await bot.redis.requests.load(request_id)
    if request is None:
        raise NotNow(Gone.REQUEST, f"There is no request {request_id}.")
    return request


def calls(request: Request, before: Request | None = None) -> tuple[Call, ...]:
    """Return what the workers are called for after a step.

    For one of many machines of which nothing is told the sweeper is soon enough: a thousand of them
    would call for the same three things over and over.
    """
    submitted = request.state is State.APPROVED and not request.needs_nod
    one_of_many = bool(request.parent) and request.among > FEW
    if before and one_of_many and not submitted and not _worth_telling(before, request):
        return ()
    called = []
    if request.fleet:
        called.append(Call(task=GATHER, what=request.id))
    elif submitted:
        called.append(Call(task=SUBMIT, what=request.id))
    elif request.followed:
        called.append(Call(task=FOLLOW, what=request.place))
    if request.parent and not request.open:
        called.append(Call(task=GATHER, what=request.parent))
    if before and before.open and not request.open and request.operation in VALIDATED:
        called.append(Call(task=TEND, what=root(request.id)))
    # What was approved just now is sent first; then the card shows both.
    after = _SHORTLY if submitted else 0
    called.append(Call(task=DRAW, what=root(request.id), after=after))
    if before and before.state is State.WAITING:
        called.append(Call(task=REMIND, what=request.id, after=_SHORTLY))
    return tuple(called)


def _worth_telling(before: Request, after: Request) -> bool:
    """Whether the thread of several machines is told what happened to this one of them."""
    if after.state is State.UNKNOWN or (after.needs_nod and not before.needs_nod):
        return True
    if len(after.validations) > len(before.validations) and not after.validations[-1].works:
        return True
    ended = before.open and not after.open
    return ended and (after.state is not State.SUCCEEDED or after.among <= FEW)


async def settle(attempt: int) -> None:
    """Let the others finish: a short, growing, random pause."""
    await asyncio.sleep(random.uniform(0, min(0.002 * (attempt + 1), 0.05)))  # noqa: S311

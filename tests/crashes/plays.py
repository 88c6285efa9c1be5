"""The four ways to die: each plays one request to its end, or a person's act to its answer.

A play starts a process that dies at its point, lets somebody else go on, and looks at what became
of it. Without a point nobody dies, and what was passed is written down.
"""

import asyncio
import signal
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Final

from bot.domain.request import Request, State
from sandbox.people import PersonError
from tests.crashes import promises
from tests.crashes.boundaries import Point
from tests.crashes.lanes import Lane
from tests.crashes.outcome import Outcome, Victim
from tests.crashes.zygote import Launched
from tests.world import until

PATIENCE: Final = 90.0
_PAUSE: Final = 0.1
"""Seconds between two looks: many die side by side, and looking must not cost more than dying."""
_FRONT_SECONDS: Final = 15.0
_AFTERWARDS: Final = 0.5
"""Seconds that a front is waited for which may yet die: as long as it may take, and after it."""


async def play(one: Lane, victim: Victim, at: Point | None, trace: Path | None) -> Outcome:
    """Play one request to its end while something dies on the way."""
    outcome = Outcome(victim, at)
    began = time.monotonic()
    since = await promises.mark(one.world)
    try:
        request = await _PLAYS[victim](one, outcome, at, trace)
        outcome.wrong += await promises.broken_log(one.world, since, request)
        outcome.wrong += await promises.untrue_card(one.world, request)
        outcome.wrong += await promises.left_over(one.world.bot)
        outcome.told_twice = await promises.lines_told_twice(one.world, request)
        outcome.cards = promises.cards_of(one.world, request)
    except (AssertionError, PersonError) as error:
        outcome.wrong.append(str(error)[:2000])
    outcome.seconds = time.monotonic() - began
    return outcome


async def _worker_dies(
    one: Lane, outcome: Outcome, at: Point | None, trace: Path | None
) -> Request:
    request = await approved(one)
    victim = await one.zygote.launch("worker", one.environment, at=at, trace=trace)
    try:
        await _until_dead_or(one, victim, request, outcome)
        if victim.ended.is_set():
            assert victim.status == -signal.SIGKILL, f"it ended by itself:\n{victim.said[-2000:]}"
            outcome.reached = True
            heir = await one.zygote.launch("worker", one.environment)
            try:
                await finished(one, request)
            except AssertionError as error:
                raise AssertionError(f"{error}\n{heir.said[-3000:]}") from None
            finally:
                await heir.stop()
    finally:
        await victim.stop()
    return await _looked_at(one, request, outcome)


async def _redis_dies(one: Lane, outcome: Outcome, at: Point | None, trace: Path | None) -> Request:
    request = await approved(one)
    worker = await one.zygote.launch("worker", one.environment, at=at, freeze=True, trace=trace)
    try:
        await _until_dead_or(one, worker, request, outcome)
        if worker.frozen.is_set():
            outcome.reached = True
            await asyncio.to_thread(one.server.kill)
            await asyncio.to_thread(one.server.start)
            worker.signal(signal.SIGCONT)
            await finished(one, request)
        assert not worker.ended.is_set(), f"the worker did not survive it:\n{worker.said[-2000:]}"
    finally:
        await worker.stop()
    return await _looked_at(one, request, outcome)


async def _front_dies_at_a_vote(
    one: Lane, outcome: Outcome, at: Point | None, trace: Path | None
) -> Request:
    request = await one.asked(one.next_machine())
    await one.approved_by("bo", request, 1)
    await one.redraw(request)

    async def act() -> None:
        await one.press("carla", "Approve", request)

    async def done() -> bool:
        return await one.is_in(request, State.APPROVED)

    async with _front_that_dies(one, outcome, at, trace, act, done) as victim:
        outcome.became = "the vote was there" if await done() else "the vote was lost"
        if victim.ended.is_set():
            await act()  # whoever got no answer presses again, whether it was counted or not
        await until(done, "the vote was not counted")
    request = await one.load(request.id)
    happened = await promises.kinds(one.world, request)
    assert happened == ["ask", "vote", "approve"], happened
    assert request.id in await one.world.bot.redis.requests.outbox_ids(), "nobody will take it up"
    assert not await one.is_clean(request), "nobody will draw it"
    await one.redraw(request)
    return request


async def _front_dies_at_a_question(
    one: Lane, outcome: Outcome, at: Point | None, trace: Path | None
) -> Request:
    machine = one.next_machine()

    async def act() -> None:
        line = f"/dr failover {machine} because West Europe is down"
        await one.world.alice.types(line)

    async def done() -> bool:
        found = await one.find(machine)
        return found is not None and await one.is_clean(found)

    async with _front_that_dies(one, outcome, at, trace, act, done) as victim:
        found = await one.find(machine)
        outcome.became = "the request was there" if found else "nothing was asked"
        if victim.ended.is_set():
            await act()
        await until(lambda: one.find(machine), "it was not asked")
    request = await one.find(machine)
    assert request is not None

    async def drawn() -> bool:
        await one.redraw(request)  # as a worker does, once the dead front's lock has run out
        return await done()

    await until(drawn, "there is no card", within=PATIENCE, pause=_PAUSE)
    happened = await promises.kinds(one.world, request)
    assert happened == ["ask"], happened
    holder = await one.world.bot.redis.requests.open_for(request.target_id)
    assert holder == request.id, f"the machine is kept for {holder}"
    return request


_PLAYS: Final = {
    "worker": _worker_dies,
    "redis": _redis_dies,
    "vote": _front_dies_at_a_vote,
    "ask": _front_dies_at_a_question,
}


@asynccontextmanager
async def _front_that_dies(
    one: Lane,
    outcome: Outcome,
    at: Point | None,
    trace: Path | None,
    act: Callable[[], Awaitable[None]],
    done: Callable[[], Awaitable[bool]],
) -> AsyncIterator[Launched]:
    """Have Slack deliver to a front that dies, and to a sound one afterwards."""
    victim = await one.zygote.launch("web", one.environment, at=at, trace=trace, armed=False)
    try:
        await until(
            lambda: "listening" in victim.said,
            "the front does not listen",
            within=PATIENCE,
            pause=_PAUSE,
        )
        victim.signal(signal.SIGUSR1)
        one.deliver_to(one.port)
        with suppress(PersonError):  # nobody answered
            await act()
        outcome.reached = await _dies_before(victim, done)
        one.deliver_to(one.world.settings.port)
        yield victim
    finally:
        one.deliver_to(one.world.settings.port)
        await victim.stop()


async def _dies_before(victim: Launched, done: Callable[[], Awaitable[bool]]) -> bool:
    """Wait until the front has died, or has done all there was to do for it."""
    loop = asyncio.get_running_loop()
    last = loop.time() + _FRONT_SECONDS
    while not victim.ended.is_set() and loop.time() < last:
        if await done():  # what it still does after that takes no longer
            last = min(last, loop.time() + _AFTERWARDS)
        await asyncio.sleep(_PAUSE)
    assert victim.ended.is_set() or await done(), "a front that lived did nothing"
    return victim.ended.is_set()


async def approved(one: Lane) -> Request:
    """Ask and approve, and forget what the engine knew of it and of those before."""
    request = await one.asked(one.next_machine())
    await one.approved_by("bo", request, 1)
    await one.approved_by("carla", request, 2)
    await one.clear_engine()
    return await one.load(request.id)


async def _until_dead_or(one: Lane, victim: Launched, request: Request, outcome: Outcome) -> None:
    """Wait until the victim is at its point, or the request at its end without that."""
    outcome.reached = False

    async def over() -> bool:
        return victim.ended.is_set() or victim.frozen.is_set() or await _is_over(one, request)

    try:
        await until(over, "nothing ends", within=PATIENCE, pause=_PAUSE)
    except AssertionError as error:
        raise AssertionError(f"{error}:\n{victim.said[-2000:]}") from None


async def _is_over(one: Lane, request: Request) -> bool:
    return await one.is_in(request, State.SUCCEEDED) and await one.is_clean(request)


async def finished(one: Lane, request: Request) -> None:
    """See it to its end; what was proved never to have begun is submitted again by a person."""

    async def over() -> bool:
        now = await one.load(request.id)
        if now.needs_nod:
            with suppress(PersonError, AssertionError):  # the card may not say so yet
                await one.press("bo", "Submit again", now)
            return False
        return await _is_over(one, request)

    try:
        await until(over, "it does not end", within=PATIENCE, pause=_PAUSE)
    except AssertionError:
        now = await one.load(request.id)
        raise AssertionError(f"it does not end: it is {now.state}, {now.why}") from None


async def _looked_at(one: Lane, request: Request, outcome: Outcome) -> Request:
    now = await one.load(request.id)
    happened = await promises.kinds(one.world, now)
    outcome.wrong += await promises.broken_execution(one.world, now)
    outcome.became = _became(happened) if outcome.reached else "the point was not passed"
    return now


def _became(happened: Sequence[str]) -> str:
    if "absent" in happened:
        return "proved absent, submitted again"
    if "find" in happened:
        return "the job was found"
    return "gone on with"

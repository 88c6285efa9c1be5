"""What the workers do: submit what was approved, follow it to its end, keep the cards true.

Each task is short and may be repeated or lost: it reads the request, does the next thing, and
writes it down through the one door. The sweeper finds whatever nobody was woken for.
"""

import logging
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Final

from bot import homes
from bot.about import ABOUT
from bot.domain.request import Request
from bot.errors import DrError, NotNow, OtherVersion, Refused, Tampered, Unavailable
from bot.gateways.engine import Perpetual, Task
from bot.jobs.checkpoint import checkpoint
from bot.jobs.expire import expire
from bot.jobs.follow import follow_vault
from bot.jobs.gather import gather
from bot.jobs.incidents import draw, look_after
from bot.jobs.keep import keep
from bot.jobs.outside import WATCH_EVERY, watch_vaults
from bot.jobs.overdue import call_for_review
from bot.jobs.pace import let_go
from bot.jobs.remind import remind
from bot.jobs.submit import submit_request
from bot.jobs.tend import tend
from bot.lifecycle import DRAW, FOLLOW, GATHER, HOME, PACE, REMIND, SUBMIT, TEND, disown
from bot.metrics import OUTSIDE_TROUBLE
from bot.runtime import Bot
from bot.spans import span

SWEEP_EVERY: Final = timedelta(seconds=2)
"""How long anything can go unnoticed when its wake-up was lost."""
RETRY: Final = timedelta(seconds=5)
"""When a task that failed is run again."""
HOMES_EVERY: Final = timedelta(seconds=3)
"""How soon what was written down is seen on a Home that is open."""
KEEP_EVERY: Final = timedelta(seconds=5)
"""How long an entry may be in Redis alone, where there is a sink."""
_LEFT_LYING: Final = 3000
"""Milliseconds after which a card that nobody drew is taken up."""

Work = Callable[[Bot, str], Awaitable[float | None]]
"""Does the next thing; returns in how many seconds there is more, or None."""

log = logging.getLogger(__name__)


def register(bot: Bot) -> None:
    """Make the tasks known to the engine; processes that only wake them need this too."""
    bot.engine.register(
        _task(SUBMIT, submit_request, bot),
        _task(PACE, let_go, bot),
        _task(FOLLOW, follow_vault, bot),
        _task(GATHER, gather, bot),
        _task(DRAW, draw, bot),
        _task(REMIND, remind, bot),
        _task(TEND, tend, bot),
        _task(HOME, homes.draw, bot),
        _sweeper(bot),
        _watcher(bot),
        _keeper(bot),
        _host(bot),
    )


def _task(name: str, work: Work, bot: Bot) -> Task:
    """Make a task that goes on until its work says that there is no more."""

    async def run(what: str = "", perpetual: Perpetual = Perpetual(every=RETRY)) -> None:  # noqa: B008
        ABOUT.set(what)
        try:
            with span(f"dr.{name}"):
                wait = await work(bot, what) if what else None
        except Unavailable as error:
            log.warning("%s %s waits: %s", name, what, error.sentence)
            wait = error.retry_after or RETRY.total_seconds()
        except Refused as error:
            log.info("%s %s: %s", name, what, error.sentence)
            wait = None
        except Tampered as error:
            await disown(bot, what, error)
            wait = None
        if wait is None:
            perpetual.cancel()
        else:
            perpetual.after(timedelta(seconds=wait))

    run.__name__ = name
    return run


def _sweeper(bot: Bot) -> Task:
    async def sweep(
        perpetual: Perpetual = Perpetual(every=SWEEP_EVERY, automatic=True),  # noqa: B008
    ) -> None:
        try:
            await sweep_once(bot)
            await bot.redis.shelf.swept()
        except Unavailable as error:
            log.warning("the sweeper waits: %s", error.sentence)

    return sweep


def _watcher(bot: Bot) -> Task:
    async def watch(
        perpetual: Perpetual = Perpetual(every=WATCH_EVERY, automatic=True),  # noqa: B008
    ) -> None:
        try:
            await watch_vaults(bot)
        except Unavailable as error:
            log.warning("the watch over the vaults waits: %s", error.sentence)

    return watch


def _host(bot: Bot) -> Task:
    async def refresh_homes(
        perpetual: Perpetual = Perpetual(every=HOMES_EVERY, automatic=True),  # noqa: B008
    ) -> None:
        try:
            await homes.refresh(bot)
        except Unavailable as error:
            log.warning("the Homes wait: %s", error.sentence)

    return refresh_homes


def _keeper(bot: Bot) -> Task:
    said: dict[str, str] = {}  # the same trouble is logged once, not every few seconds

    async def keep_outside(
        perpetual: Perpetual = Perpetual(every=KEEP_EVERY, automatic=True),  # noqa: B008
    ) -> None:
        for part in (checkpoint, keep):
            trouble = ""
            try:
                await part(bot)
            except DrError as error:
                trouble = error.sentence
                OUTSIDE_TROUBLE.labels(part.__name__).inc()
            if trouble and trouble != said.get(part.__name__):
                log.warning("the audit log is not kept outside now: %s", trouble)
            said[part.__name__] = trouble

    return keep_outside


async def sweep_once(bot: Bot) -> None:
    """Let time run out where it has, and wake whoever has work that nobody woke them for."""
    for request_id in await bot.redis.requests.overdue_ids():
        await _late(bot, request_id, expire)
    for request_id in await bot.redis.requests.due_for_review_ids():
        await _late(bot, request_id, call_for_review)
    waiting = await bot.redis.pacing.waiting([vault.subscription for vault in bot.settings.vaults])
    for subscription in waiting:
        await bot.engine.wake(PACE, subscription)
    in_line = frozenset[str]().union(*waiting.values())
    for request_id in await bot.redis.requests.outbox_ids():
        if request_id not in in_line:  # those have been seen, and are woken when it is their turn
            await bot.engine.wake(SUBMIT, request_id)
    for place in await bot.redis.following.places():
        await bot.engine.wake(FOLLOW if place.startswith("/") else GATHER, place)
    await look_after(bot)
    now = (await bot.redis.requests.snapshot()).now
    open_ids = await bot.redis.requests.open_ids()
    for request_id in await bot.redis.reminders.agenda(open_ids, now):
        await bot.engine.wake(REMIND, request_id)
    for request_id in await bot.redis.tending.agenda(now):
        await bot.engine.wake(TEND, request_id)
    for request_id, since in (await bot.redis.cards.dirty()).items():
        if now - since > _LEFT_LYING:
            await bot.engine.wake(DRAW, request_id)


async def _late(bot: Bot, request_id: str, act: Callable[[Bot, str], Awaitable[Request]]) -> None:
    """Do what is due for one request; a record that is gone or not ours holds up no others."""
    try:
        await act(bot, request_id)
    except Tampered as error:
        await disown(bot, request_id, error)
    except OtherVersion as error:
        log.warning("%s is left to the others: %s", request_id, error.sentence)
    except NotNow as error:
        log.error("%s is on a list of requests, but: %s", request_id, error.sentence)  # noqa: TRY400
        await bot.redis.requests.give_up(request_id)

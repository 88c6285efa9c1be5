"""The tasks of the engine, made of what the workers do, and the bell that wakes it."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from typing import Final

from bot import homes
from bot.about import ABOUT
from bot.errors import DrError, Refused, Tampered, Unavailable
from bot.gateways import engine as engine_gateway
from bot.gateways.engine import Engine, Perpetual, Task
from bot.gateways.redis.bell import DRAW, FOLLOW, GATHER, HOME, PACE, REMIND, SUBMIT, TEND
from bot.jobs.checkpoint import checkpoint
from bot.jobs.follow import follow_vault
from bot.jobs.gather import gather
from bot.jobs.incidents import draw
from bot.jobs.keep import keep
from bot.jobs.outside import WATCH_EVERY, watch_vaults
from bot.jobs.pace import let_go
from bot.jobs.remind import remind
from bot.jobs.submit import submit_request
from bot.jobs.sweep import sweep_once
from bot.jobs.tend import tend
from bot.lifecycle import disown
from bot.metrics import OUTSIDE_TROUBLE
from bot.runtime import Bot, credentials, key_for
from bot.spans import span

SWEEP_EVERY: Final = timedelta(seconds=2)
"""How long anything can go unnoticed when its wake-up was lost."""
RETRY: Final = timedelta(seconds=5)
"""When a task that failed is run again."""
HOMES_EVERY: Final = timedelta(seconds=3)
"""How soon what was written down is seen on a Home that is open."""
KEEP_EVERY: Final = timedelta(seconds=5)
"""How long an entry may be in Redis alone, where there is a sink."""

_PATIENCE: Final = 0.2
"""Seconds for which it listens before it looks whether it is to end."""
_DEAF: Final = 1.0
"""Seconds after which it listens again when it could not."""

Work = Callable[[Bot, str], Awaitable[float | None]]
"""Does the next thing; returns in how many seconds there is more, or None."""

_WORK: Final[Mapping[str, Work]] = {
    SUBMIT: submit_request,
    PACE: let_go,
    FOLLOW: follow_vault,
    GATHER: gather,
    DRAW: draw,
    REMIND: remind,
    TEND: tend,
    HOME: homes.draw,
}
"""What anybody may call for."""

log = logging.getLogger(__name__)


def register(bot: Bot, engine: Engine) -> None:
    """Make the tasks known to the engine."""
    engine.register(
        *(_task(name, work, bot) for name, work in _WORK.items()),
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


@asynccontextmanager
async def engine(bot: Bot) -> AsyncIterator[Engine]:
    """Connect an engine that knows the tasks, and wake it when the bell rings."""
    url, key = bot.settings.redis_url.get_secret_value(), key_for(bot.settings, "engine")
    async with engine_gateway.opened(url, key, credentials=credentials(bot.settings)) as opened:
        register(bot, opened)
        ending = asyncio.Event()
        listening = asyncio.create_task(_listen(bot, opened, ending))
        try:
            yield opened
        finally:
            ending.set()
            await listening


async def _listen(bot: Bot, engine: Engine, ending: asyncio.Event) -> None:
    """Wake the engine for whatever anybody calls for; what is lost here the sweeper finds."""
    while not ending.is_set():
        try:
            for one in await bot.redis.bell.heard(_PATIENCE):
                if one.task in _WORK:
                    await engine.wake(one.task, one.what, after=one.after / 1000, again=one.again)
        except Unavailable as error:
            log.warning("nobody listens to the bell for a moment: %s", error.sentence)
            await _pause(ending)
        except Exception:  # whatever somebody made of its key: the sweeper finds the work
            log.exception("the bell cannot be heard")
            await _pause(ending)


async def _pause(ending: asyncio.Event) -> None:
    with suppress(TimeoutError):
        await asyncio.wait_for(ending.wait(), _DEAF)

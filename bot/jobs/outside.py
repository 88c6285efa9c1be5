"""Watching for what is done past the bot: a job of a vault that no request of ours is behind.

Looks once a minute with one job list for each vault. A job is judged once: it is ours, a step of
another job, or somebody else's; then it is written down and the incident channel is told.
"""

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from bot.cards import place_for
from bot.domain.jobs import Job
from bot.domain.machines import segment
from bot.domain.outside import WATCHED, Ours, Source, fact_of, ours
from bot.errors import AzureRefused, DrError
from bot.lifecycle import note
from bot.messages.outside import alarm
from bot.runtime import Bot
from bot.settings import PORTALS

WATCH_EVERY: Final = timedelta(minutes=1)
_BEFORE: Final = 3_600_000
"""Milliseconds before a job in which the intent to begin it may have been written down."""
_SKEW: Final = timedelta(minutes=2)
_LATE_LINK: Final = 1
"""Looks for which a job may still turn out to be a step of one that runs."""
_LATE_ACTIVITY: Final = 8
"""Looks for which Azure may take to say whose a job is."""

log = logging.getLogger(__name__)


async def watch_vaults(bot: Bot) -> None:
    """Look once at every vault; one in trouble does not hide the others."""
    for vault in bot.vaults:
        try:
            async with bot.redis.watch.alone(vault) as alone:
                if alone:
                    await watch_vault(bot, vault)
        except DrError as error:
            log.warning("%s is not watched now: %s", segment(vault, "vaults"), error.sentence)


async def watch_vault(bot: Bot, vault: str) -> None:
    """Judge the jobs of a vault that nobody has judged yet; the first look judges none."""
    now = (await bot.redis.requests.snapshot()).now
    known = await bot.redis.watch.look(vault, now)
    if not known.since:
        return
    jobs = await bot.azure.jobs(vault)
    fresh = [
        job
        for job in jobs
        if job.scenario in WATCHED
        and _began(job) >= known.since
        and job.name.casefold() not in known.judged
    ]
    if fresh:
        await _judge(bot, vault, fresh, jobs)


async def _judge(bot: Bot, vault: str, fresh: Sequence[Job], jobs: Sequence[Job]) -> None:
    earliest = min(_began(job) for job in fresh)
    log_of_ours = ours([one async for one in bot.redis.audit.since(earliest - _BEFORE)])
    sources: dict[str, Source] = {}
    others = [job for job in fresh if not await _is_ours(bot, vault, job, log_of_ours, sources)]
    steps, busy = await _steps(bot, vault, others, jobs, sources)
    for job in others:
        if job.name.casefold() in steps:
            continue
        source = sources[job.name]
        patience = _LATE_LINK if busy else 0
        patience = patience if source.activity else _LATE_ACTIVITY
        if patience and await bot.redis.shelf.how_often(f"outside:{job.name}", 3600) <= patience:
            fresh = [one for one in fresh if one is not job]
            continue
        await _tell(bot, vault, job, source)
    await bot.redis.watch.judge(vault, [(job.name, _began(job)) for job in fresh])


async def _is_ours(
    bot: Bot, vault: str, job: Job, log_of_ours: Ours, sources: dict[str, Source]
) -> bool:
    if log_of_ours.began(job.name, ""):
        return True
    sources[job.name] = await _source(bot, vault, job)
    return log_of_ours.began(job.name, sources[job.name].activity)


async def _steps(
    bot: Bot, vault: str, others: Sequence[Job], jobs: Sequence[Job], sources: dict[str, Source]
) -> tuple[set[str], bool]:
    """Name the jobs that are steps of another, and whether one may still be found to be.

    Whatever ran at the time may be the whole that one of `others` is a part of.
    """
    found: set[str] = set()
    busy = False
    wanted = {job.name.casefold() for job in others}
    around = [job for job in jobs if any(_may_hold(job, one) for one in others)]
    for job in sorted(around, key=_began):
        if wanted <= found:
            break
        if job.name not in sources:
            sources[job.name] = await _source(bot, vault, job)
        source = sources[job.name]
        found |= {one.casefold() for one in source.inner}
        busy = busy or (source.nested and job.running)
    return found, busy


async def _source(bot: Bot, vault: str, job: Job) -> Source:
    """Read where a job comes from; nothing is known of one that Azure does not show."""
    try:
        return await bot.azure.source(vault, job.name)
    except AzureRefused:
        return Source(activity="")


async def _tell(bot: Bot, vault: str, job: Job, source: Source) -> None:
    """Write it down once, and tell the incident channel."""
    await note(bot, fact_of(job, source, bot.policy.version), f"outside:{job.name.casefold()}")
    log.warning("%s of %s was started past the bot", job.scenario, job.target)
    place = await place_for(bot, "")
    portal = PORTALS.get(bot.settings.arm_url, "")
    resource = await _resource(bot, vault, job)
    await bot.slack.post(place, alarm(job, source, portal=portal, resource=resource))


async def _resource(bot: Bot, vault: str, job: Job) -> str:
    """Find the machine that a job is about; the vault when it is not to be found."""
    try:
        machines = await bot.azure.machines(vault, fresh=False)
    except DrError:
        return vault
    named = [one.id for one in machines if one.name.casefold() == job.target.casefold()]
    return named[0] if len(named) == 1 else vault


def _may_hold(whole: Job, part: Job) -> bool:
    """Whether one job ran when the other began."""
    if whole.name == part.name or not whole.started or not part.started:
        return False
    return whole.started <= part.started + _SKEW and (
        whole.ended is None or whole.ended >= part.started - _SKEW
    )


def _began(job: Job) -> int:
    started: datetime | None = job.started
    return int(started.timestamp() * 1000) if started else 0

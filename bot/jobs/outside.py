"""Watching for what is done past the bot: a job of a vault that no request of ours is behind.

Looks once a minute at the jobs, the events and the machines of each vault. A job is judged once: it
is ours, a step of another job, or somebody else's; then it is written down and the incident channel
is told. What is done to jobs of ours, and machines that are gone, have files of their own.
"""

import logging
from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from bot.domain.jobs import Job
from bot.domain.machines import segment
from bot.domain.outside import WATCHED, Ours, Source, fact_of, told_by
from bot.errors import AzureRefused, DrError, Unavailable
from bot.jobs.alarms import began, ours_since, portal, resource_of, sound, source_of
from bot.jobs.altered import look_at_ours
from bot.jobs.vanished import look_at_machines
from bot.messages.outside import alarm
from bot.runtime import Bot

WATCH_EVERY: Final = timedelta(minutes=1)
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
        await look_at_machines(bot, vault, ())
        return
    jobs = await _jobs(bot, vault)
    fresh = [
        job
        for job in jobs
        if job.scenario in WATCHED
        and began(job) >= known.since
        and job.name.casefold() not in known.judged
    ]
    if fresh:
        await _judge(bot, vault, fresh, jobs)
    await look_at_ours(bot, vault, jobs, known)
    await look_at_machines(bot, vault, jobs)


async def _jobs(bot: Bot, vault: str) -> tuple[Job, ...]:
    """Return the jobs of a vault, with those that only its events still tell about."""
    jobs = await bot.azure.jobs(vault)
    try:
        events = await bot.azure.around.events(vault)
    except (AzureRefused, Unavailable) as error:  # the list of jobs has nearly everything
        log.warning("the events of %s are not seen: %s", segment(vault, "vaults"), error.sentence)
        return jobs
    listed = {job.name.casefold() for job in jobs}
    told = {job.name.casefold(): job for job in map(told_by, events) if job}
    return (*jobs, *(job for name, job in told.items() if name not in listed))


async def _judge(bot: Bot, vault: str, fresh: Sequence[Job], jobs: Sequence[Job]) -> None:
    log_of_ours = await ours_since(bot, fresh)
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
    await bot.redis.watch.judge(vault, [(job.name, began(job)) for job in fresh])


async def _is_ours(
    bot: Bot, vault: str, job: Job, log_of_ours: Ours, sources: dict[str, Source]
) -> bool:
    if log_of_ours.behind(job.name):
        return True
    sources[job.name] = await source_of(bot, vault, job)
    return bool(log_of_ours.behind(job.name, sources[job.name].activity))


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
    for job in sorted(around, key=began):
        if wanted <= found:
            break
        if job.name not in sources:
            sources[job.name] = await source_of(bot, vault, job)
        source = sources[job.name]
        found |= {one.casefold() for one in source.inner}
        busy = busy or (source.nested and job.running)
    return found, busy


async def _tell(bot: Bot, vault: str, job: Job, source: Source) -> None:
    """Write it down once, and tell the incident channel."""
    log.warning("%s of %s was started past the bot", job.scenario, job.target)
    message = alarm(job, source, portal=portal(bot), resource=await resource_of(bot, vault, job))
    fact = fact_of(job, source, bot.policy.version)
    await sound(bot, fact, message, f"outside:{job.name.casefold()}")


def _may_hold(whole: Job, part: Job) -> bool:
    """Whether one job ran when the other began."""
    if whole.name == part.name or not whole.started or not part.started:
        return False
    return whole.started <= part.started + _SKEW and (
        whole.ended is None or whole.ended >= part.started - _SKEW
    )

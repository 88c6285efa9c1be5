"""Watching over jobs of ours: somebody cancelled one past us, or ran one again that had failed."""

import logging
from collections.abc import Sequence
from typing import Final

from bot.domain.jobs import Job
from bot.domain.outside import WATCHED, Ours, again, cancelled, ours
from bot.gateways.redis.watch import Watched
from bot.jobs.alarms import began, ours_since, portal, resource_of, sound, source_of
from bot.messages.outside import cancelled_past, run_again_past
from bot.runtime import Bot

_SKEW: Final = 60_000
"""Milliseconds by which Azure's clock may be behind Redis'."""

log = logging.getLogger(__name__)


async def look_at_ours(bot: Bot, vault: str, jobs: Sequence[Job], known: Watched) -> None:
    """Judge what has ended, and what runs again, since the last look."""
    stopped = [
        job
        for job in jobs
        if job.cancelled
        and _ended(job) >= known.since
        and f"{job.name}:cancelled".casefold() not in known.judged
    ]
    if stopped:
        log_of_ours = await ours_since(bot, stopped)
        for job in stopped:
            await _judge_cancelled(bot, vault, job, log_of_ours)
        done = [(f"{job.name}:cancelled", _ended(job)) for job in stopped]
        await bot.redis.watch.judge(vault, done)
    for job in jobs:
        failed = known.judged.get(_failed(job))
        if job.running and failed is not None:
            await _judge_again(bot, vault, job, failed)
            await bot.redis.watch.forget(vault, [_failed(job)])
    fell = [
        (_failed(job), _ended(job))
        for job in jobs
        if job.state == "Failed" and job.scenario in WATCHED and _ended(job) >= known.since
    ]
    await bot.redis.watch.judge(vault, [one for one in fell if one[0] not in known.judged])


async def _judge_cancelled(bot: Bot, vault: str, job: Job, log_of_ours: Ours) -> None:
    """Tell of a job of ours that ended cancelled with no request of ours that asked for it."""
    if job.name.casefold() in log_of_ours.stopped:
        return
    request = log_of_ours.behind(job.name)
    if not request:
        request = log_of_ours.behind(job.name, (await source_of(bot, vault, job)).activity)
    if not request:
        return
    log.warning("the job of %s was cancelled past the bot", request)
    resource = await resource_of(bot, vault, job)
    message = cancelled_past(job, request, portal=portal(bot), resource=resource)
    fact = cancelled(job, request, bot.policy.version)
    await sound(bot, fact, message, f"outside:{_key(job)}:cancelled")


async def _judge_again(bot: Bot, vault: str, job: Job, failed: int) -> None:
    """Tell of a job that runs again, when no request of ours had that done since it failed."""
    since = ours([one async for one in bot.redis.audit.since(failed - _SKEW)])
    if job.name.casefold() in since.restarted:
        return
    request = (await ours_since(bot, [job])).behind(job.name)
    log.warning("%s of %s was run again past the bot", job.scenario, job.target)
    resource = await resource_of(bot, vault, job)
    message = run_again_past(job, request, portal=portal(bot), resource=resource)
    fact = again(job, request, bot.policy.version)
    await sound(bot, fact, message, f"outside:{_key(job)}:{failed}")


def _key(job: Job) -> str:
    return job.name.casefold()


def _failed(job: Job) -> str:
    return f"{_key(job)}:failed"


def _ended(job: Job) -> int:
    return int(job.ended.timestamp() * 1000) if job.ended else began(job)

"""Looking at what Azure does and did: jobs, one job with all its steps, and events."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Final, TypeVar

from bot.access import require_look
from bot.domain.arguments import Page, Severity, WhichJobs
from bot.domain.data import Data
from bot.domain.fleets import is_request
from bot.domain.jobs import Job
from bot.domain.machines import is_guid, segment
from bot.domain.vaults import severity_of
from bot.errors import AzureRefused, Unavailable
from bot.every_vault import of_every_vault
from bot.queries.found import EventList, JobList, JobView
from bot.queries.registry import query
from bot.runtime import Bot
from bot.targets import find_job

_JOBS: Final = 10
_EVENTS: Final = 20

Found = TypeVar("Found")


@query(target="machine or job")
async def jobs(
    bot: Bot, user_id: str, target: str, *, which: WhichJobs = "recent", page: Page = "1"
) -> Data:
    """List what Azure runs, and what ended or failed lately, of all or one machine; or show a job.

    The id of a job shows that one with all its steps, what went wrong in it, and what Azure
    advises.
    """
    await require_look(bot, user_id)
    if is_guid(target) or is_request(target):
        return JobView(job=await find_job(bot, target))
    listed, troubles = await _of_all(bot, bot.azure.jobs)
    found = [
        (vault, job)
        for vault, job in listed
        if _about(target, job.target, vault) and _wanted(job, which)
    ]
    found.sort(key=lambda one: (not one[1].running, -_began(one[1])))
    start = (int(page) - 1) * _JOBS
    shown = found[start : start + _JOBS]
    whole = await asyncio.gather(*(_whole(bot, vault, job) for vault, job in shown))
    return JobList(
        subject=target,
        which=which,
        jobs=tuple(whole),
        page=int(page),
        more=max(0, len(found) - start - _JOBS),
        troubles=troubles,
    )


@query(target="machine")
async def events(
    bot: Bot, user_id: str, target: str, *, severity: Severity = "all", page: Page = "1"
) -> Data:
    """List what happened lately in the vaults, of all or one machine or plan, the newest first."""
    await require_look(bot, user_id)
    listed, troubles = await _of_all(bot, bot.azure.around.events)
    found = [
        event
        for vault, event in listed
        if _about(target, event.about, vault) and severity in {"all", severity_of(event)}
    ]
    found.sort(key=lambda one: one.at.timestamp() if one.at else 0.0, reverse=True)
    start = (int(page) - 1) * _EVENTS
    return EventList(
        subject=target,
        severity=severity,
        events=tuple(found[start : start + _EVENTS]),
        page=int(page),
        more=max(0, len(found) - start - _EVENTS),
        troubles=troubles,
    )


async def _of_all(
    bot: Bot, reading: Callable[[str], Awaitable[Sequence[Found]]]
) -> tuple[list[tuple[str, Found]], tuple[str, ...]]:
    """List something of every vault, each with where it was found."""
    lists, troubles = await of_every_vault(bot, reading)
    return [(vault, one) for vault, listed in lists.items() for one in listed], troubles


async def _whole(bot: Bot, vault: str, job: Job) -> Job:
    """Read a job's steps and errors where they tell something; as listed when Azure is silent."""
    if job.good:
        return job
    try:
        return await bot.azure.job(vault, job.name)
    except (AzureRefused, Unavailable):
        return job


def _about(target: str, name: str, vault: str) -> bool:
    """Whether something of that name in that vault is what was typed."""
    wanted, _, where = target.casefold().partition("@")
    if not wanted:
        return True
    named = name.casefold() == wanted.removeprefix("plan:")
    return named and where in {"", segment(vault, "vaults").casefold()}


def _wanted(job: Job, which: str) -> bool:
    if which == "active":
        return job.running
    if which == "failed":
        return not job.running and not job.good
    return True


def _began(job: Job) -> float:
    return job.started.timestamp() if job.started else 0.0

"""What all watches over the vaults need: what we began, where a job comes from, and the alarm."""

from collections.abc import Iterable
from typing import Final

from bot.cards import place_for
from bot.domain.audit import Fact
from bot.domain.jobs import Job
from bot.domain.outside import Ours, Source, ours
from bot.errors import AzureRefused, DrError
from bot.lifecycle import note
from bot.messages.blocks import Message
from bot.metrics import ALARMS
from bot.runtime import Bot
from bot.settings import PORTALS

_BEFORE: Final = 3_600_000
"""Milliseconds before a job in which the intent to begin it may have been written down."""


async def sound(bot: Bot, fact: Fact, message: Message, once: str) -> None:
    """Write a fact down once, and tell the incident channel; raises when that cannot be told."""
    await note(bot, fact, once)
    await bot.slack.post(await place_for(bot, ""), message)
    ALARMS.labels(fact.type).inc()


async def ours_since(bot: Bot, jobs: Iterable[Job]) -> Ours:
    """Gather what our log says of the time of some jobs."""
    earliest = min(began(job) for job in jobs)
    return ours([one async for one in bot.redis.audit.since(earliest - _BEFORE)])


async def source_of(bot: Bot, vault: str, job: Job) -> Source:
    """Read where a job comes from; nothing is known of one that Azure does not show."""
    try:
        return await bot.azure.source(vault, job.name)
    except AzureRefused:
        return Source(activity="")


async def resource_of(bot: Bot, vault: str, job: Job) -> str:
    """Find the machine that a job is about; the vault when it is not to be found."""
    try:
        machines = await bot.azure.machines(vault, fresh=False)
    except DrError:
        return vault
    named = [one.id for one in machines if one.name.casefold() == job.target.casefold()]
    return named[0] if len(named) == 1 else vault


def portal(bot: Bot) -> str:
    """Return the address of the portal, '' where there is none."""
    return PORTALS.get(bot.settings.arm_url, "")


def began(job: Job) -> int:
    """Return when a job began, in milliseconds; 0 when Azure does not say."""
    return int(job.started.timestamp() * 1000) if job.started else 0

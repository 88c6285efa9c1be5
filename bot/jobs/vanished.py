"""Watching over the machines of a vault: one is gone, and no job was seen that took it out."""

import logging
from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Final

from bot.domain.data import digest
from bot.domain.jobs import Job
from bot.domain.outside import DISABLES, MOVES, vanished
from bot.gateways.redis.watch import Kept
from bot.jobs.alarms import began, portal, sound
from bot.messages.outside import gone
from bot.runtime import Bot

_DAY: Final = int(timedelta(days=1).total_seconds() * 1000)
"""Milliseconds for which a job that disabled a machine explains that it is gone."""

log = logging.getLogger(__name__)


async def look_at_machines(bot: Bot, vault: str, jobs: Sequence[Job]) -> None:
    """Compare the machines of a vault with those of the last look; the first look remembers."""
    before = await bot.redis.watch.machines(vault)
    machines = await bot.azure.machines(vault)
    here = {one.item.casefold(): Kept(id=one.id, name=one.name) for one in machines}
    now = (await bot.redis.requests.snapshot()).now
    newcomers = {one.name.casefold() for item, one in here.items() if item not in before}
    came = {item: one for item, one in here.items() if before.get(item) != one}
    left: list[str] = []
    for item, machine in before.items():
        if item in here:
            continue
        if machine.name.casefold() in newcomers or _taken_out(machine, jobs, now):
            left.append(item)
        elif machine.missed and not _on_its_way(machine, jobs):
            await _tell(bot, vault, machine, item, now)
            left.append(item)
        else:  # it may still turn up elsewhere, or a job that took it out
            came[item] = machine.model_copy(update={"missed": True})
    await bot.redis.watch.keep(vault, came, left)


def _taken_out(machine: Kept, jobs: Iterable[Job], now: int) -> bool:
    """Whether a job took it out of the vault, which is told as a job."""
    return any(
        job.scenario in DISABLES
        and (job.running or job.good)
        and _is_about(job, machine)
        and began(job) > now - _DAY
        for job in jobs
    )


def _on_its_way(machine: Kept, jobs: Iterable[Job]) -> bool:
    """Whether a job is moving it to another place in the vault."""
    return any(job.scenario in MOVES and job.running and _is_about(job, machine) for job in jobs)


def _is_about(job: Job, machine: Kept) -> bool:
    return job.target.casefold() == machine.name.casefold()


async def _tell(bot: Bot, vault: str, machine: Kept, item: str, now: int) -> None:
    log.warning("%s is gone from its vault", machine.name)
    message = gone(machine.name, vault, portal=portal(bot))
    once = f"outside:gone:{digest([vault.casefold(), item])}:{now // _DAY}"
    await sound(bot, vanished(machine.name, machine.id, bot.policy.version), message, once)

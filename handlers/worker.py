"""The worker, `dr worker`: it submits, follows and keeps the cards true. Any number may run."""

import asyncio
import logging

from bot.jobs.tasks import engine
from bot.policies import take_effect
from bot.runtime import greet, insist_on_lasting, opened
from bot.settings import Settings
from handlers.probes import probed

log = logging.getLogger(__name__)


async def work(settings: Settings, stopping: asyncio.Event) -> None:
    """Run tasks until `stopping` is set; those that run then are finished."""
    async with opened(settings) as bot:
        await bot.redis.ping()
        await insist_on_lasting(bot)
        await greet(bot)
        facts = await bot.redis.facts()
        if not (facts.append_only and facts.confirms):
            log.warning("Redis cannot confirm that an intent is on disk; dr doctor says more")
        await take_effect(bot)
        await bot.azure.prepare()
        async with probed(bot, stopping), engine(bot) as tasks:
            log.info("working")
            await tasks.work(stopping)

"""Workers: without one, what people approve is never sent."""

import asyncio
from typing import Final

from bot.domain.diagnosis import Diagnosis, Subject
from bot.messages.blocks import duration, many
from bot.runtime import Bot

_LATE: Final = 30.0
"""Seconds: a worker looks after what waits every two."""
_TRIES: Final = 8
_PAUSE: Final = 0.5


async def examine_workers(bot: Bot, subject: Subject) -> list[Diagnosis]:
    """How many run, and when one of them last looked after what waits."""
    workers = await bot.redis.bell.listeners()
    since = await bot.redis.shelf.since_swept()
    patience = _TRIES if workers and since is None else 0  # the first one may just have come
    while since is None and patience:
        patience -= 1
        await asyncio.sleep(_PAUSE)
        since = await bot.redis.shelf.since_swept()
    return [alive(workers, since, subject)]


def alive(count: int, since: float | None, subject: Subject) -> Diagnosis:
    """Judge whether what is approved would be sent: how many are heard of, and do they work?"""
    last = "" if since is None else f" The last one did {duration(since)} ago."
    if not count and (since is None or since > _LATE):
        sentence = f"No worker runs: what is approved is not sent.{last}"
        return subject.bad(sentence, "Start dr worker; any number of them may run.")
    if since is None or since > _LATE:
        return subject.bad(
            f"{many(count, 'worker')} can be heard, and none looks after what waits.{last}",
            "Read the log of dr worker.",
        )
    heard = many(max(1, count), "worker")
    return subject.good(f"{heard} at work; what waits was looked after {duration(since)} ago.")

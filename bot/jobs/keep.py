"""Keeping the audit log where Redis cannot reach it: every entry in the sink, in its order."""

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Final

from pydantic import ValidationError

from bot.domain.audit import START, Entry, first_broken
from bot.errors import Unavailable
from bot.gateways.sink import Sink, held
from bot.metrics import OUTSIDE_TROUBLE, SINK_ENTRIES
from bot.runtime import Bot

_BATCH: Final = 500

log = logging.getLogger(__name__)


async def keep(bot: Bot) -> int:
    """Bring the sink up to date; returns how many entries were written.

    What does not follow from the sink's last entry is not written: then one of them was changed.
    Raises `Unavailable` when the file cannot be written.
    """
    path = bot.settings.audit_sink
    if path is None:
        return 0
    with held(path) as sink:
        return await _catch_up(bot, sink, path) if sink else 0


async def _catch_up(bot: Bot, sink: Sink, path: Path) -> int:
    last = await asyncio.to_thread(sink.last)
    written = 0
    async for batch in _batches(bot, last.sequence if last else 0):
        if trouble := _why_not(last, batch):
            OUTSIDE_TROUBLE.labels("keep").inc()
            if await bot.redis.shelf.first_time(f"sink:{path}", 3600):
                log.error("the audit log does not go on where its sink ends: %s", trouble)
            return written
        await asyncio.to_thread(sink.append, batch)
        written += len(batch)
        last = batch[-1]
    SINK_ENTRIES.set(last.sequence if last else 0)
    return written


async def _batches(bot: Bot, sequence: int) -> AsyncIterator[list[Entry]]:
    batch: list[Entry] = []
    try:
        async for entry in bot.redis.audit.behind(sequence):
            batch.append(entry)
            if len(batch) == _BATCH:
                yield batch
                batch = []
    except ValidationError as error:
        raise Unavailable("An entry of the audit log cannot be read.") from error
    if batch:
        yield batch


def _why_not(last: Entry | None, batch: Sequence[Entry]) -> str | None:
    before, expected = (last.hash, last.sequence + 1) if last else (START, 1)
    return first_broken(batch, batch[-1].hash, before=before, expected=expected)

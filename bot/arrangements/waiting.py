"""The requests that wait for votes, whose cards have to say what was arranged meanwhile."""

import logging
from collections.abc import Callable

from bot.domain.request import Request, State
from bot.errors import Unavailable
from bot.gateways.redis import Call
from bot.gateways.redis.bell import DRAW
from bot.runtime import Bot

log = logging.getLogger(__name__)


async def redraw_waiting(bot: Bot, concerns: Callable[[Request], bool]) -> int:
    """Have the cards of those drawn again that it concerns; returns how many they are."""
    found: list[Request] = []
    try:
        open_ones = await bot.redis.requests.load_many(await bot.redis.requests.open_ids())
        found += [one for one in open_ones if one.state is State.WAITING and concerns(one)]
        now = (await bot.redis.requests.snapshot()).now
        for one in found:
            await bot.redis.cards.redraw(one.id, now)
            await bot.redis.bell.ring(Call(task=DRAW, what=one.id))
    except Unavailable:
        log.warning("what was arranged is kept, but the cards do not say so yet")
    return len(found)

"""Having those told again who can still approve a request."""

from bot import nudges
from bot.arrangements.registry import Order, arrangement
from bot.domain.data import Data
from bot.domain.fleets import is_request
from bot.errors import Misunderstood
from bot.refusals import Type
from bot.runtime import Bot


@arrangement(target="request", lets=lambda policy: policy.parties)
async def nudge(bot: Bot, order: Order) -> Data:
    """Tell those who can still approve a request that it waits for them.

    Whoever asked, may ask or may approve can, once in five minutes.
    """
    target = order.command.target
    if not is_request(target):
        raise Misunderstood(
            Type.WRONG_VALUE, f"{target!r} is not the id of a request.", "It looks like R-7K2M9P."
        )
    return await nudges.nudge(bot, order.user, target.upper())

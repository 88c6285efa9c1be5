"""What can be done about a request that waits for others."""

from bot import nudges
from bot.domain.data import Data
from bot.domain.fleets import is_request
from bot.errors import Misunderstood
from bot.queries.registry import query
from bot.refusals import Type
from bot.runtime import Bot


@query(target="request", target_required=True, acts=True)
async def nudge(bot: Bot, user_id: str, target: str) -> Data:
    """Tell those who can still approve a request that it waits for them.

    Whoever asked, may ask or may approve can, once in five minutes.
    """
    if not is_request(target):
        raise Misunderstood(
            Type.WRONG_VALUE, f"{target!r} is not the id of a request.", "It looks like R-7K2M9P."
        )
    return await nudges.nudge(bot, user_id, target.upper())

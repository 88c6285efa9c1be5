"""Looking the bot itself over, from Slack."""

from typing import Final

from bot.access import require_look, standing
from bot.doctor import examine
from bot.domain.data import Data
from bot.domain.policy import includes
from bot.errors import NotAllowed, Refused
from bot.queries.found import Examined
from bot.queries.registry import query
from bot.refusals import Ask
from bot.runtime import Bot

_PAUSE: Final = 30
"""Seconds between two examinations from Slack, whoever asks."""


@query(target=None)
async def doctor(bot: Bot, user_id: str, _target: str) -> Data:
    """Say what of the bot would not work on a bad night: Slack, Azure, Redis, workers, policy.

    What dr doctor prints where the bot runs, without what is well.
    """
    await require_look(bot, user_id)
    may = bot.policy.may_diagnose
    who = await standing(bot, user_id, may, fresh=True)
    if not includes(may, user_id, who.groups):
        raise NotAllowed(Ask.MAY_NOT_DIAGNOSE, "The policy does not let you look the bot over.")
    if not await bot.redis.shelf.first_time("doctor", _PAUSE):
        raise Refused(
            Ask.TOO_FAST,
            f"The bot was looked over less than {_PAUSE} s ago.",
            "Wait a little: Slack answers few of these questions, and approvals need some.",
        )
    return Examined(findings=tuple(await examine(bot)))

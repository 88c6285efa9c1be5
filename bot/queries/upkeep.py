"""Looking the bot itself over, from Slack."""

from bot.access import require_look, standing
from bot.doctor import examine
from bot.domain.data import Data
from bot.domain.policy import includes
from bot.errors import NotAllowed
from bot.queries.found import Examined
from bot.queries.registry import query
from bot.refusals import Ask
from bot.runtime import Bot


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
    return Examined(findings=tuple(await examine(bot)))

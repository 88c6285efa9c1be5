"""Looking at what people have arranged beside the requests: locks and delegations."""

from bot import arranged
from bot.access import require_look
from bot.domain.data import Data
from bot.lifecycle import disown_records
from bot.locks import endable
from bot.queries.found import DelegationList, LockList
from bot.queries.registry import query
from bot.runtime import Bot


@query(target=None)
async def locks(bot: Bot, user_id: str, _target: str) -> Data:
    """List the locks that hold: on what, by whom, until when and why."""
    await require_look(bot, user_id)
    found = await arranged.locks(bot)
    await disown_records(bot, found.strange)
    ends = await endable(bot, user_id, found.holding)
    return LockList(locks=found.holding, ends=ends, strange=len(found.strange))


@query(target=None)
async def delegations(bot: Bot, user_id: str, _target: str) -> Data:
    """List who may vote in whose place, until when and for what."""
    await require_look(bot, user_id)
    found = await arranged.delegations(bot)
    await disown_records(bot, found.strange)
    return DelegationList(delegations=found.holding, strange=len(found.strange))

"""Looking at recovery plans: all of them, or one with its groups, actions and machines."""

from bot.access import require_look
from bot.domain.catalogue import Ground
from bot.domain.data import Data
from bot.domain.offers import offered_on
from bot.domain.plans import members
from bot.errors import AzureRefused, Unavailable
from bot.queries.found import PlanList, PlanView
from bot.queries.registry import query
from bot.runtime import Bot
from bot.targets import all_plans, find_plan


@query(target=None)
async def plans(bot: Bot, user_id: str, _target: str) -> Data:
    """List the recovery plans: their direction, groups and machines, and what can be done now."""
    await require_look(bot, user_id)
    found, troubles = await all_plans(bot)
    return PlanList(plans=found, troubles=troubles)


@query(target="plan", target_required=True)
async def plan(bot: Bot, user_id: str, target: str) -> Data:
    """Show one recovery plan: its groups in order, their actions, and how its machines stand."""
    await require_look(bot, user_id)
    found = await find_plan(bot, target)
    try:
        machines = members(found, await bot.azure.machines(found.vault, fresh=False))
    except (AzureRefused, Unavailable) as error:
        return PlanView(plan=found, machines=(), offers=(), trouble=error.sentence)
    offers = offered_on(Ground(target=found, machines=machines))
    return PlanView(plan=found, machines=machines, offers=tuple(one.name for one in offers))

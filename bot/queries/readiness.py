"""Looking for what would go wrong: of a machine, of a plan, or of everything."""

import asyncio
from collections.abc import Iterable

from bot.access import require_look
from bot.domain.data import Data
from bot.domain.machines import segment
from bot.domain.plans import members
from bot.domain.vaults import Surroundings
from bot.inventory import everything, find
from bot.locks import locks_now
from bot.queries.found import Readiness
from bot.queries.registry import query
from bot.runtime import Bot
from bot.targets import find_plan


@query(target="machine, plan:<name> or all")
async def ready(bot: Bot, user_id: str, target: str) -> Data:
    """Say what speaks against failing a machine or a plan over, or which machines are not ready.

    Looks at health, RPO, agent, disks, network and its mapping, a forgotten test cleanup, the last
    test, and whether the vault is where it will be needed. A plan is as ready as its worst machine.
    """
    await require_look(bot, user_id)
    if name := _plan_of(target):
        plan = await find_plan(bot, name)
        machines = members(plan, await bot.azure.machines(plan.vault, fresh=False))
        around = await _around(bot, [plan.vault])
        held = tuple(one for one in await locks_now(bot) if one.holds(plan, machines))
        return Readiness(machines=machines, around=around, plan=plan, locks=held)
    if target and target.casefold() != "all":
        machine = await find(bot, target)
        around = await _around(bot, [machine.vault])
        held = tuple(one for one in await locks_now(bot) if one.holds(machine))
        return Readiness(machines=(machine,), around=around, one=True, locks=held)
    inventory = await everything(bot)
    around = await _around(bot, {one.vault for one in inventory.machines})
    return Readiness(
        machines=inventory.machines,
        around=around,
        troubles=inventory.troubles,
        locks=await locks_now(bot),
    )


def _plan_of(target: str) -> str:
    """Return the plan that is meant, by name or by the id that was chosen; '' for none."""
    if target.casefold().startswith("plan:"):
        return target[len("plan:") :]
    return target if segment(target, "replicationRecoveryPlans") else ""


async def _around(bot: Bot, vaults: Iterable[str]) -> tuple[Surroundings, ...]:
    return tuple(await asyncio.gather(*(bot.azure.around.surroundings(one) for one in vaults)))

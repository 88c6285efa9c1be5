"""The locks that hold, for whoever asks, looks or is about to send."""

from collections.abc import Iterable

from bot import arranged
from bot.access import standing
from bot.domain.lists import includes
from bot.domain.locks import Lock, holding
from bot.domain.machines import Machine
from bot.domain.people import why_nobody
from bot.domain.targets import Target
from bot.domain.votes import Standing
from bot.lifecycle import disown_records
from bot.runtime import Bot


async def locks_now(bot: Bot) -> tuple[Lock, ...]:
    """Return the locks that hold; one that is not ours is ignored, and written down."""
    found = await arranged.locks(bot)
    await disown_records(bot, found.strange)
    return found.holding


async def locks_on(
    bot: Bot, operation: str, target: Target, machines: Iterable[Machine] = ()
) -> tuple[Lock, ...]:
    """Return the locks that hold an operation on a target back."""
    return holding(await locks_now(bot), operation, target, machines)


async def endable(bot: Bot, user_id: str, some: Iterable[Lock]) -> tuple[str, ...]:
    """Return the ids of those locks that a person may end: their own, or any by the policy."""
    who = await standing(bot, user_id, bot.policy.locks.override)
    return tuple(one.id for one in some if may_end(one, who, bot.policy.locks.override))


def may_end(lock: Lock, who: Standing, override: tuple[str, ...]) -> bool:
    """Whether somebody may end a lock: whoever put it on, or may override it."""
    if why_nobody(who.person, who.home_teams):
        return False
    return lock.by.is_same(who.person) or includes(override, who.person.id, who.groups)

"""When it will be through: read from what is queued, and how long it took lately."""

from collections.abc import Mapping
from typing import Final

from bot.domain.fleets import Fleet
from bot.domain.forecast import Forecast, forecast, unsent_by_subscription
from bot.domain.machines import Machine
from bot.domain.request import Outcome, Request
from bot.domain.targets import provider_of
from bot.domain.windows import Exposed
from bot.runtime import Bot

PROTECTION: Final = "protection"
"""What the shelf calls the time from a reprotect until a machine is protected."""


async def expected(bot: Bot, request: Request) -> int | None:
    """Return how many seconds an operation takes lately; of several machines, the slowest kind."""
    if request.fleet is None:
        return await bot.redis.shelf.expected(request.operation, provider_of(request.target))
    kinds = {member.provider for member in request.fleet.members}
    found = [await bot.redis.shelf.expected(request.operation, one) for one in kinds]
    return max((one for one in found if one), default=None)


async def ahead(
    bot: Bot, fleet: Fleet, outcomes: Mapping[str, Outcome], expected: int | None, now: int
) -> Forecast:
    """Say what is to be expected of several machines that are on their way."""
    unsent = unsent_by_subscription(fleet, outcomes)
    paces = {one: await bot.redis.pacing.pace(one) for one in unsent}
    return forecast(outcomes, unsent, paces, expected, now)


async def exposed(bot: Bot, machine: Machine) -> Exposed | None:
    """Say since when a machine is unprotected, and how long a reprotect of it usually takes.

    By the history of this machine, or else of its kind; None when nobody knows of any.
    """
    known = await bot.redis.tending.exposed(machine)
    if known is None or not known.reprotect_at:
        return known
    own = await bot.redis.shelf.expected(PROTECTION, machine.item.casefold())
    usual = own or await bot.redis.shelf.expected(PROTECTION, machine.provider)
    return known.model_copy(update={"expected": usual})


async def protected(bot: Bot, machine: Machine, seconds: int) -> None:
    """Remember how long it took from a reprotect until a machine was protected."""
    await bot.redis.shelf.took(PROTECTION, machine.item.casefold(), seconds)
    await bot.redis.shelf.took(PROTECTION, machine.provider, seconds)

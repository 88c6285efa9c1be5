"""When several machines will be through: read from what is queued, and how long it took lately."""

from collections.abc import Mapping

from bot.domain.fleets import Fleet
from bot.domain.forecast import Forecast, forecast, unsent_by_subscription
from bot.domain.request import Outcome, Request
from bot.domain.targets import provider_of
from bot.runtime import Bot


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

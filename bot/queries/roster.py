"""Looking at one request: as its card says it, and of several machines at every one of them."""

from bot.access import require_look
from bot.domain.arguments import Page, WhichMachines
from bot.domain.data import Data
from bot.domain.fleets import is_request
from bot.domain.objectives import objective_of
from bot.errors import Misunderstood, NotNow
from bot.incidents import declared_at
from bot.queries.found import RequestView
from bot.queries.registry import query
from bot.refusals import Gone, Type
from bot.runtime import Bot


@query(target="request", target_required=True)
async def request(
    bot: Bot, user_id: str, target: str, *, which: WhichMachines = "all", page: Page = "1"
) -> Data:
    """Show one request; of several machines every one of them, in the order of submission.

    With what is known of each when they are voted on, and with how each stands from then on.
    """
    await require_look(bot, user_id)
    wanted = target.upper()
    if not is_request(wanted):
        raise Misunderstood(
            Type.WRONG_VALUE, f"{target!r} is not the id of a request.", "It looks like R-7K2M9P."
        )
    seen = await bot.redis.requests.snapshot(wanted)
    if seen.request is None:
        raise NotNow(Gone.REQUEST, f"There is no request {wanted}.", "/dr requests lists them.")
    several = seen.request.fleet is not None
    return RequestView(
        request=seen.request,
        outcomes=await bot.redis.requests.results(wanted) if several else {},
        which=which,
        page=int(page),
        now=seen.now,
        aim=objective_of(bot.policy.objectives, seen.request),
        declared_at=await declared_at(bot, seen.request),
    )

"""A click: who pressed what on which request, and how that is decided.

Whoever presses comes through here: what they may do is asked of Slack each time, and a refusal is
written down. What a press means is decided by whoever calls this.
"""

from collections.abc import Callable, Sequence
from functools import partial

from bot.about import ABOUT
from bot.access import MEMBERSHIP_AGE, REFUSAL_AGE, refused, standing
from bot.delegations import with_places
from bot.domain.data import Data
from bot.domain.latecomers import LATE, Wish
from bot.domain.request import Request
from bot.domain.votes import (
    Standing,
)
from bot.errors import NotAllowed, NotNow, Refused
from bot.lifecycle import Move, change, redraw
from bot.metrics import CLICKS
from bot.refusals import Gone
from bot.runtime import Bot
from bot.spans import span


class Click(Data):
    """One press of a button."""

    id: str
    """The same for every delivery of the same press."""
    user: str
    request: str


async def decided(
    bot: Bot,
    click: Click,
    wish: Wish,
    decide: Callable[[Standing, Request, int], Move | None],
) -> Request:
    """Let a person's click decide; a click that does not count is written down and refused.

    Whoever came too late saw an old card, which is drawn anew.
    """
    try:
        with span("dr.click", request=click.request):
            request = await _decided(bot, click, wish, decide)
    except Refused as error:
        CLICKS.labels(wish.name.lower(), error.refusal.id).inc()
        raise
    CLICKS.labels(wish.name.lower(), "counted").inc()
    return request


async def _decided(
    bot: Bot,
    click: Click,
    wish: Wish,
    decide: Callable[[Standing, Request, int], Move | None],
) -> Request:
    ABOUT.set(click.request)
    request = await bot.redis.requests.load(click.request)
    if request is None:
        raise NotNow(Gone.REQUEST, f"There is no request {click.request}.")
    lists = [request.terms.may_ask, request.terms.may_approve]
    lists += [request.terms.glass.may_review] if request.terms.glass else []
    lists += [bot.policy.may_look] if wish is Wish.VALIDATE else []
    who = await _standing(bot, click.user, lists, MEMBERSHIP_AGE)
    try:
        return await change(bot, click.request, partial(decide, who), click=click.id)
    except NotAllowed:
        # Whoever has just joined a group is not to wait for our memory of it.
        who = await _standing(bot, click.user, lists, REFUSAL_AGE)
    try:
        return await change(bot, click.request, partial(decide, who), click=click.id)
    except NotAllowed as error:
        await refused(bot, who.person, request, wish, error)
        if error.refusal in LATE:
            await redraw(bot, click.request)
        raise


async def _standing(bot: Bot, user: str, lists: Sequence[tuple[str, ...]], age: float) -> Standing:
    """Read a person afresh, and in whose places they may vote."""
    return await with_places(bot, await standing(bot, user, *lists, groups_age=age))


def refuse(reason: NotAllowed | None) -> None:
    """Raise a reason, where there is one."""
    if reason:
        raise reason

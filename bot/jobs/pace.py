"""Letting those go whose turn it is, in the order of the approvals, as fast as Azure takes them.

`bot/gateways/redis/pacing.py` keeps the lines; this wakes whoever is named there, and looks again
for as long as anybody waits.
"""

from collections.abc import Sequence
from typing import Final

from bot.domain.fleets import number
from bot.domain.machines import segment
from bot.domain.request import Request
from bot.gateways.redis import Call
from bot.gateways.redis.bell import PACE, SUBMIT
from bot.gateways.redis.pacing import Place
from bot.runtime import Bot

_PAUSE: Final = 0.1
"""Seconds between two looks: what has been refilled since then goes together."""
_LONGEST: Final = 5.0
"""Seconds after which it looks again, however long Azure asked to wait."""
_MANY: Final = 1000
"""More numbers than a request has machines: places are numbers in the order of the approvals."""


async def line_up(bot: Bot, requests: Sequence[Request]) -> None:
    """Put approved requests in line, in the order of their approval, before anybody asks them."""
    by_subscription: dict[str, list[Place]] = {}
    for request in requests:
        by_subscription.setdefault(subscription_of(request), []).append(place_of(request))
    for subscription, places in by_subscription.items():
        await bot.redis.pacing.line_up(subscription, places)
        await call(bot, subscription)


async def call(bot: Bot, subscription: str) -> None:
    """Have it looked after those who wait, also when that was just done for the last time."""
    await bot.redis.bell.ring(Call(task=PACE, what=subscription, again=True))


async def let_go(bot: Bot, subscription: str) -> float | None:
    """Wake those who may go; returns in how many seconds to look again, None when nobody waits."""
    going, wait = await bot.redis.pacing.next(subscription)
    await bot.redis.bell.ring(*(Call(task=SUBMIT, what=one, again=True) for one in going))
    return None if wait is None else min(max(wait, _PAUSE), _LONGEST)


def place_of(request: Request) -> Place:
    """Return the place of a request, or of one machine of several, in the line it belongs to."""
    order = request.approved_at * _MANY + number(request.id)
    return Place(who=request.id, order=order, among=request.among or 1)


def subscription_of(request: Request) -> str:
    """Return whose allowance a request uses."""
    return segment(request.target.vault, "subscriptions")

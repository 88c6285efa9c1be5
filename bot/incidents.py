"""The incidents there are, which of them a channel belongs to, and what was asked for in one.

Also how their boards are stirred: a request that changes has the board of its incident drawn again.
"""

import logging
from typing import Final

from bot import arranged
from bot.domain.incidents import Incident, belongs
from bot.domain.request import Request
from bot.domain.situation import Situation, situation
from bot.errors import NotNow, Unavailable
from bot.gateways.redis import Call
from bot.gateways.redis.bell import DRAW
from bot.refusals import Inc
from bot.runtime import Bot

_MOST: Final = 300
"""So many requests of an incident are read, the first ones; nobody makes so many."""
_DECLARE: Final = 'Declare one: /dr declare "West Europe down" region:westeurope'

log = logging.getLogger(__name__)


async def all_incidents(bot: Bot) -> tuple[Incident, ...]:
    """Return those that are open and those that were closed lately, the oldest first."""
    return tuple(sorted((await arranged.incidents(bot)).holding, key=lambda one: one.at))


async def load(bot: Bot, incident_id: str) -> Incident | None:
    """Return one incident; None when there is none, or when its record is not ours."""
    return next((one for one in await all_incidents(bot) if one.id == incident_id), None)


async def declared_at(bot: Bot, request: Request) -> int:
    """Return when the incident was declared that a request belongs to; 0 when there is none."""
    every = await all_incidents(bot)
    return next((one.at for one in every if belongs(request, one, every)), 0)


async def meant_in(bot: Bot, channel: str, wanted: str = "", *, closed: bool = False) -> Incident:
    """Return the incident that is meant: by its id, by the channel, or the only open one.

    With `closed` one that is over will do. Raises `NotNow` when none or several are meant.
    """
    every = await all_incidents(bot)
    if wanted:
        found = [one for one in every if one.id == wanted]
        if not found:
            raise NotNow(Inc.NONE_OPEN, f"There is no incident {wanted}.", _DECLARE)
    else:
        here = [one for one in every if one.channel and one.channel == channel]
        found = [one for one in here if one.open] or here[-1:] or [o for o in every if o.open]
        if not found and closed:
            found = list(every[-1:])
    if not found:
        raise NotNow(Inc.NONE_OPEN, "No incident is declared.", _DECLARE)
    if len(found) > 1:
        names = ", ".join(f"{one.id} ({one.title})" for one in found[:5])
        raise NotNow(
            Inc.WHICH,
            f"Which incident is meant cannot be told: {names}.",
            f"Type the id first, such as {found[0].id}, or do it in the channel of the incident.",
        )
    if not found[0].open and not closed:
        raise NotNow(Inc.CLOSED, f"{found[0].id} ({found[0].title}) is closed.", _DECLARE)
    return found[0]


async def so_far(bot: Bot, incident: Incident) -> Situation:
    """Return what was asked for in an incident, and what became of it."""
    ids = await bot.redis.requests.ids_since(incident.at, _MOST)
    every = await all_incidents(bot)
    found = await bot.redis.requests.load_many(ids)
    mine = [one for one in found if belongs(one, incident, every)]
    parts: list[Request] = []
    for one in mine:
        members = one.fleet.members if one.fleet else ()
        parts += await bot.redis.requests.load_many(member.request for member in members)
    return situation(mine, parts, incident.at, bot.policy.objectives)


async def stir(bot: Bot, channel: str) -> None:
    """Have the boards drawn again of the open incidents of a channel; holds up no card."""
    try:
        found = await all_incidents(bot)
    except Unavailable as error:
        log.warning("no board is drawn again: %s", error.sentence)
        return
    for one in found:
        if one.open and one.channel == channel:
            await redraw(bot, one.id)


async def redraw(bot: Bot, incident_id: str) -> None:
    """Have the board of an incident drawn again; should that be lost, the sweeper sees it."""
    try:
        now = (await bot.redis.requests.snapshot()).now
        await bot.redis.cards.redraw(incident_id, now)
        await bot.redis.bell.ring(Call(task=DRAW, what=incident_id))
    except Unavailable:
        log.warning("the board of %s is drawn again by the sweeper", incident_id)

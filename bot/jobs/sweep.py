"""What nobody was called for: time that has run out, and work whose call was lost."""

import logging
from collections.abc import Awaitable, Callable
from typing import Final

from bot.domain.request import Request
from bot.errors import NotNow, OtherVersion, Tampered
from bot.gateways.redis import Call
from bot.gateways.redis.bell import DRAW, FOLLOW, GATHER, PACE, REMIND, SUBMIT, TEND
from bot.jobs.expire import expire
from bot.jobs.incidents import look_after
from bot.jobs.overdue import call_for_review
from bot.lifecycle import disown
from bot.runtime import Bot

_LEFT_LYING: Final = 3000
"""Milliseconds after which a card that nobody drew is taken up."""

log = logging.getLogger(__name__)


async def sweep_once(bot: Bot) -> None:
    """Let time run out where it has, and wake whoever has work that nobody woke them for."""
    for request_id in await bot.redis.requests.overdue_ids():
        await _late(bot, request_id, expire)
    for request_id in await bot.redis.requests.due_for_review_ids():
        await _late(bot, request_id, call_for_review)
    waiting = await bot.redis.pacing.waiting([vault.subscription for vault in bot.settings.vaults])
    called = [Call(task=PACE, what=subscription) for subscription in waiting]
    in_line = frozenset[str]().union(*waiting.values())
    # Those in line have been seen, and are called when it is their turn.
    outbox = [one for one in await bot.redis.requests.outbox_ids() if one not in in_line]
    called += [Call(task=SUBMIT, what=one) for one in outbox]
    called += [
        Call(task=FOLLOW if place.startswith("/") else GATHER, what=place)
        for place in await bot.redis.following.places()
    ]
    await look_after(bot)
    now = (await bot.redis.requests.snapshot()).now
    open_ids = await bot.redis.requests.open_ids()
    agenda = await bot.redis.reminders.agenda(open_ids, now)
    called += [Call(task=REMIND, what=one) for one in agenda]
    called += [Call(task=TEND, what=one) for one in await bot.redis.tending.agenda(now)]
    dirty = (await bot.redis.cards.dirty()).items()
    called += [Call(task=DRAW, what=one) for one, since in dirty if now - since > _LEFT_LYING]
    await bot.redis.bell.ring(*called)


async def _late(bot: Bot, request_id: str, act: Callable[[Bot, str], Awaitable[Request]]) -> None:
    """Do what is due for one request; a record that is gone or not ours holds up no others."""
    try:
        await act(bot, request_id)
    except Tampered as error:
        await disown(bot, request_id, error)
    except OtherVersion as error:
        log.warning("%s is left to the others: %s", request_id, error.sentence)
    except NotNow as error:
        log.error("%s is on a list of requests, but: %s", request_id, error.sentence)  # noqa: TRY400
        await bot.redis.requests.give_up(request_id)

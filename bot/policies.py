"""A policy taking effect: written down once, and whatever waits under another one is void.

Every process that starts says under which policy. The first that brings another one than was last
recorded writes the entry; of many that start at once, one does.
"""

import asyncio
import logging
from typing import Final

from bot.domain.audit import BOT, Fact
from bot.domain.request import Request, State, Step, take
from bot.errors import NotNow, Tampered, Unavailable
from bot.gateways.redis import NO_ANSWER, Verdict, Write
from bot.lifecycle import Move, change, fact_of, settle
from bot.runtime import Bot

_TRIES: Final = 60
_PATIENCE: Final = 15.0
"""Seconds after which the process goes on without."""

log = logging.getLogger(__name__)


async def take_effect(bot: Bot) -> None:
    """Record the policy of this process and void what waits under another one.

    Where Redis is away the process starts all the same: a click or a worker finds out as well.
    """
    try:
        async with asyncio.timeout(_PATIENCE):
            await _record(bot)
            for request_id in await bot.redis.requests.open_ids():
                await _void(bot, request_id)
    except (Unavailable, *NO_ANSWER) as error:
        log.warning("the policy could not be recorded: %s", error)


def other_policy(bot: Bot, request: Request, now: int) -> Move | None:
    """Void a request that was asked under another policy than the one in force."""
    if request.state is not State.WAITING or request.terms.policy == bot.policy.version:
        return None
    why = (
        f"The policy changed since this was asked ({request.terms.policy} → {bot.policy.version})."
    )
    advice = "Ask again under the new policy."
    after = take(request, Step.INVALIDATE, closed_at=now, why=why, advice=advice)
    return Move(request=after, fact=fact_of(Step.INVALIDATE, request, after, BOT, why))


async def _record(bot: Bot) -> None:
    """Write the entry, unless another process has written it."""
    version = bot.policy.version
    for attempt in range(_TRIES):
        async with bot.redis.requests.turn:
            known = await bot.redis.requests.policy()
            if known == version:
                return
            before = await bot.redis.requests.snapshot()
            write = Write(fact=_fact(known, version), policy=(known, version))
            verdict, _ = await bot.redis.requests.write(before, write)
        if verdict in {Verdict.DONE, Verdict.REPLAYED}:
            log.info("policy %s is in force, after %s", version, known or "none")
            return
        await settle(attempt)
    raise Unavailable("Too many processes are writing at this moment.")


def _fact(known: str, version: str) -> Fact:
    return Fact(
        type="policy.change",
        subject="policy",
        actor=BOT,
        before=known,
        after=version,
        policy=version,
        words="The policy changed." if known else "The first policy is in force.",
    )


async def _void(bot: Bot, request_id: str) -> None:
    try:
        await change(bot, request_id, lambda request, now: other_policy(bot, request, now))
    except (NotNow, Tampered) as error:
        log.warning("%s is left as it is: %s", request_id, error.sentence)

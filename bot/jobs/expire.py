"""Letting time run out: a request that nobody approved, an approval that nobody carried out."""

from bot.domain.audit import BOT
from bot.domain.request import Request, State, Step, take
from bot.lifecycle import Move, change, fact_of
from bot.runtime import Bot


async def expire(bot: Bot, request_id: str) -> Request:
    """End a request whose deadline has passed by Redis' clock; else do nothing."""
    return await change(bot, request_id, _decide)


def _decide(request: Request, now: int) -> Move | None:
    if now < request.expires_at:
        return None
    if request.state is State.WAITING:
        step, why = Step.EXPIRE, "It was not approved in time."
    elif request.state is State.APPROVED:
        step, why = Step.INVALIDATE, "The approval ran out before it could be carried out."
    else:
        return None
    after = take(request, step, closed_at=now, why=why, advice="Ask again if it is still needed.")
    return Move(request=after, fact=fact_of(step, request, after, BOT, why), overdue=True)

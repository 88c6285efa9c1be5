"""Saying once, and loudly, that nobody has reviewed a broken glass in time."""

from bot.domain.audit import BOT
from bot.domain.request import Request, Step, take
from bot.domain.reviews import due_at, missing
from bot.lifecycle import Move, change, fact_of
from bot.runtime import Bot


async def call_for_review(bot: Bot, request_id: str) -> Request:
    """Write down that the review of a request is overdue, which its thread tells; else nothing."""
    return await change(bot, request_id, _decide)


def _decide(request: Request, now: int) -> Move | None:
    if request.overdue or not due_at(request) or now < due_at(request):
        return None
    after = take(request, Step.OVERDUE, overdue=True)
    words = f"The review is overdue: {missing(request)} missing."
    return Move(request=after, fact=fact_of(Step.OVERDUE, request, after, BOT, words))

"""Writing down how far many machines are, for the thread, between their start and their end.

A milestone is a step of the whole like any other, so it is told once, whoever dies or is late.
"""

from collections.abc import Mapping

from bot.domain.audit import BOT
from bot.domain.fleets import Fleet
from bot.domain.progress import milestone_words, milestones, progress_of
from bot.domain.request import Outcome, Request, State, Step, take
from bot.lifecycle import Move, change, fact_of
from bot.runtime import Bot


async def mark(bot: Bot, whole: Request, fleet: Fleet, outcomes: Mapping[str, Outcome]) -> None:
    """Write down the milestones that many machines have passed, if any are new."""
    far = progress_of(fleet, outcomes)
    reached = milestones(far)

    def decide(request: Request, _now: int) -> Move | None:
        new = [one for one in reached if one not in request.passed]
        if request.state is not State.RUNNING or not new:
            return None
        after = take(request, Step.PROGRESS, passed=(*request.passed, *new))
        words = milestone_words(far, new)
        return Move(request=after, fact=fact_of(Step.PROGRESS, request, after, BOT, words))

    if set(reached) - set(whole.passed):
        await change(bot, whole.id, decide)

"""Looking after the incidents: boards that lag behind, clocks that go on, and updates that are due.

Everything follows from what is stored, so it does not matter who died when.
"""

from typing import Final

from bot import boards, cards
from bot.domain.audit import Fact
from bot.domain.incidents import Incident, is_incident
from bot.incident_steps import fact_of, step
from bot.incidents import all_incidents, redraw
from bot.runtime import Bot

_CLOCKS: Final = 60_000
"""Milliseconds after which the clocks of a board are shown anew."""


async def draw(bot: Bot, what: str) -> float | None:
    """Draw the card of a request, or the board of an incident."""
    return await (boards.draw(bot, what) if is_incident(what) else cards.draw(bot, what))


async def look_after(bot: Bot) -> None:
    """Wake whoever draws a board that is not as it should be, and ask for updates that are due."""
    found = await all_incidents(bot)
    if not found:
        return
    now = (await bot.redis.requests.snapshot()).now
    for one in found:
        if one.open and 0 < one.due <= now:
            await _ask_for_update(bot, one)
        shown = await bot.redis.cards.record(one.id)
        stale = one.open and shown.edited + _CLOCKS < now
        lags = shown.rev != one.entry
        if (stale or lags) and not await bot.redis.cards.became_dirty(one.id):
            await redraw(bot, one.id)


async def _ask_for_update(bot: Bot, incident: Incident) -> None:
    """Write down that an update is due, which the thread tells, and when the next one will be."""

    def decide(one: Incident, now: int) -> tuple[Incident, Fact] | None:
        if not one.open or not 0 < one.due <= now:
            return None
        after = one.model_copy(update={"due": now + bot.policy.incident.update_every * 1000})
        words = "The next update is due: how do things stand?"
        return after, fact_of(bot, "due", one, words=words, after="open")

    await step(bot, incident.id, decide)

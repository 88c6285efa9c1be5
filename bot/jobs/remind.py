"""Telling people again that a request waits for them, and how it ended.

Who should have which message follows from the request, its rounds and the people as they are now;
what they have is remembered. Each run brings the two together, one message after the other, so that
it can be broken off anywhere: what Slack did not take comes later, and nothing comes twice.
"""

import logging
from typing import Final

from bot.domain.reminders import Kept, Letter, due, next_due, waits
from bot.domain.request import Request, State
from bot.errors import SlackRefused, Tampered
from bot.gateways.redis.reminders import Still
from bot.jobs.letters import Desk
from bot.runtime import Bot

_BUSY: Final = 1.0
"""Seconds to wait when somebody else goes on with this request, or it has changed meanwhile."""
_NO_CARD: Final = 5.0
"""Seconds to wait for the card: without it there is nothing that people could press."""
_REFUSED: Final = 60.0
"""Seconds after which a question that Slack refuses to answer is asked again."""

log = logging.getLogger(__name__)


async def remind(bot: Bot, request_id: str) -> float | None:
    """Begin the rounds that are due, and bring the messages about a request up to date.

    Returns the seconds after which it wants to be called again. Rounds to come are on the agenda,
    where the sweeper finds them.
    """
    async with bot.redis.reminders.alone(request_id) as still:
        if still is None:
            return _BUSY
        try:
            return await _look_after(bot, request_id, still)
        except Tampered:  # whoever shows or decides it finds out, and writes that down
            await bot.redis.reminders.look_again(request_id, None)
            return None
        except SlackRefused as error:
            log.error("nobody is reminded of %s: %s", request_id, error.sentence)  # noqa: TRY400
            return _REFUSED


async def _look_after(bot: Bot, request_id: str, still: Still) -> float | None:
    before = await bot.redis.requests.snapshot(request_id)
    request, now = before.request, before.now
    if request is None or request.parent:
        await bot.redis.reminders.leave(request_id)
        return None
    if request.state is State.WAITING and not waits(request, now):
        return None  # in a moment it has expired, which is what people are told then
    kept = await _with_due(bot, request, now)
    if kept.rounds:
        card = await bot.redis.cards.record(request_id)
        if waits(request, now) and not card.ts:
            return _NO_CARD
        desk = Desk(bot, request, now, card)
        if wait := await _bring_up_to_date(bot, desk, kept, still):
            return wait
    if not request.open:
        await bot.redis.reminders.leave(request_id)
        return None
    await bot.redis.reminders.look_again(request_id, next_due(request, now))
    return _BUSY if await _changed(bot, request, kept) else None


async def _changed(bot: Bot, request: Request, kept: Kept) -> bool:
    """Whether somebody voted or nudged while we were at it.

    Whoever does so from here on puts it on the agenda again, behind us.
    """
    rounds = (await bot.redis.reminders.kept(request.id)).rounds
    return len(rounds) > len(kept.rounds) or await _voted_on(bot, request)


async def _voted_on(bot: Bot, request: Request) -> bool:
    """Whether a request is no longer as it was read."""
    now = await bot.redis.requests.load(request.id)
    return now is None or now.rev != request.rev


async def _with_due(bot: Bot, request: Request, now: int) -> Kept:
    """Begin the rounds that time has come for; returns all rounds with what is remembered."""
    kept = await bot.redis.reminders.kept(request.id)
    new = due(request, now, {one.mark for one in kept.rounds})
    for one in new:
        await bot.redis.reminders.begin(request.id, one, request.expires_at)
    return kept.model_copy(update={"rounds": (*kept.rounds, *new)})


async def _bring_up_to_date(bot: Bot, desk: Desk, kept: Kept, still: Still) -> float:
    """Let everybody have the message that they should; returns the seconds to wait, 0 for done.

    Nobody is told of what was voted on meanwhile: it is looked at again.
    """
    letters = dict(kept.letters)
    audiences = await desk.audiences(kept.rounds)
    names = {address: name for one in audiences for address, name in one.addresses.items()}
    for address, name in names.items():
        theirs = [one for one in audiences if address in one.addresses]
        had = letters.get(address, Letter(name=name))
        if any(had.at < one.latest.at for one in theirs):
            if not await still() or await _voted_on(bot, desk.request):
                return _BUSY
            letters[address] = await desk.deliver(address, had, theirs)
    for one in kept.rounds:
        if one.mark not in kept.noted:
            await desk.write_down(one, letters.values())
    for address, letter in letters.items():
        letters[address] = await desk.clear(address, letter)
    for address, letter in letters.items():
        if address not in names and (wait := await desk.end(address, letter)):
            return wait
    return 0

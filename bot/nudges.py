"""Nudging: somebody has those told again who can still approve a request.

It changes nothing about the request, so it is no vote: it begins a round of reminders at once.
"""

import uuid

from bot.access import REFUSAL_AGE, refused, standing
from bot.domain.data import Data
from bot.domain.latecomers import Wish
from bot.domain.reminders import NUDGE_PAUSE, Kind, Round, waits
from bot.domain.request import Request
from bot.domain.votes import Standing, why_not_nudge
from bot.electors import electors, open_lists
from bot.errors import NotNow, Unavailable
from bot.gateways.redis import Call
from bot.gateways.redis.bell import REMIND
from bot.messages.blocks import duration
from bot.refusals import Appr, Gone
from bot.runtime import Bot


class Nudged(Data):
    """Whom a nudge reaches."""

    request: Request
    names: tuple[str, ...]
    thread: bool
    """Whether they are so many that the thread mentions their lists."""


async def nudge(bot: Bot, user_id: str, request_id: str) -> Nudged:
    """Have those told who can still approve a request; at most once in five minutes.

    Raises `NotAllowed` (which is audited) for people with no say in it, and `NotNow` when it is
    decided, when nobody could approve it, and when it is too early.
    """
    before = await bot.redis.requests.snapshot(request_id)
    request, now = before.request, before.now
    if request is None:
        raise NotNow(Gone.REQUEST, f"There is no request {request_id}.", "/dr requests lists them.")
    who = await _with_a_say(bot, user_id, request)
    if not waits(request, now):
        state = "out of time" if request.open else request.state
        raise NotNow(
            Appr.NOBODY_TO_NUDGE, f"{request.id} is {state}; nobody has to be nudged about it."
        )
    able = await electors(bot, request, now)
    if not (able.people or able.large):
        raise NotNow(
            Appr.NOBODY_TO_NUDGE,
            f"Nobody can approve {request.id} at this moment, so there is nobody to nudge.",
            "Its card shows whose approval is missing; the owners of the policy file can help.",
        )
    if wait := await bot.redis.reminders.may_nudge(request.id, NUDGE_PAUSE):
        raise NotNow(
            Appr.NUDGED_LATELY,
            f"They were nudged about {request.id} within the last {NUDGE_PAUSE // 60} minutes.",
            f"It can be done again in {duration(wait)}.",
        )
    new = Round(mark=f"nudge:{uuid.uuid4().hex}", kind=Kind.NUDGE, at=now, by=who.person)
    await bot.redis.reminders.begin(request.id, new, request.expires_at)
    await _wake(bot, request.id, now)
    names = open_lists(request) if able.large else able.names
    return Nudged(request=request, names=names, thread=able.large)


async def _with_a_say(bot: Bot, user_id: str, request: Request) -> Standing:
    """Return how somebody stands who has a say in a request; writes down who has none."""
    lists = (request.terms.may_ask, request.terms.may_approve)
    who = await standing(bot, user_id, *lists)
    if why_not_nudge(request, who):
        # Whoever has just joined a group is not to wait for our memory of it.
        who = await standing(bot, user_id, *lists, groups_age=REFUSAL_AGE)
    if not (reason := why_not_nudge(request, who)):
        return who
    await refused(bot, who.person, request, Wish.NUDGE, reason)
    raise reason


async def _wake(bot: Bot, request_id: str, now: int) -> None:
    """Have it done now; should the wake-up be lost, the sweeper finds it on the agenda."""
    await bot.redis.reminders.look_again(request_id, now)
    try:
        await bot.redis.bell.ring(Call(task=REMIND, what=request_id))
    except Unavailable:
        return

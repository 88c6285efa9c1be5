"""Settling: what people press on the card of a request that goes on, is stuck, or is to stop.

Like a vote, each comes through `clicks`, and a refusal is written down.
"""

import time
import uuid
from contextlib import suppress
from functools import partial

from bot.access import actor
from bot.clicks import Click, decided, refuse
from bot.domain.bodies import resume
from bot.domain.jobs import JobStep
from bot.domain.latecomers import Wish
from bot.domain.nods import Nod, nod_key, nod_mark
from bot.domain.request import Request, State, Step, take
from bot.domain.votes import (
    Standing,
    why_not_give_up,
    why_not_nod,
    why_not_resubmit,
    why_not_withdraw_rest,
)
from bot.errors import NotNow, Tampered
from bot.jobs.gather import let_go_all
from bot.jobs.reconcile import GRACE
from bot.jobs.submit import CLAIM_LIFETIME
from bot.lifecycle import Move, change, fact_of
from bot.refusals import Appr
from bot.runtime import Bot


async def withdraw_rest(bot: Bot, click: Click) -> Request:
    """Take back what has not been sent yet of several machines; what runs goes on.

    Whoever may ask for it or approve it can: stopping must not wait for the one who asked.
    """
    pressed: list[Standing] = []

    def decide(who: Standing, request: Request, _now: int) -> None:
        refuse(why_not_withdraw_rest(request, who))
        pressed.append(who)

    whole = await decided(bot, click, Wish.WITHDRAW_REST, decide)
    if whole.fleet is None:
        return whole
    # What has no request yet cannot be withdrawn, so each gets one first.
    outcomes = await let_go_all(bot, whole, whole.fleet)
    withdraw_it = partial(_withdraw_part, pressed[-1])
    for part, outcome in outcomes.items():
        if outcome.state is State.APPROVED:
            with suppress(Tampered, NotNow):  # one that is gone or altered is not to save the rest
                await change(bot, part, withdraw_it, click=f"{click.id}:{part}")
    return whole


def _withdraw_part(who: Standing, part: Request, now: int) -> Move | None:
    if part.state is not State.APPROVED:
        return None
    why = f"{who.person.name} withdrew what had not been sent yet."
    after = take(part, Step.WITHDRAW, closed_at=now, why=why, needs_nod=False)
    return Move(request=after, fact=fact_of(Step.WITHDRAW, part, after, actor(who.person), why))


async def resubmit(bot: Bot, click: Click) -> Request:
    """Send an approved request whose first attempt was proved never to have begun."""

    def decide(who: Standing, request: Request, _now: int) -> Move:
        refuse(why_not_resubmit(request, who))
        words = f"{who.person.name} had it submitted again."
        after = take(request, Step.RESUBMIT, needs_nod=False, why="")
        fact = fact_of(Step.RESUBMIT, request, after, actor(who.person), words)
        return Move(request=after, fact=fact, in_time=True)

    return await decided(bot, click, Wish.RESUBMIT, decide)


async def give_up(bot: Bot, click: Click) -> Request:
    """End a request of which nobody can tell what became; its machine is free again."""

    def decide(who: Standing, request: Request, now: int) -> Move:
        refuse(why_not_give_up(request, who, now - GRACE * 1000))
        why = f"{who.person.name} gave it up: what became of it is not known to the bot."
        advice = "Look at the machine in the portal before you ask for it again."
        after = take(request, Step.GIVE_UP, closed_at=now, why=why, advice=advice)
        fact = fact_of(Step.GIVE_UP, request, after, actor(who.person), why)
        return Move(request=after, fact=fact)

    return await decided(bot, click, Wish.GIVE_UP, decide)


async def nod(bot: Bot, click: Click, said: str, action: str) -> Request:
    """Let a job go on that waits for a manual action, which this person says is done.

    It counts for the `action` that they were shown (see `nod_mark`), and for none that the job
    came to meanwhile. The word is written down first; then Azure is told, once. Should that be
    lost, the action still waits, and can be said to be done again after a while.
    """

    claim = uuid.uuid4().hex
    said_at = [time.monotonic()]
    seen = await bot.redis.requests.load(click.request)
    if seen and seen.job and seen.state is State.RUNNING:
        _still_for(action, (await bot.azure.job(seen.target.vault, seen.job.name)).asks)

    def decide(who: Standing, request: Request, now: int) -> Move | None:
        if any(one.click == click.id for one in request.nods):
            return None
        refuse(why_not_nod(request, who, now))
        asked = request.job.asks if request.job else None
        assert asked is not None  # noqa: S101 - otherwise it was refused
        _still_for(action, asked)
        said_at.append(time.monotonic())
        one = Nod(
            task=nod_key(asked),
            person=who.person,
            note=said,
            at=now,
            click=click.id,
            claim=claim,
        )
        after = take(request, Step.NOD, nods=(*request.nods, one))
        words = f"{who.person.name} says that “{asked.name}” is done: {said}"
        fact = fact_of(Step.NOD, request, after, actor(who.person), words, said)
        return Move(request=after, fact=fact)

    request = await decided(bot, click, Wish.NOD, decide)
    mine = next((one for one in request.nods if one.claim == claim), None)
    if mine and request.job:
        comments = f"{mine.note} ({mine.person.name}, {mine.person.id}, {request.id})"
        by = said_at[-1] + CLAIM_LIFETIME / 1000  # later, another action may be the one that waits
        await bot.azure.submit(resume(request.job.id, comments), str(uuid.UUID(claim)), by=by)
    return request


def _still_for(action: str, asked: JobStep | None) -> None:
    """Refuse a word that was given for another manual action than the one that waits now."""
    if asked is None or nod_mark(asked) != action:
        raise NotNow(
            Appr.WAITS_NO_MORE,
            "It does not wait for that any more, so nothing was sent to Azure.",
            "The card shows in a moment what it waits for now.",
        )

"""Deciding: what people press on a card that waits, and what becomes of the request by it.

Each press comes through `clicks`, which knows who made it.
"""

from bot.access import actor
from bot.clicks import Click, decided, refuse
from bot.domain.audit import Fact
from bot.domain.ballots import Vote
from bot.domain.break_glass import Review
from bot.domain.confirmation import why_not_confirmed
from bot.domain.latecomers import Wish
from bot.domain.places import as_of
from bot.domain.request import Request, State, Step, take
from bot.domain.reviews import missing
from bot.domain.tally import count, revoke
from bot.domain.votes import (
    Standing,
    approving,
    denying,
    why_not_approve,
    why_not_deny,
    why_not_review,
    why_not_revoke,
    why_not_withdraw,
)
from bot.lifecycle import Move, fact_of
from bot.policies import other_policy
from bot.runtime import Bot


async def to_be_typed(bot: Bot, click: Click) -> Request | None:
    """Return the request when the approval of this person has to be typed, else None.

    Raises `NotAllowed` when it would not count anyhow.
    """
    request = await bot.redis.requests.load(click.request)
    if request is None or not request.terms.confirm:
        return None

    def decide(who: Standing, request: Request, now: int) -> Move | None:
        if void := other_policy(bot, request, now):
            return void
        refuse(why_not_approve(as_of(request, now), who, now))
        return None

    return await decided(bot, click, Wish.APPROVE, decide)


async def to_be_denied(bot: Bot, click: Click) -> Request:
    """Return the request that this person may deny; raises `NotAllowed` when they may not."""

    def decide(who: Standing, request: Request, now: int) -> None:
        refuse(why_not_deny(request, who, now))

    return await decided(bot, click, Wish.DENY, decide)


async def approve(bot: Bot, click: Click, typed: str = "") -> Request:
    """Count an approval; raises `NotAllowed` with the reason when it does not count.

    `typed` is what was typed into the form, where the policy wants that.
    """

    def decide(who: Standing, request: Request, now: int) -> Move | None:
        if any(vote.click == click.id for vote in request.votes):
            return None
        if void := other_policy(bot, request, now):
            return void
        before = as_of(request, now)
        say = approving(before, who, now)
        refuse(say.why_not or why_not_confirmed(request, typed))
        vote = Vote(
            person=who.person, approves=True, at=now, click=click.id, serves=say.serves,
            place=say.place,
        )  # fmt: skip
        after = count(before, vote)
        complete = after.state is State.APPROVED
        step = Step.APPROVE if complete else Step.VOTE
        so_far = f"{len(after.approvals)} of {after.terms.approvals}"
        words = f"{vote.who} approved ({so_far})" + (": it goes ahead." if complete else ".")
        fact = fact_of(step, request, after, actor(who.person), words, request.reason)
        return Move(request=after, fact=_in_place(fact, vote), in_time=True)

    return await decided(bot, click, Wish.APPROVE, decide)


async def take_back(bot: Bot, click: Click) -> Request:
    """Take this person's approval back, before a worker has taken the request up.

    One that was approved waits again; the person may approve again. It is theirs, too, when it was
    given in their place. Raises `NotAllowed`.
    """

    def decide(who: Standing, request: Request, now: int) -> Move | None:
        if any(vote.ended_by == click.id for vote in request.votes):
            return None
        refuse(why_not_revoke(request, who))
        vote = next(one for one in request.approvals if one.is_of(who.person))
        after = revoke(request, who.person, now, click.id)
        so_far = f"{len(after.approvals)} of {after.terms.approvals}"
        again = ": it waits again." if request.state is State.APPROVED else "."
        words = f"{who.person.name} took {_given(vote, who)} back ({so_far}){again}"
        fact = fact_of(Step.REVOKE, request, after, actor(who.person), words)
        return Move(request=after, fact=_in_place(fact, vote), in_time=True)

    return await decided(bot, click, Wish.REVOKE, decide)


async def deny(bot: Bot, click: Click, because: str = "") -> Request:
    """End a waiting request with a no, and a reason; raises `NotAllowed` when they cannot."""

    def decide(who: Standing, request: Request, now: int) -> Move | None:
        if any(vote.click == click.id for vote in request.votes):
            return None
        say = denying(request, who, now)
        refuse(say.why_not)
        vote = Vote(person=who.person, approves=False, at=now, click=click.id, place=say.place)
        why = f"{vote.who} denied it{f': {because}' if because else '.'}"
        after = take(
            request, Step.DENY, votes=(*request.votes, vote), closed_at=now, why=why,
            advice="Talk to them before asking again.",
        )  # fmt: skip
        fact = fact_of(Step.DENY, request, after, actor(who.person), why, because)
        return Move(request=after, fact=_in_place(fact, vote), in_time=True)

    return await decided(bot, click, Wish.DENY, decide)


async def withdraw(bot: Bot, click: Click) -> Request:
    """Take a request back; only the asker can, and only before it is submitted."""

    def decide(who: Standing, request: Request, now: int) -> Move:
        refuse(why_not_withdraw(request, who))
        why = f"{who.person.name} withdrew it."
        after = take(request, Step.WITHDRAW, closed_at=now, why=why, needs_nod=False)
        return Move(
            request=after, fact=fact_of(Step.WITHDRAW, request, after, actor(who.person), why)
        )

    return await decided(bot, click, Wish.WITHDRAW, decide)


async def review(bot: Bot, click: Click, note: str, *, justified: bool) -> Request:
    """Take what somebody who had no part in it says of a broken glass; it changes nothing else.

    Raises `NotAllowed` with the reason when this person's word does not count.
    """

    def decide(who: Standing, request: Request, now: int) -> Move | None:
        if any(one.click == click.id for one in request.reviews):
            return None
        refuse(why_not_review(request, who))
        one = Review(person=who.person, justified=justified, note=note, at=now, click=click.id)
        after = take(request, Step.REVIEW, reviews=(*request.reviews, one))
        lacks = missing(after)
        left = f"{lacks} more to come" if lacks else "it is reviewed"
        words = f"{who.person.name} reviewed it ({left}): {one.verdict}. {note}"
        fact = fact_of(Step.REVIEW, request, after, actor(who.person), words, note)
        return Move(request=after, fact=fact)

    return await decided(bot, click, Wish.REVIEW, decide)


async def to_be_reviewed(bot: Bot, click: Click) -> Request:
    """Return the request if this person can review it; raises `NotAllowed`, which is audited."""

    def decide(who: Standing, request: Request, _now: int) -> None:
        refuse(why_not_review(request, who))

    return await decided(bot, click, Wish.REVIEW, decide)


def _in_place(fact: Fact, vote: Vote) -> Fact:
    """Say in an entry whose place a vote was cast in, and by which delegation."""
    if vote.place is None:
        return fact
    said = {"in_place_of": vote.place.person.id, "delegation": vote.place.delegation}
    return fact.model_copy(update={"correlation": fact.correlation | said})


def _given(vote: Vote, who: Standing) -> str:
    """Name an approval for whoever takes it back: they gave it, or it was given in their place."""
    if not vote.person.is_same(who.person):
        return f"the approval that {vote.person.name} gave in their place"
    return f"their approval for {vote.seat.name}" if vote.place else "their approval"

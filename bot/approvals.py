"""Deciding: what people press on a card, and what becomes of the request by it.

Every click comes through here with who made it; what they may do is asked of Slack each time, and
a refusal is written down.
"""

import time
import uuid
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial

from bot.about import ABOUT
from bot.access import MEMBERSHIP_AGE, REFUSAL_AGE, actor, standing
from bot.delegations import with_places
from bot.domain.audit import Fact
from bot.domain.ballots import Vote
from bot.domain.bodies import resume
from bot.domain.break_glass import Review
from bot.domain.confirmation import why_not_confirmed
from bot.domain.data import Data
from bot.domain.jobs import JobStep
from bot.domain.latecomers import LATE, Wish
from bot.domain.nods import Nod, nod_key, nod_mark
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
    why_not_give_up,
    why_not_nod,
    why_not_resubmit,
    why_not_review,
    why_not_revoke,
    why_not_withdraw,
    why_not_withdraw_rest,
)
from bot.errors import NotAllowed, NotNow, Tampered
from bot.jobs.gather import let_go_all
from bot.jobs.reconcile import GRACE
from bot.jobs.submit import CLAIM_LIFETIME
from bot.lifecycle import Move, change, fact_of, note, redraw
from bot.policies import other_policy
from bot.refusals import Appr, Gone
from bot.runtime import Bot


class Click(Data):
    """One press of a button."""

    id: str
    """The same for every delivery of the same press."""
    user: str
    request: str


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
        _refuse(why_not_approve(as_of(request, now), who, now))
        return None

    return await _decide(bot, click, Wish.APPROVE, decide)


async def to_be_denied(bot: Bot, click: Click) -> Request:
    """Return the request that this person may deny; raises `NotAllowed` when they may not."""

    def decide(who: Standing, request: Request, now: int) -> None:
        _refuse(why_not_deny(request, who, now))

    return await _decide(bot, click, Wish.DENY, decide)


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
        _refuse(say.why_not or why_not_confirmed(request, typed))
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

    return await _decide(bot, click, Wish.APPROVE, decide)


async def take_back(bot: Bot, click: Click) -> Request:
    """Take this person's approval back, before a worker has taken the request up.

    One that was approved waits again; the person may approve again. It is theirs, too, when it was
    given in their place. Raises `NotAllowed`.
    """

    def decide(who: Standing, request: Request, now: int) -> Move | None:
        if any(vote.ended_by == click.id for vote in request.votes):
            return None
        _refuse(why_not_revoke(request, who))
        vote = next(one for one in request.approvals if one.is_of(who.person))
        after = revoke(request, who.person, now, click.id)
        so_far = f"{len(after.approvals)} of {after.terms.approvals}"
        again = ": it waits again." if request.state is State.APPROVED else "."
        words = f"{who.person.name} took {_given(vote, who)} back ({so_far}){again}"
        fact = fact_of(Step.REVOKE, request, after, actor(who.person), words)
        return Move(request=after, fact=_in_place(fact, vote), in_time=True)

    return await _decide(bot, click, Wish.REVOKE, decide)


async def deny(bot: Bot, click: Click, because: str = "") -> Request:
    """End a waiting request with a no, and a reason; raises `NotAllowed` when they cannot."""

    def decide(who: Standing, request: Request, now: int) -> Move | None:
        if any(vote.click == click.id for vote in request.votes):
            return None
        say = denying(request, who, now)
        _refuse(say.why_not)
        vote = Vote(person=who.person, approves=False, at=now, click=click.id, place=say.place)
        why = f"{vote.who} denied it{f': {because}' if because else '.'}"
        after = take(
            request, Step.DENY, votes=(*request.votes, vote), closed_at=now, why=why,
            advice="Talk to them before asking again.",
        )  # fmt: skip
        fact = fact_of(Step.DENY, request, after, actor(who.person), why, because)
        return Move(request=after, fact=_in_place(fact, vote), in_time=True)

    return await _decide(bot, click, Wish.DENY, decide)


async def withdraw(bot: Bot, click: Click) -> Request:
    """Take a request back; only the asker can, and only before it is submitted."""

    def decide(who: Standing, request: Request, now: int) -> Move:
        _refuse(why_not_withdraw(request, who))
        why = f"{who.person.name} withdrew it."
        after = take(request, Step.WITHDRAW, closed_at=now, why=why, needs_nod=False)
        return Move(
            request=after, fact=fact_of(Step.WITHDRAW, request, after, actor(who.person), why)
        )

    return await _decide(bot, click, Wish.WITHDRAW, decide)


async def withdraw_rest(bot: Bot, click: Click) -> Request:
    """Take back what has not been sent yet of several machines; what runs goes on.

    Whoever may ask for it or approve it can: stopping must not wait for the one who asked.
    """
    pressed: list[Standing] = []

    def decide(who: Standing, request: Request, _now: int) -> None:
        _refuse(why_not_withdraw_rest(request, who))
        pressed.append(who)

    whole = await _decide(bot, click, Wish.WITHDRAW_REST, decide)
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
        _refuse(why_not_resubmit(request, who))
        words = f"{who.person.name} had it submitted again."
        after = take(request, Step.RESUBMIT, needs_nod=False, why="")
        fact = fact_of(Step.RESUBMIT, request, after, actor(who.person), words)
        return Move(request=after, fact=fact, in_time=True)

    return await _decide(bot, click, Wish.RESUBMIT, decide)


async def give_up(bot: Bot, click: Click) -> Request:
    """End a request of which nobody can tell what became; its machine is free again."""

    def decide(who: Standing, request: Request, now: int) -> Move:
        _refuse(why_not_give_up(request, who, now - GRACE * 1000))
        why = f"{who.person.name} gave it up: what became of it is not known to the bot."
        advice = "Look at the machine in the portal before you ask for it again."
        after = take(request, Step.GIVE_UP, closed_at=now, why=why, advice=advice)
        fact = fact_of(Step.GIVE_UP, request, after, actor(who.person), why)
        return Move(request=after, fact=fact)

    return await _decide(bot, click, Wish.GIVE_UP, decide)


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
        _refuse(why_not_nod(request, who, now))
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

    request = await _decide(bot, click, Wish.NOD, decide)
    mine = next((one for one in request.nods if one.claim == claim), None)
    if mine and request.job:
        comments = f"{mine.note} ({mine.person.name}, {mine.person.id}, {request.id})"
        by = said_at[-1] + CLAIM_LIFETIME / 1000  # later, another action may be the one that waits
        await bot.azure.submit(resume(request.job.id, comments), str(uuid.UUID(claim)), by=by)
    return request


async def review(bot: Bot, click: Click, note: str, *, justified: bool) -> Request:
    """Take what somebody who had no part in it says of a broken glass; it changes nothing else.

    Raises `NotAllowed` with the reason when this person's word does not count.
    """

    def decide(who: Standing, request: Request, now: int) -> Move | None:
        if any(one.click == click.id for one in request.reviews):
            return None
        _refuse(why_not_review(request, who))
        one = Review(person=who.person, justified=justified, note=note, at=now, click=click.id)
        after = take(request, Step.REVIEW, reviews=(*request.reviews, one))
        lacks = missing(after)
        left = f"{lacks} more to come" if lacks else "it is reviewed"
        words = f"{who.person.name} reviewed it ({left}): {one.verdict}. {note}"
        fact = fact_of(Step.REVIEW, request, after, actor(who.person), words, note)
        return Move(request=after, fact=fact)

    return await _decide(bot, click, Wish.REVIEW, decide)


async def to_be_reviewed(bot: Bot, click: Click) -> Request:
    """Return the request if this person can review it; raises `NotAllowed`, which is audited."""

    def decide(who: Standing, request: Request, _now: int) -> None:
        _refuse(why_not_review(request, who))

    return await _decide(bot, click, Wish.REVIEW, decide)


async def _decide(
    bot: Bot,
    click: Click,
    wish: Wish,
    decide: Callable[[Standing, Request, int], Move | None],
) -> Request:
    """Let a person's click decide; a click that does not count is written down and refused.

    Whoever came too late saw an old card, which is drawn anew.
    """
    ABOUT.set(click.request)
    request = await bot.redis.requests.load(click.request)
    if request is None:
        raise NotNow(Gone.REQUEST, f"There is no request {click.request}.")
    lists = [request.terms.may_ask, request.terms.may_approve]
    lists += [request.terms.glass.may_review] if request.terms.glass else []
    who = await _standing(bot, click.user, lists, MEMBERSHIP_AGE)
    try:
        return await change(bot, click.request, partial(decide, who), click=click.id)
    except NotAllowed:
        # Whoever has just joined a group is not to wait for our memory of it.
        who = await _standing(bot, click.user, lists, REFUSAL_AGE)
    try:
        return await change(bot, click.request, partial(decide, who), click=click.id)
    except NotAllowed as error:
        await note(
            bot,
            Fact(
                type="click.refused",
                subject=click.request,
                actor=actor(who.person),
                operation=request.operation,
                target=request.name,
                target_id=request.target_id,
                policy=bot.policy.version,
                correlation={"code": error.refusal.id},
                words=f"{who.person.name} tried to {wish} and was refused: {error.sentence}",
            ),
        )
        if error.refusal in LATE:
            await redraw(bot, click.request)
        raise


async def _standing(bot: Bot, user: str, lists: Sequence[tuple[str, ...]], age: float) -> Standing:
    """Read a person afresh, and in whose places they may vote."""
    return await with_places(bot, await standing(bot, user, *lists, groups_age=age))


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


def _still_for(action: str, asked: JobStep | None) -> None:
    """Refuse a word that was given for another manual action than the one that waits now."""
    if asked is None or nod_mark(asked) != action:
        raise NotNow(
            Appr.WAITS_NO_MORE,
            "It does not wait for that any more, so nothing was sent to Azure.",
            "The card shows in a moment what it waits for now.",
        )


def _refuse(reason: NotAllowed | None) -> None:
    if reason:
        raise reason

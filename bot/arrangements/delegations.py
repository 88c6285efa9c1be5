"""Letting somebody vote in one's place for a time, and ending that."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

from bot import arranged
from bot.access import actor, person, standing
from bot.arrangements.made import NoLongerDelegated, NowDelegated
from bot.arrangements.registry import Order, arrangement
from bot.arrangements.waiting import redraw_waiting
from bot.domain.audit import Fact
from bot.domain.data import Data
from bot.domain.delegations import Delegation, Machines, Only, split
from bot.domain.people import Person, why_in_doubt, why_nobody
from bot.domain.policy import includes
from bot.domain.times import deadline
from bot.domain.votes import Standing
from bot.drafts import new_id
from bot.errors import Misunderstood, NotAllowed, NotNow, SlackRefused, Unavailable
from bot.gateways.redis import Kept, Snapshot
from bot.lifecycle import arrange, note
from bot.messages.arranged import taken_back, to_the_delegate
from bot.messages.blocks import Message
from bot.refusals import Ask, Gone, Name, Pol
from bot.runtime import Bot

_OWNERS: Final = "The owners of the policy file can change who may."
_USER: Final = re.compile(r"^@?([UW][A-Z0-9]{2,})$")


@arrangement(
    target="person",
    reason="optional",
    until="required",
    lets=lambda policy: policy.approvers,
)
async def delegate(bot: Bot, order: Order, *, only: Only = "", machines: Machines = "") -> Data:
    """Let somebody approve and deny in your place, until a time.

    They get your vote and never more than you may at that moment; not for what you or they asked
    for, and not to pass it on. If you have voted, they cannot for you; who may approve anyhow votes
    for themselves. A vote in your place counts while this holds, also when it is carried out.
    The time is 18:00 (UTC, or 18:00+02:00), 2026-12-24T18:00, or how long, such as 30m or 8h.
    """
    who = await standing(bot, order.user, bot.policy.approvers)
    if reason := _why_not_delegate(bot, who):
        raise await _refused(bot, who, order.command.target, reason)
    to = await _person(bot, order.command.targets)
    if reason := await _why_not_to(bot, who, to):
        raise await _refused(bot, who, to.name, reason)
    made: list[Delegation] = []

    async def decide(before: Snapshot) -> tuple[Fact, tuple[Kept, ...]]:
        _refuse_second((await arranged.delegations(bot)).holding, who.person, to)
        now = datetime.fromtimestamp(before.now / 1000, UTC)
        longest = timedelta(seconds=bot.policy.delegation.longest)
        until = deadline(order.command.until, now, longest)
        one = Delegation(
            id=new_id("D"),
            entry=before.sequence + 1,
            by=who.person,
            to=to,
            only=split(only),
            machines=split(machines),
            at=before.now,
            until=int(until.timestamp() * 1000),
            reason=order.command.reason,
        )
        made.append(one)
        sealed = bot.redis.books.sealed(arranged.DELEGATIONS, one, one.id)
        kept = Kept(book=arranged.DELEGATIONS, id=one.id, now=sealed, expires=one.until)
        return _fact(bot, who, "give", one, one.words), (kept,)

    await bot.redis.books.drop(arranged.DELEGATIONS, (await arranged.delegations(bot)).over)
    await arrange(bot, decide)
    one = made[-1]
    await redraw_waiting(bot, lambda _request: True)
    return NowDelegated(delegation=one, told=await _tell(bot, to, to_the_delegate(one)))


@arrangement(target="person", reason="optional", lets=lambda policy: policy.approvers)
async def undelegate(bot: Bot, order: Order) -> Data:
    """End what you have delegated to somebody; what they approved and was not sent is void."""
    who = await standing(bot, order.user)
    user = _user(order.command.targets)
    ended: list[Delegation] = []

    async def decide(_before: Snapshot) -> tuple[Fact, tuple[Kept, ...]]:
        found = await arranged.delegations(bot)
        mine = [one for one in found.holding if one.by.is_same(who.person) and one.to.id == user]
        if not mine:
            raise NotNow(
                Gone.ENDED,
                "You have delegated nothing to them.",
                "/dr delegations lists what holds.",
            )
        one = mine[0]
        ended.append(one)
        words = f"{one.to.name} may no longer vote in the place of {one.by.name}."
        fact = _fact(bot, who, "end", one, words)
        fact = fact.model_copy(update={"reason": order.command.reason})
        book, raw = arranged.DELEGATIONS, found.raw[one.id]
        return fact, (Kept(book=book, id=one.id, was=raw, expires=one.until),)

    await arrange(bot, decide)
    one = ended[-1]
    await redraw_waiting(bot, lambda _request: True)
    await _tell(bot, one.to, taken_back(one))
    return NoLongerDelegated(delegation=one)


def _why_not_delegate(bot: Bot, who: Standing) -> NotAllowed | None:
    """Say why somebody has nothing to delegate, or return None."""
    if reason := why_nobody(who.person, who.home_teams):
        return reason
    if not bot.policy.delegation.allowed:
        return NotAllowed(
            Pol.NO_DELEGATIONS,
            "The policy does not let anybody vote in the place of somebody else.",
            _OWNERS,
        )
    if not includes(bot.policy.approvers, who.person.id, who.groups):
        return NotAllowed(
            Ask.NOTHING_TO_DELEGATE,
            "The policy lets you approve nothing yourself that could be delegated; what others "
            "delegated to you cannot be passed on.",
            _OWNERS,
        )
    return why_in_doubt(who.person)


async def _why_not_to(bot: Bot, who: Standing, to: Person) -> NotAllowed | None:
    """Say why somebody cannot vote in another's place, or return None."""
    home = await bot.slack.home()
    if who.person.is_same(to):
        account = "" if to.id == who.person.id else f": {to.name} is an account of yours"
        return NotAllowed(Ask.NO_DELEGATE, f"You vote for yourself already{account}.")
    if why_nobody(to, home.teams):
        return NotAllowed(
            Ask.NO_DELEGATE,
            f"Only a full, active member of this workspace can vote for you, and not {to.name}.",
        )
    if why_in_doubt(to):
        return NotAllowed(
            Ask.NO_DELEGATE,
            f"It cannot be told which human {to.name} is, so they cannot vote for you.",
            _OWNERS,
        )
    return None


def _refuse_second(holding: Sequence[Delegation], by: Person, to: Person) -> None:
    for one in holding:
        if one.by.is_same(by) and one.to.is_same(to):
            raise NotNow(
                Ask.HOLDS_ALREADY,
                f"That holds already: {one.words}",
                f"End it first: /dr undelegate @{to.name}.",
            )


def _user(targets: Sequence[str]) -> str:
    """Return the id of the account that is meant: names are not unique, and never guessed at."""
    found = _USER.match(targets[0])
    if found is None:
        raise Misunderstood(
            Name.NO_PERSON,
            f"“{targets[0][:40]}” does not say for sure who is meant.",
            "Choose the person from the list that Slack shows behind @, or type their member id, "
            "such as U012AB3CD.",
        )
    return found[1]


async def _person(bot: Bot, targets: Sequence[str]) -> Person:
    user = _user(targets)
    try:
        return await person(bot, user, fresh=True)
    except SlackRefused as error:
        raise NotNow(
            Name.NO_PERSON, f"Slack does not know the account {user} ({error.code})."
        ) from error


async def _tell(bot: Bot, whom: Person, message: Message) -> bool:
    """Tell somebody directly; returns whether Slack took it. What was arranged holds anyhow."""
    try:
        await bot.slack.post(whom.id, message)
    except (SlackRefused, Unavailable):
        return False
    return True


def _fact(bot: Bot, who: Standing, what: str, one: Delegation, words: str) -> Fact:
    return Fact(
        type=f"delegation.{what}",
        subject=one.id,
        actor=actor(who.person),
        operation="delegate" if what == "give" else "undelegate",
        target=one.to.name,
        target_id=one.to.id,
        before="" if what == "give" else "holds",
        after="holds" if what == "give" else "ended",
        reason=one.reason,
        policy=bot.policy.version,
        words=words,
    )


async def _refused(bot: Bot, who: Standing, to: str, reason: NotAllowed) -> NotAllowed:
    """Write down that somebody was refused; returns the error to raise."""
    await note(
        bot,
        Fact(
            type="delegate.refused",
            subject=to,
            actor=actor(who.person),
            operation="delegate",
            target=to,
            policy=bot.policy.version,
            correlation={"code": reason.refusal.id},
            words=f"{who.person.name} tried to delegate and was refused: {reason.sentence}",
        ),
    )
    return reason

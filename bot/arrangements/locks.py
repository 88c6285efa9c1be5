"""Putting locks on machines and plans, and ending them."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

from bot import arranged
from bot.access import actor, standing
from bot.arrangements.made import NowLocked, NowUnlocked
from bot.arrangements.registry import Order, arrangement
from bot.arrangements.waiting import redraw_waiting
from bot.domain.audit import Fact
from bot.domain.data import Data
from bot.domain.grammar import Command
from bot.domain.locks import ALL, LONGEST, Lock, Locked, as_locked, holding, meant_by, said_of
from bot.domain.matching import is_pattern
from bot.domain.people import why_nobody
from bot.domain.plans import Plan
from bot.domain.policy import includes
from bot.domain.times import deadline
from bot.domain.votes import Standing
from bot.drafts import new_id
from bot.errors import Misunderstood, NotAllowed, NotNow, Unavailable
from bot.gateways.redis import Kept, Snapshot
from bot.inventory import members_of
from bot.lifecycle import arrange, note
from bot.locks import may_end
from bot.refusals import Ask, Gone, Name, Type
from bot.runtime import Bot
from bot.targets import find_machine_or_plan, machines_meant, means_several

_PLAN: Final = "plan:"
_OWNERS: Final = "The owners of the policy file can change who may."
_MOST: Final = 100
"""So many locks may hold at a time: every request is compared with all of them."""


@arrangement(
    target="machines, plan:<name> or all",
    reason="required",
    until="required",
    lets=lambda policy: policy.may_lock,
)
async def lock(bot: Bot, order: Order) -> Data:
    """Keep everybody from asking for anything on machines or a plan, until a time.

    Machines are meant as everywhere: by names, patterns, tags, regions or vaults, and are those
    that are meant now. A plan is locked together with its machines. What runs goes on, jobs can
    be cancelled, and what is approved and not sent yet is void. The time is 14:00 (UTC, or
    14:00+02:00), 2026-12-24T18:00, or how long, such as 30m, 2h or 2d; 30 days is the most.
    """
    who = await standing(bot, order.user, bot.policy.may_lock)
    if reason := _why_not_lock(bot, who):
        raise await _refused(bot, who, "lock", " ".join(order.command.targets), reason)
    on = await _meant(bot, order.command.targets)
    made: list[Lock] = []

    async def decide(before: Snapshot) -> tuple[Fact, tuple[Kept, ...]]:
        if len((await arranged.locks(bot)).holding) >= _MOST:
            raise NotNow(
                Ask.MOST_LOCKS, f"There are {_MOST} locks already.", "/dr locks shows which to end."
            )
        now = datetime.fromtimestamp(before.now / 1000, UTC)
        until = deadline(order.command.until, now, LONGEST)
        one = Lock(
            id=new_id("L"),
            entry=before.sequence + 1,
            by=who.person,
            words=_words(order.command.targets, on),
            on=on,
            at=before.now,
            until=int(until.timestamp() * 1000),
            reason=order.command.reason,
        )
        made.append(one)
        names = ", ".join(each.name for each in on) or "all machines and plans"
        return _fact(bot, who, "put", one, f"{said_of(one)} ({names})"), (_kept(bot, one),)

    await bot.redis.books.drop(arranged.LOCKS, (await arranged.locks(bot)).over)
    await arrange(bot, decide)
    one = made[-1]
    waiting = await redraw_waiting(
        bot, lambda r: bool(holding([one], r.operation, r.target, r.ground.machines))
    )
    return NowLocked(lock=one, waiting=waiting)


@arrangement(
    target="lock",
    reason="optional",
    lets=lambda policy: tuple(dict.fromkeys([*policy.may_lock, *policy.locks.override])),
)
async def unlock(bot: Bot, order: Order) -> Data:
    """End a lock: by its id, or by all that it is on. Whoever put it on can, and who may override.

    /dr locks shows the ids. A lock on several machines is ended as a whole.
    """
    who = await standing(bot, order.user, bot.policy.locks.override)
    wanted = meant_by(order.command.targets, (await arranged.locks(bot)).holding)
    if not wanted:
        raise await _no_such_lock(bot, order.command.targets)
    for one in wanted:
        if not may_end(one, who, bot.policy.locks.override):
            whose = ", ".join(bot.policy.locks.override) or "nobody else"
            why = f"{one.id} is {one.by.name}'s lock; it can be ended by them and by {whose}."
            reason = NotAllowed(Ask.NOT_YOUR_LOCK, why, _OWNERS)
            raise await _refused(bot, who, "unlock", one.name, reason)
    for one in wanted:
        await _end(bot, who, one, order.command.reason)
    await redraw_waiting(
        bot, lambda r: bool(holding(wanted, r.operation, r.target, r.ground.machines))
    )
    return NowUnlocked(locks=wanted)


def unlock_order(user: str, lock_id: str) -> Order:
    """Write the order that the button of a lock stands for."""
    return Order(user=user, channel="", command=Command(verb="unlock", targets=(lock_id,)))


def _why_not_lock(bot: Bot, who: Standing) -> NotAllowed | None:
    if reason := why_nobody(who.person, who.home_teams):
        return reason
    if not includes(bot.policy.may_lock, who.person.id, who.groups):
        whose = ", ".join(bot.policy.may_lock) or "nobody"
        return NotAllowed(
            Ask.NOT_TO_LOCK,
            f"The policy does not let you lock anything; it lets {whose}.",
            _OWNERS,
        )
    return None


async def _meant(bot: Bot, words: Sequence[str]) -> tuple[Locked, ...]:
    """Find what is to be locked; none is everything."""
    if any(word.casefold() == ALL for word in words):
        if len(words) > 1:
            raise Misunderstood(
                Type.ONE_NAME, "“all” is everything already.", "Type: /dr lock all until …"
            )
        return ()
    if means_several(words):
        machines, troubles = await machines_meant(bot, words)
        if troubles and any(map(is_pattern, words)):
            raise Unavailable(f"Which machines are meant is not known: {' '.join(troubles)}")
        return tuple(map(as_locked, machines))
    one = await find_machine_or_plan(bot, words[0])
    if isinstance(one, Plan):
        return (as_locked(one), *map(as_locked, await members_of(bot, one)))
    return (as_locked(one),)


def _words(words: Sequence[str], on: Sequence[Locked]) -> str:
    """Repeat what was typed, with the name in place of an id, which buttons bring along."""
    if len(words) > 1 or not on or means_several(words):
        return " ".join(words)
    return on[0].name if on[0].item else f"{_PLAN}{on[0].name}"


async def _end(bot: Bot, who: Standing, one: Lock, reason: str) -> None:
    async def decide(_before: Snapshot) -> tuple[Fact, tuple[Kept, ...]]:
        raw = (await arranged.locks(bot)).raw.get(one.id)
        if raw is None:
            raise NotNow(
                Gone.ENDED, f"{one.id} has ended already.", "/dr locks lists those that hold."
            )
        words = f"{who.person.name} has unlocked {one.name}."
        fact = _fact(bot, who, "end", one, words).model_copy(update={"reason": reason})
        return fact, (Kept(book=arranged.LOCKS, id=one.id, was=raw, expires=one.until),)

    await arrange(bot, decide)


async def _no_such_lock(bot: Bot, words: Sequence[str]) -> NotNow:
    found = (await arranged.locks(bot)).holding
    wanted = {word.casefold() for word in words}
    wider = [one for one in found if any(each.name.casefold() in wanted for each in one.on)]
    if wider:
        ends = " or ".join(f"/dr unlock {one.id}" for one in wider)
        return NotNow(
            Name.NO_LOCK,
            f"{', '.join(words)} is locked together with others: {said_of(wider[0])}",
            f"A lock is ended as a whole. Type: {ends}",
        )
    said = ", ".join(words)
    return NotNow(
        Name.NO_LOCK, f"No lock is on {said} by itself.", "/dr locks lists those that hold."
    )


def _kept(bot: Bot, one: Lock) -> Kept:
    now = bot.redis.books.sealed(arranged.LOCKS, one, one.id)
    return Kept(book=arranged.LOCKS, id=one.id, now=now, expires=one.until)


def _fact(bot: Bot, who: Standing, what: str, one: Lock, words: str) -> Fact:
    return Fact(
        type=f"lock.{what}",
        subject=one.id,
        actor=actor(who.person),
        operation="lock" if what == "put" else "unlock",
        target=one.name,
        target_id=one.on[0].id if len(one.on) == 1 else "",
        before="" if what == "put" else "holds",
        after="holds" if what == "put" else "ended",
        reason=one.reason if what == "put" else "",
        policy=bot.policy.version,
        words=words,
    )


async def _refused(
    bot: Bot, who: Standing, verb: str, target: str, reason: NotAllowed
) -> NotAllowed:
    """Write down that somebody was refused; returns the error to raise."""
    await note(
        bot,
        Fact(
            type=f"{verb}.refused",
            subject=target or verb,
            actor=actor(who.person),
            operation=verb,
            target=target,
            policy=bot.policy.version,
            correlation={"code": reason.refusal.id},
            words=f"{who.person.name} tried to {verb} it and was refused: {reason.sentence}",
        ),
    )
    return reason

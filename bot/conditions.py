"""What is asked of whoever asks: enough of a reason, and that no freeze and no lock holds.

The result are the terms under which the request is decided, with everything that was overridden.
"""

from collections.abc import Iterable, Sequence
from typing import Final

from bot.access import actor, standing
from bot.domain.audit import Fact
from bot.domain.break_glass import Glass
from bot.domain.catalogue import Operation
from bot.domain.freezes import Frozen, frozen
from bot.domain.grammar import OVERRIDE, OVERRIDE_LOCK, Command
from bot.domain.lists import EVERYONE
from bot.domain.locks import HeldBy, Lock, said_of
from bot.domain.policy import includes
from bot.domain.rules import Rule
from bot.domain.terms import Terms
from bot.domain.votes import Standing
from bot.errors import Misunderstood, NotAllowed, NotNow
from bot.lifecycle import note
from bot.refusals import Pol
from bot.runtime import Bot

_FEW: Final = 3


def terms_of(
    bot: Bot,
    operation: Operation,
    rule: Rule,
    *,
    overrides: tuple[Frozen, ...] = (),
    locks: tuple[HeldBy, ...] = (),
    tell: tuple[str, ...] = (),
    glass: Glass | None = None,
) -> Terms:
    """Write down what the policy asks for now; with `glass`, of a rule whose glass is broken.

    RPO and health matter to what fails over alone.
    """
    return Terms(
        rule=rule.name,
        policy=bot.policy.version,
        approvals=rule.approvals,
        may_ask=rule.may_ask,
        may_approve=rule.may_approve,
        needs=rule.needs,
        request_lifetime=rule.request_lifetime,
        approval_lifetime=rule.approval_lifetime,
        confirm=rule.confirm,
        rpo_may_grow=rule.rpo_may_grow if operation.judged else None,
        health_may_worsen=rule.health_may_worsen or not operation.judged,
        overrides=overrides,
        locks=locks,
        may_delegate=rule.may_delegate and bot.policy.delegation.allowed,
        tell=tell,
        remind_after=rule.remind_after,
        escalate_after=rule.escalate_after,
        escalate_to=rule.escalate_to,
        glass=glass,
    )


async def agreed(
    bot: Bot,
    who: Standing,
    operation: Operation,
    command: Command,
    rule: Rule,
    target: str,
    held: Sequence[Lock],
) -> Terms:
    """Return the terms of a request, if what was typed meets the rule and the locks that hold.

    Raises `Misunderstood`, `NotNow` or `NotAllowed` (which is audited) with what to type instead.
    """
    granted = granted_by(rule, command)
    _require_reason(granted, command)
    overrides = await _thaw(bot, who, operation, command, target)
    locks = await _pass(bot, who, operation, command, target, held)
    glass = await glass_of(bot, rule) if command.glass else None
    tell = await bot.slack.mentionable(rule.tell)
    return terms_of(
        bot, operation, granted, overrides=overrides, locks=locks, tell=tell, glass=glass
    )


def granted_by(rule: Rule, command: Command) -> Rule:
    """Return the rule as it holds for a command: with its glass broken, where that is asked for.

    Raises `NotNow` where the rule does not allow it.
    """
    if not command.glass:
        return rule
    if rule.break_glass is None:
        needs = " and ".join(need.words for need in rule.quorum)
        raise NotNow(
            Pol.NO_GLASS,
            f"The rule “{rule.name}” allows no break-glass.",
            f"Ask for it without breakglass; it needs the approval of {needs}.",
        )
    return rule.broken


async def glass_of(bot: Bot, rule: Rule) -> Glass:
    """Write down what breaking the glass of a rule skips, who is told of it and who reviews it."""
    glass = rule.break_glass
    assert glass is not None  # noqa: S101 - `granted_by` has looked
    skipped = dict.fromkeys([*rule.may_approve, *glass.tell])
    return Glass(
        instead_of=rule.quorum,
        may_review=glass.may_review,
        reviewers=await bot.slack.mentionable(_named(glass.may_review)),
        reviews=glass.reviews,
        review_within=glass.review_within,
        tell=await bot.slack.mentionable(_named(skipped)),
    )


def _named(who: Iterable[str]) -> tuple[str, ...]:
    """Leave out `everyone`, whom nothing can mention: the channel is told."""
    return tuple(one for one in who if one != EVERYONE)


async def freezes_now(bot: Bot, operation: Operation) -> tuple[Frozen, ...]:
    """Return the freezes that hold for an operation by Redis' clock."""
    now = (await bot.redis.requests.snapshot()).now
    return frozen(bot.policy.freezes, operation.name, now)


def why_frozen(freezes: tuple[Frozen, ...], operation: Operation) -> NotNow:
    """Say that a freeze holds, until when, and who may ask all the same."""
    held = " and ".join(one.words for one in freezes)
    return NotNow(
        Pol.FROZEN,
        f"No {operation.name} may be asked for now: {held}.",
        _overridden_by([one.override for one in freezes], OVERRIDE),
    )


def passes(command: Command) -> bool:
    """Whether it was said that locks are overridden; whether they may be is another question."""
    return command.also.get(OVERRIDE_LOCK) == "yes"


def why_locked(bot: Bot, held: Iterable[Lock], operation: Operation) -> NotNow:
    """Say who has locked it, until when and why, and who may ask all the same."""
    locks = tuple(held)
    said = "; ".join(said_of(one).removesuffix(".") for one in locks[:_FEW])
    more = f"; and {len(locks) - _FEW} more locks" if len(locks) > _FEW else ""
    passing = _overridden_by([bot.policy.locks.override], OVERRIDE_LOCK)
    ends = ", ".join(f"/dr unlock {one.id}" for one in locks[:_FEW])
    return NotNow(
        Pol.LOCKED,
        f"No {operation.name} may be asked for on it now. {said}{more}.",
        f"{passing} Whoever locked it can end it: {ends}.",
    )


def _overridden_by(lists: Sequence[tuple[str, ...]], option: str) -> str:
    """Say who may ask all the same; all of the lists have to have somebody."""
    if not all(lists):
        return "The policy lets nobody override it."
    whose = " and ".join(dict.fromkeys(", ".join(one) for one in lists))
    return f"It can be overridden by {whose}, with --{option} yes."


async def refuse(
    bot: Bot, who: Standing, operation: Operation, target: str, reason: NotAllowed
) -> NotAllowed:
    """Write down that somebody was refused; returns the error to raise."""
    await note(
        bot,
        Fact(
            type="ask.refused",
            subject=target or operation.name,
            actor=actor(who.person),
            operation=operation.name,
            target=target,
            policy=bot.policy.version,
            correlation={"code": reason.refusal.id},
            words=f"{who.person.name} tried to ask for it and was refused: {reason.sentence}",
        ),
    )
    return reason


def _require_reason(rule: Rule, command: Command) -> None:
    least = max(rule.reason_at_least, 1 if rule.reason == "required" else 0)
    if len(command.reason) >= least:
        return
    if least == 1:
        sentence = f"The rule “{rule.name}” wants a reason."
    else:
        sentence = (
            f"The rule “{rule.name}” wants a reason of at least {least} characters; "
            f"this one has {len(command.reason)}."
        )
    raise Misunderstood(
        Pol.WANTS_REASON, sentence, f"Type the command with: because <{least} characters or more>."
    )


async def _thaw(
    bot: Bot, who: Standing, operation: Operation, command: Command, target: str
) -> tuple[Frozen, ...]:
    """Return the freezes that are overridden; raises when one holds that is not."""
    held = await freezes_now(bot, operation)
    if not held:
        return ()
    if command.also.get(OVERRIDE) != "yes":
        raise why_frozen(held, operation)
    known = await standing(bot, who.person.id, *(one.override for one in held), fresh=False)
    for one in held:
        if not includes(one.override, who.person.id, known.groups):
            whose = ", ".join(one.override) or "nobody"
            reason = NotAllowed(
                Pol.NOT_TO_OVERRIDE,
                f"You may not override {one.words}; {whose} may.",
                "The owners of the policy file can change that.",
            )
            raise await refuse(bot, who, operation, target, reason)
    return held


async def _pass(
    bot: Bot,
    who: Standing,
    operation: Operation,
    command: Command,
    target: str,
    held: Sequence[Lock],
) -> tuple[HeldBy, ...]:
    """Return the locks that are overridden; raises when one holds that is not."""
    if not held:
        return ()
    if not passes(command):
        raise why_locked(bot, held, operation)
    allowed = bot.policy.locks.override
    known = await standing(bot, who.person.id, allowed, fresh=False)
    if not includes(allowed, who.person.id, known.groups):
        whose = ", ".join(allowed) or "nobody"
        reason = NotAllowed(
            Pol.NOT_TO_PASS,
            f"You may not override {held[0].held_by(allowed).words}; {whose} may.",
            "The owners of the policy file can change that.",
        )
        raise await refuse(bot, who, operation, target, reason)
    return tuple(one.held_by(allowed) for one in held)

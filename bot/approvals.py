"""Asking and deciding: from a command to a request that people vote on. Nothing here executes.

Everything a person sends in comes through here with who they are; what they may do is asked of
Slack each time, and a refusal is written down.
"""

from collections.abc import Callable
from functools import partial

from bot.access import REFUSAL_AGE, actor, standing
from bot.cards import place_for
from bot.domain.audit import BOT, Fact
from bot.domain.catalogue import Operation
from bot.domain.data import Data
from bot.domain.grammar import Command
from bot.domain.machines import Machine
from bot.domain.offers import why_not
from bot.domain.operations import CATALOGUE
from bot.domain.policy import Rule
from bot.domain.request import Request, State, Step, Vote, take
from bot.domain.votes import (
    Standing,
    count,
    why_not_approve,
    why_not_ask,
    why_not_deny,
    why_not_give_up,
    why_not_resubmit,
    why_not_withdraw,
)
from bot.drafts import draft
from bot.errors import NotAllowed, NotNow, Tampered
from bot.inventory import find, ground
from bot.jobs.reconcile import GRACE
from bot.lifecycle import Move, change, create, disown, fact_of, note
from bot.runtime import Bot


class Asked(Data):
    """What came of asking."""

    request: Request
    already: bool
    """Whether the request was open before."""


class Click(Data):
    """One press of a button."""

    id: str
    """The same for every delivery of the same press."""
    user: str
    request: str


async def ask(bot: Bot, user_id: str, command: Command, channel: str) -> Asked:
    """Make a request of a command; executes nothing.

    Raises `Ambiguous`, `Missing`, `NotAllowed` (which is audited), `NotNow` or `Unavailable`.
    """
    operation = CATALOGUE[command.verb]
    await _may_ask_anything(bot, user_id, operation)
    machine = await find(bot, command.target)
    rule = bot.policy.rule_for(operation.name, machine.name)
    who = await _allowed_to_ask(bot, user_id, operation, machine, rule)
    assert rule is not None  # noqa: S101 - without a rule nobody is allowed to ask
    if already := await _already_open(bot, operation, machine):
        return Asked(request=already, already=True)
    if reason := why_not(operation, machine):
        raise reason
    base = await ground(bot, operation, machine, command.options)
    request = await draft(bot, operation, command, base, rule, who.person)
    request = request.model_copy(update={"channel": await place_for(bot, channel)})
    words = f"{who.person.name} asked for a {operation.name} of {machine.name}."
    stored = await create(
        bot,
        request,
        fact_of("ask", None, request, actor(who.person), words, request.reason),
    )
    return Asked(request=stored, already=stored.id != request.id)


async def approve(bot: Bot, click: Click) -> Request:
    """Count an approval; raises `NotAllowed` with the reason when it does not count."""

    def decide(who: Standing, request: Request, now: int) -> Move | None:
        if any(vote.click == click.id for vote in request.votes):
            return None
        if void := _other_policy(bot, request, now):
            return void
        _refuse(why_not_approve(request, who))
        vote = Vote(person=who.person, approves=True, at=now, click=click.id)
        after = count(request, vote)
        complete = after.state is State.APPROVED
        step = Step.APPROVE if complete else Step.VOTE
        so_far = f"{len(after.approvals)} of {after.terms.approvals}"
        words = f"{who.person.name} approved ({so_far})" + (": it goes ahead." if complete else ".")
        return Move(
            request=after,
            fact=fact_of(step, request, after, actor(who.person), words, request.reason),
            in_time=True,
        )

    return await _decide(bot, click, "approve", decide)


async def deny(bot: Bot, click: Click) -> Request:
    """End a waiting request with a no; raises `NotAllowed` when this person cannot."""

    def decide(who: Standing, request: Request, now: int) -> Move:
        _refuse(why_not_deny(request, who))
        vote = Vote(person=who.person, approves=False, at=now, click=click.id)
        why = f"{who.person.name} denied it."
        after = take(
            request, Step.DENY, votes=(*request.votes, vote), closed_at=now, why=why,
            advice="Talk to them before asking again.",
        )  # fmt: skip
        fact = fact_of(Step.DENY, request, after, actor(who.person), why)
        return Move(request=after, fact=fact, in_time=True)

    return await _decide(bot, click, "deny", decide)


async def withdraw(bot: Bot, click: Click) -> Request:
    """Take a request back; only the asker can, and only before it is submitted."""

    def decide(who: Standing, request: Request, now: int) -> Move:
        _refuse(why_not_withdraw(request, who))
        why = f"{who.person.name} withdrew it."
        after = take(request, Step.WITHDRAW, closed_at=now, why=why, needs_nod=False)
        return Move(
            request=after, fact=fact_of(Step.WITHDRAW, request, after, actor(who.person), why)
        )

    return await _decide(bot, click, "withdraw", decide)


async def resubmit(bot: Bot, click: Click) -> Request:
    """Send an approved request whose first attempt was proved never to have begun."""

    def decide(who: Standing, request: Request, _now: int) -> Move:
        _refuse(why_not_resubmit(request, who))
        words = f"{who.person.name} had it submitted again."
        after = take(request, Step.RESUBMIT, needs_nod=False, why="")
        fact = fact_of(Step.RESUBMIT, request, after, actor(who.person), words)
        return Move(request=after, fact=fact, in_time=True)

    return await _decide(bot, click, "have sent again", decide)


async def give_up(bot: Bot, click: Click) -> Request:
    """End a request of which nobody can tell what became; its machine is free again."""

    def decide(who: Standing, request: Request, now: int) -> Move:
        _refuse(why_not_give_up(request, who, now - GRACE * 1000))
        why = f"{who.person.name} gave it up: what became of it is not known to the bot."
        advice = "Look at the machine in the portal before you ask for it again."
        after = take(request, Step.GIVE_UP, closed_at=now, why=why, advice=advice)
        fact = fact_of(Step.GIVE_UP, request, after, actor(who.person), why)
        return Move(request=after, fact=fact)

    return await _decide(bot, click, "give up", decide)


def next_command(before: Request, operation: str) -> Command:
    """Write the command that follows a request."""
    verb = CATALOGUE[operation].verb
    return Command(
        verb=operation,
        target=f"id:{before.machine_id}",
        options={option.name: option.default for option in verb.options},
        reason=before.reason,
    )


async def _decide(
    bot: Bot,
    click: Click,
    what: str,
    decide: Callable[[Standing, Request, int], Move | None],
) -> Request:
    """Let a person's click decide; a click that does not count is written down and refused."""
    request = await bot.redis.requests.load(click.request)
    if request is None:
        raise NotNow(f"There is no request {click.request}.")
    lists = (request.terms.may_ask, request.terms.may_approve)
    who = await standing(bot, click.user, *lists)
    try:
        return await change(bot, click.request, partial(decide, who), click=click.id)
    except NotAllowed:
        # Whoever has just joined a group is not to wait for our memory of it.
        who = await standing(bot, click.user, *lists, groups_age=REFUSAL_AGE)
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
                target=request.machine.name,
                target_id=request.machine_id,
                policy=bot.policy.version,
                words=f"{who.person.name} tried to {what} it and was refused: {error.sentence}",
            ),
        )
        raise


async def _may_ask_anything(bot: Bot, user_id: str, operation: Operation) -> None:
    """Refuse early somebody whom no rule names, before anything is read from Azure."""
    named = tuple(
        one
        for rule in bot.policy.rules
        if "*" in rule.operations or operation.name in rule.operations
        for one in rule.may_ask
    )
    who = await standing(bot, user_id, named)
    await _refuse_asking(bot, who, operation, "", named)


async def _allowed_to_ask(
    bot: Bot, user_id: str, operation: Operation, machine: Machine, rule: Rule | None
) -> Standing:
    may_ask = rule.may_ask if rule else ()
    who = await standing(bot, user_id, may_ask, fresh=False)
    await _refuse_asking(bot, who, operation, machine.name, may_ask)
    return who


async def _refuse_asking(
    bot: Bot, who: Standing, operation: Operation, target: str, may_ask: tuple[str, ...]
) -> None:
    reason = why_not_ask(may_ask, who)
    if reason is None:
        return
    await note(
        bot,
        Fact(
            type="ask.refused",
            subject=target or operation.name,
            actor=actor(who.person),
            operation=operation.name,
            target=target,
            policy=bot.policy.version,
            words=f"{who.person.name} tried to ask for it and was refused: {reason}",
        ),
    )
    raise NotAllowed(reason, "The owners of the policy file can change that.")


async def _already_open(bot: Bot, operation: Operation, machine: Machine) -> Request | None:
    """Return the open request that asks the same; raises `NotNow` when it asks something else."""
    open_id = await bot.redis.requests.open_for(machine.id)
    try:
        request = await bot.redis.requests.load(open_id) if open_id else None
    except Tampered as error:
        await disown(bot, open_id or "", error, machine)
        return None
    if request is None or request.operation == operation.name:
        return request
    raise NotNow(
        f"{machine.name} already has an open request: {request.id}, a {request.operation} that is "
        f"{request.state}.",
        "Let it end, or have it withdrawn: its card shows what can be done.",
    )


def _other_policy(bot: Bot, request: Request, now: int) -> Move | None:
    """Void a request that was asked under another policy than the one in force."""
    if request.state is not State.WAITING or request.terms.policy == bot.policy.version:
        return None
    why = (
        f"The policy changed since this was asked ({request.terms.policy} → {bot.policy.version})."
    )
    advice = "Ask again under the new policy."
    after = take(request, Step.INVALIDATE, closed_at=now, why=why, advice=advice)
    return Move(request=after, fact=fact_of(Step.INVALIDATE, request, after, BOT, why))


def _refuse(reason: str | None) -> None:
    if reason:
        raise NotAllowed(reason)

"""Asking: from a command to a request that people vote on. Nothing here executes anything."""

from collections.abc import Mapping
from functools import partial

from bot.access import actor, standing
from bot.cards import place_for
from bot.conditions import agreed, granted_by, passes, refuse, why_locked
from bot.domain.catalogue import Operation
from bot.domain.data import Data
from bot.domain.fleets import LeftOut
from bot.domain.grammar import Command
from bot.domain.locks import holding, said_of
from bot.domain.machines import Machine
from bot.domain.offers import why_not
from bot.domain.operations import CATALOGUE
from bot.domain.people import Person
from bot.domain.policy import Rule
from bot.domain.request import Request, State, Step, take
from bot.domain.targets import name_of
from bot.domain.votes import Standing, gives_way, why_not_ask
from bot.drafts import draft
from bot.errors import NotNow
from bot.fleets import draft_fleet
from bot.holders import already_open, holder, taken_by
from bot.inventory import ground
from bot.lifecycle import Move, change, create, fact_of
from bot.locks import locks_now, locks_on
from bot.refusals import Ask, Pol
from bot.runtime import Bot
from bot.targets import Meant, Selection, find_target, rule_for


class Asked(Data):
    """What came of asking."""

    request: Request
    already: bool
    """Whether the request was open before."""
    instead_of: str = ""
    """The id of the waiting request that it took the place of."""


async def ask(bot: Bot, user_id: str, command: Command, channel: str) -> Asked:
    """Make a request of a command; executes nothing.

    Raises `Ambiguous`, `Missing`, `NotAllowed` (which is audited), `NotNow` or `Unavailable`.
    """
    operation = CATALOGUE[command.verb]
    await may_ask_anything(bot, user_id, command)
    meant = await find_target(bot, operation, command.targets, command.options)
    rule = await rule_for(bot, operation, meant)
    who = await _allowed_to_ask(bot, user_id, operation, meant, rule, command)
    assert rule is not None  # noqa: S101 - without a rule nobody is allowed to ask
    if isinstance(meant, Selection):
        return await _ask_for_several(bot, who, operation, command, meant, rule, channel)
    already = await already_open(bot, operation, meant)
    if already and not _makes_room(already, who, command):
        return Asked(request=already, already=True)
    if reason := why_not(operation, meant):
        raise reason
    base = await ground(bot, operation, meant, command.options)
    for machine in base.machines:
        taken = await holder(bot, machine)
        if taken and not (already and taken.id == already.id):
            raise taken_by(machine.name, taken)
    held = await locks_on(bot, operation.name, meant, base.machines)
    terms = await agreed(bot, who, operation, command, rule, name_of(meant), held)
    request = await draft(bot, operation, command, base, terms, who.person)
    place = await place_for(bot, channel, rule.channel)
    return await _store(bot, request, who, place, instead_of=already)


async def may_ask_anything(bot: Bot, user_id: str, command: Command) -> None:
    """Refuse early somebody whom no rule names, before anything is read from Azure.

    Raises `NotAllowed`, which is audited, or `NotNow`.
    """
    operation = CATALOGUE[command.verb]
    named = bot.policy.who_may_ask(operation.name, glass=command.glass)
    if command.glass and not named:
        raise NotNow(
            Pol.NO_GLASS,
            f"No rule of the policy allows break-glass for {operation.name}.",
            "Ask for it without breakglass.",
        )
    who = await standing(bot, user_id, named)
    await _refuse_asking(bot, who, operation, "", named, command)


def next_command(before: Request, operation: str) -> Command:
    """Write the command that follows a request."""
    verb = CATALOGUE[operation].verb
    if CATALOGUE[operation].about == "job" and before.job:
        return Command(verb=operation, targets=(before.job.id,), reason=before.reason)
    ids = [m.id for m in before.after.machines] if before.fleet and before.after else []
    return Command(
        verb=operation,
        targets=tuple(f"id:{one}" for one in ids or [before.target_id]),
        options={option.name: option.default for option in verb.options},
        reason=before.reason,
    )


async def _ask_for_several(
    bot: Bot,
    who: Standing,
    operation: Operation,
    command: Command,
    meant: Selection,
    rule: Rule,
    channel: str,
) -> Asked:
    """Ask for several machines; those that are locked or kept are left out, and named."""
    free: list[Machine] = []
    kept: list[LeftOut] = []
    holders: dict[str, Request] = {}
    for machine in meant.machines:
        keeper = await holder(bot, machine)
        if keeper is None:
            free.append(machine)
            continue
        holders[keeper.id] = keeper
        kept.append(LeftOut(name=machine.name, why=taken_by(machine.name, keeper).sentence))
    waiting = _own_waiting(holders, meant, who, command)
    if waiting:
        free, kept = list(meant.machines), []
    locks = await locks_now(bot)
    on = {machine.id: holding(locks, operation.name, machine) for machine in free}
    held = {one.id: one for some in on.values() for one in some}
    if not passes(command):
        kept += [
            LeftOut(name=machine.name, why=f"{machine.name}: {said_of(on[machine.id][0])}")
            for machine in free
            if on[machine.id]
        ]
        free = [machine for machine in free if not on[machine.id]]
    if not free:
        if held and (waiting or not holders):
            raise why_locked(bot, held.values(), operation)
        same = [one for one in holders.values() if one.operation == operation.name]
        if len(holders) == len(same) == 1 and not held:
            _makes_room(same[0], who, command)
            return Asked(request=same[0], already=True)
        others = " or are locked" if held else ""
        raise NotNow(
            Ask.TAKEN, f"All of them have open requests{others}: {', '.join(sorted(holders))}."
        )
    chosen = meant.model_copy(
        update={"machines": tuple(free), "left_out": (*meant.left_out, *kept)}
    )
    passed = tuple(held.values()) if passes(command) else ()
    terms = await agreed(bot, who, operation, command, rule, meant.words, passed)
    drafted = await draft_fleet(bot, operation, command, chosen, terms, who.person)
    place = await place_for(bot, channel, rule.channel)
    return await _store(bot, drafted.request, who, place, drafted.drafts, instead_of=waiting)


def _makes_room(request: Request, who: Standing, command: Command) -> bool:
    """Whether an open request gives way to one that breaks the glass.

    Raises `NotNow` where it would, had whoever breaks it asked for it too.
    """
    if not command.glass:
        return False
    if gives_way(request, who.person, command.verb):
        return True
    if gives_way(request, request.asker, command.verb):
        raise NotNow(
            Ask.TAKEN,
            f"{request.asker.name} has asked for this already: {request.id} waits for its votes.",
            f"{request.asker.name} can break the glass for it with the same command. Or have it "
            "denied or withdrawn on its card, and type this again.",
        )
    return False


def _own_waiting(
    holders: Mapping[str, Request], meant: Selection, who: Standing, command: Command
) -> Request | None:
    """Find the one request that gives way, if all that it keeps is among what is meant."""
    if not command.glass or len(holders) != 1:
        return None
    (request,) = holders.values()
    ids = {machine.id.casefold() for machine in meant.machines}
    covered = {one.casefold() for one in request.claims} <= ids
    return request if covered and gives_way(request, who.person, command.verb) else None


def _withdrawn_for(person: Person, new: str, request: Request, now: int) -> Move | None:
    """Withdraw a waiting request of this person for another that takes its place."""
    if request.state is not State.WAITING:
        return None
    why = f"{person.name} withdrew it to break the glass: {new} takes its place."
    after = take(request, Step.WITHDRAW, closed_at=now, why=why)
    return Move(request=after, fact=fact_of(Step.WITHDRAW, request, after, actor(person), why))


async def _store(
    bot: Bot,
    request: Request,
    who: Standing,
    channel: str,
    drafts: tuple[Request, ...] = (),
    *,
    instead_of: Request | None = None,
) -> Asked:
    """Store a request; `instead_of` is withdrawn first, unless it was approved meanwhile."""
    if instead_of:
        left = await change(bot, instead_of.id, partial(_withdrawn_for, who.person, request.id))
        if left.open:
            return Asked(request=left, already=True)
    request = request.model_copy(update={"channel": channel})
    broken = "to break the glass for" if request.terms.glass else "for"
    words = f"{who.person.name} asked {broken} a {request.operation} of {request.name}."
    if request.fleet:
        names = ", ".join(member.name for member in request.fleet.members)
        words += f" Machines: {names}."
    terms = request.terms
    if overridden := [one.words for one in terms.overrides] + [one.words for one in terms.locks]:
        words += f" It overrides {' and '.join(overridden)}."
    if glass := terms.glass:
        approvals = f"{terms.approvals} instead of {glass.approvals}"
        words += f" Approvals: {approvals}, under rule “{terms.rule}”."
    if instead_of:
        words += f" It takes the place of {instead_of.id}."
    fact = fact_of("ask", None, request, actor(who.person), words, request.reason)
    fact = fact.model_copy(
        update={"correlation": fact.correlation | {"fingerprint": request.fingerprint}}
    )
    stored = await create(bot, request, fact, drafts)
    replaced = instead_of.id if instead_of else ""
    return Asked(request=stored, already=stored.id != request.id, instead_of=replaced)


async def _allowed_to_ask(
    bot: Bot,
    user_id: str,
    operation: Operation,
    meant: Meant,
    rule: Rule | None,
    command: Command,
) -> Standing:
    may_ask = granted_by(rule, command).may_ask if rule else ()
    who = await standing(bot, user_id, may_ask, fresh=False)
    name = meant.words if isinstance(meant, Selection) else name_of(meant)
    await _refuse_asking(bot, who, operation, name, may_ask, command)
    return who


async def _refuse_asking(
    bot: Bot,
    who: Standing,
    operation: Operation,
    target: str,
    may_ask: tuple[str, ...],
    command: Command,
) -> None:
    if reason := why_not_ask(may_ask, who, glass=command.glass):
        raise await refuse(bot, who, operation, target, reason)

"""Suggesting what a command may be about, to somebody who types into its form.

The lists may be old: whoever types is never kept waiting for Azure, and what is chosen is read
afresh before anything is asked for. Only what this person may ask for is suggested.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from itertools import chain
from typing import Final, TypeVar

from bot.access import standing
from bot.conditions import granted_by
from bot.domain.catalogue import Operation
from bot.domain.grammar import Command
from bot.domain.machines import Machine, same_id, segment
from bot.domain.offers import is_offered
from bot.domain.operations import CATALOGUE
from bot.domain.plans import Plan
from bot.domain.policy import Policy, Rule, Subject
from bot.domain.rolls import Rolls, beginning_or_within
from bot.domain.suggestions import MOST, Suggested, Suggestion, mark_of, stands_for_plan
from bot.domain.votes import Standing, why_not_ask
from bot.errors import NotNow, Unavailable
from bot.inventory import everything, nearly, which
from bot.refusals import Name
from bot.runtime import Bot
from bot.targets import all_plans, subject_of

_AGE: Final = 10.0
"""Seconds after which a list is read anew, behind whoever types."""
_PATIENCE: Final = 1.0
"""Seconds to wait for the list of a vault that was not read yet."""
_AT_ONCE: Final = 64
"""So many machines are looked at before others have their turn."""
_PLAN: Final = "plan:"

Target = TypeVar("Target", Machine, Plan)


def prepare(bot: Bot) -> None:
    """Have the vaults read, for somebody who is about to type."""
    for vault in bot.vaults:
        bot.azure.rolls.newest(vault, _AGE)
        bot.azure.plan_lists.newest(vault, _AGE)


async def suggest(bot: Bot, user_id: str, command: Command, typed: str) -> Suggested:
    """Return what this person may ask for whose name begins so, has it within, or is near it.

    What offers the operation now comes first, and of that what they asked something for lately.
    Nothing, for somebody who may not ask for it at all.
    """
    operation = CATALOGUE[command.verb]
    lists = bot.policy.who_may_ask(operation.name, glass=command.glass)
    who = await standing(bot, user_id, lists, fresh=False)
    if why_not_ask(lists, who, glass=command.glass):
        return Suggested()
    rolls, plans, silent = await _known(bot)
    typed = typed.strip().casefold()
    part = typed.removeprefix(_PLAN).strip()
    may = _Rights(bot.policy, command, who)
    recent = await bot.redis.forms.recent(user_id)
    machines: list[Machine] = []
    if not typed.startswith(_PLAN):
        lately = [one for one in _lately(recent, rolls) if part in one.name.casefold()]
        known = {one.id for one in lately}
        others = (one for one in beginning_or_within(part, rolls) if one.id not in known)
        machines = await _first(operation, chain(lately, others), may.ask_for)
        if not machines and part:
            machines = await _first(operation, await nearly(part, rolls), may.ask_for)
    wholes = await _first(
        operation,
        sorted(_of_plans(part, plans), key=lambda plan: _place_in(recent, plan)),
        lambda plan: may.ask_for_plan(plan, rolls),
    )
    wholes = wholes[: MOST // 2]
    return Suggested(
        machines=tuple(
            Suggestion(one, which(one, rolls), is_offered(operation, one))
            for one in machines[: MOST - len(wholes)]
        ),
        plans=tuple(
            Suggestion(one, _which_plan(one, plans), is_offered(operation, one)) for one in wholes
        ),
        silent=silent,
    )


async def picked(bot: Bot, mark: str) -> str:
    """Return the id of what was chosen; raises `NotNow` when it is gone, or `Unavailable`."""
    if stands_for_plan(mark):
        plans, troubles = await all_plans(bot)
        found = await _marked(mark, plans)
    else:
        inventory = await everything(bot)
        found, troubles = await _marked(mark, inventory.machines), inventory.troubles
    if found:
        return found
    if troubles:
        raise Unavailable(f"What you chose was not found, but {' '.join(troubles)}")
    raise NotNow(
        Name.NO_MACHINE, "What you chose is in no vault any more.", "/dr list shows what there is."
    )


async def _marked(mark: str, some: Iterable[Target]) -> str:
    async for one in _unhurried(some):
        if mark_of(one) == mark:
            return one.id
    return ""


class _Rights:
    """What one person may ask for, by one command."""

    def __init__(self, policy: Policy, command: Command, who: Standing) -> None:
        self._policy = policy
        self._operation = command.verb
        self._command = command
        self._who = who
        self._by_rule: dict[str, bool] = {}

    def ask_for(self, machine: Machine) -> bool:
        """Whether they may ask for it with a machine."""
        return self._under(lambda: self._rule_for(subject_of(machine)))

    def ask_for_plan(self, plan: Plan, rolls: Rolls) -> bool:
        """Whether they may ask for it with a plan, all of whose machines fall under one rule."""
        machines = (one for item in plan.items for roll in rolls for one in roll.called(item))
        whole = Subject(kind="plan", name="", plan=plan.name, vault=plan.vault)
        named = [subject_of(one, kind="plan", plan=plan.name) for one in machines] or [whole]
        return self._under(lambda: self._policy.rule_for_all(self._operation, named))

    def _rule_for(self, subject: Subject) -> Rule | None:
        return self._policy.rule_for(self._operation, subject)

    def _under(self, find: Callable[[], Rule | None]) -> bool:
        try:
            rule = find()
            if rule is None:
                return False
            if rule.name not in self._by_rule:
                lists = granted_by(rule, self._command).may_ask
                refused = why_not_ask(lists, self._who, glass=self._command.glass)
                self._by_rule[rule.name] = refused is None
        except NotNow:  # it cannot be asked for, whoever asks
            return False
        return self._by_rule[rule.name]


async def _known(bot: Bot) -> tuple[Rolls, tuple[Plan, ...], tuple[str, ...]]:
    """Return what is known of the vaults, and the names of those of which nothing is yet."""
    new = [vault for vault in bot.vaults if bot.azure.rolls.newest(vault, _AGE) is None]
    if new:
        with suppress(TimeoutError):
            async with asyncio.timeout(_PATIENCE):
                waited = (bot.azure.rolls.get(vault, fresh=False) for vault in new)
                await asyncio.gather(*waited, return_exceptions=True)
    rolls = {vault: bot.azure.rolls.newest(vault, _AGE) for vault in bot.vaults}
    plans = [bot.azure.plan_lists.newest(vault, _AGE) or () for vault in bot.vaults]
    return (
        [roll for roll in rolls.values() if roll],
        tuple(chain.from_iterable(plans)),
        tuple(segment(vault, "vaults") for vault, roll in rolls.items() if roll is None),
    )


async def _first(
    operation: Operation, targets: Iterable[Target], may: Callable[[Target], bool]
) -> list[Target]:
    """Choose those that may be asked for: the first that can, and after them those that cannot."""
    able: list[Target] = []
    unable: list[Target] = []
    async for one in _unhurried(targets):
        some = able if is_offered(operation, one) else unable
        if len(some) < MOST and may(one):
            some.append(one)
        if len(able) == MOST:
            break
    return (able + unable)[:MOST]


async def _unhurried(some: Iterable[Target]) -> AsyncIterator[Target]:
    for number, one in enumerate(some):
        if number and number % _AT_ONCE == 0:
            await asyncio.sleep(0)
        yield one


def _lately(recent: Iterable[str], rolls: Rolls) -> list[Machine]:
    """Find the machines among what somebody asked something for lately, the newest first."""
    return [one for named in recent for roll in rolls for one in roll.called(named)]


def _place_in(recent: Sequence[str], plan: Plan) -> int:
    """Return how long ago somebody asked something for a plan, counted in requests."""
    return next((at for at, one in enumerate(recent) if same_id(one, plan.id)), len(recent))


def _of_plans(part: str, plans: Iterable[Plan]) -> Iterator[Plan]:
    """Go through the plans whose names begin so, then through those that have it elsewhere."""
    found = sorted(plans, key=lambda plan: plan.name.casefold())
    places = [(plan, plan.name.casefold().find(part)) for plan in found]
    yield from (plan for plan, at in places if at == 0)
    yield from (plan for plan, at in places if at > 0)


def _which_plan(plan: Plan, plans: Iterable[Plan]) -> str:
    twins = [one for one in plans if one.name.casefold() == plan.name.casefold()]
    return f"@{segment(plan.vault, 'vaults')}" if len(twins) > 1 else ""

"""Explaining the policy: which rule decides about a command, why, and who could approve it now."""

from typing import Final

from bot.access import require_look, standing
from bot.conditions import freezes_now, granted_by, why_frozen, why_locked
from bot.delegations import delegations_now
from bot.domain.break_glass import BREAK_GLASS
from bot.domain.catalogue import Operation
from bot.domain.data import Data
from bot.domain.lists import handles, includes
from bot.domain.locks import holding
from bot.domain.people import Person
from bot.domain.policy import Rule
from bot.domain.quorum import Need
from bot.domain.targets import name_of
from bot.domain.votes import why_not_ask
from bot.electors import circle
from bot.errors import Misunderstood, NotNow
from bot.locks import locks_now
from bot.queries.found import Candidates, Explanation
from bot.queries.line import meant_by
from bot.queries.registry import query
from bot.refusals import Pol, Type
from bot.runtime import Bot
from bot.targets import Meant, Selection, subjects_of

_EXPLAIN: Final = "explain"
_ASKED: Final = 60
"""So many people of a list are looked up."""


@query(target="explain", target_required=True)
async def policy(bot: Bot, user_id: str, target: str) -> Data:
    """Say which rule of the policy decides about a command, and who can approve it now.

    Type /dr policy explain and then any command that changes something. Nothing is asked.
    """
    await require_look(bot, user_id)
    word, _, line = target.partition(" ")
    if word.casefold() != _EXPLAIN or not line:
        raise Misunderstood(
            Type.WANTS_COMMAND,
            f"The policy cannot be asked to “{word}”.",
            "Type: /dr policy explain failover vm-web01",
        )
    return await explain(bot, user_id, line)


async def explain(bot: Bot, user_id: str, line: str) -> Explanation:
    """Explain what the policy says about a command, if this person typed it."""
    operation, command, meant = await meant_by(bot, line, "no rule speaks of it")
    subjects = await subjects_of(bot, meant)
    rule = bot.policy.rule_for_all(operation.name, subjects)
    name = meant.words if isinstance(meant, Selection) else name_of(meant)
    if rule is None:
        raise NotNow(
            Pol.NO_RULE, f"No rule of the policy speaks of {operation.name} on {name}: nobody may."
        )
    number = bot.policy.rules.index(rule) + 1
    rule = granted_by(rule, command)
    who = await standing(bot, user_id, rule.may_ask, fresh=False)
    refused = why_not_ask(rule.may_ask, who, glass=command.glass)
    held = await freezes_now(bot, operation)
    return Explanation(
        line=f"{BREAK_GLASS.name if command.glass else ''} {operation.name} {name}".strip(),
        asker=who.person,
        rule=rule,
        number=number,
        policy=bot.policy.version,
        why=rule.why(operation.name, subjects[0]),
        why_not_ask=refused.sentence if refused else "",
        frozen=str(why_frozen(held, operation)) if held else "",
        locked=await _locked(bot, operation, meant),
        delegated=await _delegated(bot, operation, meant, rule, who.person),
        glass=command.glass,
        candidates=await _candidates(bot, rule, who.person),
    )


async def _locked(bot: Bot, operation: Operation, meant: Meant) -> str:
    locks = await locks_now(bot)
    targets = meant.machines if isinstance(meant, Selection) else (meant,)
    held = {one.id: one for each in targets for one in holding(locks, operation.name, each)}
    return str(why_locked(bot, held.values(), operation)) if held else ""


async def _delegated(
    bot: Bot, operation: Operation, meant: Meant, rule: Rule, asker: Person
) -> tuple[str, ...]:
    """Say who may vote in the place of an approver that the rule names, had this person asked."""
    if not (rule.may_delegate and bot.policy.delegation.allowed):
        return ()
    groups = await bot.slack.groups(handles(rule.may_approve))
    targets = meant.machines if isinstance(meant, Selection) else (meant,)
    return tuple(
        one.words
        for one in await delegations_now(bot)
        if includes(rule.may_approve, one.by.id, groups)
        and not (one.by.is_same(asker) or one.to.is_same(asker))
        and all(one.covers(operation.name, each, ()) for each in targets)
    )


async def _candidates(bot: Bot, rule: Rule, asker: Person) -> tuple[Candidates, ...]:
    return tuple([await _of_need(bot, need, asker) for need in rule.quorum])


async def _of_need(bot: Bot, need: Need, asker: Person) -> Candidates:
    """Find those of a list who could approve now: in the group, active, not the asker."""
    found = await circle(bot, need.of, most=_ASKED, without=(asker,))
    return Candidates(need=need, everyone=found.everyone, people=found.people, more=found.more)

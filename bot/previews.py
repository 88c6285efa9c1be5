"""What a command would ask for, without asking: for `/dr preview`, and for a form while it is
filled in.

Everything is read as it would be for a request, and nothing is stored or sent.
"""

from bot.access import standing
from bot.conditions import (
    freezes_now,
    glass_of,
    granted_by,
    passes,
    terms_of,
    why_frozen,
    why_locked,
)
from bot.domain.catalogue import Operation
from bot.domain.data import Data
from bot.domain.grammar import OVERRIDE, Command
from bot.domain.locks import holding
from bot.domain.offers import why_not
from bot.domain.operations import CATALOGUE
from bot.domain.request import Request
from bot.domain.votes import why_not_ask
from bot.drafts import draft
from bot.errors import NotNow
from bot.fleets import draft_fleet
from bot.holders import already_open, holder, taken_by
from bot.inventory import ground
from bot.locks import locks_now
from bot.refusals import Pol
from bot.runtime import Bot
from bot.targets import Meant, Selection, rule_for


class Preview(Data):
    """A request that was not made."""

    request: Request
    why_not: str
    """Why this person could not ask for it; '' when they could."""
    drafts: tuple[Request, ...] = ()
    """Of several machines, what would be asked for each."""
    already: Request | None = None
    """The open request that asks the same: asking again leads to its card."""


async def preview_of(
    bot: Bot, user_id: str, operation: Operation, command: Command, meant: Meant
) -> Preview:
    """Draft what a person would ask for by a command; nothing is stored.

    Raises `Missing` when they have to say more, `NotNow` when nobody could ask for it.
    """
    rule = await rule_for(bot, operation, meant)
    if rule is None:
        raise NotNow(Pol.NO_RULE, f"No rule of the policy speaks of {operation.name} on that.")
    granted = granted_by(rule, command)
    who = await standing(bot, user_id, granted.may_ask, fresh=False)
    held = await freezes_now(bot, operation)
    refused = why_not_ask(granted.may_ask, who, glass=command.glass)
    not_by_them = refused.sentence if refused else ""
    if held and not not_by_them and command.also.get(OVERRIDE) != "yes":
        not_by_them = str(why_frozen(held, operation))
    glass = await glass_of(bot, rule) if command.glass else None
    terms = terms_of(bot, operation, granted, glass=glass)
    if isinstance(meant, Selection):
        drafted = await draft_fleet(bot, operation, command, meant, terms, who.person)
        why = _joined(not_by_them, await _why_locked(bot, drafted.request, command))
        return Preview(request=drafted.request, why_not=why, drafts=drafted.drafts)
    if reason := why_not(operation, meant):
        raise reason
    already, taken = None, ""
    try:
        already = await already_open(bot, operation, meant)
    except NotNow as error:
        taken = str(error)
    base = await ground(bot, operation, meant, command.options)
    for machine in base.machines:
        other = await holder(bot, machine)
        if other and not (already and other.id == already.id):
            taken = taken or str(taken_by(machine.name, other))
    request = await draft(bot, operation, command, base, terms, who.person)
    why = _joined(not_by_them, taken, await _why_locked(bot, request, command))
    return Preview(request=request, why_not=why, already=already)


def _joined(*sentences: str) -> str:
    return " ".join(filter(None, sentences))


async def _why_locked(bot: Bot, request: Request, command: Command) -> str:
    """Say which locks hold what is previewed; '' when none does, or when they are overridden."""
    if passes(command):
        return ""
    locks = await locks_now(bot)
    held = holding(locks, request.operation, request.target, request.ground.machines)
    return str(why_locked(bot, held, CATALOGUE[request.operation])) if held else ""

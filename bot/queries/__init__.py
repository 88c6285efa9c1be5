"""The commands that only look. Each is one function from who asks to plain data.

They change nothing, and only the person who asked sees the answer.
"""

from typing import Final

from bot.access import require_look, standing
from bot.conditions import freezes_now, glass_of, granted_by, terms_of, why_frozen, why_locked
from bot.domain.data import Data
from bot.domain.locks import holding
from bot.domain.offers import why_not
from bot.domain.operations import CATALOGUE
from bot.domain.policy import includes
from bot.domain.request import Request
from bot.domain.votes import why_not_ask
from bot.drafts import draft
from bot.errors import Misunderstood, NotNow
from bot.fleets import draft_fleet
from bot.inventory import ground
from bot.locks import locks_now
from bot.overviews import Overview, how_far, overview_of
from bot.queries import (
    arranged,
    incidents,
    machines,
    plans,
    policy,
    readiness,
    roster,
    trail,
    upkeep,
    work,
)
from bot.queries.found import HelpOn, HelpPage, HelpWith, Preview, RequestList
from bot.queries.line import meant_by
from bot.queries.registry import LETS, VERBS, query
from bot.refusals import BY_ID, Pol, Type
from bot.runtime import Bot
from bot.targets import Selection, rule_for

_RECENT: Final = 10
_ALL: Final = "all"
_HELP: Final = "help"
"""What everybody may look at who is let in."""


@query(target=None)
async def requests(bot: Bot, user_id: str, _target: str) -> Data:
    """List the open requests, and the latest that ended; first those that owe a review."""
    await require_look(bot, user_id)
    open_ones = await bot.redis.requests.load_many(await bot.redis.requests.open_ids())
    newest = await bot.redis.requests.load_many(await bot.redis.requests.newest_ids(_RECENT * 3))
    recent = [one for one in newest if not one.open]
    owing, lost = await bot.redis.requests.unreviewed(newest)
    return RequestList(
        open=tuple(open_ones),
        recent=tuple(recent[:_RECENT]),
        far=await how_far(bot, open_ones),
        unreviewed=owing,
        lost=lost,
        now=(await bot.redis.requests.snapshot()).now,
    )


@query(target="line", target_required=True)
async def preview(bot: Bot, user_id: str, target: str) -> Data:
    """Show what a command would ask for, who could approve it and what Azure would be sent.

    Nothing is asked, stored or sent.
    """
    await require_look(bot, user_id)
    operation, command, meant = await meant_by(bot, target, "there is no preview of it")
    rule = await rule_for(bot, operation, meant)
    if rule is None:
        raise NotNow(Pol.NO_RULE, f"No rule of the policy speaks of {operation.name} on that.")
    granted = granted_by(rule, command)
    who = await standing(bot, user_id, granted.may_ask, fresh=False)
    held = await freezes_now(bot, operation)
    refused = why_not_ask(granted.may_ask, who, glass=command.glass)
    not_by_them = refused.sentence if refused else ""
    if held and not not_by_them:
        not_by_them = str(why_frozen(held, operation))
    glass = await glass_of(bot, rule) if command.glass else None
    terms = terms_of(bot, operation, granted, glass=glass)
    if isinstance(meant, Selection):
        drafted = await draft_fleet(bot, operation, command, meant, terms, who.person)
        why_not_now = " ".join(filter(None, (not_by_them, await _why_locked(bot, drafted.request))))
        return Preview(request=drafted.request, why_not=why_not_now, drafts=drafted.drafts)
    if reason := why_not(operation, meant):
        raise reason
    base = await ground(bot, operation, meant, command.options)
    request = await draft(bot, operation, command, base, terms, who.person)
    why_not_now = " ".join(filter(None, (not_by_them, await _why_locked(bot, request))))
    return Preview(request=request, why_not=why_not_now)


async def _why_locked(bot: Bot, request: Request) -> str:
    """Say which locks hold what is previewed; '' when none does."""
    locks = await locks_now(bot)
    held = holding(locks, request.operation, request.target, request.ground.machines)
    return str(why_locked(bot, held, CATALOGUE[request.operation])) if held else ""


@query(target="command")
async def help_(bot: Bot, user_id: str, target: str) -> Data:
    """Explain what you may type, or one command, or the code of a refusal.

    Type /dr help all to see the commands, too, that the policy lets others type.
    """
    word = target.casefold()
    if found := BY_ID.get(target.upper()):
        return HelpWith(code=found.id)
    if word not in {"", _ALL, *VERBS}:
        raise Misunderstood(
            Type.NO_COMMAND, f"There is no command “{target}”.", "Type /dr help to see them all."
        )
    others = await _not_for(bot, user_id)
    if word in VERBS:
        return HelpOn(name=word, others=others)
    return HelpPage(others=others, whole=word == _ALL)


async def _not_for(bot: Bot, user_id: str) -> dict[str, tuple[str, ...]]:
    """Return the commands that a person may not type, each with those whom the policy lets."""
    lists = {
        name: LETS[name](bot.policy) if name in LETS else bot.policy.may_look
        for name in VERBS
        if name != _HELP
    }
    who = await standing(bot, user_id, *lists.values(), fresh=False)
    return {name: may for name, may in lists.items() if not includes(may, user_id, who.groups)}


async def overview(bot: Bot, user_id: str) -> Overview:
    """Say what waits for a person, what runs, and what they can do: the answer to `/dr` alone."""
    await require_look(bot, user_id)
    return await overview_of(bot, user_id)


__all__ = [
    "VERBS",
    "arranged",
    "incidents",
    "machines",
    "overview",
    "plans",
    "policy",
    "readiness",
    "roster",
    "trail",
    "upkeep",
    "work",
]

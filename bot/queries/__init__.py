"""The commands that only look. Each is one function from who asks to plain data.

They change nothing, and only the person who asked sees the answer.
"""

from typing import Final

from bot.access import require_look, standing
from bot.domain.data import Data
from bot.domain.policy import includes
from bot.errors import Misunderstood
from bot.overviews import Overview, how_far, overview_of
from bot.previews import preview_of
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
from bot.queries.found import HelpOn, HelpPage, HelpWith, RequestList
from bot.queries.line import meant_by
from bot.queries.registry import LETS, VERBS, query
from bot.refusals import BY_ID, Type
from bot.runtime import Bot

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
    return await preview_of(bot, user_id, operation, command, meant)


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

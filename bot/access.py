"""Who somebody is, now, and whether they may look: asked of Slack, never remembered for long.

Everything that people type, press and send comes in through `admit`, which knows nothing yet of
what they want; what they may do of it is decided behind.
"""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from typing import Final, Literal

from bot.domain.audit import Actor, Fact
from bot.domain.directory import Directory
from bot.domain.latecomers import Wish
from bot.domain.people import Person, why_nobody
from bot.domain.policy import handles, includes
from bot.domain.request import Request
from bot.domain.votes import Standing
from bot.errors import DrError, Misconfigured, NotAllowed, Refused, SlackRefused, Unavailable
from bot.gateways.slack import Slack
from bot.lifecycle import note
from bot.refusals import Ask, Who
from bot.runtime import Bot

MEMBERSHIP_AGE: Final = 60.0
"""Seconds for which a group's members are believed when that lets somebody do something."""
REFUSAL_AGE: Final = 10.0
"""Seconds for which they are believed when that would keep somebody from it."""
_TRIES: Final = 3

Way = Literal["command", "click", "suggestion", "home"]
"""How somebody comes in; `home` is opening it. What is sent with a form counts as a click, typing
into one does not."""

_PER_MINUTE: Final[Mapping[Way, int]] = {"command": 60, "click": 60, "suggestion": 120, "home": 30}
"""So many of each one person makes in a minute."""
_DID: Final[Mapping[Way, str]] = {
    "command": "typed a command",
    "click": "pressed a button or sent a form",
    "suggestion": "typed into a form",
    "home": "opened the Home",
}


async def admit(
    bot: Bot, user_id: str, channel: str, way: Way, *, about: str = "", stops: bool = False
) -> None:
    """Let in full members, at a pace a person can keep, where nobody from outside listens.

    `about` is the request that they mean, where it is known; what only `stops` something counts in
    a shared channel, too. Raises `NotAllowed`, which is written down, or `Refused`.
    """
    if await bot.redis.shelf.how_often(f"{way}s:{user_id}", 60) > _PER_MINUTE[way]:
        raise Refused(
            Ask.TOO_FAST,
            f"That was more than {_PER_MINUTE[way]} {way}s within a minute.",
            "Wait for the next one.",
        )
    who = await standing(bot, user_id, fresh=False)
    reason = why_nobody(who.person, who.home_teams)
    if not reason and not stops:
        reason = await _why_not_here(bot, channel)
    if reason:
        await _write_down(bot, actor(who.person), way, about, reason)
        raise reason


async def turn_away(bot: Bot, team: str, user_id: str, way: Way) -> None:
    """Refuse what Slack says comes from another workspace, and write it down, at that pace, too."""
    if await bot.redis.shelf.how_often(f"away:{team}", 60) > _PER_MINUTE[way]:
        raise Refused(Ask.TOO_FAST, "That was too much within a minute.", "Wait for the next one.")
    stranger = Actor(team=team, id=user_id, name=user_id)
    reason = NotAllowed(Who.OUTSIDER, "This bot works for another workspace.")
    await _write_down(bot, stranger, way, "", reason)
    raise reason


async def _why_not_here(bot: Bot, channel: str) -> NotAllowed | None:
    """Say why nothing is done in a channel; where the bot cannot see, it cannot be heard either."""
    found = await bot.slack.channel(channel) if channel else None
    if found is None or not found.shared:
        return None
    return NotAllowed(
        Who.SHARED_CHANNEL,
        "This channel is shared with another organisation, whose people could listen.",
        "Use a channel of your own, such as the incident channel.",
    )


async def _write_down(bot: Bot, who: Actor, way: Way, about: str, reason: NotAllowed) -> None:
    request = None
    with suppress(DrError):  # it is named as far as it can be read
        request = await bot.redis.requests.load(about) if about else None
    fact = Fact(
        type="entry.refused" if way in {"command", "home"} else "click.refused",
        subject=about or who.id or who.team,
        actor=who,
        operation=request.operation if request else "",
        target=request.name if request else "",
        target_id=request.target_id if request else "",
        policy=bot.policy.version,
        correlation={"code": reason.refusal.id},
        words=f"{who.name} {_DID[way]} and was refused: {reason.sentence}",
    )
    await note(bot, fact)


async def refused(bot: Bot, who: Person, request: Request, wish: Wish, reason: NotAllowed) -> None:
    """Write down that somebody wished something of a request, and was refused."""
    await note(
        bot,
        Fact(
            type="click.refused",
            subject=request.id,
            actor=actor(who),
            operation=request.operation,
            target=request.name,
            target_id=request.target_id,
            policy=bot.policy.version,
            correlation={"code": reason.refusal.id},
            words=f"{who.name} tried to {wish} and was refused: {reason.sentence}",
        ),
    )


async def standing(
    bot: Bot,
    user_id: str,
    *lists: tuple[str, ...],
    fresh: bool = True,
    groups_age: float = MEMBERSHIP_AGE,
) -> Standing:
    """Read a person and the groups that some lists name; raises `Unavailable` without Slack."""
    home = await bot.slack.home()
    who = await person(bot, user_id, fresh=fresh)
    groups = await bot.slack.groups(handles(*lists), age=groups_age)
    return Standing(person=who, home_teams=home.teams, groups=groups)


async def person(bot: Bot, user_id: str, *, fresh: bool) -> Person:
    """Read an account, and which human it is by the directory of the policy.

    Raises `Unavailable` without Slack: nobody is taken for somebody whom we could not ask about.
    """
    account = await bot.slack.account(user_id, fresh=fresh)
    return bot.policy.directory.identified(account.person, account.address)


async def require_look(bot: Bot, user_id: str) -> Person:
    """Return the person if they may see machines, requests and the log, else raise `NotAllowed`."""
    who = await standing(bot, user_id, bot.policy.may_look, fresh=False)
    if reason := why_nobody(who.person, who.home_teams):
        raise reason
    if not includes(bot.policy.may_look, who.person.id, who.groups):
        raise NotAllowed(
            Ask.MAY_NOT_LOOK, "The policy does not let you look at machines and requests."
        )
    return who.person


def actor(who: Person) -> Actor:
    """Name a person in the audit log."""
    return Actor(team=who.team, id=who.id, name=who.name, entra=who.entra)


async def accounts_of(slack: Slack, directory: Directory) -> dict[str, str]:
    """Ask Slack whose the addresses of a directory are; '' for one that nobody active has.

    For looking a policy over: it waits when Slack asks for that, which it does after some fifty.
    Raises `Misconfigured` when the app may not ask, `Unavailable` without Slack.
    """
    return {address: await _owner_of(slack, address) for address in directory.addresses}


async def _owner_of(slack: Slack, address: str) -> str:
    patience = _TRIES
    while True:
        try:
            return await slack.owner_of(address)
        except SlackRefused as error:
            if error.code != "missing_scope":
                raise
            raise Misconfigured(
                "The policy's directory has e-mail addresses, and the Slack app may not read them.",
                "Give it the scope users:read.email (OAuth & Permissions) and install it again.",
            ) from error
        except Unavailable as error:
            patience -= 1
            if error.retry_after is None or not patience:
                raise
            await asyncio.sleep(error.retry_after)

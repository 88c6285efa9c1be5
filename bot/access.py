"""Who somebody is, now, and whether they may look: asked of Slack, never remembered for long."""

import asyncio
from typing import Final

from bot.domain.audit import Actor
from bot.domain.directory import Directory
from bot.domain.people import Person, why_nobody
from bot.domain.policy import handles, includes
from bot.domain.votes import Standing
from bot.errors import Misconfigured, NotAllowed, SlackRefused, Unavailable
from bot.gateways.slack import Slack
from bot.runtime import Bot

MEMBERSHIP_AGE: Final = 60.0
"""Seconds for which a group's members are believed when that lets somebody do something."""
REFUSAL_AGE: Final = 10.0
"""Seconds for which they are believed when that would keep somebody from it."""
_TRIES: Final = 3


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
        raise NotAllowed(reason)
    if not includes(bot.policy.may_look, who.person.id, who.groups):
        raise NotAllowed("The policy does not let you look at machines and requests.")
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

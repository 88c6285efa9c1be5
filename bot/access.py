"""Who somebody is, now, and whether they may look: asked of Slack, never remembered for long."""

from typing import Final

from bot.domain.audit import Actor
from bot.domain.people import Person, why_nobody
from bot.domain.policy import handles, includes
from bot.domain.votes import Standing
from bot.errors import NotAllowed
from bot.refusals import Ask
from bot.runtime import Bot

MEMBERSHIP_AGE: Final = 60.0
"""Seconds for which a group's members are believed when that lets somebody do something."""
REFUSAL_AGE: Final = 10.0
"""Seconds for which they are believed when that would keep somebody from it."""


async def standing(
    bot: Bot,
    user_id: str,
    *lists: tuple[str, ...],
    fresh: bool = True,
    groups_age: float = MEMBERSHIP_AGE,
) -> Standing:
    """Read a person and the groups that some lists name; raises `Unavailable` without Slack."""
    home = await bot.slack.home()
    person = await bot.slack.person(user_id, fresh=fresh)
    groups = await bot.slack.groups(handles(*lists), age=groups_age)
    return Standing(person=person, home_teams=home.teams, groups=groups)


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


def actor(person: Person) -> Actor:
    """Name a person in the audit log."""
    return Actor(team=person.team, id=person.id, name=person.name)

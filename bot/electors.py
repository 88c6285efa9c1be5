"""Who of some lists is there at this moment, and who could still approve a request."""

import asyncio
from typing import Final

from bot.access import person
from bot.delegations import as_they_are, delegations_now
from bot.domain.data import Data
from bot.domain.lists import EVERYONE, handles
from bot.domain.people import Person, why_in_doubt, why_nobody
from bot.domain.places import as_of
from bot.domain.quorum import still_open
from bot.domain.request import Request
from bot.domain.votes import Standing, approving, would_fill
from bot.errors import SlackRefused
from bot.runtime import Bot

MOST: Final = 30
"""So many people are told one by one."""


class Circle(Data):
    """The people of some lists, as Slack knows them now."""

    people: tuple[Person, ...]
    """Those who count: active, full members."""
    ids: frozenset[str]
    """All of them, and those who were not looked up or do not count."""
    more: int = 0
    """So many more were not looked up."""
    delegates: tuple[Person, ...] = ()
    """Those of the people who vote in somebody's place, and whom no list names."""
    everyone: bool = False
    """Whether it is every full member, beside those who are named."""

    @property
    def large(self) -> bool:
        """Whether they are too many to be told one by one."""
        return self.everyone or self.more > 0

    @property
    def names(self) -> tuple[str, ...]:
        """What the people are called."""
        return tuple(one.name for one in self.people)


async def circle(
    bot: Bot, who: tuple[str, ...], *, most: int = MOST, without: tuple[Person, ...] = ()
) -> Circle:
    """Look up at most so many people of a list, `without` some humans.

    Raises `Unavailable` without Slack.
    """
    groups = await bot.slack.groups(handles(who))
    ids = _ids(who, groups) - {one.id for one in without}
    return await _looked_up(bot, ids, most=most, everyone=EVERYONE in who, without=without)


async def electors(bot: Bot, request: Request, now: int) -> Circle:
    """Look up those whose approval would fill something of what a request still needs.

    Whoever may vote in the place of one of them is among them.
    """
    request = as_of(request, now)
    who = request.terms.may_approve
    groups = await bot.slack.groups(handles(who))
    ids = {one for one in _ids(who, groups) if would_fill(request, one, groups)}
    everyone = EVERYONE in open_lists(request)
    votes = request.approvals
    had = (request.asker, *(vote.person for vote in votes), *(vote.seat for vote in votes))
    own = await _looked_up(bot, frozenset(ids), most=MOST, everyone=everyone, without=had)
    others = await _delegates(bot, request, groups, now)
    there = {one.human for one in own.people}
    others = tuple(one for one in others if one.human not in there)
    return own.model_copy(
        update={
            "people": (*own.people, *others),
            "ids": own.ids | {one.id for one in others},
            "delegates": others,
        }
    )


async def _delegates(
    bot: Bot, request: Request, groups: dict[str, frozenset[str]], now: int
) -> tuple[Person, ...]:
    """Look up those whose vote would count in the place of somebody else."""
    if not request.terms.may_delegate:
        return ()
    holding = await delegations_now(bot)
    home = await bot.slack.home()
    found: list[Person] = []
    for user in sorted({one.to.id for one in holding}):
        theirs = [one for one in holding if one.to.id == user]
        try:
            to = await person(bot, user, fresh=False)
        except SlackRefused:
            continue
        who = Standing(
            person=to,
            home_teams=home.teams,
            groups=groups,
            delegated=await as_they_are(bot, theirs, to, fresh=False),
        )
        say = approving(request, who, now)
        if say.place and not say.why_not:
            found.append(to)
    return tuple(found)


def open_lists(request: Request) -> tuple[str, ...]:
    """Return the lists of what a request still needs, as the policy writes them."""
    missing = still_open(request.terms.quorum, request.filled)
    return tuple(dict.fromkeys(one for need in missing for one in need.of))


def _ids(who: tuple[str, ...], groups: dict[str, frozenset[str]]) -> frozenset[str]:
    named = frozenset(one for one in who if one != EVERYONE and not one.startswith("@"))
    return named.union(*groups.values())


async def _looked_up(
    bot: Bot, ids: frozenset[str], *, most: int, everyone: bool, without: tuple[Person, ...]
) -> Circle:
    """Look accounts up; of several of one human, one counts."""
    home = await bot.slack.home()
    some = sorted(ids)[:most]
    found = await asyncio.gather(
        *(person(bot, one, fresh=False) for one in some), return_exceptions=True
    )
    for one in found:
        if isinstance(one, BaseException) and not isinstance(one, SlackRefused):
            raise one
    people: dict[str, Person] = {}
    for one in found:
        if (
            isinstance(one, Person)
            and not (why_nobody(one, home.teams) or why_in_doubt(one))
            and not any(one.is_same(other) for other in without)
        ):
            people.setdefault(one.human, one)
    return Circle(
        ids=frozenset(ids),
        people=tuple(people.values()),
        more=len(ids) - len(some),
        everyone=everyone,
    )

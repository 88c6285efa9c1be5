"""What there is for one person to do and to know, as Redis and Slack have it: no word of Azure."""

from collections.abc import Iterable

from bot.access import standing
from bot.delegations import with_places
from bot.domain.data import Data
from bot.domain.lists import includes
from bot.domain.operations import CATALOGUE
from bot.domain.people import Person
from bot.domain.places import as_of
from bot.domain.progress import Progress, progress_of
from bot.domain.request import Request, State
from bot.domain.votes import why_not_approve, why_not_review
from bot.runtime import Bot


class Overview(Data):
    """What `/dr` alone answers, and what the Home begins with."""

    person: Person
    groups: tuple[str, ...]
    """The user groups of the policy that this person is in, by handle."""
    waiting_for_me: tuple[Request, ...]
    running: tuple[Request, ...]
    far: dict[str, Progress]
    """How far those of them are that are about several machines, by id."""
    mine: tuple[Request, ...]
    to_review: tuple[Request, ...]
    """The requests whose broken glass this person can review."""
    may_ask: tuple[str, ...]
    """The operations that some rule lets this person ask for."""
    may_approve: tuple[str, ...]
    """The operations that some rule lets this person approve."""
    now: int
    """When this was so, in milliseconds."""


async def overview_of(bot: Bot, user_id: str) -> Overview:
    """Read it for somebody who may look, which the caller has made sure of."""
    open_ones = await bot.redis.requests.load_many(await bot.redis.requests.open_ids())
    waiting = [one for one in open_ones if one.state is State.WAITING]
    owing, _ = await bot.redis.requests.unreviewed()
    lists = [one.terms.may_approve for one in waiting]
    lists += [one.terms.glass.may_review for one in owing if one.terms.glass]
    rules = [some for rule in bot.policy.rules for some in (rule.may_ask, rule.may_approve)]
    who = await standing(bot, user_id, *lists, *rules, fresh=False)
    who = await with_places(bot, who, fresh=False)
    now = (await bot.redis.requests.snapshot()).now
    return Overview(
        person=who.person,
        groups=tuple(sorted(name for name, ids in who.groups.items() if user_id in ids)),
        waiting_for_me=tuple(
            one for one in waiting if why_not_approve(as_of(one, now), who, now) is None
        ),
        running=tuple(one for one in open_ones if one.state is not State.WAITING),
        far=await how_far(bot, open_ones),
        mine=tuple(one for one in waiting if one.asker.is_same(who.person)),
        to_review=tuple(one for one in owing if why_not_review(one, who) is None),
        may_ask=tuple(
            name
            for name in CATALOGUE
            if includes(bot.policy.who_may_ask(name), user_id, who.groups)
        ),
        may_approve=tuple(
            name
            for name in CATALOGUE
            if any(
                rule.speaks_of(name) and includes(rule.may_approve, user_id, who.groups)
                for rule in bot.policy.rules
            )
        ),
        now=now,
    )


async def how_far(bot: Bot, some: Iterable[Request]) -> dict[str, Progress]:
    """Count how the machines stand of those requests that run and are about several."""
    running = [(one.id, one.fleet) for one in some if one.fleet and one.state is State.RUNNING]
    return {
        request_id: progress_of(fleet, await bot.redis.requests.results(request_id))
        for request_id, fleet in running
    }

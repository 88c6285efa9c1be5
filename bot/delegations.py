"""The delegations that hold, and in whose places somebody may vote by them."""

from collections.abc import Iterable

from bot import arranged
from bot.access import person
from bot.domain.delegations import Delegation
from bot.domain.people import Person
from bot.domain.votes import Standing
from bot.errors import SlackRefused
from bot.lifecycle import disown_records
from bot.runtime import Bot


async def delegations_now(bot: Bot) -> tuple[Delegation, ...]:
    """Return the delegations that hold; one that is not ours is ignored, and written down."""
    found = await arranged.delegations(bot)
    await disown_records(bot, found.strange)
    return found.holding


async def with_places(bot: Bot, who: Standing, *, fresh: bool = True) -> Standing:
    """Add in whose places a person may vote, each as Slack has them now.

    A delegation is to an account: another one of the same human does not get it.
    """
    mine = [one for one in await delegations_now(bot) if one.to.id == who.person.id]
    return who.model_copy(
        update={"delegated": await as_they_are(bot, mine, who.person, fresh=fresh)}
    )


async def as_they_are(
    bot: Bot, some: Iterable[Delegation], to: Person, *, fresh: bool
) -> tuple[Delegation, ...]:
    """Put whoever delegated to somebody into the delegations as Slack has them now."""
    found: list[Delegation] = []
    for one in some:
        try:
            by = await person(bot, one.by.id, fresh=fresh)
        except SlackRefused:
            continue  # Slack knows no such account any more: it gives nothing
        found.append(one.model_copy(update={"by": by, "to": to}))
    return tuple(found)

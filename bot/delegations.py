"""The delegations that hold, and in whose places somebody may vote by them."""

from bot import arranged
from bot.domain.delegations import Delegation
from bot.domain.people import same_person
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
    """Add in whose places a person may vote, each as Slack has them now."""
    mine = [one for one in await delegations_now(bot) if same_person(one.to, who.person)]
    delegated: list[Delegation] = []
    for one in mine:
        try:
            by = await bot.slack.person(one.by.id, fresh=fresh)
        except SlackRefused:
            continue  # Slack knows no such account any more: it gives nothing
        delegated.append(one.model_copy(update={"by": by}))
    return who.model_copy(update={"delegated": tuple(delegated)})

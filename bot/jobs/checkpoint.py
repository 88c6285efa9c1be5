"""Saying at intervals how far the audit log is: in the log itself, signed, and in Slack."""

from typing import Final

from bot.cards import place_for
from bot.domain.checkpoints import Checkpoint, due, fact_of, made
from bot.domain.data import Data
from bot.lifecycle import note
from bot.messages.anchors import checkpoint_post
from bot.runtime import Bot

POST_EVERY: Final = 60_000
"""Milliseconds between two posts, however much is written: a thousand machines that fail over would
bury their own card. The newest checkpoint vouches for all before it."""


class Standing(Data):
    """Where the newest checkpoint is."""

    place: int
    """The number of the entry that holds it; 0 when there is none yet."""
    at: int
    """When it was made, in milliseconds."""
    untold: Checkpoint | None = None
    """The checkpoint, until Slack has it."""
    posted_at: int = 0
    """When one was posted last, in milliseconds."""


async def checkpoint(bot: Bot) -> None:
    """Make a checkpoint when it is time for one, and post the newest if Slack has not got it.

    Losing a race makes one more, which does no harm.
    """
    stored = await bot.redis.audit.standing()
    before = await bot.redis.requests.snapshot()
    if not stored:  # the clock of a new log begins with the first look
        await bot.redis.audit.stand(Standing(place=0, at=before.now).model_dump_json())
        return
    standing = Standing.model_validate_json(stored)
    if due(before.sequence, before.now, standing.place, standing.at):
        new = made(before.sequence, before.head, bot.signer)
        fact = fact_of(new, bot.policy.version)
        place = await note(bot, fact, f"checkpoint:{before.sequence}")
        news = {"place": place, "at": before.now, "untold": new}
        standing = standing.model_copy(update=news)
        await bot.redis.audit.stand(standing.model_dump_json())
    if standing.untold and before.now - standing.posted_at >= POST_EVERY:
        await bot.slack.post(await place_for(bot, ""), checkpoint_post(standing.untold))
        told = standing.model_copy(update={"untold": None, "posted_at": before.now})
        await bot.redis.audit.stand(told.model_dump_json())

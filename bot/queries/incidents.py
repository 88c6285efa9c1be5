"""Looking at an incident: everything that happened in it, in order."""

from bot.access import require_look
from bot.domain.data import Data
from bot.domain.incidents import is_incident
from bot.errors import Misunderstood
from bot.incidents import meant_in, so_far
from bot.queries.found import Timeline
from bot.queries.registry import query
from bot.refusals import Type
from bot.runtime import Bot


@query(target="incident", here=True)
async def timeline(bot: Bot, user_id: str, target: str, channel: str = "") -> Data:
    """Show everything of the incident of this channel in order: notes, updates, requests' steps.

    Elsewhere the id of the incident says which; one that is closed has its timeline, too.
    """
    await require_look(bot, user_id)
    if target and not is_incident(target):
        raise Misunderstood(
            Type.WRONG_VALUE, f"{target!r} is not the id of an incident.", "It looks like I-7K2M9P."
        )
    incident = await meant_in(bot, channel, target.upper(), closed=True)
    known = await so_far(bot, incident)
    entries = await bot.redis.audit.of_request(incident.id)
    for one in known.requests:
        entries += await bot.redis.audit.of_request(one.id)
    entries.sort(key=lambda one: one.sequence)
    return Timeline(incident=incident, known=known, entries=tuple(entries))

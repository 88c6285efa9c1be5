"""What people choose from the shortcuts menu: from a callback id to what it does.

One listener takes all of them; a new one is a line in `HANDLERS` and in app-manifest.yml.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

from bot.cards import place_for
from bot.domain.data import Data
from bot.errors import NotNow
from bot.messages.blocks import Message
from bot.refusals import Gone
from bot.runtime import Bot
from handlers import incidents
from handlers.commands import Said

START_FAILOVER: Final = "dr.start_failover"
ADD_TO_TIMELINE: Final = "dr.add_to_timeline"


class Chosen(Data):
    """A shortcut that somebody chose."""

    callback: str
    user: str
    channel: str
    """Where the message is on which it was chosen; '' for one of the global menu."""
    trigger: str
    """Opens a form within three seconds."""
    message: dict[str, Any] = {}
    """The message on which it was chosen, as Slack has it; empty for one of the global menu."""


Handle = Callable[[Bot, Chosen], Awaitable[Message | None]]


async def _start_failover(bot: Bot, chosen: Chosen) -> Message | None:
    """Open the form that `/dr failover` opens; the card goes to the incident channel."""
    said = Said(
        user=chosen.user,
        channel=await place_for(bot, ""),
        text="failover",
        trigger=chosen.trigger,
        elsewhere=True,
    )
    return await incidents.run(bot, said)


async def _add_to_timeline(bot: Bot, chosen: Chosen) -> Message | None:
    """Put the message into the timeline of the incident of its channel."""
    return await incidents.add_message(bot, chosen.user, chosen.channel, chosen.message)


HANDLERS: Final[Mapping[str, Handle]] = {
    START_FAILOVER: _start_failover,
    ADD_TO_TIMELINE: _add_to_timeline,
}


async def choose(bot: Bot, chosen: Chosen) -> Message | None:
    """Do what a shortcut is for; whoever does it asks who chose it, as for what is typed."""
    handle = HANDLERS.get(chosen.callback)
    if handle is None:
        raise NotNow(
            Gone.BUTTON, "This shortcut is of another version of the bot.", "Type /dr instead."
        )
    return await handle(bot, chosen)

"""The card of a request in a window of its own, for whoever looks at it from their Home."""

from bot.access import require_look
from bot.cards import drawn
from bot.errors import NotNow
from bot.messages.blocks import Block
from bot.messages.panes import card_window
from bot.refusals import Gone
from bot.runtime import Bot


async def show(bot: Bot, user: str, request_id: str, trigger: str) -> None:
    """Open the window for somebody who may look; what they press in it is decided like any click.

    Raises `NotAllowed`, or `NotNow` when there is no such request.
    """
    await require_look(bot, user)
    await bot.slack.open_view(trigger, await _window(bot, request_id))


async def redraw(bot: Bot, window: str, request_id: str) -> None:
    """Show in an open window what has become of the request."""
    await bot.slack.update_view(window, await _window(bot, request_id))


async def _window(bot: Bot, request_id: str) -> Block:
    seen = await bot.redis.requests.snapshot(request_id)
    if seen.request is None:
        raise NotNow(Gone.REQUEST, f"There is no request {request_id}.", "/dr requests lists them.")
    record = await bot.redis.cards.record(request_id)
    link = await bot.slack.link(record.channel, record.ts) if record.ts else ""
    message = await drawn(bot, seen.request, seen.now)
    return card_window(message, request_id, record.channel or seen.request.channel, link)

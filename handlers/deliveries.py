"""What all that Slack delivers has in common: it has effect once, and one person is told of it."""

from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

from bot.errors import SlackRefused
from bot.messages.blocks import Message
from bot.messages.panes import window
from bot.runtime import Bot

Answer = TypeVar("Answer")

_DUPLICATES: Final = 900
"""Seconds for which the same delivery is recognised."""


async def once(
    bot: Bot, delivery: str, work: Callable[[], Awaitable[Answer | None]]
) -> Answer | None:
    """Do the work of a delivery, unless it was delivered before."""
    if not await bot.redis.shelf.first_time(f"delivery:{delivery}", _DUPLICATES):
        return None
    return await work()


async def whisper(bot: Bot, channel: str, user: str, message: Message, thread: str = "") -> None:
    """Tell one person in the channel where they asked, or directly when that fails."""
    try:
        await bot.slack.whisper(channel, user, message, thread=thread)
    except SlackRefused:
        await bot.slack.post(user, message)


async def show_window(bot: Bot, trigger: str, user: str, message: Message) -> None:
    """Show a message to whoever asked where there is no channel, or send it directly.

    The trigger of what they did is good for three seconds, and for one window.
    """
    try:
        await bot.slack.open_view(trigger, window(message), reopened=False)
    except SlackRefused:
        await bot.slack.post(user, message)

"""A message in a window of its own: for whoever asked where there is no channel to answer in."""

from typing import Final

from bot.messages.blocks import Block, Message, context, section

_MOST: Final = 100
"""Slack shows no more blocks in one window."""


def window(message: Message, title: str = "DR bot") -> Block:
    """Draw a message as a window that asks nothing; its buttons work there, too."""
    return {
        "type": "modal",
        "title": {"type": "plain_text", "text": title, "emoji": True},
        "close": {"type": "plain_text", "text": "Close", "emoji": True},
        "blocks": message.blocks[:_MOST] or [section(message.text)],
    }


def card_window(message: Message, request_id: str, channel: str, link: str) -> Block:
    """Draw the card of a request as a window, and say where the card itself is."""
    there = f"<{link}|Its card> is in <#{channel}>." if link else f"Its card is in <#{channel}>."
    whole = Message(text=message.text, blocks=[*message.blocks[: _MOST - 1], context(there)])
    return window(whole, f"Request {request_id}")

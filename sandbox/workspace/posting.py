"""What an app may post, and how a stored message looks when it is sent back.

Shared by the chat methods, response addresses and acknowledgements with a message, so that all of
them are equally strict. The rule: nothing here decides who may post where.
"""

from dataclasses import dataclass
from typing import Any

from sandbox.workspace.blocks import check_blocks, fill_in
from sandbox.workspace.state import Post, State
from sandbox.workspace.wire import Arguments, Json, SlackError

_LONGEST_TEXT = 40_000


@dataclass(frozen=True)
class Content:
    """The text and blocks of a message, checked."""

    text: str
    blocks: list[Json]
    metadata: Json | None


def read_content(arguments: Arguments) -> Content:
    """The content of a call; refuses a message that says nothing or is malformed."""
    blocks = arguments.json("blocks")
    text = arguments.text("text")[:_LONGEST_TEXT]
    if not text.strip() and not blocks:
        raise SlackError("no_text")
    if blocks is not None and (complaints := check_blocks(blocks, "message")):
        raise SlackError("invalid_blocks", messages=complaints, errors=complaints)
    return Content(text, fill_in(blocks or []), _metadata(arguments.json("metadata")))


def _metadata(given: Any) -> Json | None:
    if given is None:
        return None
    if (
        not isinstance(given, dict)
        or not isinstance(given.get("event_type"), str)
        or not isinstance(given.get("event_payload"), dict)
    ):
        raise SlackError("invalid_metadata_format")
    return given


def message_json(state: State, post: Post) -> Json:
    """A message as Slack stores and returns it."""
    message: Json = {
        "type": "message",
        "user": post.user,
        "ts": post.ts,
        "team": state.team_id,
        "text": post.text,
    }
    if post.user == state.bot_user_id:
        message |= {"bot_id": state.bot_id, "app_id": state.app_id}
    if post.blocks:
        message["blocks"] = post.blocks
    if post.thread_ts is not None:
        message["thread_ts"] = post.thread_ts
        parent = state.find_post(post.channel, post.thread_ts)
        if post.is_reply and parent is not None:
            message["parent_user_id"] = parent.user
    if post.broadcast:
        message["subtype"] = "thread_broadcast"
    if post.edited:
        message["edited"] = {"user": post.user, "ts": post.ts}
    if post.metadata is not None:
        message["metadata"] = post.metadata
    return message

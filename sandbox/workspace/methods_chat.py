"""Posting, editing and marking messages: `chat.*`, `pins.*`, `bookmarks.*`, `reactions.*`."""

from sandbox.workspace.blocks import shown_by
from sandbox.workspace.core import Core
from sandbox.workspace.methods import Method, known_user, own_channel, visible_channel
from sandbox.workspace.posting import Content, message_json, read_content
from sandbox.workspace.state import Post
from sandbox.workspace.wire import Arguments, Json, SlackError

_LONGEST_UPDATE = 4000
_MOST_PINS = 100
_MOST_BOOKMARKS = 100
_LONGEST_BLOCKS = 12_000
"""Slack says nowhere how much text the blocks of a message may show; it refuses from about here on.
Private answers and response addresses take more."""


def post_message(core: Core, arguments: Arguments) -> Json:
    channel = own_channel(core, arguments.need("channel"), uninvited=True)
    content = _within_limits(arguments)
    thread_ts = _thread(core, channel.id, arguments.text("thread_ts"))
    post = core.state.add_post(
        Post(
            core.state.new_ts(),
            channel.id,
            core.state.bot_user_id,
            content.text,
            content.blocks,
            thread_ts=thread_ts,
            broadcast=thread_ts is not None and arguments.flag("reply_broadcast"),
            metadata=content.metadata,
        )
    )
    return {"channel": channel.id, "ts": post.ts, "message": message_json(core.state, post)}


def post_ephemeral(core: Core, arguments: Arguments) -> Json:
    channel = own_channel(core, arguments.need("channel"))
    user = known_user(core, arguments.need("user"))
    if user.id not in channel.members:
        raise SlackError("user_not_in_channel")
    content = read_content(arguments)
    thread_ts = _thread(core, channel.id, arguments.text("thread_ts"))
    post = core.state.add_post(
        Post(
            core.state.new_ts(),
            channel.id,
            core.state.bot_user_id,
            content.text,
            content.blocks,
            thread_ts=thread_ts,
            only_for=user.id,
        )
    )
    return {"message_ts": post.ts}


def update(core: Core, arguments: Arguments) -> Json:
    """Blocks that are not sent again are gone, and only then is the message marked as edited."""
    post = _own_post(core, arguments, "cant_update_message")
    if len(arguments.text("text")) > _LONGEST_UPDATE:
        raise SlackError("msg_too_long")
    content = _within_limits(arguments)
    post.text, post.blocks = content.text, content.blocks
    post.edited = not content.blocks
    post.metadata = content.metadata or post.metadata
    post.broadcast = post.broadcast or (post.is_reply and arguments.flag("reply_broadcast"))
    core.state.touch()
    message = message_json(core.state, post)
    return {"channel": post.channel, "ts": post.ts, "text": post.text, "message": message}


def delete(core: Core, arguments: Arguments) -> Json:
    post = _own_post(core, arguments, "cant_delete_message")
    core.state.remove_post(post)
    return {"channel": post.channel, "ts": post.ts}


def get_permalink(core: Core, arguments: Arguments) -> Json:
    channel = visible_channel(core, arguments.need("channel"))
    ts = arguments.need("message_ts")
    if core.state.find_post(channel.id, ts) is None:
        raise SlackError("message_not_found")
    link = (
        f"https://{core.state.team_domain}.slack.com/archives/{channel.id}/p{ts.replace('.', '')}"
    )
    return {"channel": channel.id, "permalink": link}


def add_pin(core: Core, arguments: Arguments) -> Json:
    channel = own_channel(core, arguments.need("channel"))
    ts = arguments.need("timestamp")
    if core.state.find_post(channel.id, ts) is None:
        raise SlackError("message_not_found")
    if ts in channel.pins:
        raise SlackError("already_pinned")
    if len(channel.pins) >= _MOST_PINS:
        raise SlackError("too_many_pins")
    channel.pins.append(ts)
    core.state.touch()
    return {}


def add_bookmark(core: Core, arguments: Arguments) -> Json:
    channel = own_channel(core, arguments.need("channel_id"))
    kind, title = arguments.need("type"), arguments.need("title")
    if kind != "link":
        raise SlackError("invalid_bookmark_type")
    if not arguments.need("link").startswith(("https://", "http://")):
        raise SlackError("invalid_link")
    if len(channel.bookmarks) >= _MOST_BOOKMARKS:
        raise SlackError("too_many_bookmarks")
    bookmark = {
        "id": f"Bk{len(channel.bookmarks):08d}",
        "channel_id": channel.id,
        "type": kind,
        "title": title,
        "link": arguments.need("link"),
    }
    channel.bookmarks.append(bookmark)
    core.state.touch()
    return {"bookmark": bookmark}


def add_reaction(core: Core, arguments: Arguments) -> Json:
    channel = own_channel(core, arguments.need("channel"))
    name = arguments.need("name")
    post = core.state.find_post(channel.id, arguments.need("timestamp"))
    if post is None:
        raise SlackError("message_not_found")
    if name in post.reactions:
        raise SlackError("already_reacted")
    post.reactions.append(name)
    core.state.touch()
    return {}


def _within_limits(arguments: Arguments) -> Content:
    content = read_content(arguments)
    if shown_by(content.blocks) > _LONGEST_BLOCKS:
        raise SlackError("msg_blocks_too_long")
    return content


def _own_post(core: Core, arguments: Arguments, refusal: str) -> Post:
    channel = own_channel(core, arguments.need("channel"))
    post = core.state.find_post(channel.id, arguments.need("ts"))
    if post is None or post.only_for is not None:
        raise SlackError("message_not_found")
    if post.user != core.state.bot_user_id:
        raise SlackError(refusal)
    return post


def _thread(core: Core, channel: str, ts: str) -> str | None:
    """The root of the thread that is meant; a reply to a reply goes to the same root."""
    if not ts:
        return None
    root = core.state.find_post(channel, ts)
    if root is None or root.only_for is not None:
        raise SlackError("thread_not_found")
    root.thread_ts = root.thread_ts or root.ts
    return root.thread_ts


CHAT = {
    "chat.postMessage": Method(post_message, ("chat:write",)),
    "chat.postEphemeral": Method(post_ephemeral, ("chat:write",)),
    "chat.update": Method(update, ("chat:write",)),
    "chat.delete": Method(delete, ("chat:write",)),
    "chat.getPermalink": Method(get_permalink),
    "pins.add": Method(add_pin, ("pins:write",)),
    "bookmarks.add": Method(add_bookmark, ("bookmarks:write",)),
    "reactions.add": Method(add_reaction, ("reactions:write",)),
}

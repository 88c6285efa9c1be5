"""What one person sees: the answer of `GET /page/view`.

The rule: pure; it shows what that person may see and nothing else.
"""

from sandbox.workspace.core import Core
from sandbox.workspace.state import SLACKBOT, Channel, Post, User
from sandbox.workspace.wire import Json

_NEWEST = 500


def page_view(core: Core, user: User) -> Json:
    """Everything on this person's screen."""
    state = core.state
    channels = [channel for channel in state.channels.values() if user.id in channel.members]
    home = core.views.homes.get(user.id)
    return {
        "version": state.version,
        "now": state.seconds(),
        "me": {"id": user.id, "name": user.name, "title": user.title},
        "team": state.team_name,
        "people": [_person(core, known) for known in state.users.values() if known.id != SLACKBOT],
        "usergroups": [
            {"id": group.id, "handle": group.handle, "name": group.name}
            for group in state.usergroups.values()
        ],
        "channels": [_channel(core, channel) for channel in channels],
        "messages": {channel.id: _messages(core, user, channel) for channel in channels},
        "modals": [core.views.as_sent(view) for view in core.views.stacks.get(user.id, [])],
        "home": core.views.as_sent(home) if home else None,
        "commands": [
            {
                "command": item.command,
                "description": item.description,
                "usage_hint": item.usage_hint,
            }
            for item in core.commands
        ],
        "shortcuts": _shortcuts(core, on_messages=False),
        "message_shortcuts": _shortcuts(core, on_messages=True),
    }


def _shortcuts(core: Core, *, on_messages: bool) -> list[Json]:
    return [
        {"callback_id": item.callback_id, "name": item.name, "description": item.description}
        for item in core.shortcuts
        if item.on_messages is on_messages
    ]


def _person(core: Core, user: User) -> Json:
    return {
        "id": user.id,
        "name": user.name,
        "real_name": user.real_name,
        "title": user.title,
        "groups": [
            group.handle for group in core.state.usergroups.values() if user.id in group.members
        ],
        "guest": user.is_restricted,
        "external": user.is_stranger,
        "deactivated": user.deleted,
        "bot": user.is_bot,
    }


def _channel(core: Core, channel: Channel) -> Json:
    return {
        "id": channel.id,
        "name": core.state.users[core.state.bot_user_id].name if channel.direct else channel.name,
        "private": channel.private,
        "direct": channel.direct,
        "shared": channel.shared,
        "topic": channel.topic,
        "archived": channel.archived,
        "pins": [_pin(core, channel, ts) for ts in channel.pins],
        "bookmarks": [{"title": one["title"], "link": one["link"]} for one in channel.bookmarks],
        "member_count": len(channel.members),
        "bot_is_member": core.state.bot_user_id in channel.members,
    }


def _pin(core: Core, channel: Channel, ts: str) -> Json:
    """A pinned message as the list of pins shows it."""
    post = core.state.find_post(channel.id, ts)
    return {"ts": ts, "text": post.text if post else "(gone)"}


def _messages(core: Core, user: User, channel: Channel) -> list[Json]:
    posts = [
        post for post in core.state.posts[channel.id].values() if post.only_for in {None, user.id}
    ]
    replies: dict[str, int] = {}
    for post in posts:
        if post.is_reply and post.thread_ts and post.only_for is None:
            replies[post.thread_ts] = replies.get(post.thread_ts, 0) + 1
    return [_message(core, post, replies.get(post.ts, 0)) for post in posts[-_NEWEST:]]


def _message(core: Core, post: Post, replies: int) -> Json:
    author = core.state.users[post.user]
    return {
        "ts": post.ts,
        "thread_ts": post.thread_ts if post.is_reply else None,
        "broadcast": post.broadcast,
        "user": author.id,
        "user_name": author.name,
        "bot": author.is_bot,
        "text": post.text,
        "blocks": post.blocks,
        "ephemeral": post.only_for is not None,
        "edited": post.edited,
        "pinned": post.ts in core.state.channels[post.channel].pins,
        "reactions": list(post.reactions),
        "reply_count": replies,
    }

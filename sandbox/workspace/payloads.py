"""What an app is told when something happens: the payloads, field by field as Slack sends them.

The rule: pure functions of what is already known; sending is `delivery`'s work.
"""

import re
import secrets
from html import escape

from sandbox.workspace.core import Core
from sandbox.workspace.entries import Entries, current
from sandbox.workspace.posting import message_json
from sandbox.workspace.state import Channel, Post, User
from sandbox.workspace.views import View
from sandbox.workspace.wire import Json

_MENTION = re.compile(r"(?<![\w@#/.])([@#])([a-z0-9][a-z0-9._-]*[a-z0-9])")
_LINK = re.compile(r"https?://[^\s<>|]+")
_TOKEN = "legacy-token-do-not-use"  # Slack still sends one; nobody should look at it


def channel_name(channel: Channel) -> str:
    """The name an app sees; those of private conversations are withheld."""
    if channel.direct:
        return "directmessage"
    return "privategroup" if channel.private else channel.name


def encode(core: Core, user: User, text: str, *, mentions: bool = True) -> str:
    """What a person typed, as it travels: HTML escaped, links and mentions marked."""
    escaped = _LINK.sub(lambda found: f"<{found[0]}>", escape(text, quote=False))
    if not mentions:
        return escaped
    return _MENTION.sub(lambda found: _mention(core, user, found[1], found[2]), escaped)


def _mention(core: Core, user: User, sign: str, name: str) -> str:
    if sign == "#":
        channel = core.state.find_channel(name)
        if channel is None or (channel.private and user.id not in channel.members):
            return sign + name
        return f"<#{channel.id}|{channel.name}>"
    for group in core.state.usergroups.values():
        if group.handle == name:
            return f"<!subteam^{group.id}|@{name}>"
    found = core.state.find_user(name)
    return f"<@{found.id}|{found.name}>" if found else sign + name


def slash(core: Core, user: User, channel: Channel, command: str, text: str) -> Json:
    """The form fields of a slash command."""
    return {
        "token": _TOKEN,
        "team_id": core.state.team_id,
        "team_domain": core.state.team_domain,
        "channel_id": channel.id,
        "channel_name": channel_name(channel),
        "user_id": user.id,
        "user_name": user.name,
        "command": command,
        "text": text,
        "api_app_id": core.state.app_id,
        "is_enterprise_install": "false",
        "response_url": core.address + core.tokens.new_response(user.id, channel.id),
        "trigger_id": core.tokens.new_trigger(user.id),
    }


def _interaction(core: Core, kind: str, user: User) -> Json:
    return {
        "type": kind,
        "user": {
            "id": user.id,
            "username": user.name,
            "name": user.name,
            "team_id": user.team_id,
        },
        "api_app_id": core.state.app_id,
        "token": _TOKEN,
        "team": {"id": core.state.team_id, "domain": core.state.team_domain},
        "enterprise": None,
        "is_enterprise_install": False,
    }


def _in_message(core: Core, post: Post) -> Json:
    """Where it happened. Of an ephemeral message the app is told the place, not the content."""
    channel = core.state.channels[post.channel]
    container: Json = {
        "type": "message",
        "message_ts": post.ts,
        "channel_id": post.channel,
        "is_ephemeral": post.only_for is not None,
    }
    if post.thread_ts is not None:
        container["thread_ts"] = post.thread_ts
    place: Json = {
        "container": container,
        "channel": {"id": channel.id, "name": channel_name(channel)},
    }
    if post.only_for is None:
        place["message"] = message_json(core.state, post)
    return place


def _in_view(core: Core, view: View) -> Json:
    return {
        "container": {"type": "view", "view_id": view.id},
        "view": core.views.as_sent(view),
    }


def block_actions_in_message(
    core: Core, user: User, post: Post, action: Json, entries: Entries
) -> Json:
    """Somebody used an element of a message."""
    response = core.tokens.new_response(user.id, post.channel, post.ts)
    return {
        **_interaction(core, "block_actions", user),
        **_in_message(core, post),
        "state": {"values": current(post.blocks, entries)},
        "trigger_id": core.tokens.new_trigger(user.id),
        "response_url": core.address + response,
        "actions": [{**action, "action_ts": core.state.new_ts()}],
    }


def block_actions_in_view(core: Core, user: User, view: View, action: Json) -> Json:
    """Somebody used an element of a modal or of the home tab."""
    return {
        **_interaction(core, "block_actions", user),
        **_in_view(core, view),
        "trigger_id": core.tokens.new_trigger(user.id, view.id),
        "actions": [{**action, "action_ts": core.state.new_ts()}],
    }


def block_suggestion(
    core: Core, user: User, place: Post | View, block_id: str, action_id: str, value: str
) -> Json:
    """Somebody is typing into a select whose options the app knows."""
    where = _in_view(core, place) if isinstance(place, View) else _in_message(core, place)
    return {
        **_interaction(core, "block_suggestion", user),
        **where,
        "block_id": block_id,
        "action_id": action_id,
        "value": value,
    }


def view_submission(core: Core, user: User, view: View) -> Json:
    """Somebody sent a modal off."""
    return {
        **_interaction(core, "view_submission", user),
        "trigger_id": core.tokens.new_trigger(user.id, view.id),
        "view": core.views.as_sent(view),
        "response_urls": [],
    }


def shortcut(core: Core, user: User, callback_id: str) -> Json:
    """Somebody chose one of the app's shortcuts from the global menu."""
    return {
        **_interaction(core, "shortcut", user),
        "callback_id": callback_id,
        "trigger_id": core.tokens.new_trigger(user.id),
        "action_ts": core.state.new_ts(),
    }


def message_action(core: Core, user: User, post: Post, callback_id: str) -> Json:
    """Somebody chose one of the app's shortcuts from the menu of a message."""
    channel = core.state.channels[post.channel]
    response = core.tokens.new_response(user.id, post.channel, None)
    return {
        **_interaction(core, "message_action", user),
        "callback_id": callback_id,
        "trigger_id": core.tokens.new_trigger(user.id),
        "action_ts": core.state.new_ts(),
        "message_ts": post.ts,
        "channel": {"id": channel.id, "name": channel_name(channel)},
        "message": message_json(core.state, post),
        "response_url": core.address + response,
    }


def view_closed(core: Core, user: User, view: View, *, all_of_them: bool) -> Json:
    """Somebody closed a modal whose app wants to know."""
    return {
        **_interaction(core, "view_closed", user),
        "view": core.views.as_sent(view),
        "is_cleared": all_of_them,
    }


def event(core: Core, body: Json) -> Json:
    """The wrapping of every event."""
    return {
        "token": _TOKEN,
        "team_id": core.state.team_id,
        "api_app_id": core.state.app_id,
        "event": body,
        "type": "event_callback",
        "event_id": "Ev" + secrets.token_hex(5).upper(),
        "event_time": int(core.state.seconds()),
        "authorizations": [
            {
                "enterprise_id": None,
                "team_id": core.state.team_id,
                "user_id": core.state.bot_user_id,
                "is_bot": True,
                "is_enterprise_install": False,
            }
        ],
        "is_ext_shared_channel": False,
    }


def home_opened(core: Core, user: User) -> Json:
    """Somebody looks at the app's home tab."""
    body: Json = {
        "type": "app_home_opened",
        "user": user.id,
        "channel": core.state.direct_with(user.id).id,
        "tab": "home",
        "event_ts": core.state.new_ts(),
    }
    home = core.views.homes.get(user.id)
    if home is not None:
        body["view"] = core.views.as_sent(home)
    return event(core, body)


def mention(core: Core, post: Post) -> Json:
    """Somebody mentioned the app in a message."""
    body: Json = {
        "type": "app_mention",
        "user": post.user,
        "text": post.text,
        "ts": post.ts,
        "channel": post.channel,
        "team": core.state.team_id,
        "event_ts": post.ts,
    }
    if post.thread_ts is not None:
        body["thread_ts"] = post.thread_ts
    return event(core, body)

"""Looking at channels and making them: `conversations.*`."""

import re
import secrets

from sandbox.workspace.core import Core
from sandbox.workspace.methods import (
    Method,
    known_user,
    need_scope,
    own_channel,
    page_of,
    visible_channel,
)
from sandbox.workspace.state import Channel
from sandbox.workspace.wire import Arguments, Json, SlackError, invalid

_NAME = re.compile(r"[a-z0-9_\-]+")
_INVITED = 100
"""So many people can be invited by one call."""


def info(core: Core, arguments: Arguments) -> Json:
    channel = visible_channel(core, arguments.need("channel"))
    need_scope(core, _read_scope(channel))
    return {"channel": channel_json(core, channel, arguments.flag("include_num_members"))}


def list_all(core: Core, arguments: Arguments) -> Json:
    kinds = set(arguments.names("types") or ["public_channel"])
    if unknown := kinds - {"public_channel", "private_channel", "im", "mpim"}:
        raise SlackError("invalid_types", messages=[f"[ERROR] unknown types: {sorted(unknown)}"])
    bot = core.state.bot_user_id
    channels = [
        channel
        for channel in core.state.channels.values()
        if _kind(channel) in kinds
        and (not channel.private or bot in channel.members)
        and not (channel.archived and arguments.flag("exclude_archived"))
    ]
    need_scope(core, *{_read_scope(channel) for channel in channels})
    return page_of(
        arguments, [channel_json(core, channel, True) for channel in channels], "channels"
    )


def members(core: Core, arguments: Arguments) -> Json:
    channel = visible_channel(core, arguments.need("channel"))
    need_scope(core, _read_scope(channel))
    listed = page_of(arguments, [{"id": member} for member in channel.members], "members")
    return {**listed, "members": [item["id"] for item in listed["members"]]}


def open_direct(core: Core, arguments: Arguments) -> Json:
    users = arguments.names("users")
    if len(users) != 1:
        raise invalid("[ERROR] exactly one user is supported here [json-pointer:/users]")
    user = known_user(core, users[0])
    if user.deleted:
        raise SlackError("user_disabled")
    return {"channel": {"id": core.state.direct_with(user.id).id}}


def create(core: Core, arguments: Arguments) -> Json:
    name = arguments.text("name")
    private = arguments.flag("is_private")
    need_scope(core, "groups:write" if private else "channels:manage")
    if not name:
        raise SlackError("invalid_name_required")
    if len(name) > 80:
        raise SlackError("invalid_name_maxlength")
    if not _NAME.fullmatch(name):
        raise SlackError("invalid_name_specials")
    if core.state.find_channel(name):
        raise SlackError("name_taken")
    channel_id = "C0" + secrets.token_hex(5).upper()[:9]
    bot = core.state.bot_user_id
    made = int(core.state.seconds())
    channel = Channel(channel_id, name, [bot], private=private, creator=bot, created=made)
    return {"channel": channel_json(core, core.state.add_channel(channel))}


def invite(core: Core, arguments: Arguments) -> Json:
    channel = own_channel(core, arguments.need("channel"))
    need_scope(core, *_change_scopes(channel, "invites"))
    wanted = arguments.names("users")
    if not wanted:
        raise SlackError("no_user")
    if len(wanted) > _INVITED:
        raise SlackError("too_many_users")
    wrong = {name: why for name in wanted if (why := _why_not_invited(core, channel, name))}
    if wrong and (not arguments.flag("force") or len(wrong) == len(wanted)):
        raise SlackError(next(iter(wrong.values())))
    channel.members.extend(name for name in dict.fromkeys(wanted) if name not in wrong)
    core.state.touch()
    return {"channel": channel_json(core, channel)}


def _why_not_invited(core: Core, channel: Channel, name: str) -> str:
    user = core.state.users.get(name)
    if user is None:
        return "user_not_found"
    if user.id == core.state.bot_user_id:
        return "cant_invite_self"
    if user.deleted or user.is_stranger:
        return "cant_invite"
    return "already_in_channel" if user.id in channel.members else ""


def join(core: Core, arguments: Arguments) -> Json:
    channel = visible_channel(core, arguments.need("channel"))
    if channel.private:
        raise SlackError("method_not_supported_for_channel_type")
    if channel.archived:
        raise SlackError("is_archived")
    if core.state.bot_user_id not in channel.members:
        channel.members.append(core.state.bot_user_id)
        core.state.touch()
    return {"channel": channel_json(core, channel)}


def set_topic(core: Core, arguments: Arguments) -> Json:
    channel = own_channel(core, arguments.need("channel"))
    need_scope(core, *_change_scopes(channel, "topic"))
    topic = arguments.text("topic")
    if len(topic) > 250:
        raise SlackError("too_long")
    channel.topic = topic
    core.state.touch()
    return {"channel": channel_json(core, channel)}


def channel_json(core: Core, channel: Channel, count: bool = False) -> Json:
    """A channel as Slack returns it."""
    bot = core.state.bot_user_id
    if channel.direct:
        person = next(member for member in channel.members if member != bot)
        return {"id": channel.id, "is_im": True, "is_channel": False, "user": person}
    shown: Json = {
        "id": channel.id,
        "name": channel.name,
        "name_normalized": channel.name,
        "is_channel": True,
        "is_group": False,
        "is_im": False,
        "is_mpim": False,
        "is_private": channel.private,
        "is_archived": channel.archived,
        "is_general": channel.name == "general",
        "is_shared": channel.shared,
        "is_ext_shared": channel.shared,
        "is_org_shared": False,
        "is_pending_ext_shared": channel.invited,
        "is_member": bot in channel.members,
        "context_team_id": core.state.team_id,
        "creator": channel.creator,
        "created": channel.created,
        "topic": {"value": channel.topic, "creator": "", "last_set": 0},
        "purpose": {"value": "", "creator": "", "last_set": 0},
    }
    if count:
        shown["num_members"] = len(channel.members)
    return shown


def _change_scopes(channel: Channel, what: str) -> tuple[str, str]:
    """Either the wide scope or the one for this alone."""
    if channel.private:
        return "groups:write", f"groups:write.{what}"
    return "channels:manage", f"channels:write.{what}"


def _kind(channel: Channel) -> str:
    if channel.direct:
        return "im"
    return "private_channel" if channel.private else "public_channel"


def _read_scope(channel: Channel) -> str:
    scopes = {
        "im": "im:read",
        "private_channel": "groups:read",
        "public_channel": "channels:read",
    }
    return scopes[_kind(channel)]


CONVERSATIONS = {
    "conversations.info": Method(info),
    "conversations.list": Method(list_all),
    "conversations.members": Method(members),
    "conversations.open": Method(open_direct, ("im:write",)),
    "conversations.create": Method(create),
    "conversations.invite": Method(invite),
    "conversations.join": Method(join, ("channels:join",)),
    "conversations.setTopic": Method(set_topic),
}

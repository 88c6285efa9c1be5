"""What a method of the Web API is, and the questions several of them ask.

Each `methods_*` module registers the methods of one family in a table. The rule: a method takes the
core and its arguments and returns the answer without `ok`, or raises a `SlackError`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from sandbox.workspace.core import Core
from sandbox.workspace.state import Channel, User
from sandbox.workspace.wire import Arguments, Json, SlackError

Work: TypeAlias = Callable[[Core, Arguments], Json]


@dataclass(frozen=True)
class Method:
    """One method."""

    work: Work
    scopes: tuple[str, ...] = ()
    """Any one of these is enough; none means that every token will do."""
    app_token: bool = False
    """Whether it is called with the app's token instead of the bot's."""


def need_scope(core: Core, *scopes: str) -> None:
    """Refuse a call for which the app has none of these scopes."""
    if scopes and not core.scopes & set(scopes):
        provided = ",".join(sorted(core.scopes))
        raise SlackError("missing_scope", needed=",".join(scopes), provided=provided)


def known_user(core: Core, user_id: str) -> User:
    """Somebody by id; names are not accepted."""
    user = core.state.users.get(user_id)
    if user is None:
        raise SlackError("user_not_found")
    return user


def visible_channel(core: Core, wanted: str) -> Channel:
    """A channel the app can see: any public one, and the private ones it is in."""
    channel = core.state.channels.get(wanted)
    hidden = channel is not None and channel.private
    if channel is None or (hidden and core.state.bot_user_id not in channel.members):
        raise SlackError("channel_not_found")
    return channel


def own_channel(core: Core, wanted: str, *, uninvited: bool = False) -> Channel:
    """A channel the app may post in, by id or by name, or a person's conversation with it.

    With `uninvited`, the scope chat:write.public opens public channels as well.
    """
    if wanted in core.state.users:
        return core.state.direct_with(wanted)
    found = core.state.find_channel(wanted)
    channel = visible_channel(core, found.id if found else wanted)
    if channel.archived:
        raise SlackError("is_archived")
    if core.state.bot_user_id in channel.members:
        return channel
    if uninvited and "chat:write.public" in core.scopes:
        return channel
    raise SlackError("not_in_channel")


def page_of(arguments: Arguments, items: list[Json], name: str) -> Json:
    """One page of a list, with the cursor of the next."""
    limit = max(1, min(arguments.number("limit", 100), 1000))
    cursor = arguments.text("cursor") or "0"
    if not cursor.isdigit():
        raise SlackError("invalid_cursor")
    start = int(cursor)
    following = str(start + limit) if start + limit < len(items) else ""
    return {
        name: items[start : start + limit],
        "response_metadata": {"next_cursor": following},
    }

"""What the workspace knows: people, groups, channels and what was posted in them.

The only place where time stamps are handed out and where a change is announced to those who wait
for one. The rule: no HTTP and no payloads here, and nothing that only one app or page would need.
"""

import asyncio
from dataclasses import dataclass, field
from datetime import UTC
from typing import Protocol, TypeVar

from sandbox.clock import Clock
from sandbox.workspace.wire import Json


@dataclass
class User:
    """A person, or the bot."""

    id: str
    name: str
    """The handle, as in `@alice`."""
    real_name: str
    title: str
    team_id: str
    is_bot: bool = False
    is_restricted: bool = False
    """A guest."""
    is_stranger: bool = False
    """Somebody of another company, met in a shared channel."""
    deleted: bool = False
    """Deactivated."""
    address: str = ""
    """The e-mail address, when it is not made of the name."""

    @property
    def email(self) -> str:
        """Where `users.lookupByEmail` finds this person."""
        if self.address:
            return self.address
        return f"{self.name}@{'contoso' if self.is_stranger else 'northwind'}.example"


@dataclass
class Usergroup:
    """A user group, which people mention as `@handle`."""

    id: str
    handle: str
    name: str
    members: list[str]
    """User ids."""
    disabled: bool = False


@dataclass
class Channel:
    """A channel or a direct conversation."""

    id: str
    name: str
    members: list[str]
    """User ids, the bot's among them when it is a member."""
    private: bool = False
    shared: bool = False
    """Shared with another company (`is_ext_shared`)."""
    invited: bool = False
    """Another company was invited and has not accepted yet (`is_pending_ext_shared`)."""
    direct: bool = False
    archived: bool = False
    topic: str = ""
    pins: list[str] = field(default_factory=list)
    """Time stamps of pinned messages."""
    bookmarks: list[Json] = field(default_factory=list)
    creator: str = ""
    """The user id of whoever made it."""
    created: int = 0
    """When that was, in seconds since the epoch."""


@dataclass
class Post:
    """One message."""

    ts: str
    channel: str
    user: str
    """Who wrote it; `USLACKBOT` is the workspace itself."""
    text: str
    blocks: list[Json] = field(default_factory=list)
    thread_ts: str | None = None
    broadcast: bool = False
    """A reply in a thread that is shown in the channel as well."""
    only_for: str | None = None
    """The one person who sees it, when it is ephemeral."""
    edited: bool = False
    metadata: Json | None = None
    reactions: list[str] = field(default_factory=list)

    @property
    def is_reply(self) -> bool:
        """Whether it lives in somebody's thread."""
        return self.thread_ts is not None and self.thread_ts != self.ts


class HasName(Protocol):
    """Whatever is found by its id or its name."""

    id: str
    name: str


Named = TypeVar("Named", bound=HasName)

SLACKBOT = "USLACKBOT"


class State:
    """The workspace's own truth."""

    def __init__(self, clock: Clock, team_id: str, team_name: str, team_domain: str) -> None:
        self.clock = clock
        self.team_id = team_id
        self.team_name = team_name
        self.team_domain = team_domain
        self.app_id = "A0DRBOT0000"
        self.bot_id = "B0DRBOT0000"
        self.bot_user_id = "U0DRBOT0000"
        self.users: dict[str, User] = {}
        self.usergroups: dict[str, Usergroup] = {}
        self.channels: dict[str, Channel] = {}
        self.posts: dict[str, dict[str, Post]] = {}
        self.version = 1
        self._changed = asyncio.Event()
        self._last_micros = 0

    def touch(self) -> None:
        """Announce a change that somebody can see."""
        self.version += 1
        changed, self._changed = self._changed, asyncio.Event()
        changed.set()

    async def wait_for_change(self, since: int, within: float) -> int:
        """Wait until the version is above `since`, at most `within` seconds; return it."""
        deadline = asyncio.get_running_loop().time() + within
        while self.version <= since:
            remaining = deadline - asyncio.get_running_loop().time()
            try:
                await asyncio.wait_for(self._changed.wait(), remaining)
            except TimeoutError:
                break
        return self.version

    def seconds(self) -> float:
        """The workspace's time as Unix seconds."""
        return self.clock.now().astimezone(UTC).timestamp()

    def new_ts(self) -> str:
        """A time stamp no other message has, later than every one before it."""
        micros = max(int(self.seconds() * 1_000_000), self._last_micros + 1)
        self._last_micros = micros
        return f"{micros // 1_000_000}.{micros % 1_000_000:06d}"

    def add_channel(self, channel: Channel) -> Channel:
        """Open a channel."""
        self.channels[channel.id] = channel
        self.posts[channel.id] = {}
        self.touch()
        return channel

    def find_user(self, wanted: str) -> User | None:
        """Somebody by id or by name."""
        return _find(self.users, wanted)

    def find_channel(self, wanted: str) -> Channel | None:
        """A channel by id, or a real channel by name with or without `#`."""
        if wanted in self.channels:
            return self.channels[wanted]
        named = {c.id: c for c in self.channels.values() if not c.direct}
        return _find(named, wanted.removeprefix("#"))

    def direct_with(self, user_id: str) -> Channel:
        """The conversation between the bot and one person, opened when needed."""
        channel_id = "D" + user_id[1:]
        if channel_id in self.channels:
            return self.channels[channel_id]
        members = [user_id, self.bot_user_id]
        return self.add_channel(
            Channel(channel_id, "directmessage", members, private=True, direct=True)
        )

    def add_post(self, post: Post) -> Post:
        """Show a new message."""
        self.posts[post.channel][post.ts] = post
        self.touch()
        return post

    def remove_post(self, post: Post) -> None:
        """Take a message away."""
        self.posts[post.channel].pop(post.ts, None)
        self.touch()

    def find_post(self, channel: str, ts: str) -> Post | None:
        """A message by where and when."""
        return self.posts.get(channel, {}).get(ts)

    def may_see(self, user_id: str, post: Post) -> bool:
        """Whether a message is on that person's screen."""
        if post.only_for not in {None, user_id}:
            return False
        return user_id in self.channels[post.channel].members

    def tell(self, user_id: str, channel: str, text: str) -> Post:
        """Show one person a sentence of the workspace itself."""
        return self.add_post(Post(self.new_ts(), channel, SLACKBOT, text, only_for=user_id))


def _find(known: dict[str, Named], wanted: str) -> Named | None:
    if wanted in known:
        return known[wanted]
    return next((item for item in known.values() if item.name == wanted), None)

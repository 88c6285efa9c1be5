"""The parts of a workspace that both apps and people act upon, in one handful.

The rule: no behaviour here; methods of the Web API and interactions of people take a `Core`.
"""

from dataclasses import dataclass, field
from typing import Any

from sandbox.workspace.state import State
from sandbox.workspace.tokens import Tokens
from sandbox.workspace.views import Views
from sandbox.workspace.wire import Json

DEFAULT_SCOPES = (
    "app_mentions:read",
    "bookmarks:write",
    "channels:join",
    "channels:manage",
    "channels:read",
    "chat:write",
    "commands",
    "groups:read",
    "groups:write",
    "im:write",
    "pins:write",
    "usergroups:read",
    "users:read",
)


@dataclass(frozen=True)
class Seen:
    """One call of the Web API, or one use of a response address."""

    method: str
    arguments: Json
    answer: Any
    """The JSON answered, or a number or word saying which trouble was made instead."""
    at: str
    """The workspace's time, ISO 8601."""


@dataclass(frozen=True)
class Command:
    """A slash command the app has registered."""

    command: str
    description: str
    usage_hint: str
    should_escape: bool = True
    """Whether mentions arrive as ids."""


@dataclass(frozen=True)
class Shortcut:
    """A shortcut that the app has registered."""

    callback_id: str
    name: str
    description: str
    on_messages: bool = False
    """Whether it is in the menu of each message, and not in the global one."""


@dataclass
class Core:
    """The handful."""

    state: State
    views: Views
    tokens: Tokens
    scopes: frozenset[str]
    commands: list[Command]
    subscriptions: frozenset[str]
    """Which events the app wants."""
    shortcuts: list[Shortcut] = field(default_factory=list)
    """What the menus offer of the app."""
    home_enabled: bool = True
    """Whether the app has a home tab."""
    usergroups_available: bool = True
    address: str = ""
    """Where the workspace is reached; known once somebody has reached it."""
    journal: list[Seen] = field(default_factory=list)

    def note(self, method: str, arguments: Json, answer: Any) -> None:
        """Write a call into the journal."""
        at = self.state.clock.now().isoformat()
        self.journal.append(Seen(method, arguments, answer, at))

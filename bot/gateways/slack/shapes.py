"""What Slack says of us, of people and of channels, as far as we need to know it."""

from bot.domain.data import Data
from bot.domain.people import Person


class Home(Data):
    """Who we are at Slack."""

    teams: frozenset[str]
    """The workspace's id, and the organisation's where there is one."""
    user: str
    """The user id of the bot."""
    team_name: str


class Account(Data):
    """A Slack account as it was when we looked."""

    person: Person
    address: str
    """Its e-mail address; '' when Slack does not say, as without the scope users:read.email."""


class Channel(Data):
    """A channel as far as we need to know it."""

    id: str
    name: str
    member: bool
    """Whether the bot is in it."""
    shared: bool
    """Whether people of another organisation are in it, or may soon be."""
    archived: bool
    private: bool = False
    creator: str = ""
    """The user id of whoever made it."""
    created: int = 0
    """When that was, in seconds since the epoch."""


class Installation(Data):
    """What Slack says of the bot token, besides whose it is."""

    team_name: str
    scopes: frozenset[str] | None
    """What it is granted; None when Slack does not say."""
    ahead: float | None
    """The seconds that Slack's clock is ahead of ours; None when it does not tell the time."""

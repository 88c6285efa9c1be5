"""The scopes of the Slack app: what each of them is for, as in app-manifest.yml."""

from collections.abc import Iterable
from typing import Final

from bot.domain.data import Data

NEEDED: Final = {
    "commands": "/dr and the shortcuts do not exist",
    "app_mentions:read": "nobody is heard who writes to it in a thread, where /dr does not work",
    "chat:write": "no card and no reminder can be posted",
    "channels:read": "a public channel is not found by its name, nor known to be shared",
    "groups:read": "a private channel is not found by its name, nor known to be shared",
    "usergroups:read": "nobody who is named by a user group can look, ask or approve",
    "users:read": "nobody can be let in, for it cannot be told who they are",
}
"""What every installation needs, each with what does not work without it."""
BY_ADDRESS: Final = "users:read.email"
"""What is needed where the policy's directory has e-mail addresses."""
WITHOUT_ADDRESSES: Final = "nobody can be told by an e-mail address of the policy's directory"
OF_INCIDENTS: Final = {
    "channels:manage": "an incident gets no channel of its own, nor a topic, nor people invited",
    "channels:join": "a public channel is not taken over for an incident before the bot is invited",
    "groups:write": "the same for private channels, where the policy wants those",
    "pins:write": "the board of an incident is not pinned",
    "bookmarks:write": "there are no bookmarks in the channel of an incident",
}
"""What incidents are better with: the record, the board and all else do without."""
OPTIONAL: Final = (BY_ADDRESS, *OF_INCIDENTS)
"""What whoever installs the app may refuse."""


class Scopes(Data):
    """What the bot token is granted, beside what it needs."""

    missing: dict[str, str] = {}
    """Each with what does not work without it."""
    needless: tuple[str, ...] = ()

    @property
    def histories(self) -> tuple[str, ...]:
        """Those that let it read what people write."""
        return tuple(one for one in self.needless if one.endswith(":history"))


def compare(granted: Iterable[str], *, by_address: bool) -> Scopes:
    """Compare what is granted with what is needed; an optional scope is never needless."""
    given = frozenset(granted)
    needed = NEEDED | ({BY_ADDRESS: WITHOUT_ADDRESSES} if by_address else {})
    return Scopes(
        missing={scope: why for scope, why in needed.items() if scope not in given},
        needless=tuple(sorted(given - NEEDED.keys() - set(OPTIONAL))),
    )

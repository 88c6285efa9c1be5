"""The scopes of the Slack app: what each of them is for, as in app-manifest.yml."""

from collections.abc import Iterable
from typing import Final

from bot.domain.data import Data

NEEDED: Final = {
    "commands": "/dr does not exist",
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
        needless=tuple(sorted(given - NEEDED.keys() - {BY_ADDRESS})),
    )

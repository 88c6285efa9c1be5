"""People as Slack knows them, and who of them counts.

Default deny: only a full, present, human member of our own workspace can do anything at all.
"""

from collections.abc import Collection

from bot.domain.data import Data


class Person(Data):
    """One Slack account as it was when we looked."""

    team: str
    """The workspace's (or the organisation's) id."""
    id: str
    name: str
    """The display name at the time: for reading, never for deciding."""
    deactivated: bool = False
    bot: bool = False
    guest: bool = False
    outsider: bool = False
    """Somebody of another organisation, here through a shared channel."""


def same_person(one: Person, other: Person) -> bool:
    """Whether two accounts are one human: the one place where people are compared."""
    return one.id == other.id


def why_nobody(person: Person, home_teams: Collection[str]) -> str | None:
    """Say why this account may do nothing at all, or return None for a full member."""
    if person.deactivated:
        return "This Slack account is deactivated."
    if person.bot:
        return "Bots and workflows cannot use /dr; a person has to."
    if person.outsider or person.team not in home_teams:
        return "You belong to another organisation; only members of this workspace can use /dr."
    if person.guest:
        return "Guests of this workspace cannot use /dr; ask a full member."
    return None

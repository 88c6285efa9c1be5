"""People as Slack knows them, and who of them counts.

Default deny: only a full, present, human member of our own workspace can do anything at all.
"""

from collections.abc import Collection
from enum import StrEnum

from bot.domain.data import Data
from bot.errors import NotAllowed
from bot.refusals import Who


class Doubt(StrEnum):
    """Why it cannot be told which human an account is, where the policy's directory matters."""

    NONE = ""
    UNLISTED = "unlisted"
    """The directory is to have everybody, and does not have this account."""
    HIDDEN = "hidden"
    """The directory goes by e-mail addresses, and Slack says none."""
    TWO = "two"
    """By its id it is another human than by its address."""


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
    entra: str = ""
    """The Entra object id that the policy's directory has for it; '' when it has none."""
    doubt: Doubt = Doubt.NONE

    @property
    def human(self) -> str:
        """Who this is as a human, for telling people apart: a human may have several accounts."""
        return self.entra or self.id

    def is_same(self, other: "Person") -> bool:
        """Whether two accounts are one, or belong to one human."""
        return self.id == other.id or self.human == other.human


def why_nobody(person: Person, home_teams: Collection[str]) -> NotAllowed | None:
    """Say why this account may do nothing at all, or return None for a full member."""
    if person.deactivated:
        return NotAllowed(Who.DEACTIVATED, "This Slack account is deactivated.")
    if person.bot:
        return NotAllowed(Who.NOT_A_PERSON, "Bots and workflows cannot use /dr; a person has to.")
    if person.outsider or person.team not in home_teams:
        return NotAllowed(
            Who.OUTSIDER,
            "You belong to another organisation; only members of this workspace can use /dr.",
        )
    if person.guest:
        return NotAllowed(Who.GUEST, "Guests of this workspace cannot use /dr; ask a full member.")
    return None


def why_in_doubt(person: Person) -> NotAllowed | None:
    """Say why this account may neither ask nor approve although it is a full member's, or None."""
    match person.doubt:
        case Doubt.UNLISTED:
            return NotAllowed(
                Who.NOT_IN_DIRECTORY,
                "The policy wants everybody who asks or approves to be in its directory, and this "
                "account is not.",
            )
        case Doubt.HIDDEN:
            return NotAllowed(
                Who.NO_ADDRESS,
                "The policy's directory knows people by their e-mail addresses, and Slack does not "
                "tell the bot yours, so it cannot be told who you are. The Slack app needs the "
                "scope users:read.email; dr doctor says whether it has it.",
            )
        case Doubt.TWO:
            return NotAllowed(
                Who.TWO_HUMANS,
                "The policy's directory has this account twice, as two different people: by its "
                "user id and by its e-mail address.",
            )
    return None

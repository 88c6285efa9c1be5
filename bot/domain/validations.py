"""Validations: what people, and checks of the policy, say of a machine that was failed over.

It is evidence and no vote: of people the later word counts, and all of it stays in the record.
"""

from bot.domain.data import Data
from bot.domain.people import Person


class Validation(Data):
    """One word on whether it works."""

    works: bool
    at: int
    person: Person | None = None
    """Who says so; None when a check does."""
    check: str = ""
    """The name of the check; '' when a person says so."""
    note: str = ""
    """What it is based on, in the person's words; of a check, the status and how long it took."""
    click: str = ""
    """The id of the form that carried it."""

    @property
    def verdict(self) -> str:
        """The verdict in words."""
        return "it works" if self.works else "it does not work"


def latest(validations: tuple[Validation, ...]) -> tuple[Validation, ...]:
    """Return the words that count: the last of any person, and the last of each check."""
    last = {one.check: one for one in validations}
    return tuple(last.values())


def doubted(validations: tuple[Validation, ...]) -> bool:
    """Whether a word that counts is against it."""
    return any(not one.works for one in latest(validations))

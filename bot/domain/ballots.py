"""What people said of a request, and whom it counts for.

A vote is somebody's own, or cast in the place of another by a delegation. Whoever's place it is
counts by it. Every human has part in one approval that counts, whichever part that is.
"""

from collections.abc import Iterable

from bot.domain.data import Data
from bot.domain.delegations import Place
from bot.domain.people import Person


class Vote(Data):
    """One person's word."""

    person: Person
    approves: bool
    at: int
    """Milliseconds since the epoch, by Redis' clock, like every `at` here."""
    click: str
    """The id of the click that carried it."""
    serves: tuple[int, ...] = (0,)
    """Which of the needs whoever counts by it could fill then, by their place in the list."""
    place: Place | None = None
    """Whose place it was cast in, by a delegation; None for their own."""
    ended_at: int = 0
    """When it ceased to count, 0 while it does."""
    ended_by: str = ""
    """The id of the click that took it back; empty when people were asked again, and when it was
    cast in a place whose time had run out."""

    @property
    def counts(self) -> bool:
        """Whether it is an approval that stands."""
        return self.approves and not self.ended_at

    @property
    def seat(self) -> Person:
        """Who counts by it: whoever pressed, or in whose place they did."""
        return self.place.person if self.place else self.person

    @property
    def who(self) -> str:
        """`Erin`, or `Erin for Dmitri`."""
        return f"{self.person.name} for {self.seat.name}" if self.place else self.person.name

    @property
    def ran_out(self) -> bool:
        """Whether it ceased to count because the time of its place was over."""
        return self.place is not None and not self.ended_by and self.ended_at == self.place.until

    def is_of(self, person: Person) -> bool:
        """Whether somebody cast it, or it was cast in their place."""
        return self.person.is_same(person) or self.seat.is_same(person)


def seats(approvals: Iterable[Vote]) -> dict[str, Vote]:
    """Return the votes that fill something, by the human of the seat; every human once."""
    found: dict[str, Vote] = {}
    spent: set[str] = set()
    for one in approvals:
        humans = {one.person.human, one.seat.human}
        if not humans & spent:
            spent |= humans
            found[one.seat.human] = one
    return found


def without_lapsed(votes: Iterable[Vote], now: int) -> tuple[Vote, ...]:
    """End the approvals whose delegation has run out by itself: their places are free again."""
    return tuple(
        one.model_copy(update={"ended_at": one.place.until})
        if one.counts and one.place and now >= one.place.until
        else one
        for one in votes
    )

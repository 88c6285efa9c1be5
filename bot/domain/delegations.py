"""Delegations: for a time, somebody votes in the place of one who may approve.

It gives one seat, and never a second one: what the delegator may approve at that moment and no
more, not what either of the two asked for, and nothing that could be delegated further. Every
check is made at the click and again before anything is sent, of both people.
"""

import re
from collections.abc import Sequence
from typing import Annotated, Final

from bot.domain.data import Data
from bot.domain.fleets import Fleet
from bot.domain.freezes import stamp
from bot.domain.jobs import Job
from bot.domain.machines import Machine
from bot.domain.nearest import meant
from bot.domain.operations import CATALOGUE
from bot.domain.people import Person
from bot.domain.plans import Plan
from bot.domain.rules import like
from bot.domain.targets import Target, name_of
from bot.domain.verbs import Argument
from bot.errors import Misunderstood
from bot.refusals import Type

_MOST: Final = 20
_LONGEST: Final = 300
_PATTERN: Final = re.compile(r"[^\s,]+")


class Place(Data):
    """Whose place a vote was cast in, when it was not the voter's own."""

    person: Person
    delegation: str
    """The id of the delegation."""
    until: int
    """When that ends by itself."""


class Delegation(Data):
    """One person's word that another may vote in their place."""

    id: str
    entry: int
    """The number of its entry in the audit log: an older record put back has none that fits."""
    by: Person
    """Whose place it is."""
    to: Person
    only: tuple[str, ...] = ()
    """The operations; none means all."""
    machines: tuple[str, ...] = ()
    """Patterns of the names of machines and plans; none means all."""
    at: int
    until: int
    """Milliseconds since the epoch, by Redis' clock, like `at`."""
    reason: str = ""

    @property
    def place(self) -> Place:
        """The place that it gives."""
        return Place(person=self.by, delegation=self.id, until=self.until)

    @property
    def narrowed(self) -> str:
        """`for failover, commit on vm-web*`; '' when it is for everything."""
        parts = [f"for {', '.join(self.only)}"] if self.only else []
        parts += [f"on {', '.join(self.machines)}"] if self.machines else []
        return " ".join(parts)

    @property
    def words(self) -> str:
        """What it is, in one sentence."""
        narrow = f", {self.narrowed}" if self.narrowed else ""
        return (
            f"{self.to.name} may vote in the place of {self.by.name} until "
            f"{stamp(self.until)}{narrow}."
        )

    def covers(self, operation: str, target: Target, machines: Sequence[Machine]) -> bool:
        """Whether it is for an operation on a target, whose machines are those of a plan."""
        if self.only and operation not in self.only:
            return False
        if not self.machines:
            return True
        match target:
            case Fleet():
                return all(like(member.name, self.machines) for member in target.members)
            case Plan() if not like(target.name, self.machines):
                return bool(machines) and all(like(one.name, self.machines) for one in machines)
            case Job():
                return like(target.target, self.machines)
        return like(name_of(target), self.machines)


def split(text: str) -> tuple[str, ...]:
    """Return the parts of a list that is typed with commas."""
    return tuple(dict.fromkeys(_PATTERN.findall(text)))


def _operations(text: str) -> str:
    names = split(text.casefold())
    for name in names:
        if name not in CATALOGUE:
            raise Misunderstood(
                Type.WRONG_VALUE, f"{name[:40]!r} is no operation; {meant(name, CATALOGUE)}."
            )
    return _list(",".join(names))


def _list(text: str) -> str:
    if not split(text):
        raise Misunderstood(
            Type.WRONG_VALUE, "The list is empty.", "Say it without spaces: vm-web*,vm-app*."
        )
    if len(text) > _LONGEST or len(split(text)) > _MOST:
        raise Misunderstood(
            Type.WRONG_VALUE,
            f"That is more than {_MOST} names, or longer than {_LONGEST} characters.",
            "A pattern such as vm-web* means many machines.",
        )
    return text


Only = Annotated[
    str,
    Argument(
        "Only",
        "<operation>,…",
        "only requests for these operations, such as failover,commit; without it, all that you "
        "may approve",
        _operations,
    ),
]
Machines = Annotated[
    str,
    Argument(
        "Machines",
        "<pattern>,…",
        "only requests whose machines, all of them, or whose plan are called so, such as vm-web*",
        _list,
    ),
]

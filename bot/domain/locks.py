"""Locks: what somebody keeps everybody's hands off, until when, and why.

A lock is on machines and plans as they were when it was put on, or on everything. It holds back
what would be asked for from then on, and what was approved and not sent yet. It never holds back
cancelling a job: a lock is to keep things as they are, and stopping what runs must always be open.
All else is held: taking a failover back, and restarting or resuming a job, move a machine as much
as a failover does.
"""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Final

from bot.domain.candidates import Candidate
from bot.domain.data import Data
from bot.domain.fleets import Fleet
from bot.domain.freezes import stamp
from bot.domain.jobs import Job
from bot.domain.machines import Machine, same_id
from bot.domain.people import Person
from bot.domain.plans import Plan
from bot.domain.targets import Target

LONGEST: Final = timedelta(days=30)
ALL: Final = "all"
NEVER_HELD: Final = frozenset({"cancel-job"})
"""The operations that no lock holds back."""
_NAMED: Final = 3
_SAID: Final = 80


class Locked(Data):
    """One machine or plan under a lock."""

    id: str
    name: str
    vault: str
    item: str = ""
    """Of a machine, the name that its item keeps when a reprotect moves it; '' of a plan."""


class HeldBy(Data):
    """A lock as a request knows it that was asked for all the same."""

    id: str
    by: Person
    until: int
    override: tuple[str, ...]
    """Who could override it then."""

    @property
    def words(self) -> str:
        """`Bo's lock L-7K2M9P, until 2026-03-01 14:00 UTC`."""
        return f"{self.by.name}'s lock {self.id}, until {stamp(self.until)}"


class Lock(Data):
    """What somebody has locked."""

    id: str
    entry: int
    """The number of its entry in the audit log: an older record put back has none that fits."""
    by: Person
    words: str
    """What was typed to mean it."""
    on: tuple[Locked, ...] = ()
    """The machines and plans; none for everything."""
    at: int
    until: int
    """Milliseconds since the epoch, by Redis' clock, like `at`."""
    reason: str

    @property
    def name(self) -> str:
        """What it is on, for a sentence."""
        if not self.on:
            return "everything"
        if len(self.on) <= _NAMED:
            return ", ".join(one.name for one in self.on)
        return f"{len(self.on)} machines ({self.words[:_SAID]})"

    def holds(self, target: Target, machines: Iterable[Machine] = ()) -> bool:
        """Whether it is on a target, or on one of the machines that belong to it."""
        return not self.on or any(
            _is_on(one, what) for one in self.on for what in (target, *machines)
        )

    def held_by(self, override: tuple[str, ...]) -> HeldBy:
        """Return what a request keeps of it that overrides it."""
        return HeldBy(id=self.id, by=self.by, until=self.until, override=override)


def holding(
    locks: Iterable[Lock], operation: str, target: Target, machines: Iterable[Machine] = ()
) -> tuple[Lock, ...]:
    """Return the locks that hold an operation on a target back."""
    if operation in NEVER_HELD:
        return ()
    around = tuple(machines)
    return tuple(lock for lock in locks if lock.holds(target, around))


def as_locked(what: Machine | Plan) -> Locked:
    """Return what a lock keeps of a machine or a plan."""
    item = what.item if isinstance(what, Machine) else ""
    return Locked(id=what.id, name=what.name, vault=what.vault, item=item)


def said_of(lock: Lock) -> str:
    """Say who locked what until when and why, in one sentence."""
    return f"{lock.by.name} has locked {lock.name} until {stamp(lock.until)}: {lock.reason}"


def meant_by(words: Sequence[str], locks: Sequence[Lock]) -> tuple[Lock, ...]:
    """Return the locks that some words mean; none when a word means none.

    Each is an id, or all others together are what was typed to lock or exactly what is locked: a
    lock is ended as a whole.
    """
    wanted = {word.casefold() for word in words}
    names = wanted - {lock.id.casefold() for lock in locks}
    by_name = [lock for lock in locks if names and names in _called(lock)]
    if names and not by_name:
        return ()
    return tuple(lock for lock in locks if lock in by_name or lock.id.casefold() in wanted)


def _called(lock: Lock) -> tuple[set[str], set[str]]:
    return {one.name.casefold() for one in lock.on}, set(lock.words.casefold().split())


def _is_on(one: Locked, what: Target) -> bool:
    match what:
        case Machine():
            return _is_machine(one, what.id, what.vault, what.name, what.item)
        case Plan():
            return same_id(one.id, what.id)
        case Job():
            return same_id(one.vault, what.vault) and _same(one.name, what.target)
        case Fleet():
            return any(_is_machine(one, m.id, m.vault, m.name) for m in what.members)
        case Candidate():
            return False  # it is not protected yet: only a lock on everything knows of it


def _is_machine(one: Locked, machine: str, vault: str, name: str, item: str = "") -> bool:
    """Whether it is that machine, which a reprotect may have given another id meanwhile."""
    if same_id(one.id, machine):
        return True
    alike = _same(one.name, name) or _same(one.item, item)
    return bool(one.item) and same_id(one.vault, vault) and alike


def _same(one: str, other: str) -> bool:
    return one.casefold() == other.casefold()

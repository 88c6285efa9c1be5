"""What the queries find: plain data, for `messages` to draw and for the command line to print."""

from bot.domain.audit import Entry
from bot.domain.data import Data
from bot.domain.jobs import Job
from bot.domain.machines import Machine, Point
from bot.domain.people import Person
from bot.domain.request import Request


class Overview(Data):
    """What `/dr` alone answers."""

    person: Person
    waiting_for_me: tuple[Request, ...]
    running: tuple[Request, ...]
    mine: tuple[Request, ...]
    may_ask: tuple[str, ...]
    """The operations that some rule lets this person ask for."""


class Fleet(Data):
    """All machines of all vaults, and which vaults are missing."""

    machines: tuple[Machine, ...]
    troubles: tuple[str, ...]
    detailed: bool
    """Whether every machine is wanted, or only what needs attention."""


class MachineStatus(Data):
    """Everything about one machine that helps to decide."""

    machine: Machine
    points: tuple[Point, ...]
    job: Job | None
    request: Request | None
    offers: tuple[str, ...]


class PointList(Data):
    """The recovery points of a machine, the newest first."""

    machine: Machine
    points: tuple[Point, ...]


class Readiness(Data):
    """Machines to be judged, all or one."""

    machines: tuple[Machine, ...]
    troubles: tuple[str, ...]
    one: bool


class JobList(Data):
    """Jobs, those that run first and then the newest; with steps and errors where they tell."""

    subject: str
    jobs: tuple[Job, ...]
    more: int


class RequestList(Data):
    """The open requests, and the newest of those that ended."""

    open: tuple[Request, ...]
    recent: tuple[Request, ...]


class Trail(Data):
    """Entries of the audit log, newest first."""

    subject: str
    entries: tuple[Entry, ...]


class Preview(Data):
    """A request that was not made."""

    request: Request
    why_not: str
    """Why this person could not ask for it; '' when they could."""
    drafts: tuple[Request, ...] = ()
    """Of several machines, what would be asked for each."""


class HelpPage(Data):
    """What can be typed; one verb in detail, or all."""

    names: tuple[str, ...]

"""What the queries find: plain data, for `messages` to draw and for the command line to print."""

from bot.domain.audit import Entry
from bot.domain.data import Data
from bot.domain.delegations import Delegation
from bot.domain.diagnosis import Diagnosis
from bot.domain.incidents import Incident
from bot.domain.jobs import Job
from bot.domain.locks import Lock
from bot.domain.machines import Machine, Point
from bot.domain.objectives import Aim
from bot.domain.people import Person
from bot.domain.plans import Plan
from bot.domain.progress import Progress
from bot.domain.quorum import Need
from bot.domain.request import Outcome, Request
from bot.domain.rules import Rule
from bot.domain.situation import Situation
from bot.domain.vaults import Event, Surroundings, VaultHealth
from bot.domain.windows import Exposed


class Fleet(Data):
    """Machines of all vaults, and which vaults are missing."""

    machines: tuple[Machine, ...]
    troubles: tuple[str, ...]
    detailed: bool
    """Whether every machine is wanted, or only what needs attention."""
    filters: tuple[str, ...] = ()
    """The words that chose them."""
    unmatched: tuple[str, ...] = ()
    """The words that mean no machine at all."""
    page: int = 1
    unprotected: dict[str, Exposed] = {}
    """Since when machines are not protected that were failed over, by their ids."""


class MachineStatus(Data):
    """Everything about one machine that helps to decide."""

    machine: Machine
    points: tuple[Point, ...] | None
    """Its recovery points, the newest first; None when Azure did not say."""
    job: Job | None
    request: Request | None
    offers: tuple[str, ...]
    together: tuple[str, ...] = ()
    """The names of the other machines of its consistency group."""
    nodes: tuple[str, ...] = ()
    """The names of the other nodes of its cluster."""
    locks: tuple[Lock, ...] = ()
    """The locks that are on it."""
    unprotected: Exposed | None = None
    """Since when it is not protected, when it was failed over."""
    commit_since: int = 0
    """Since when its failover waits to be committed; 0 when none does, or nobody knows."""


class VaultView(Data):
    """One vault, as far as it could be read."""

    id: str
    machines: tuple[Machine, ...] | None
    location: str
    """The code of its region, '' when it could not be read."""
    health: VaultHealth | None
    by_container: bool
    """Whether it is read container by container, for want of a right."""
    troubles: tuple[str, ...]


class VaultList(Data):
    """Every configured vault."""

    vaults: tuple[VaultView, ...]


class PlanList(Data):
    """The recovery plans of all vaults."""

    plans: tuple[Plan, ...]
    troubles: tuple[str, ...]


class PlanView(Data):
    """One recovery plan with its machines in the order of starting."""

    plan: Plan
    machines: tuple[Machine, ...]
    offers: tuple[str, ...]
    trouble: str = ""
    """Why the machines could not be read."""


class PointList(Data):
    """The recovery points of a machine, the newest first."""

    machine: Machine
    points: tuple[Point, ...]


class Readiness(Data):
    """Machines to be judged: one, those of a plan, or all; with what is around them."""

    machines: tuple[Machine, ...]
    around: tuple[Surroundings, ...]
    troubles: tuple[str, ...] = ()
    one: bool = False
    plan: Plan | None = None
    locks: tuple[Lock, ...] = ()
    """The locks that are on any of them."""


class JobList(Data):
    """Jobs, those that run first and then the newest; with steps and errors where they tell."""

    subject: str
    jobs: tuple[Job, ...]
    more: int
    which: str = "recent"
    page: int = 1
    troubles: tuple[str, ...] = ()


class JobView(Data):
    """One job, whole."""

    job: Job


class EventList(Data):
    """Events, the newest first."""

    subject: str
    severity: str
    events: tuple[Event, ...]
    page: int
    more: int
    troubles: tuple[str, ...]


class Examined(Data):
    """How the bot itself is."""

    findings: tuple[Diagnosis, ...]


class RequestList(Data):
    """The open requests, and the newest of those that ended."""

    open: tuple[Request, ...]
    recent: tuple[Request, ...]
    far: dict[str, Progress]
    """How far those are that run and are about several machines, by id."""
    unreviewed: tuple[Request, ...]
    """Those whose glass was broken and that owe a review, open or not, the oldest first."""
    lost: tuple[str, ...]
    """The ids of such whose record cannot be read."""
    now: int
    """Redis' time, in milliseconds."""


class RequestView(Data):
    """One request, and of several machines how each of them stands."""

    request: Request
    outcomes: dict[str, Outcome]
    """How each of several machines stands, by its request; those that were begun."""
    which: str
    page: int
    aim: Aim | None = None
    """What the policy aims at."""
    declared_at: int = 0
    """When the incident was declared that it belongs to."""
    now: int
    """Redis' time, in milliseconds."""


class Trail(Data):
    """Entries of the audit log, newest first."""

    subject: str
    entries: tuple[Entry, ...]
    filters: str = ""
    """The options that chose them, as they are typed."""
    page: int = 1
    more: bool = False


class Receipt(Data):
    """What became of a request, and its entries in the audit log."""

    request: Request
    parts: tuple[Request, ...]
    """Of several machines, the request of each."""
    entries: tuple[Entry, ...]
    checked: int
    """How many entries there are from the first of them to the last."""
    broken: str
    """What is wrong with the log between them; '' when it is whole."""


class Candidates(Data):
    """Who could fill a need at this moment."""

    need: Need
    everyone: bool
    """Whether every full member may, beside those who are named."""
    people: tuple[Person, ...]
    more: int
    """So many more were not looked up."""


class Explanation(Data):
    """What the policy says about a command."""

    line: str
    asker: Person
    rule: Rule
    number: int
    """Which rule of the file it is, counted from 1."""
    policy: str
    why: tuple[str, ...]
    """What of the rule matched."""
    why_not_ask: str
    frozen: str
    """Why nobody may ask now, when a freeze holds."""
    glass: bool
    """Whether it is explained with the glass broken."""
    locked: str
    """Why nobody may, when it is locked."""
    delegated: tuple[str, ...]
    """Who may vote in the place of whom, a sentence each."""
    candidates: tuple[Candidates, ...]


class HelpPage(Data):
    """What a person can type."""

    others: dict[str, tuple[str, ...]]
    """The commands that this person may not type, each with those whom the policy lets."""
    whole: bool
    """Whether those are wanted, too."""


class HelpOn(Data):
    """One command in detail."""

    name: str
    others: dict[str, tuple[str, ...]]
    """As for the whole page."""


class HelpWith(Data):
    """What a refusal means."""

    code: str
    """Its id, as people quote it."""


class LockList(Data):
    """The locks that hold, the next to run out first."""

    locks: tuple[Lock, ...]
    ends: tuple[str, ...] = ()
    """The ids of those that whoever looks may end."""
    strange: int = 0
    """How many records are not ours."""


class DelegationList(Data):
    """The delegations that hold, the next to run out first."""

    delegations: tuple[Delegation, ...]
    strange: int = 0
    """How many records are not ours."""


class Timeline(Data):
    """Everything of an incident in order."""

    incident: Incident
    known: Situation
    entries: tuple[Entry, ...]

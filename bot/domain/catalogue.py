"""What an operation is: the ground it stands on, the call it becomes, and how one is declared."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final, Literal

from bot.domain.arguments import OverrideFreeze, OverrideLock
from bot.domain.candidates import Candidate
from bot.domain.data import Data
from bot.domain.fleets import Fleet
from bot.domain.grammar import OVERRIDE, OVERRIDE_LOCK
from bot.domain.jobs import Job
from bot.domain.machines import Machine, Point, WayBack
from bot.domain.plans import Plan
from bot.domain.targets import Target, name_of
from bot.domain.verbs import Option, ReasonKind, TargetKind, Verb, describe
from bot.errors import NotNow

Reads = Literal["points", "way back"]
CREATE: Final = "create"
UNPROTECTED: Final = "Unprotected"
"""Azure's protectionStatus of a machine that it could protect."""


class Call(Data):
    """What will be sent to Azure, exactly."""

    action: str
    """The last segment of the POST: unplannedFailover, failoverCommit, switchprotection, …
    `create` is the PUT of the resource itself."""
    resource: str
    """The ARM id it is posted to: a protected item, its container, a plan or a job."""
    body: dict[str, Any] | None = None

    @property
    def line(self) -> str:
        """The method and the end of the path, as people read them."""
        if self.action == CREATE:
            return "PUT …/" + "/".join(self.resource.rsplit("/", 2)[1:])
        return f"POST …/{self.action}"


class Ground(Data):
    """What Azure said when somebody asked: frozen into the request, and compared before sending."""

    target: Target
    machines: tuple[Machine, ...] = ()
    """The machines of a plan, in the order of starting."""
    point: Point | None = None
    """The recovery point that the request names; None for `latest`, which is made at failover."""
    points: int | None = None
    """How many recovery points there are; None when Azure did not say."""
    way_back: WayBack | None = None

    @property
    def machine(self) -> Machine:
        """The machine that it is about; raises `TypeError` when it is about something else."""
        if isinstance(self.target, Machine):
            return self.target
        raise TypeError(f"a {self.target.sort} is not a machine")

    @property
    def candidate(self) -> Candidate:
        """The unprotected machine that it is about; raises `TypeError` when it is about another."""
        if isinstance(self.target, Candidate):
            return self.target
        raise TypeError(f"a {self.target.sort} is not an unprotected machine")

    @property
    def name(self) -> str:
        """What people call the target."""
        return name_of(self.target)

    @property
    def several(self) -> bool:
        """Whether it is about more than one machine."""
        return isinstance(self.target, Fleet | Plan)

    @property
    def here(self) -> str:
        """The name of the region where it runs now, or of several."""
        match self.target:
            case Machine() | Candidate():
                return self.target.here
            case Fleet():
                return _together(member.here for member in self.target.members)
            case Plan():
                return _together(m.here for m in self.machines) or self.target.primary
        return ""

    @property
    def there(self) -> str:
        """The name of the region on the other side, or of several."""
        match self.target:
            case Machine() | Candidate():
                return self.target.there
            case Fleet():
                return _together(member.there for member in self.target.members)
            case Plan():
                return _together(m.there for m in self.machines) or self.target.recovery
        return ""


About = Literal["machine", "job", "candidate"]


def _about(needs: Mapping[str, str]) -> About:
    if "job" in needs:
        return "job"
    return "candidate" if UNPROTECTED in needs.values() else "machine"


def _together(places: Iterable[str]) -> str:
    return ", ".join(dict.fromkeys(places))


@dataclass(frozen=True)
class Operation:
    """An entry of the catalogue."""

    verb: Verb
    title: str
    """What it is called on cards: `Failover`."""
    needs: Mapping[str, str]
    """For each provider that can do it, the entry of Azure's allowedOperations that offers it;
    for a job, the entry of its allowedActions; for an unprotected machine, its protectionStatus."""
    scenarios: tuple[str, ...]
    """The scenarioName values of the jobs it starts."""
    way: Callable[[Ground], str]
    """From where to where, in a few words."""
    destroys: Callable[[Ground], str]
    """One sentence on what cannot be had back."""
    refuses: Callable[[Machine], NotNow | None]
    """Says why not although Azure would, or returns None."""
    reads: tuple[Reads, ...]
    """What has to be read from Azure beside the machine."""
    plan: Mapping[str, str] = field(default_factory=dict)
    """For each provider whose plans can do it as a whole, what has to be in the plan's
    allowedOperations. The plans of all others are gone through machine by machine."""
    succeeded: Callable[[Job], bool] = lambda job: job.good
    """Whether the job, which has ended, did what was wanted."""

    @property
    def about(self) -> About:
        """What it is done to; what is done to a machine can be done to several, and to plans."""
        return _about(self.needs)

    @property
    def judged(self) -> bool:
        """Whether the machine's readiness to fail over says something about it."""
        return bool({"UnplannedFailover", "PlannedFailover"} & set(self.needs.values()))

    @property
    def name(self) -> str:
        """The word people type, the policy's key and the audit's label."""
        return self.verb.name

    def call(self, ground: Ground, arguments: Mapping[str, str]) -> Call:
        """Build what would be sent; raises `Missing` when a person has to say more."""
        said = {name.replace("-", "_"): value for name, value in arguments.items()}
        result = self.verb.function(ground, **said)
        assert isinstance(result, Call)  # noqa: S101 - the catalogue's own functions return calls
        return result


def for_all(needed: str, *providers: str) -> dict[str, str]:
    """Return the same need for several providers."""
    return dict.fromkeys(providers, needed)


def operation(
    title: str,
    *,
    needs: Mapping[str, str],
    scenarios: tuple[str, ...],
    way: Callable[[Ground], str],
    destroys: Callable[[Ground], str],
    refuses: Callable[[Machine], NotNow | None] = lambda _machine: None,
    reads: tuple[Reads, ...] = (),
    plan: Mapping[str, str] | None = None,
    succeeded: Callable[[Job], bool] = lambda job: job.good,
    reason: ReasonKind = "optional",
) -> Callable[[Callable[..., Call]], Operation]:
    """Make an operation of the function that builds its call."""

    def make(function: Callable[..., Call]) -> Operation:
        kinds: dict[About, TargetKind] = {"job": "job", "candidate": "machine"}
        kind = kinds.get(_about(needs), "machines")
        verb = describe(function, target=kind, reason=reason)
        freeze = Option(OVERRIDE, OverrideFreeze, "")
        verb = replace(verb, also=(freeze, Option(OVERRIDE_LOCK, OverrideLock, "")))
        return Operation(
            verb, title, needs, scenarios, way, destroys, refuses, reads, plan or {}, succeeded
        )

    return make

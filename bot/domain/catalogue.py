"""What an operation is: the ground it stands on, the call it becomes, and how one is declared."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from bot.domain.data import Data
from bot.domain.machines import Machine, Point, WayBack
from bot.domain.verbs import ReasonKind, Verb, describe
from bot.errors import NotNow

Reads = Literal["points", "way back"]


class Call(Data):
    """What will be sent to Azure, exactly."""

    action: str
    """The last segment of the POST: unplannedFailover, failoverCommit, switchprotection, …"""
    resource: str
    """The ARM id it is posted to: a protected item, or its container."""
    body: dict[str, Any] | None = None


class Ground(Data):
    """What Azure said when somebody asked: frozen into the request, and compared before sending."""

    machine: Machine
    point: Point | None = None
    """The recovery point that the request names; None for `latest`, which is made at failover."""
    points: int | None = None
    """How many recovery points there are; None when Azure did not say."""
    way_back: WayBack | None = None


@dataclass(frozen=True)
class Operation:
    """An entry of the catalogue."""

    verb: Verb
    title: str
    """What it is called on cards: `Failover`."""
    needs: Mapping[str, str]
    """For each provider that can do it, the entry of Azure's allowedOperations that offers it."""
    scenarios: tuple[str, ...]
    """The scenarioName values of the jobs it starts."""
    way: Callable[[Machine], str]
    """From where to where, in a few words."""
    destroys: Callable[[Ground], str]
    """One sentence on what cannot be had back."""
    refuses: Callable[[Machine], NotNow | None]
    """Says why not although Azure would, or returns None."""
    reads: tuple[Reads, ...]
    """What has to be read from Azure beside the machine."""

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


def operation(
    title: str,
    *,
    needs: Mapping[str, str],
    scenarios: tuple[str, ...],
    way: Callable[[Machine], str],
    destroys: Callable[[Ground], str],
    refuses: Callable[[Machine], NotNow | None] = lambda _machine: None,
    reads: tuple[Reads, ...] = (),
    reason: ReasonKind = "optional",
) -> Callable[[Callable[..., Call]], Operation]:
    """Make an operation of the function that builds its call."""

    def make(function: Callable[..., Call]) -> Operation:
        verb = describe(function, target="machine", reason=reason)
        return Operation(verb, title, needs, scenarios, way, destroys, refuses, reads)

    return make

"""What an operation is: the ground it stands on, the call it becomes, and how one is declared."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from bot.domain.data import Data
from bot.domain.machines import Machine, Point, WayBack
from bot.domain.verbs import ReasonKind, Verb, describe


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
    needs: str
    """The entry of Azure's allowedOperations that offers it."""
    scenarios: tuple[str, ...]
    """The scenarioName values of the jobs it starts."""
    destroys: Callable[[Ground], str]
    """One sentence on what cannot be had back."""
    wants_way_back: bool = False

    @property
    def name(self) -> str:
        """The word people type, the policy's key and the audit's label."""
        return self.verb.name

    def call(self, ground: Ground, arguments: Mapping[str, str]) -> Call:
        """Build what would be sent; raises `NotNow` when the machine does not offer it."""
        result = self.verb.function(ground, **arguments)
        assert isinstance(result, Call)  # noqa: S101 - the catalogue's own functions return calls
        return result


def operation(
    title: str,
    *,
    needs: str,
    scenarios: tuple[str, ...],
    destroys: Callable[[Ground], str],
    reason: ReasonKind = "optional",
    wants_way_back: bool = False,
) -> Callable[[Callable[..., Call]], Operation]:
    """Make an operation of the function that builds its call."""

    def make(function: Callable[..., Call]) -> Operation:
        verb = describe(function, target="machine", reason=reason)
        return Operation(verb, title, needs, scenarios, destroys, wants_way_back)

    return make

"""Vaults, what surrounds the machines in them, and what happened there, in our words."""

import re
from datetime import datetime

from bot.domain.data import Data
from bot.domain.machines import Finding, Machine


class NetworkMapping(Data):
    """Which network a machine comes up in, when it fails over from one region to the other."""

    source: str
    """The code of the region that is replicated from."""
    target: str
    source_network: str = ""
    target_network: str = ""


class Surroundings(Data):
    """What is around the machines of a vault and matters to their failover."""

    vault: str
    location: str = ""
    """The code of the region that the vault is in; '' when it could not be read."""
    mappings: tuple[NetworkMapping, ...] | None = None
    """Its network mappings; None when they could not be read."""

    def protects_from_inside(self, machine: Machine) -> bool:
        """Whether the vault is in the very region that it protects this machine from."""
        return bool(self.location) and same_region(self.location, machine.primary_region)

    def lacks_mapping(self, machine: Machine) -> bool:
        """Whether no network mapping is known for the direction of this machine."""
        return self.mappings is not None and not any(
            same_region(one.source, machine.primary_region)
            and same_region(one.target, machine.recovery_region)
            for one in self.mappings
        )


class Issue(Data):
    """Something that Site Recovery says of several things in a vault at once."""

    code: str
    severity: str
    message: str
    count: int
    """How many things it is said of."""


class VaultHealth(Data):
    """Site Recovery's own summary of a vault."""

    counts: dict[str, int] = {}
    """How many machines are of which health."""
    issues: tuple[Issue, ...] = ()
    errors: tuple[Finding, ...] = ()
    """What is wrong with the vault itself."""


class Event(Data):
    """Something that happened in a vault."""

    name: str
    at: datetime | None
    severity: str
    """Azure's word: Critical, Warning, …"""
    code: str
    kind: str
    about: str
    """The friendly name of the machine or plan that it happened to."""
    words: str
    findings: tuple[Finding, ...] = ()
    job: str = ""
    """The id of the job that it tells about, when it tells about one."""
    scenario: str = ""
    """What that job does, in Azure's word."""
    state: str = ""
    """The state that it told of the job."""


def same_region(one: str, other: str) -> bool:
    """Compare regions by code or name: `West Europe` is `westeurope`."""
    return _code(one) == _code(other)


def severity_of(event: Event) -> str:
    """Return `critical`, `warning` or `info`; a word that we do not know is information."""
    word = event.severity.casefold()
    return {"critical": "critical", "error": "critical", "warning": "warning"}.get(word, "info")


def _code(region: str) -> str:
    return re.sub(r"[\W_]", "", region).casefold()

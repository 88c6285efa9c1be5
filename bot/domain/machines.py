"""Machines and recovery points as Azure Site Recovery reports them, in our words.

The field names are ours, the values Azure's: states and operations stay verbatim, so that a value
we have never seen is shown as it is and never mistaken for one we know.
"""

import re
from datetime import datetime
from functools import cache
from typing import Final, Literal

from bot.domain.data import Data

_GUID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)

A2A: Final = "A2A"
HYPER_V: Final = "HyperVReplicaAzure"
RCM: Final = "InMageRcm"
RCM_BACK: Final = "InMageRcmFailback"
"""A modern VMware machine that runs in Azure and replicates home."""
CLASSIC: Final = "InMageAzureV2"
CLASSIC_BACK: Final = "InMage"
"""A classic VMware machine that runs in Azure and replicates home."""
FORWARD: Final = (A2A, HYPER_V, RCM, CLASSIC)
"""The providers that replicate towards Azure."""


def is_guid(word: str) -> bool:
    """Whether a word is a guid, by which Azure names jobs and recovery points."""
    return bool(_GUID.fullmatch(word))


def same_id(one: str, other: str) -> bool:
    """Compare two resource ids as Azure does: the casing says nothing."""
    return one.casefold() == other.casefold()


def segment(resource_id: str, kind: str) -> str:
    """Return the name after `/kind/` in a resource id, whatever its casing; '' when absent."""
    found = _segment(kind).search(resource_id) if resource_id else None
    return found.group(1) if found else ""


@cache
def _segment(kind: str) -> re.Pattern[str]:
    return re.compile(rf"/{re.escape(kind)}/([^/?]+)", re.IGNORECASE)


def vault_of(resource_id: str) -> str:
    """Return the id of the vault that something of Site Recovery is in."""
    found = re.match(
        r"(?i)^/subscriptions/[^/]+/resourceGroups/[^/]+/providers/[^/]+/vaults/[^/]+", resource_id
    )
    return found.group() if found else ""


class Finding(Data):
    """One health error, in Azure's words."""

    code: str
    level: str
    message: str
    causes: str = ""
    action: str = ""


class Disk(Data):
    """One replicated managed disk."""

    id: str
    name: str = ""
    cache_account: str = ""
    """The cache storage account in the region that is replicated from."""
    account_type: str = ""


class Machine(Data):
    """A replication protected item."""

    sort: Literal["machine"] = "machine"
    id: str
    name: str
    """The friendly name: what people type."""
    item: str
    """The name of the protected item, the last segment of the id."""
    vault: str
    provider: str
    """Azure's instanceType: A2A, HyperVReplicaAzure, …"""
    state: str
    state_words: str
    active: str
    """`Primary` or `Recovery`: the side that runs."""
    allowed: tuple[str, ...]
    health: str
    findings: tuple[Finding, ...] = ()
    scenario: str = ""
    """The operation that Azure is running on it, '' when idle."""
    job: str = ""
    test_state: str = ""
    primary_region: str
    recovery_region: str
    home_region: str
    """Where it ran when it was first protected."""
    region_names: dict[str, str] = {}
    """What people call the regions, by code."""
    rpo_seconds: int | None = None
    rpo_at: datetime | None = None
    """When Azure computed the RPO: it goes stale after a failover."""
    progress: int | None = None
    """Percent of the initial replication; stale once protected."""
    source_vm: str = ""
    """The ARM id of the virtual machine on the primary side, lower-cased by Azure."""
    failed_over_vm: str = ""
    """The ARM id of the virtual machine on the recovery side, after a failover."""
    tested_at: datetime | None = None
    """When a test failover last succeeded."""
    heartbeat: datetime | None = None
    """When its agent was last heard of."""
    agent: str = ""
    """The version of its replication agent."""
    agent_expires: datetime | None = None
    unprotected_disks: int = 0
    recovery_network: str = ""
    """The virtual network that it is to run in after a failover."""
    test_network: str = ""
    """The virtual network that the machine is set up to be tested in."""
    recovery_container: str = ""
    policy: str = ""
    disks: tuple[Disk, ...] = ()
    together: str = ""
    """The multi-VM consistency group that it belongs to: they share recovery points."""
    cluster: str = ""
    """The shared-disk cluster that it is a node of."""
    tags: dict[str, str] = {}

    @property
    def runs_in(self) -> str:
        """The region where the machine runs now."""
        return self.recovery_region if self.active == "Recovery" else self.primary_region

    @property
    def other_region(self) -> str:
        """The region on the other side."""
        return self.primary_region if self.active == "Recovery" else self.recovery_region

    @property
    def here(self) -> str:
        """The name of the region where it runs now."""
        return self.region_names.get(self.runs_in, self.runs_in) or "an unknown region"

    @property
    def there(self) -> str:
        """The name of the region on the other side."""
        return self.region_names.get(self.other_region, self.other_region) or "an unknown region"

    @property
    def primary(self) -> str:
        """The name of the region that is replicated from."""
        return self.region_names.get(self.primary_region, self.primary_region)

    @property
    def recovery(self) -> str:
        """The name of the region that is replicated to."""
        return self.region_names.get(self.recovery_region, self.recovery_region)

    @property
    def home(self) -> str:
        """The name of the region where it was first protected."""
        return self.region_names.get(self.home_region, self.home_region)

    @property
    def testing(self) -> bool:
        """Whether a test failover waits to be cleaned up."""
        return self.test_state not in {"", "None"}

    @property
    def away(self) -> bool:
        """Whether it runs somewhere else than where it was first protected."""
        return bool(self.home_region) and self.runs_in != self.home_region

    @property
    def container(self) -> str:
        """The id of the container that the item lives in now."""
        return re.split("/replicationProtectedItems/", self.id, flags=re.IGNORECASE)[0]

    @property
    def source_group(self) -> str:
        """The resource group of the virtual machine on the primary side."""
        return segment(self.source_vm, "resourceGroups")


class Point(Data):
    """A recovery point."""

    id: str
    name: str
    """Its guid: what `--point` takes."""
    at: datetime
    kind: str
    """Azure's recoveryPointType: CrashConsistent, ApplicationConsistent, …"""
    shared: bool = False
    """Whether it is multi-VM-consistent: made at one moment for a whole consistency group."""

    @property
    def sort_words(self) -> str:
        """What sort of point it is, as people say it."""
        kinds = {"ApplicationConsistent": "app-consistent", "CrashConsistent": "crash-consistent"}
        sort = kinds.get(self.kind, self.kind or "a point")
        return f"{sort}, multi-VM-consistent" if self.shared else sort


class Learnt(Data):
    """One thing that a reprotect or a protection names, and where it was learnt."""

    field: str
    """Azure's name for it: `reprotectAgentId`, …"""
    title: str
    value: str
    label: str = ""
    """What people call it, where the value is a bare id."""
    source: str
    """Where it was learnt, in words."""


class WayBack(Data):
    """What a reprotect or a protection needs to know, read from Azure or given by a person."""

    disks: tuple[Disk, ...] = ()
    """Of an Azure machine: the disks of what it became, each with its cache account."""
    learnt: tuple[Learnt, ...] = ()

    def value(self, field: str) -> str:
        """Return what was learnt under one of Azure's names; '' when nothing was."""
        return next((one.value for one in self.learnt if one.field == field), "")


def as_id(word: str) -> str:
    """Return the resource id that a word is, '' when it is a name."""
    word = word[3:] if word.casefold().startswith("id:") else word
    return word if word.casefold().startswith("/subscriptions/") else ""


def is_called(resource_id: str, machine: Machine) -> bool:
    """Whether an id is that of a protected item, or of the virtual machine on either side."""
    ids = (machine.id, machine.source_vm, machine.failed_over_vm)
    return any(one and same_id(one, resource_id) for one in ids)


def bare(machine: Machine) -> Machine:
    """Return how a machine stands, without what it consists of: for records of a thousand."""
    nothing = {"findings": (), "disks": (), "tags": {}, "policy": "", "agent": ""}
    return machine.model_copy(update=nothing)


def position(machine: Machine) -> str:
    """Say where a machine stands between its two regions."""
    if machine.provider == "InMageRcmFailback":  # an item of its own, for the way home
        return "failed back" if machine.active == "Recovery" else "away, replicating back"
    if machine.state == "RestoreFinalized":
        return "failed back"
    if machine.active == "Recovery":
        return "failed over" if machine.runs_in != machine.home_region else "failed back"
    return "away, replicating back" if machine.away else "at home"

"""Protected machines: the record the vault keeps of each, and of the places they move between.

What a machine allows is read from the table of states and from what is going on with it, never
stored.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from typing import Literal, NamedTuple

from sandbox.vault.jobs import Job
from sandbox.vault.names import FIRST, VaultName, guid
from sandbox.vault.states import PROTECTED, STATES, Active, Condition, Provider

TestState = Literal["None", "WaitingForCompletion", "MarkedForDeletion"]
PlaceKind = Literal["Azure", "HyperVSite", "VMware", "InMageRcm"]


class Policy(NamedTuple):
    """A replication policy."""

    name: str
    provider: Provider


POLICY_OF: dict[Provider, Policy] = {
    "A2A": Policy("24-hour-retention-policy", "A2A"),
    "HyperVReplicaAzure": Policy("hyperv-24-hour-policy", "HyperVReplicaAzure"),
    "InMageAzureV2": Policy("vmware-classic-policy", "InMageAzureV2"),
    "InMageRcm": Policy("vmware-policy", "InMageRcm"),
    "InMageRcmFailback": Policy("vmware-failback-policy", "InMageRcmFailback"),
}


@dataclass(frozen=True)
class Place:
    """A fabric with its one container: a region, or a site on the customer's own premises."""

    title: str
    region: str
    fabric: str
    container: str
    kind: PlaceKind = "Azure"
    vault: VaultName = FIRST

    @cached_property
    def fabric_guid(self) -> str:
        return guid("fabric", self.fabric)

    @cached_property
    def container_guid(self) -> str:
        return guid("container", self.container)

    @cached_property
    def fabric_id(self) -> str:
        return self.vault.told("replicationFabrics", self.fabric)

    @cached_property
    def container_id(self) -> str:
        return f"{self.fabric_id}/replicationProtectionContainers/{self.container}"

    @property
    def container_title(self) -> str:
        """Azure containers are called by their name, a site's by the site's."""
        return self.container if self.kind == "Azure" else self.title


class Disk(NamedTuple):
    """A managed disk; it has the same name on both sides."""

    name: str
    gigabytes: int
    kind: Literal["OperatingSystem", "Data"]


class Ailment(NamedTuple):
    """One health error of a machine."""

    code: str
    category: str
    level: Literal["Error", "Warning"]
    message: str
    causes: str
    advice: str


@dataclass
class Machine:
    """A replication protected item, under the name people use for it."""

    friendly_name: str
    item_name: str
    provider: Provider
    home: Place  # the primary side
    recovery: Place
    original: Place  # the primary side when protection began; never changes
    groups: dict[str, str]  # resource group by region
    disks: tuple[Disk, ...]
    cache_account: str
    protection_state: str
    replicating_since: datetime
    rpo_seconds: float
    heartbeat_age: timedelta
    size: str = "Standard_D2s_v5"
    os_type: str = "Linux"
    replication_health: str = "Normal"
    ailments: tuple[Ailment, ...] = ()
    also_allowed: tuple[str, ...] = ()
    tested: datetime | None = None
    test_state: TestState = "None"
    failed_over: datetime | None = None  # begin of the last successful failover
    rpo_when_failed_over: float | None = None
    failover_point: str | None = None  # name of the point the replica was started from
    points_deleted: bool = False
    copied_percent: int | None = None  # set where the initial replication stands still
    copy_seconds: float = 0.0
    current_job: Job | None = None
    correlation: str = ""
    replica_exists: bool = False
    tags: dict[str, str] = field(default_factory=dict)
    multi_vm_group: str = ""  # machines of one group share recovery points
    agent_expires: datetime | None = None
    datastores: tuple[str, ...] = ("datastore-01",)  # where a VMware machine lies, or is to lie
    reprotect_agent: str = ""  # the agent that it is sent home through

    @property
    def condition(self) -> Condition:
        """The line of the table for the present state."""
        return STATES[self.provider, self.protection_state]

    @property
    def active_location(self) -> Active:
        """On which side of the pair the machine runs."""
        return self.condition.active

    @property
    def region(self) -> str:
        """The code of the region (or the name of the site) where the machine runs now."""
        return (self.recovery if self.active_location == "Recovery" else self.home).region

    @property
    def allowed_operations(self) -> list[str]:
        """What may be asked now: nothing during an operation, only cleanup during a test."""
        if self.current_job is not None:
            return []
        if self.test_state == "WaitingForCompletion":
            return ["TestFailoverCleanup"]
        more = self.also_allowed if self.protection_state == PROTECTED else ()
        return [*self.condition.allowed, *more]

    @property
    def filed(self) -> Place:
        """The place whose container holds the item: only Azure machines' items ever move."""
        return self.home if self.provider == "A2A" else self.original

    @property
    def destination(self) -> Place:
        """The side it went to first, wherever it is now."""
        return self.recovery if self.home == self.original else self.home

    @property
    def item_id(self) -> str:
        """The item's id, as the service tells it; another one after each reprotect of A2A."""
        return f"{self.filed.container_id}/replicationProtectedItems/{self.item_name}"

    @property
    def policy(self) -> Policy:
        """The policy it is replicated under."""
        return POLICY_OF[self.provider]

    @property
    def internal_id(self) -> str:
        """The guid by which jobs and events know the machine."""
        return guid("machine", self.item_name)

    def vm_id(self, place: Place) -> str:
        """The id of the virtual machine on one side."""
        kind, group = "Microsoft.Compute/virtualMachines", self.groups[place.region]
        return place.vault.resource(group, kind, self.friendly_name)

    def disk_id(self, disk: Disk, place: Place) -> str:
        """The id of a disk on one side."""
        group = self.groups[place.region]
        return place.vault.resource(group, "Microsoft.Compute/disks", disk.name)

    def copied(self, now: datetime) -> int | None:
        """Percent of the initial replication done; a stale number once the machine is protected."""
        if self.copied_percent is not None or not self.copy_seconds:
            return self.copied_percent
        done = (now - self.replicating_since).total_seconds() / self.copy_seconds
        return min(99, max(0, int(done * 100)))

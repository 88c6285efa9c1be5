"""Protected machines: the record the vault keeps of each, and the table of their states.

What a machine allows is read from the table and from what is going on with it, never stored. The
states after failover of an Azure machine and of a planned failover are guesses by analogy: what
the service really lists there has not been published.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal, NamedTuple

from sandbox.vault.jobs import Job
from sandbox.vault.names import guid, resource, told

Provider = Literal["A2A", "HyperVReplicaAzure"]
Active = Literal["Primary", "Recovery"]
TestState = Literal["None", "WaitingForCompletion", "MarkedForDeletion"]


class Condition(NamedTuple):
    """One protection state: how it reads, where the machine runs, what may be asked."""

    description: str
    active: Active
    allowed: tuple[str, ...]


PROTECTED = "Protected"
COPYING = "InitialReplicationInProgress"
FIRST_POINT = "InitialReplicationRecoveryCompletionPending"
PENDING = "UnplannedFailoverCommitPendingStatesBegin"
PLANNED_PENDING = "PlannedFailoverCommitPendingStatesBegin"
FAILBACK_PENDING = "FailbackCommitPendingStatesBegin"
COMMITTED = "UnplannedFailoverCommitted"
FINALIZED = "RestoreFinalized"

_COPYING = Condition("Initial replication is in progress", "Primary", ("DisableProtection",))
_FIRST_POINT = Condition("Waiting for first recovery point", "Primary", ("DisableProtection",))
_PENDING = ("CompleteMigration", "Commit", "DisableProtection", "ChangePit")

STATES: dict[tuple[Provider, str], Condition] = {
    ("A2A", COPYING): _COPYING,
    ("A2A", FIRST_POINT): _FIRST_POINT,
    ("A2A", PROTECTED): Condition(
        "Protected", "Primary", ("UnplannedFailover", "DisableProtection", "TestFailover")
    ),
    ("A2A", PENDING): Condition("Failover completed", "Recovery", (*_PENDING, "SwitchProtection")),
    ("A2A", COMMITTED): Condition(
        "Failover committed",
        "Recovery",
        ("CompleteMigration", "DisableProtection", "SwitchProtection"),
    ),
    ("HyperVReplicaAzure", COPYING): _COPYING,
    ("HyperVReplicaAzure", PROTECTED): Condition(
        "Protected",
        "Primary",
        ("PlannedFailover", "UnplannedFailover", "DisableProtection", "TestFailover"),
    ),
    ("HyperVReplicaAzure", PENDING): Condition("Failover completed", "Recovery", _PENDING),
    ("HyperVReplicaAzure", PLANNED_PENDING): Condition(
        "Planned failover completed",
        "Recovery",
        ("CompleteMigration", "Commit", "CancelFailover", "DisableProtection"),
    ),
    ("HyperVReplicaAzure", COMMITTED): Condition(
        "Failover committed", "Recovery", ("CompleteMigration", "Failback", "DisableProtection")
    ),
    ("HyperVReplicaAzure", FAILBACK_PENDING): Condition(
        "Failback completed", "Primary", ("Commit", "DisableProtection")
    ),
    ("HyperVReplicaAzure", FINALIZED): Condition(
        "Failback finalized", "Primary", ("ReverseReplicate", "DisableProtection")
    ),
}


@dataclass(frozen=True)
class Place:
    """A fabric with its one container: a region, or a Hyper-V site."""

    title: str
    region: str
    fabric: str
    container: str
    kind: Literal["Azure", "HyperVSite"] = "Azure"

    @property
    def fabric_guid(self) -> str:
        return guid("fabric", self.fabric)

    @property
    def container_guid(self) -> str:
        return guid("container", self.container)

    @property
    def fabric_id(self) -> str:
        return told("replicationFabrics", self.fabric)

    @property
    def container_id(self) -> str:
        return f"{self.fabric_id}/replicationProtectionContainers/{self.container}"

    @property
    def container_title(self) -> str:
        """Azure containers are called by their name, a Hyper-V site's by the site's."""
        return self.title if self.kind == "HyperVSite" else self.container


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
    home: Place  # the primary side: where the item lives
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
        return [*self.condition.allowed, *self.also_allowed]

    @property
    def item_id(self) -> str:
        """The item's id, as the service tells it; another one after each reprotect of A2A."""
        return f"{self.home.container_id}/replicationProtectedItems/{self.item_name}"

    @property
    def internal_id(self) -> str:
        """The guid by which jobs and events know the machine."""
        return guid("machine", self.item_name)

    def vm_id(self, place: Place) -> str:
        """The id of the virtual machine on one side."""
        return resource(
            self.groups[place.region], "Microsoft.Compute/virtualMachines", self.friendly_name
        )

    def disk_id(self, disk: Disk, place: Place) -> str:
        """The id of a disk on one side."""
        return resource(self.groups[place.region], "Microsoft.Compute/disks", disk.name)

    def copied(self, now: datetime) -> int | None:
        """Percent of the initial replication done; a stale number once the machine is protected."""
        if self.copied_percent is not None or not self.copy_seconds:
            return self.copied_percent
        done = (now - self.replicating_since).total_seconds() / self.copy_seconds
        return min(99, max(0, int(done * 100)))

"""Recovery plans: the record the vault keeps of each.

What a plan allows was recorded for Hyper-V: failovers and the test are always offered, whatever
state the machines are in, and a plan whose machines are not ready fails at its first step. No plan
of Azure machines was read after its failover; here it offers what all of its machines allow.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, NamedTuple

from sandbox.vault.jobs import Job
from sandbox.vault.machines import Machine
from sandbox.vault.names import VaultName, guid

_KNOWN = (
    "PlannedFailover",
    "UnplannedFailover",
    "TestFailover",
    "Commit",
    "CancelFailover",
    "ReverseReplicate",
)
ALWAYS_OFFERED = ("PlannedFailover", "UnplannedFailover", "TestFailover")


class PlanAction(NamedTuple):
    """Something a plan does before or after it starts one of its groups, counted from 1."""

    group: int
    moment: Literal["start", "end"]
    name: str
    kind: Literal["ManualAction", "AutomationRunbook"]
    text: str  # what a person is to do, or the id of the runbook
    operations: tuple[str, ...]


@dataclass
class RecoveryPlan:
    """A recovery plan: groups of machines that start one after the other."""

    name: str
    groups: tuple[tuple[Machine, ...], ...]
    actions: tuple[PlanAction, ...] = ()
    current_job: Job | None = None
    last_job: Job | None = None
    failed_over: datetime | None = None
    planned: datetime | None = None
    tested: datetime | None = None

    @property
    def machines(self) -> list[Machine]:
        """Every machine of the plan, in the order of starting."""
        return [machine for group in self.groups for machine in group]

    @property
    def vault(self) -> VaultName:
        """The vault the plan belongs to."""
        return self.machines[0].home.vault

    @property
    def internal_id(self) -> str:
        """The guid by which jobs know the plan."""
        return guid("plan", self.name)

    @property
    def testing(self) -> bool:
        """Whether copies of its machines wait for being cleaned up."""
        return any(machine.test_state == "WaitingForCompletion" for machine in self.machines)

    @property
    def allowed_operations(self) -> list[str]:
        """What may be asked of the plan now."""
        if self.current_job is not None:
            return []
        if self.testing:
            return ["TestFailoverCleanup"]
        allowed = [set(machine.allowed_operations) for machine in self.machines]
        found = [name for name in _KNOWN if all(name in each for each in allowed)]
        if self.machines[0].provider == "HyperVReplicaAzure":
            return list(dict.fromkeys((*ALWAYS_OFFERED, *found)))
        return found

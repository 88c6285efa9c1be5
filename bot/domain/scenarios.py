"""Azure's names for jobs and offers in our words; a name that we do not know stays as it is."""

from collections.abc import Mapping, Sequence
from typing import Final

_JOBS: Final[Mapping[str, str]] = {
    "UnplannedFailover": "Failover",
    "UnplannedFailoverProtectionCluster": "Failover of a cluster",
    "PlannedFailover": "Planned failover",
    "CommitFailover": "Commit",
    "CancelFailover": "Cancel failover",
    "ChangePit": "Change recovery point",
    "TestFailover": "Test failover",
    "TestFailoverCleanup": "Test failover cleanup",
    "SwitchReplicationGroupProtection": "Reprotect",
    "ReprotectReplicationGroup": "Reprotect",
    "ReverseReplication": "Reprotect",
    "Failback": "Failback",
    "RepairVMReplication": "Resynchronise",
    "EnableDr": "Enable replication",
    "DisableDr": "Disable replication",
    "PurgeVm": "Forced removal",
    "UpdateVmProperties": "Change of settings",
    "PrimaryIrCompletion": "Initial replication, at the source",
    "SecondaryIrCompletion": "Initial replication, at the target",
    "RefreshVaultHealth": "Refresh of the vault's health",
    "SaveRecoveryPlan": "Creation of the plan",
    "UpdateRecoveryPlan": "Change of the plan",
    "DeleteRecoveryPlan": "Deletion of the plan",
}
"""Azure's scenarioName of a job."""

_OFFERS: Final[Mapping[str, str]] = {
    "UnplannedFailover": "failover",
    "PlannedFailover": "planned failover",
    "TestFailover": "test failover",
    "TestFailoverCleanup": "test failover cleanup",
    "Commit": "commit",
    "CancelFailover": "cancel failover",
    "ReverseReplicate": "reprotect",
    "SwitchProtection": "reprotect",
    "Failback": "failback",
    "FinalizeFailback": "end of the failback",
    "ChangePit": "change recovery point",
    "RepairReplication": "resynchronise",
}
"""Entries of Azure's allowedOperations that people may want; the others are of no use here."""

_UNWANTED: Final = frozenset({"DisableProtection", "CompleteMigration"})


def scenario_words(scenario: str) -> str:
    """Say what sort of job it is."""
    return _JOBS.get(scenario, scenario)


def offer_words(allowed: Sequence[str]) -> tuple[str, ...]:
    """Say what Azure offers now, each thing once."""
    wanted = (one for one in allowed if one not in _UNWANTED)
    return tuple(dict.fromkeys(_OFFERS.get(one, one) for one in wanted))

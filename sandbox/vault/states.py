"""The table of protection states: how each reads, where the machine runs, what may be asked.

Coarse facts only; what is going on with a machine just now is in its record. Some lines are
guesses by analogy, because what the service really lists there has not been published: an Azure
machine with a commit pending, everything after a planned failover, a committed VMware machine, and
all of a VMware machine's way home but its copying and its being protected.
"""

from typing import Literal, NamedTuple

Provider = Literal["A2A", "HyperVReplicaAzure", "InMageAzureV2", "InMageRcm", "InMageRcmFailback"]
Active = Literal["Primary", "Recovery"]


class Condition(NamedTuple):
    """One protection state of one provider's machines."""

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
FAILED = "UnplannedFailoverFailed"
PLANNED_COMMITTED = "PlannedFailoverCommitted"
FINALIZED = "RestoreFinalized"

_COPYING = Condition("Initial replication is in progress", "Primary", ("DisableProtection",))
_FIRST_POINT = Condition("Waiting for first recovery point", "Primary", ("DisableProtection",))
_PENDING = ("CompleteMigration", "Commit", "DisableProtection", "ChangePit")
_ONE_WAY = ("UnplannedFailover", "DisableProtection", "TestFailover")
_PLANNED = "Planned failover completed"
_TURN = ("CompleteMigration", "DisableProtection", "SwitchProtection")


def _gone(*allowed: str) -> Condition:
    return Condition("Failover completed", "Recovery", allowed)


def _committed(*allowed: str) -> Condition:
    return Condition("Failover committed", "Recovery", allowed)


def _protected(*allowed: str) -> Condition:
    return Condition("Protected", "Primary", allowed)


_BY_PROVIDER: dict[Provider, dict[str, Condition]] = {
    "A2A": {
        PROTECTED: _protected(*_ONE_WAY),
        PENDING: _gone(*_PENDING, "SwitchProtection"),
        COMMITTED: _committed(*_TURN),
    },
    "HyperVReplicaAzure": {
        PROTECTED: _protected("PlannedFailover", *_ONE_WAY),
        PENDING: _gone(*_PENDING),
        PLANNED_PENDING: Condition(
            _PLANNED,
            "Recovery",
            ("CompleteMigration", "Commit", "CancelFailover", "DisableProtection"),
        ),
        COMMITTED: _committed("CompleteMigration", "Failback", "DisableProtection"),
        FAILBACK_PENDING: Condition(
            "Failback completed", "Primary", ("Commit", "DisableProtection")
        ),
        FINALIZED: Condition(
            "Failback finalized", "Primary", ("ReverseReplicate", "DisableProtection")
        ),
    },
    "InMageAzureV2": {
        PROTECTED: _protected(*_ONE_WAY),
        PENDING: _gone(*_PENDING),
        COMMITTED: _committed("CompleteMigration", "DisableProtection"),
    },
    "InMageRcm": {
        PROTECTED: _protected(*_ONE_WAY),
        FAILED: Condition("Failover failed", "Primary", _ONE_WAY),
        PENDING: _gone(*_PENDING, "SwitchProtection"),
        COMMITTED: _committed(*_TURN),
    },
    # Azure is the primary side of these: "Recovery" is home, where VMware is.
    "InMageRcmFailback": {
        PROTECTED: _protected("PlannedFailover", "DisableProtection"),
        PLANNED_PENDING: Condition(
            _PLANNED, "Recovery", ("Commit", "CancelFailover", "DisableProtection")
        ),
        PLANNED_COMMITTED: _committed("DisableProtection", "SwitchProtection"),
    },
}
_EVERYWHERE = {COPYING: _COPYING, FIRST_POINT: _FIRST_POINT}

STATES: dict[tuple[Provider, str], Condition] = {
    (provider, state): condition
    for provider, conditions in _BY_PROVIDER.items()
    for state, condition in (conditions | _EVERYWHERE).items()
}

"""What the bot's identity has to be allowed: the least role, and what a refusal says is missing."""

import json
import re
from collections.abc import Iterable
from typing import Any, Final

_VAULT: Final = "Microsoft.RecoveryServices/vaults"
_CONTAINER: Final = f"{_VAULT}/replicationFabrics/replicationProtectionContainers"
_ITEM: Final = f"{_CONTAINER}/replicationProtectedItems"
_PLAN: Final = f"{_VAULT}/replicationRecoveryPlans"
_JOB: Final = f"{_VAULT}/replicationJobs"
_EXAMPLE: Final = "00000000-0000-0000-0000-000000000000"

READS: Final = (
    _VAULT,
    f"{_VAULT}/replicationProtectedItems",
    _PLAN,
    _JOB,
    f"{_VAULT}/replicationEvents",
    f"{_VAULT}/replicationVaultHealth",
    f"{_VAULT}/replicationFabrics",
    f"{_VAULT}/replicationFabrics/replicationNetworks/replicationNetworkMappings",
    _CONTAINER,
    f"{_CONTAINER}/replicationProtectionContainerMappings",
    _ITEM,
    f"{_ITEM}/recoveryPoints",
    f"{_CONTAINER}/replicationProtectableItems",
    "Microsoft.Compute/virtualMachines",
    "Microsoft.Network/networkInterfaces",
)
"""The kinds of resource that are read."""

CHANGES: Final = {
    _ITEM: (
        "unplannedFailover",
        "failoverCommit",
        "applyRecoveryPoint",
        "plannedFailover",
        "failoverCancel",
        "testFailover",
        "testFailoverCleanup",
        "repairReplication",
        "reProtect",
    ),
    _CONTAINER: ("switchprotection",),
    _PLAN: (
        "unplannedFailover",
        "plannedFailover",
        "testFailover",
        "testFailoverCleanup",
        "failoverCommit",
        "failoverCancel",
        "reProtect",
    ),
    _JOB: ("cancel", "restart", "resume"),
}
"""What is posted to each kind of resource."""

WRITES: Final = (_ITEM,)
"""The kinds of resource that are created."""

ACTIONS: Final = (
    *(f"{kind}/read" for kind in READS),
    *(f"{kind}/{change}/action" for kind, changes in CHANGES.items() for change in changes),
    *(f"{kind}/write" for kind in WRITES),
)

_LACKS: Final = re.compile(r"perform action '(?P<action>[^']+)' over scope '(?P<scope>[^']+)'")


def role(subscriptions: Iterable[str] = ()) -> str:
    """Write the least custom role as JSON, to be assigned in these subscriptions."""
    scopes = [f"/subscriptions/{one}" for one in dict.fromkeys(subscriptions)]
    definition: dict[str, Any] = {
        "Name": "DR bot",
        "IsCustom": True,
        "Description": "Exactly what the DR bot calls: look at a Recovery Services vault, and "
        "every operation of the bot's catalogue.",
        "Actions": list(ACTIONS),
        "NotActions": [],
        "DataActions": [],
        "NotDataActions": [],
        "AssignableScopes": scopes or [f"/subscriptions/{_EXAMPLE}"],
    }
    return json.dumps(definition, indent=2) + "\n"


def missing(message: str) -> str:
    """Say which right is missing, and where, out of the words of a 403."""
    found = _LACKS.search(message)
    if found is None:
        return "Compare the rights of the bot's identity with what `dr doctor --role` prints."
    return (
        f"The bot's identity lacks the action {found['action']} over {found['scope']}. "
        "Assign it a role that has it; `dr doctor --role` prints one with all that the bot needs."
    )

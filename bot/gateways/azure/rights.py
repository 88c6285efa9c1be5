"""What the bot's identity has to be allowed: the least role, and what a refusal says is missing."""

import json
import re
from collections.abc import Iterable
from typing import Any, Final

from bot.domain.data import Data
from bot.domain.grants import Grant, allows

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
    "Microsoft.Authorization/permissions",
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

BESIDE: Final = tuple(f"{kind}/read" for kind in READS if not kind.startswith(_VAULT))
"""Those actions that are about things beside the vault, in resource groups of their own."""

_REPROTECTS: Final = "/dr reprotect and /dr protect cannot learn what they need"
_NOT_FOUND: Final = "no machine can be found"
_CONCERNS: Final = {
    _VAULT: "where the vault is cannot be told",
    _PLAN: "no recovery plan can be found",
    _JOB: "nothing that was sent can be followed, nor what is done past the bot be seen",
    f"{_VAULT}/replicationFabrics": _NOT_FOUND,
    _CONTAINER: _NOT_FOUND,
    _ITEM: _NOT_FOUND,
    f"{_ITEM}/recoveryPoints": "no recovery point can be shown or chosen",
    f"{_CONTAINER}/replicationProtectionContainerMappings": _REPROTECTS,
    f"{_CONTAINER}/replicationProtectableItems": "/dr protect cannot find a machine of a site",
    "Microsoft.Compute/virtualMachines": "/dr reprotect cannot see the disks of a machine that was "
    "failed over, and /dr protect no machine",
}
_MINOR: Final = {
    f"{_VAULT}/replicationProtectedItems": "the vault is read container by container, a little "
    "slower",
    f"{_VAULT}/replicationEvents": "/dr events has nothing to show",
    f"{_VAULT}/replicationVaultHealth": "/dr vaults lacks Azure's own summary",
    f"{_VAULT}/replicationFabrics/replicationNetworks/replicationNetworkMappings": "/dr ready does "
    "not know whether a network mapping is missing",
    "Microsoft.Network/networkInterfaces": "/dr protect does not know the network of a machine",
    "Microsoft.Authorization/permissions": "the rights themselves may not be shown here",
}
_COMMANDS: Final = {
    "unplannedFailover": "failover and failback",
    "failoverCommit": "commit",
    "applyRecoveryPoint": "change-point",
    "plannedFailover": "planned-failover, and failback to a Hyper-V site,",
    "failoverCancel": "cancel-failover",
    "testFailover": "test-failover",
    "testFailoverCleanup": "cleanup",
    "repairReplication": "resynchronise",
    "reProtect": "reprotect",
    "switchprotection": "reprotect of Azure machines",
    "cancel": "cancel-job",
    "restart": "restart-job",
    "resume": "resume-job, which takes a plan's manual action as done,",
}


class Lack(Data):
    """An action that the bot's identity does not have."""

    action: str
    without: str
    """What does not work without it."""
    minor: bool = False
    """Whether the bot gets along."""


def lacks(grants: Iterable[Grant], actions: Iterable[str]) -> tuple[Lack, ...]:
    """Name each of these actions that no role gives, with what will not work without it."""
    given = tuple(grants)
    return tuple(_lack(action) for action in actions if not allows(given, action))


def _lack(action: str) -> Lack:
    kind, _, verb = action.rpartition("/")
    if verb == "read":
        minor = _MINOR.get(kind, "")
        return Lack(action=action, without=minor or _CONCERNS[kind], minor=bool(minor))
    if verb == "write":
        return Lack(action=action, without="/dr protect will be refused by Azure")
    resource, _, change = kind.rpartition("/")
    of_plans = " of plans" if resource == _PLAN else ""
    return Lack(
        action=action, without=f"/dr {_COMMANDS[change]}{of_plans} will be refused by Azure"
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

"""What the caller may do: everything, or what the role Site Recovery Operator may.

The operator may fail machines over, but not list the whole vault, poll the operations it started,
read the vault's health, cancel a failover, protect a machine, or look at virtual machines and
their network interfaces. It may look at virtual networks. From either, single actions can be
withheld, as in a role of one's own.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

from sandbox.vault.faults import Fault, forbidden
from sandbox.vault.names import PROVIDER, JsonObject

Role = Literal["full", "operator"]

_VAULT = f"{PROVIDER}/vaults"
_CONTAINER = f"{_VAULT}/replicationFabrics/replicationProtectionContainers"
_ITEM = f"{_CONTAINER}/replicationProtectedItems"
_PLAN = f"{_VAULT}/replicationRecoveryPlans"
_OPERATOR = (
    "Microsoft.Authorization/*/read",
    "Microsoft.Network/virtualNetworks/read",
    f"{_VAULT}/read",
    f"{_VAULT}/replicationEvents/read",
    f"{_VAULT}/replicationFabrics/read",
    f"{_VAULT}/replicationFabrics/replicationNetworks/read",
    f"{_VAULT}/replicationFabrics/replicationNetworks/replicationNetworkMappings/read",
    f"{_CONTAINER}/read",
    f"{_CONTAINER}/switchprotection/action",
    f"{_CONTAINER}/replicationProtectableItems/read",
    f"{_CONTAINER}/replicationProtectionContainerMappings/read",
    f"{_ITEM}/read",
    f"{_ITEM}/recoveryPoints/read",
    *(
        f"{_ITEM}/{operation}/action"
        for operation in (
            "applyRecoveryPoint",
            "failoverCommit",
            "plannedFailover",
            "reProtect",
            "repairReplication",
            "testFailover",
            "testFailoverCleanup",
            "unplannedFailover",
            "updateMobilityService",
        )
    ),
    f"{_VAULT}/replicationJobs/*",
    f"{_VAULT}/replicationPolicies/read",
    f"{_PLAN}/read",
    *(
        f"{_PLAN}/{operation}/action"
        for operation in (
            "failoverCommit",
            "plannedFailover",
            "reProtect",
            "testFailover",
            "testFailoverCleanup",
            "unplannedFailover",
        )
    ),
)
"""The actions of Azure's built-in role, as far as this vault has something behind them."""
_BESIDE = ("Microsoft.Compute/virtualMachines/read", "Microsoft.Network/networkInterfaces/read")
_SPELT = {
    word.casefold(): word
    for action in (*_OPERATOR, *_BESIDE, f"{_ITEM}/failoverCancel/action")
    for word in action.split("/")
}
"""How the words of an action are written, whatever the casing of the address."""
_ROLES: dict[Role, tuple[str, ...]] = {"full": ("*",), "operator": _OPERATOR}


@dataclass
class Rights:
    """The caller's rights."""

    role: Role = "full"
    withheld: set[str] = field(default_factory=set)
    """Actions that the role does not give after all."""

    def refusal(self, method: str, path: str) -> Fault | None:
        """Tell why the caller may not do this, if so."""
        action = action_of(method, path)
        if not action or self._gives(action):
            return None
        return forbidden(action, path)

    def told(self) -> JsonObject:
        """Sum the rights up, as Azure does for whoever asks about their own."""
        grant: JsonObject = {
            "actions": list(_ROLES[self.role]),
            "notActions": sorted(self.withheld),
            "dataActions": [],
            "notDataActions": [],
        }
        return {"value": [grant], "nextLink": None}

    def _gives(self, action: str) -> bool:
        return _named(action, _ROLES[self.role]) and not _named(action, self.withheld)


def action_of(method: str, path: str) -> str:
    """Name the action that a call needs, '' for none: the kinds along its path, and the verb."""
    _, _, rest = path.rpartition("/providers/")
    words = [_SPELT.get(word.casefold(), word) for word in rest.split("/") if word]
    if len(words) < 2:
        return ""
    provider, kinds, names = words[0], words[1::2], words[2::2]
    if method == "POST" and len(kinds) > len(names):
        return "/".join([provider, *kinds, "action"])
    return "/".join([provider, *kinds, "write" if method == "PUT" else "read"])


def _named(action: str, patterns: Iterable[str]) -> bool:
    return any(
        re.fullmatch(re.escape(one).replace(r"\*", ".*"), action, re.IGNORECASE) for one in patterns
    )

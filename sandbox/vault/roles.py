"""What the caller may do: everything, or what the role Site Recovery Operator may.

The operator may fail machines over, but not list the whole vault, poll the operations it started,
read the vault's health, cancel a failover, protect a machine, or look at virtual machines and
their network interfaces. It may look at virtual networks.
"""

import re
from typing import Literal

from sandbox.vault.faults import Fault, forbidden

Role = Literal["full", "operator"]

_ITEM = r"/replicationProtectedItems/[^/]+"
_DENIED = [
    (method, re.compile(pattern, re.IGNORECASE), action)
    for method, pattern, action in (
        ("GET", r"vaults/[^/]+/replicationProtectedItems$", "replicationProtectedItems/read"),
        (
            "GET",
            r"vaults/[^/]+/replicationProtectionContainers$",
            "replicationProtectionContainers/read",
        ),
        (
            "GET",
            r"vaults/[^/]+/replicationProtectionContainerMappings$",
            "replicationProtectionContainerMappings/read",
        ),
        ("GET", r"vaults/[^/]+/replicationNetworks$", "replicationNetworks/read"),
        (
            "GET",
            r"vaults/[^/]+/replicationNetworkMappings$",
            "replicationNetworkMappings/read",
        ),
        ("GET", r"/replicationOperationStatus/[^/]+$", "replicationOperationStatus/read"),
        ("GET", r"/operationresults/[^/]+$", "operationresults/read"),
        ("GET", r"/replicationVaultHealth(/[^/]+)?$", "replicationVaultHealth/read"),
        (
            "POST",
            r"/replicationVaultHealth/default/refresh$",
            "replicationVaultHealth/refresh/action",
        ),
        (
            "POST",
            r"/replicationRecoveryPlans/[^/]+/failoverCancel$",
            "replicationRecoveryPlans/failoverCancel/action",
        ),
        ("PUT", rf"{_ITEM}$", "replicationProtectedItems/write"),
        ("POST", rf"{_ITEM}/failoverCancel$", "replicationProtectedItems/failoverCancel/action"),
    )
]
_ELSEWHERE = ("Microsoft.Compute/virtualMachines", "Microsoft.Network/networkInterfaces")


def refusal(role: Role, method: str, path: str) -> Fault | None:
    """Tell why this role may not do this, if so."""
    if role == "full":
        return None
    for kind in _ELSEWHERE:
        if f"/providers/{kind}".casefold() in path.casefold():
            return forbidden(f"{kind}/read", path)
    for verb, pattern, action in _DENIED:
        if verb == method and pattern.search(path):
            return forbidden(f"Microsoft.RecoveryServices/vaults/{action}", path)
    return None

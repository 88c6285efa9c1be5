"""Timing the calls to Azure, by what they are about and how they ended: never by a name."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from bot.errors import AnswerLost, AzureRefused, DrError, Unavailable
from bot.metrics import AZURE_CALLS

OTHER: Final = "other"
KINDS: Final = {
    kind.casefold(): kind
    for kind in (
        "networkInterfaces",
        "permissions",
        "recoveryPoints",
        "replicationEvents",
        "replicationFabrics",
        "replicationJobs",
        "replicationNetworkMappings",
        "replicationPolicies",
        "replicationProtectableItems",
        "replicationProtectedItems",
        "replicationProtectionContainerMappings",
        "replicationProtectionContainers",
        "replicationRecoveryPlans",
        "replicationVaultHealth",
        "vaults",
        "virtualMachines",
    )
}
"""The kinds of resource that are told apart: a path may hold whatever Azure put into a link."""


def kind_of(path: str) -> str:
    """Return the kind of resource that a path ends in, else the word for all others."""
    for part in reversed(path.partition("?")[0].split("/")):
        if found := KINDS.get(part.casefold()):
            return found
    return OTHER


@contextmanager
def timed(method: str, path: str) -> Iterator[None]:
    """Time a call, and count how it ended by what it raises."""
    began = time.monotonic()
    outcome = "away"
    try:
        yield
        outcome = "ok"
    except AzureRefused:
        outcome = "refused"
        raise
    except (AnswerLost, Unavailable) as error:
        outcome = "throttled" if _throttled(error) else "away"
        raise
    finally:
        AZURE_CALLS.labels(method, kind_of(path), outcome).observe(time.monotonic() - began)


def _throttled(error: DrError) -> bool:
    """Whether Azure said for how long it is not to be asked."""
    return bool(getattr(error, "retry_after", None))

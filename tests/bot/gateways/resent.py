"""Recorded changes, and what the bot's own catalogue would send in their place."""

from collections import Counter
from datetime import UTC, datetime
from typing import Any, Final

from bot.domain.catalogue import Call, Ground
from bot.domain.machines import Disk, Learnt, Machine, Point, WayBack, same_id
from bot.domain.operations import CATALOGUE
from tests.replay import Exchange, Recording

OUTDATED: Final = frozenset({"vaultLocation", "skipTestFailoverCleanup", "vmDisks"})
"""What clients sent in 2017, or send empty: the API does not know it, or does not need it."""
CHANGES: Final = frozenset(
    {
        "unplannedfailover",
        "plannedfailover",
        "testfailover",
        "testfailovercleanup",
        "failovercommit",
        "failovercancel",
        "applyrecoverypoint",
        "repairreplication",
        "switchprotection",
        "reprotect",
        "cancel",
        "restart",
        "resume",
    }
)
"""The last segments of what the bot posts."""
ANY_TIME: Final = datetime(2026, 3, 1, 12, tzinfo=UTC)


def changes_of(recording: Recording) -> list[Exchange]:
    """Return the recorded changes of which the bot has an operation."""
    return [
        one
        for one in recording.exchanges
        if one.method == "POST"
        and one.status in {200, 202}
        and one.path.rpartition("/")[2].casefold() in CHANGES
    ]


def machine_before(recording: Recording, place: int) -> Exchange | None:
    """Return the machine that a change is about, as it is first shown before it."""
    change = recording.exchanges[place]
    name = ((change.sent or {}).get("properties") or {}).get("replicationProtectedItemName", "")
    item = change.path.rpartition("/")[0]
    wanted = f"{item}/replicationProtectedItems/{name}" if name else item
    shown = (
        one
        for one in recording.exchanges[:place]
        if one.method == "GET" and one.status == 200 and same_id(one.path, wanted)
    )
    return next(shown, None)


def our_call(machine: Machine, exchange: Exchange) -> Call | None:
    """Build what the catalogue would send where others sent this."""
    action = exchange.path.rpartition("/")[2]
    told = (exchange.sent or {}).get("properties") or {}
    back = told.get("failoverDirection") == "RecoveryToPrimary"
    operation = {
        "unplannedFailover": "failover",
        "plannedFailover": "failback" if back else "planned-failover",
        "testFailover": "test-failover",
        "testFailoverCleanup": "cleanup",
        "failoverCommit": "commit",
        "applyRecoveryPoint": "change-point",
        "switchprotection": "reprotect",
        "reProtect": "reprotect",
    }.get(action)
    if operation is None or machine.provider not in CATALOGUE[operation].needs:
        return None
    given = {one.name: one.default for one in CATALOGUE[operation].verb.options}
    if network := told.get("networkId"):
        given["network"] = network
    point = point_of(told) or point_of(told.get("providerSpecificDetails") or {})
    way = way_back(told) if operation == "reprotect" else None
    return CATALOGUE[operation].call(Ground(target=machine, point=point, way_back=way), given)


def point_of(told: Any) -> Point | None:
    """Return the recovery point that a recorded change names."""
    found = told.get("recoveryPointId")
    return Point(id=found, name=found.rpartition("/")[2], at=ANY_TIME, kind="") if found else None


def way_back(told: Any) -> WayBack:
    """Return what a recorded reprotect knew."""
    details = told["providerSpecificDetails"]
    disks = tuple(
        Disk(
            id=one["diskId"],
            cache_account=one["primaryStagingAzureStorageAccountId"],
            account_type=one.get("recoveryTargetDiskAccountType", ""),
        )
        for one in details.get("vmManagedDisks", [])
    )
    named = {name: value for name, value in details.items() if isinstance(value, str)}
    learnt = (Learnt(field=k, title=k, value=v, source="recorded") for k, v in named.items())
    return WayBack(disks=disks, learnt=tuple(learnt))


def keys(body: Any, path: str = "") -> Counter[str]:
    """Count the keys of a body, each with those above it, without the outdated."""
    found: Counter[str] = Counter()
    if isinstance(body, dict):
        for key, value in body.items():
            if key not in OUTDATED:
                found[f"{path}.{key}"] += 1
                found += keys(value, f"{path}.{key}")
    elif isinstance(body, list):
        for value in body:
            found += keys(value, path)
    return found

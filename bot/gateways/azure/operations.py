"""The SDK's operations that change something, and the names that they take."""

from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING

from bot.domain.catalogue import CREATE
from bot.domain.machines import segment

if TYPE_CHECKING:
    from azure.mgmt.recoveryservicessiterecovery.aio import SiteRecoveryManagementClient

Begin = Callable[..., Awaitable[object]]
"""One of the SDK's operations that start something."""


def operations(client: "SiteRecoveryManagementClient", resource_id: str) -> Mapping[str, Begin]:
    """Return the SDK's operations on a resource, by the action of a `Call`."""
    if segment(resource_id, "replicationJobs"):
        jobs = client.replication_jobs
        return {
            "cancel": jobs.begin_cancel,
            "restart": jobs.begin_restart,
            "resume": jobs.begin_resume,
        }
    if segment(resource_id, "replicationRecoveryPlans"):
        plans = client.replication_recovery_plans
        return {
            "unplannedFailover": plans.begin_unplanned_failover,
            "plannedFailover": plans.begin_planned_failover,
            "testFailover": plans.begin_test_failover,
            "testFailoverCleanup": plans.begin_test_failover_cleanup,
            "failoverCommit": plans.begin_failover_commit,
            "failoverCancel": plans.begin_failover_cancel,
            "reProtect": plans.begin_reprotect,
        }
    items = client.replication_protected_items
    return {
        "unplannedFailover": items.begin_unplanned_failover,
        "plannedFailover": items.begin_planned_failover,
        "testFailover": items.begin_test_failover,
        "testFailoverCleanup": items.begin_test_failover_cleanup,
        "applyRecoveryPoint": items.begin_apply_recovery_point,
        "failoverCommit": items.begin_failover_commit,
        "failoverCancel": items.begin_failover_cancel,
        "repairReplication": items.begin_repair_replication,
        "reProtect": items.begin_reprotect,
        CREATE: items.begin_create,
        "switchprotection": client.replication_protection_containers.begin_switch_protection,
    }


def place(resource_id: str) -> tuple[str, ...]:
    """Split a resource id into the names that the SDK's operations take, in their order."""
    kinds = (
        "resourceGroups",
        "vaults",
        "replicationFabrics",
        "replicationProtectionContainers",
        "replicationProtectedItems",
        "replicationRecoveryPlans",
        "replicationJobs",
    )
    return tuple(name for kind in kinds if (name := segment(resource_id, kind)))

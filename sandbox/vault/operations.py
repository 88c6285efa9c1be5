"""Operations on protected items: refuse, or start the job that carries one out.

The checks come in the order body, conflict, state, then what the body names.
"""

from collections.abc import Callable
from datetime import datetime
from functools import partial

from sandbox.vault import failovers, orders, reprotects
from sandbox.vault.agenda import Milestone
from sandbox.vault.jobs import Job
from sandbox.vault.machines import Machine
from sandbox.vault.orders import Order
from sandbox.vault.work import Work, allow, draft, hold
from sandbox.vault.world import Caller, World

NEEDS = {
    "unplannedFailover": "UnplannedFailover",
    "plannedFailover": "PlannedFailover",
    "failoverCommit": "Commit",
    "failoverCancel": "CancelFailover",
    "applyRecoveryPoint": "ChangePit",
    "testFailover": "TestFailover",
    "testFailoverCleanup": "TestFailoverCleanup",
    "reProtect": "ReverseReplicate",
    "repairReplication": "RepairReplication",
    "switchprotection": "SwitchProtection",
    "remove": "DisableProtection",
}


def start(world: World, machine: Machine, operation: str, body: object, caller: Caller) -> Job:
    """Start an operation on an item, or refuse it."""
    order = orders.read(operation, machine.provider, body)
    needed = _needed(machine, operation, order)
    allow(machine, needed)
    if operation == "switchprotection":
        return reprotects.switch(world, machine, order, caller)
    work = _WORKS[operation](world, machine, order)
    job = draft(world, machine, work, caller)

    def release(when: datetime) -> None:
        machine.current_job = None
        if job.state == "Failed":
            work.failed(when)

    take = partial(hold, machine, job, needed)
    world.start(job, [Milestone(job.length, work.effect)], take, release)
    return job


def _needed(machine: Machine, operation: str, order: Order) -> str:
    if operation == "reProtect" and machine.provider.startswith("InMageRcm"):
        return "SwitchProtection"
    hyper_v_back = order.word("instanceType") == "HyperVReplicaAzureFailback"
    return "Failback" if hyper_v_back else NEEDS[operation]


_WORKS: dict[str, Callable[[World, Machine, Order], Work]] = {
    "unplannedFailover": failovers.unplanned,
    "plannedFailover": failovers.planned,
    "failoverCommit": failovers.commit,
    "failoverCancel": failovers.cancel,
    "applyRecoveryPoint": failovers.change_point,
    "testFailover": failovers.test,
    "testFailoverCleanup": failovers.clean_up,
    "reProtect": reprotects.reverse,
    "repairReplication": failovers.repair,
    "remove": failovers.disable,
}

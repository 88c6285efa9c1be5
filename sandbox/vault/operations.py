"""Operations on protected items: refuse, or start the job that carries one out.

The checks come in the order body, conflict, state, then what the body names. A job takes hold of
its machine when it starts and lets go when it ends, however it ends; the effect on the machine
comes with the last step, so a job that fails or is cancelled before that changes nothing.
"""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import NamedTuple

from sandbox.vault import details, effects, estate, faults, orders, recipes
from sandbox.vault.agenda import Milestone
from sandbox.vault.jobs import Job, JobLink, Step
from sandbox.vault.machines import COMMITTED, PLANNED_PENDING, Machine
from sandbox.vault.names import JsonObject, fold, group_id
from sandbox.vault.orders import Order
from sandbox.vault.points import Point, find, latest, point_id
from sandbox.vault.subjobs import SubJobs
from sandbox.vault.world import Caller, Target, World

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
}


class Work(NamedTuple):
    """What an accepted operation amounts to."""

    scenario: str
    title: str
    steps: tuple[Step, ...]
    effect: Callable[[datetime], None]
    details: JsonObject


def start(world: World, machine: Machine, operation: str, body: object, caller: Caller) -> Job:
    """Start an operation on an item, or refuse it."""
    order = orders.read(operation, machine.provider, body)
    needed = _needed(operation, order)
    allow(machine, needed)
    if operation == "switchprotection":
        return _switch(world, machine, order, caller)
    work = _WORKS[operation](world, machine, order)
    job = draft(world, machine, work, caller)

    def release(_when: datetime) -> None:
        machine.current_job = None

    take = partial(hold, machine, job, needed)
    world.start(job, [Milestone(job.length, work.effect)], take, release)
    return job


def allow(machine: Machine, needed: str) -> None:
    """Refuse when something is running on the machine, or when its state does not allow it."""
    if machine.current_job is not None:
        raise faults.busy(machine.friendly_name, machine.current_job.title)
    allowed = machine.allowed_operations
    if needed not in allowed:
        raise faults.not_now(needed, machine.friendly_name, machine.protection_state, allowed)


def draft(world: World, machine: Machine, work: Work, caller: Caller) -> Job:
    """Write the job of some work on a machine."""
    target = Target(machine.internal_id, machine.friendly_name, "ProtectionEntity")
    job = world.draft(work.scenario, work.title, target, work.steps, caller)
    job.details = work.details
    return job


def hold(machine: Machine, job: Job, needed: str) -> None:
    """Keep everybody else away from the machine, if its state allows the operation."""
    allow(machine, needed)
    machine.current_job = job


def chosen_point(machine: Machine, order: Order, now: datetime) -> Point | None:
    """The point a body names, which must be one of this machine's; else the newest."""
    wanted = order.word("recoveryPointId")
    if not wanted:
        return latest(machine, now)
    found = find(machine, wanted.rsplit("/", 1)[-1], now)
    if found is None or fold(point_id(machine, found)) != fold(wanted):
        raise faults.bad_body(
            f"The recovery point '{wanted}' doesn't exist for '{machine.friendly_name}'."
        )
    return found


def _needed(operation: str, order: Order) -> str:
    back = order.word("failoverDirection") == "RecoveryToPrimary"
    return "Failback" if back else NEEDS[operation]


def _unplanned(world: World, machine: Machine, order: Order) -> Work:
    now = world.now()
    point = chosen_point(machine, order, now)
    shut_down = order.word("sourceSiteOperations") == "Required"
    return Work(
        "UnplannedFailover",
        "Failover",
        recipes.failover(shut_down, machine.provider != "A2A"),
        lambda _when: effects.fail_over(machine, now, point),
        details.failover(machine, point),
    )


def _planned(world: World, machine: Machine, order: Order) -> Work:
    now = world.now()
    steps, title, scenario = recipes.planned_failover(), "Planned failover", "PlannedFailover"
    if order.word("failoverDirection") == "RecoveryToPrimary":
        return Work(
            scenario,
            title,
            steps,
            lambda _when: effects.fail_back(machine),
            details.plain(machine),
        )
    point = chosen_point(machine, order, now)
    return Work(
        scenario,
        title,
        steps,
        lambda _when: effects.fail_over(machine, now, point, PLANNED_PENDING),
        details.failover(machine, point),
    )


def _commit(_world: World, machine: Machine, _order: Order) -> Work:
    return Work(
        "CommitFailover",
        "Commit",
        recipes.commit(),
        lambda _when: effects.commit(machine),
        details.plain(machine),
    )


def _cancel(_world: World, machine: Machine, _order: Order) -> Work:
    return Work(
        "CancelFailover",
        "Cancel failover",
        recipes.cancel(),
        lambda _when: effects.cancel_failover(machine),
        details.plain(machine),
    )


def _change_point(world: World, machine: Machine, order: Order) -> Work:
    point = chosen_point(machine, order, world.now())
    if point is None:
        raise faults.bad_body(f"'{machine.friendly_name}' has no recovery points.")
    return Work(
        "ChangePit",
        "Change recovery point",
        recipes.change_point(),
        lambda _when: effects.change_point(machine, point),
        details.failover(machine, point),
    )


def _test(world: World, machine: Machine, order: Order) -> Work:
    chosen_point(machine, order, world.now())
    network_type, network_id = order.word("networkType"), order.word("networkId")
    if network_type == "VmNetworkAsInput" and not network_id:
        raise faults.bad_body("'networkId' is required with the network type 'VmNetworkAsInput'.")

    def wait_for_cleanup(when: datetime) -> None:
        machine.test_state, machine.tested = "WaitingForCompletion", when

    return Work(
        "TestFailover",
        "Test failover",
        recipes.test_failover(),
        wait_for_cleanup,
        details.test_failover(machine, network_type, network_id),
    )


def _clean_up(_world: World, machine: Machine, _order: Order) -> Work:
    def forget_the_test(_when: datetime) -> None:
        machine.test_state = "None"

    return Work(
        "TestFailoverCleanup",
        "Test failover cleanup",
        recipes.clean_up(),
        forget_the_test,
        details.plain(machine),
    )


def _reverse(_world: World, machine: Machine, _order: Order) -> Work:
    return Work(
        "ReprotectReplicationGroup",
        "Reverse replication",
        recipes.reverse_replicate(),
        lambda when: effects.protect_again(machine, when),
        details.plain(machine),
    )


def _repair(_world: World, machine: Machine, _order: Order) -> Work:
    return Work(
        "RepairVMReplication",
        "Resynchronize",
        recipes.single("RepairReplication", "Resynchronizing the virtual machine", 120.0),
        lambda _when: effects.repair(machine),
        details.plain(machine),
    )


def _switch(world: World, machine: Machine, order: Order, caller: Caller) -> Job:
    cache_account = _new_cache_account(machine, order)
    enable = draft(
        world,
        machine,
        Work("EnableDr", "Enable replication", recipes.enable(), _nothing, details.plain(machine)),
        world.service_caller(),
    )
    link = JobLink(
        enable.job_id, enable.title, enable.scenario, machine.internal_id, machine.friendly_name
    )
    steps = recipes.switch(link, machine.protection_state == COMMITTED)
    work = Work(
        "SwitchReplicationGroupProtection", "Reprotect", steps, _nothing, details.switch(machine)
    )
    job = draft(world, machine, work, caller)
    part = SubJobs(world, job)
    part.add(enable, begins=sum(step.length for step in job.steps[:-1]))

    def turn_round(when: datetime) -> None:
        effects.switch(machine, cache_account, world.guid())
        effects.copy(machine, world.agenda, when, world.clock.hurry)

    def release(when: datetime) -> None:
        machine.current_job = None
        part.end(when)

    take = partial(hold, machine, job, NEEDS["switchprotection"])
    world.start(job, [Milestone(job.length, turn_round)], take, release)
    part.start()
    return job


def _new_cache_account(machine: Machine, order: Order) -> str:
    """Check what a reprotect names against what there is; hand back the cache account."""
    named = order.provider
    if fold(str(named["recoveryContainerId"])) != fold(machine.home.container_id):
        raise faults.bad_body("'recoveryContainerId' must be the container the item lives in.")
    if not str(named["policyId"]).casefold().endswith(f"/{estate.A2A_POLICY.name}"):
        raise faults.bad_body(f"The policy '{named['policyId']}' doesn't exist in the vault.")
    home_group = group_id(machine.groups[machine.home.region])
    if fold(str(named["recoveryResourceGroupId"])) != fold(home_group):
        raise faults.bad_body(f"'recoveryResourceGroupId' must be '{home_group}'.")
    disks = named["vmManagedDisks"]
    if not isinstance(disks, list):
        raise faults.bad_body("'vmManagedDisks' must be a list.")
    wanted = {fold(machine.disk_id(disk, machine.recovery)) for disk in machine.disks}
    if {fold(disk["diskId"]) for disk in disks} != wanted:
        raise faults.bad_body(
            "'vmManagedDisks' must name exactly the managed disks of the failed-over machine."
        )
    account = estate.CACHE_ACCOUNTS[machine.region]
    for disk in disks:
        if fold(disk["primaryStagingAzureStorageAccountId"]) != fold(account):
            raise faults.bad_body(
                "'primaryStagingAzureStorageAccountId' must be a storage account in "
                f"'{machine.region}', where the virtual machine runs now."
            )
    return account


def _nothing(_when: datetime) -> None:
    """Some jobs change nothing by themselves."""


_WORKS: dict[str, Callable[[World, Machine, Order], Work]] = {
    "unplannedFailover": _unplanned,
    "plannedFailover": _planned,
    "failoverCommit": _commit,
    "failoverCancel": _cancel,
    "applyRecoveryPoint": _change_point,
    "testFailover": _test,
    "testFailoverCleanup": _clean_up,
    "reProtect": _reverse,
    "repairReplication": _repair,
}

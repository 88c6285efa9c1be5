"""Failing over and what belongs to it: commit, cancel, another point, tests, resynchronizing; and
the end of it all, disabling.

The effect on the machine comes with a job's last step. A job that fails or is cancelled before
that leaves the machine as it was; only for a modern VMware machine a state of its own is known
(failed over without success, and everything allowed again). What the service does to a machine
whose job is cancelled is not known.
"""

from datetime import datetime

from sandbox.vault import details, effects, faults, recipes
from sandbox.vault.machines import Machine
from sandbox.vault.names import fold
from sandbox.vault.orders import Order
from sandbox.vault.points import latest
from sandbox.vault.states import FAILED, PLANNED_PENDING
from sandbox.vault.work import Work, check_network, chosen_point, nothing
from sandbox.vault.world import World


def unplanned(world: World, machine: Machine, order: Order) -> Work:
    """Fail over now; the source is shut down first where that is asked for."""
    now = world.now()
    point = chosen_point(machine, order, now)
    shut_down = order.word("sourceSiteOperations") == "Required"
    if machine.provider == "InMageRcm":
        shut_down = order.word("performShutdown") == "true"

    def leave_failed(_when: datetime) -> None:
        machine.protection_state = FAILED

    return Work(
        "UnplannedFailover",
        "Failover",
        recipes.failover(shut_down, machine.provider),
        lambda _when: effects.fail_over(machine, now, point),
        details.failover(machine, point),
        leave_failed if machine.provider == "InMageRcm" else nothing,
    )


def planned(world: World, machine: Machine, order: Order) -> Work:
    """Fail over without loss: a Hyper-V machine in either direction, a VMware machine home."""
    now = world.now()
    to_vmware = machine.provider == "InMageRcmFailback"
    steps = recipes.planned_failover(to_vmware)
    names = ("PlannedFailover", "Planned failover")
    if order.word("failoverDirection") == "RecoveryToPrimary":
        back = details.plain(machine)
        return Work(*names, steps, lambda _when: effects.fail_back(machine), back)
    if to_vmware:
        point = latest(machine, now, order.word("recoveryPointType"))
    else:
        point = chosen_point(machine, order, now)
    return Work(
        *names,
        steps,
        lambda _when: effects.fail_over(machine, now, point, PLANNED_PENDING),
        details.failover(machine, point),
    )


def commit(_world: World, machine: Machine, _order: Order) -> Work:
    """Make a failover final."""
    return Work(
        "CommitFailover",
        "Commit",
        recipes.commit(),
        lambda _when: effects.commit(machine),
        details.plain(machine),
    )


def cancel(_world: World, machine: Machine, _order: Order) -> Work:
    """Take a planned failover back; of an unplanned one this is not known to be offered."""
    return Work(
        "CancelFailover",
        "Cancel failover",
        recipes.cancel(),
        lambda _when: effects.cancel_failover(machine),
        details.plain(machine),
    )


def change_point(world: World, machine: Machine, order: Order) -> Work:
    """Start the replica again from another point."""
    again = order.provider.get("recoveryPointId")
    if isinstance(again, str) and fold(again) != fold(order.word("recoveryPointId")):
        raise faults.bad_body("The two 'recoveryPointId' of the body are not the same.")
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


def test(world: World, machine: Machine, order: Order) -> Work:
    """Start a copy beside the machine; it waits for its cleanup, and nothing else is offered."""
    chosen_point(machine, order, world.now())
    check_network(world.estate, machine.recovery.region, order)

    def wait_for_cleanup(when: datetime) -> None:
        machine.test_state, machine.tested = "WaitingForCompletion", when

    return Work(
        "TestFailover",
        "Test failover",
        recipes.test_failover(),
        wait_for_cleanup,
        details.test_failover(machine, order.word("networkType"), order.word("networkId")),
    )


def clean_up(_world: World, machine: Machine, _order: Order) -> Work:
    """Delete the copy."""

    def forget_the_test(_when: datetime) -> None:
        machine.test_state = "None"

    return Work(
        "TestFailoverCleanup",
        "Test failover cleanup",
        recipes.clean_up(),
        forget_the_test,
        details.plain(machine),
    )


def repair(_world: World, machine: Machine, _order: Order) -> Work:
    """Resynchronize; the machine stays protected, and is healthy afterwards."""
    return Work(
        "RepairVMReplication",
        "Resynchronize",
        recipes.single("RepairReplication", "Resynchronizing the virtual machine", 120.0),
        lambda _when: effects.repair(machine),
        details.plain(machine),
    )


def disable(world: World, machine: Machine, _order: Order) -> Work:
    """End the replication: the item is gone when the job has ended."""
    return Work(
        "DisableDr",
        "Disable replication",
        recipes.disable(),
        lambda _when: world.machines.remove(machine),
        details.plain(machine),
    )

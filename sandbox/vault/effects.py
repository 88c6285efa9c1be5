"""What operations do to a machine once their job has done its work.

Each function changes one machine at one moment. The jobs decide when; nothing here looks at the
clock.
"""

from datetime import datetime, timedelta

from sandbox.vault.agenda import Agenda
from sandbox.vault.ailments import RPO_THRESHOLD_SECONDS
from sandbox.vault.machines import Machine
from sandbox.vault.points import Point
from sandbox.vault.states import (
    COMMITTED,
    COPYING,
    FAILBACK_PENDING,
    FINALIZED,
    FIRST_POINT,
    PENDING,
    PLANNED_COMMITTED,
    PROTECTED,
)

COPY_SECONDS = 420.0
FIRST_POINT_SECONDS = 60.0
FRESH_RPO_SECONDS = 114.0


def fail_over(machine: Machine, began: datetime, point: Point | None, state: str = PENDING) -> None:
    """Run on the other side from now on, and stop making recovery points."""
    machine.protection_state = state
    machine.failed_over = began
    machine.rpo_when_failed_over = machine.rpo_seconds
    machine.failover_point = point.name if point else None
    machine.replica_exists = True


def change_point(machine: Machine, point: Point) -> None:
    """Run from another recovery point; everything written since the failover is gone."""
    machine.failover_point = point.name


def fail_back(machine: Machine) -> None:
    """Run at home again, before that is committed."""
    machine.protection_state = FAILBACK_PENDING


def commit(machine: Machine) -> None:
    """Make the failover final: the points of this direction are deleted."""
    failed_back = machine.protection_state == FAILBACK_PENDING
    machine.points_deleted = True
    machine.replica_exists = not failed_back
    if failed_back:
        machine.protection_state = FINALIZED
    elif machine.provider == "InMageRcmFailback":
        machine.protection_state = PLANNED_COMMITTED
    else:
        machine.protection_state = COMMITTED


def cancel_failover(machine: Machine) -> None:
    """Run where it ran before, as if the planned failover had not been."""
    machine.protection_state = PROTECTED
    machine.failed_over = machine.rpo_when_failed_over = machine.failover_point = None


def switch(machine: Machine, cache_account: str, correlation: str) -> None:
    """Turn the direction round: the item moves to the other container, its history does not."""
    machine.cache_account = cache_account
    machine.correlation = correlation
    turn(machine)


def turn_rcm(machine: Machine) -> None:
    """Turn a VMware machine round: the item stays where it is, and becomes the other provider's."""
    back = machine.provider == "InMageRcmFailback"
    machine.provider = "InMageRcm" if back else "InMageRcmFailback"
    turn(machine)


def turn(machine: Machine) -> None:
    """Make the side where the machine runs its primary one, and forget how it got there."""
    machine.home, machine.recovery = machine.recovery, machine.home
    machine.failed_over = machine.rpo_when_failed_over = machine.failover_point = None
    machine.tested = None
    machine.replication_health, machine.ailments, machine.also_allowed = "Normal", (), ()
    machine.heartbeat_age = timedelta(seconds=30)
    machine.copied_percent = None


def copy(machine: Machine, agenda: Agenda, when: datetime, hurry: float) -> None:
    """Begin the initial replication: seven minutes of copying, one until the first point."""
    machine.protection_state = COPYING
    machine.replicating_since = when
    machine.copy_seconds = COPY_SECONDS / hurry
    machine.points_deleted = False
    copied = when + timedelta(seconds=COPY_SECONDS / hurry)
    agenda.add(copied, lambda moment: _wait_for_first_point(machine, moment))
    ready = copied + timedelta(seconds=FIRST_POINT_SECONDS / hurry)
    agenda.add(ready, lambda moment: _protect(machine, moment))


def protect_again(machine: Machine, when: datetime) -> None:
    """Replicate a Hyper-V machine again after its failback, with nothing to copy."""
    machine.failed_over = machine.rpo_when_failed_over = machine.failover_point = None
    machine.points_deleted = False
    _protect(machine, when)


def repair(machine: Machine) -> None:
    """Replicate in time again."""
    machine.replication_health, machine.ailments, machine.also_allowed = "Normal", (), ()
    machine.rpo_seconds = min(machine.rpo_seconds, RPO_THRESHOLD_SECONDS / 10)


def _wait_for_first_point(machine: Machine, when: datetime) -> None:
    machine.copied_percent = machine.copied(when)
    machine.protection_state = FIRST_POINT


def _protect(machine: Machine, when: datetime) -> None:
    machine.protection_state = PROTECTED
    machine.replicating_since = when
    machine.rpo_seconds = FRESH_RPO_SECONDS

"""What every operation on a machine has in common: what it amounts to, and how it takes hold.

A job takes hold of its machine when it starts and lets go when it ends, however it ends.
"""

from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

from sandbox.vault import faults
from sandbox.vault.estate import Estate
from sandbox.vault.jobs import Job, Step
from sandbox.vault.machines import Machine
from sandbox.vault.names import JsonObject, fold
from sandbox.vault.orders import Order
from sandbox.vault.points import Point, find, latest, point_id
from sandbox.vault.world import Caller, Target, World


def nothing(_when: datetime) -> None:
    """Some jobs change nothing by themselves."""


class Work(NamedTuple):
    """What an accepted operation amounts to; `failed` is what its failure leaves behind."""

    scenario: str
    title: str
    steps: tuple[Step, ...]
    effect: Callable[[datetime], None]
    details: JsonObject
    failed: Callable[[datetime], None] = nothing


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


def check_network(estate: Estate, region: str, order: Order) -> None:
    """Refuse a test network that does not go with the network type or is in another region."""
    kind, network_id = order.word("networkType"), order.word("networkId")
    again = order.provider.get("networkId", network_id)
    if (kind == "VmNetworkAsInput") != bool(network_id):
        raise faults.bad_body(
            "'networkId' goes with the network type 'VmNetworkAsInput', and with no other."
        )
    if network_id and (not isinstance(again, str) or fold(again) != fold(network_id)):
        raise faults.bad_body("The two 'networkId' of the body are not the same.")
    if not network_id:
        return
    network = estate.network(network_id)
    if network is None:
        raise faults.bad_body(f"The virtual network '{network_id}' doesn't exist.")
    if network.region != region:
        raise faults.bad_body(f"The virtual network '{network_id}' isn't in '{region}'.")

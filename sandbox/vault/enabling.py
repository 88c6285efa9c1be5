"""Enabling replication: an unprotected machine becomes an item, and its disks are copied.

The item appears when the job has succeeded, not before: nobody was seen reading it earlier. Asked
for a machine that is protected, or under a name that is taken, the vault refuses at once; where
the real service does so is not known.
"""

from datetime import datetime
from functools import partial

from sandbox.vault import details, effects, faults, orders, recipes
from sandbox.vault.agenda import Milestone
from sandbox.vault.bodies_items import protectable_id
from sandbox.vault.jobs import Job
from sandbox.vault.machines import Machine, Place
from sandbox.vault.names import fold
from sandbox.vault.orders import Order
from sandbox.vault.reprotects import check_accounts, check_policy
from sandbox.vault.work import Work, draft, nothing
from sandbox.vault.world import Caller, World


def start(world: World, place: Place, name: str, body: object, caller: Caller) -> Job:
    """Start enabling replication under that item name, or refuse it."""
    world.now()
    order = orders.read_to_enable(body)
    machine = _wanted(world, place, order)
    if any(fold(each.item_name) == fold(name) for each in world.machines):
        raise faults.busy(name, "Enable replication")
    check_policy(machine, order, machine.provider)
    if machine.provider == "A2A":
        _check_azure(world, machine, order)
    else:
        _check_site(world, machine, order)
    _check_free(world, machine)
    machine.item_name = name
    work = Work("EnableDr", "Enable replication", recipes.enable(), nothing, details.plain(machine))
    job = draft(world, machine, work, caller)

    def protect(when: datetime) -> None:
        world.estate.unprotected.remove(machine)
        world.machines.append(machine)
        machine.tested = None
        effects.copy(machine, world.agenda, when, world.clock.hurry)

    def release(_when: datetime) -> None:
        machine.current_job = None

    take = partial(_hold, world, machine, job)
    world.start(job, [Milestone(job.length, protect)], take, release)
    return job


def _check_free(world: World, machine: Machine) -> None:
    if machine.current_job is not None:
        raise faults.busy(machine.friendly_name, machine.current_job.title)
    if not any(each is machine for each in world.estate.unprotected):
        raise faults.protected_already(machine.friendly_name)


def _hold(world: World, machine: Machine, job: Job) -> None:
    _check_free(world, machine)
    machine.current_job = job


def _wanted(world: World, place: Place, order: Order) -> Machine:
    """The unprotected machine that a body names, which must be where the container is."""
    if order.word("instanceType") == "A2A":
        named = order.word("fabricObjectId")
        found = [each for each in world.estate.unprotected if _is_at(each, named)]
        taken = [each for each in world.machines if _is_at(each, named)]
    else:
        named = order.word("protectableItemId")
        found = [each for each in world.estate.unprotected if _is_listed(each, named)]
        taken = [each for each in world.machines if _is_listed(each, named)]
    if taken:
        raise faults.protected_already(taken[0].friendly_name)
    if not found or found[0].home != place:
        raise faults.bad_body(f"There is no virtual machine '{named}' in '{place.title}'.")
    return found[0]


def _is_at(machine: Machine, vm_id: str) -> bool:
    return machine.home.kind == "Azure" and fold(machine.vm_id(machine.home)) == fold(vm_id)


def _is_listed(machine: Machine, item_id: str) -> bool:
    return fold(protectable_id(machine)) == fold(item_id)


def _check_azure(world: World, machine: Machine, order: Order) -> None:
    if fold(order.word("recoveryContainerId")) != fold(machine.recovery.container_id):
        raise faults.bad_body("'recoveryContainerId' must be a container this one is mapped to.")
    disks = order.provider["vmManagedDisks"]
    if not isinstance(disks, list):
        raise faults.bad_body("'vmManagedDisks' must be a list.")
    known = {fold(machine.disk_id(disk, machine.home)) for disk in machine.disks}
    given = {fold(disk["diskId"]) for disk in disks}
    if not given <= known or fold(machine.disk_id(machine.disks[0], machine.home)) not in given:
        raise faults.bad_body(
            "'vmManagedDisks' must name disks of the machine, the operating system's among them."
        )
    check_accounts(world, machine.home.region, disks)
    _check_network(world, machine, order, "recoveryAzureNetworkId")
    machine.groups[machine.recovery.region] = order.word("recoveryResourceGroupId").split("/")[-1]
    machine.multi_vm_group = order.word("multiVmGroupName")


def _check_site(world: World, machine: Machine, order: Order) -> None:
    if order.word("vmName") != machine.friendly_name:
        raise faults.bad_body("'vmName' isn't the name of the protectable item.")
    _check_network(world, machine, order, "targetAzureNetworkId")
    group = order.word("targetAzureV2ResourceGroupId").split("/")[-1]
    machine.groups[machine.recovery.region] = group


def _check_network(world: World, machine: Machine, order: Order, field: str) -> None:
    wanted = order.word(field)
    network = world.estate.network(wanted) if wanted else None
    if wanted and (network is None or network.region != machine.recovery.region):
        raise faults.bad_body(f"'{field}' must be a virtual network in the target region.")

"""Turning the direction round, each provider in its own way.

An Azure machine's item moves to the other container. A VMware machine's item stays and becomes
the other provider's. A Hyper-V machine is only protected again, after its failback.
"""

from datetime import datetime
from functools import partial

from sandbox.vault import details, effects, faults, recipes, vmware
from sandbox.vault.agenda import Milestone
from sandbox.vault.jobs import Job, JobLink
from sandbox.vault.machines import POLICY_OF, Machine
from sandbox.vault.names import fold
from sandbox.vault.orders import Order
from sandbox.vault.states import COMMITTED, Provider
from sandbox.vault.subjobs import SubJobs
from sandbox.vault.work import Work, draft, hold, nothing
from sandbox.vault.world import Caller, World


def reverse(world: World, machine: Machine, order: Order) -> Work:
    """Reprotect a machine of a site, in place."""
    names = ("ReprotectReplicationGroup", "Reverse replication")
    if machine.provider == "HyperVReplicaAzure":
        return Work(
            *names,
            recipes.reverse_replicate(),
            lambda when: effects.protect_again(machine, when),
            details.plain(machine),
        )
    if machine.provider == "InMageRcm":
        _check_way_home(machine, order)
    else:
        _check_way_back(machine, order)

    def turn_round(when: datetime) -> None:
        machine.cache_account = order.word("logStorageAccountId") or machine.cache_account
        machine.reprotect_agent = order.word("reprotectAgentId")
        if datastore := order.word("datastoreName"):
            machine.datastores = (datastore,)
        effects.turn_rcm(machine)
        effects.copy(machine, world.agenda, when, world.clock.hurry)

    return Work(*names, recipes.reverse_replicate(True), turn_round, details.plain(machine))


def switch(world: World, machine: Machine, order: Order, caller: Caller) -> Job:
    """Reprotect an Azure machine: a job with another one inside, which enables replication."""
    cache_account = _new_cache_account(world, machine, order)
    enable = draft(
        world,
        machine,
        Work("EnableDr", "Enable replication", recipes.enable(), nothing, details.plain(machine)),
        world.service_caller(),
    )
    link = JobLink(
        enable.job_id, enable.title, enable.scenario, machine.internal_id, machine.friendly_name
    )
    steps = recipes.switch(link, machine.protection_state == COMMITTED)
    work = Work(
        "SwitchReplicationGroupProtection", "Reprotect", steps, nothing, details.switch(machine)
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

    milestones = [*part.milestones(), Milestone(job.length, turn_round)]
    world.start(job, milestones, partial(hold, machine, job, "SwitchProtection"), release)
    return job


def _new_cache_account(world: World, machine: Machine, order: Order) -> str:
    """Check what a reprotect names against what there is; hand back the cache account."""
    named = order.provider
    if fold(str(named["recoveryContainerId"])) != fold(machine.home.container_id):
        raise faults.bad_body("'recoveryContainerId' must be the container the item lives in.")
    check_policy(machine, order, "A2A")
    home_group = machine.home.vault.group_id(machine.groups[machine.home.region])
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
    return check_accounts(world, machine.region, disks)


def check_policy(machine: Machine, order: Order, provider: Provider) -> None:
    """Refuse a policy that is not the vault's one for that provider."""
    wanted = machine.home.vault.told("replicationPolicies", POLICY_OF[provider].name)
    if fold(order.word("policyId")) != fold(wanted):
        raise faults.bad_body(f"The policy '{order.word('policyId')}' doesn't exist in the vault.")


def check_accounts(world: World, region: str, disks: list[dict[str, str]]) -> str:
    """Refuse cache accounts that are not where the machine runs; hand back the one that is."""
    account = world.estate.cache_accounts[region]
    for disk in disks:
        if fold(disk["primaryStagingAzureStorageAccountId"]) != fold(account):
            raise faults.bad_body(
                "'primaryStagingAzureStorageAccountId' must be a storage account in "
                f"'{region}', where the virtual machine runs now."
            )
    return account


def _check_way_home(machine: Machine, order: Order) -> None:
    site = machine.original
    if order.word("reprotectAgentId") not in vmware.reprotect_agents(site).values():
        raise faults.bad_body("'reprotectAgentId' isn't one of the site's reprotect agents.")
    if order.word("datastoreName") not in vmware.DATASTORES:
        raise faults.bad_body("'datastoreName' isn't accessible to the reprotect agent.")
    if order.word("policyId"):
        check_policy(machine, order, "InMageRcmFailback")


def _check_way_back(machine: Machine, order: Order) -> None:
    if order.word("processServerId") != vmware.process_server(machine.original):
        raise faults.bad_body("'processServerId' isn't one of the site's process servers.")
    check_policy(machine, order, "InMageRcm")

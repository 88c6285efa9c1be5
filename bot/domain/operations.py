"""The operations that change something: the catalogue. Each is one pure function.

What stands before the `*` is what Azure told us (a `Ground`), what stands after it is what a
person may say; the result is the `Call` that will be sent, in Azure's own words, and nothing is
sent from here. Adding an operation means adding a function and its name at the end, and a story.
"""

from typing import Final

from bot.domain import (
    bodies,
    bodies_failback,
    bodies_plans,
    bodies_protect,
    bodies_reprotect,
)
from bot.domain.arguments import (
    Agent,
    ChosenPoint,
    Datastore,
    LogStorage,
    MappedPolicy,
    MasterTarget,
    Network,
    Notes,
    PointChoice,
    ProcessServer,
    RecoveryGroup,
    RecoveryNetwork,
    ReplicationPolicy,
    RetentionDrive,
    RunAs,
    Storage,
    StorageAccount,
    Synchronisation,
    System,
    SystemDisk,
    VaultName,
    YesNo,
)
from bot.domain.catalogue import UNPROTECTED, Call, Ground, Operation, operation
from bot.domain.consequences import (
    begins_to_replicate,
    deletes_points,
    deletes_test_copy,
    goes_back,
    loses_since_failover,
    moves,
    nothing_planned,
    nothing_returned,
    nothing_tested,
    nothing_yet,
    overwrites_disks,
    replicates,
    resynchronises,
    returns,
    starts_copy,
    stays,
)
from bot.domain.machines import A2A, CLASSIC, CLASSIC_BACK, HYPER_V, RCM, RCM_BACK, Machine
from bot.domain.operations_jobs import cancel_job, restart_job, resume_job
from bot.domain.plans import Plan
from bot.errors import Missing, NotNow

FORWARD: Final = (A2A, HYPER_V, RCM, CLASSIC)
"""The providers that replicate towards Azure."""


def _all(needed: str, *providers: str) -> dict[str, str]:
    return dict.fromkeys(providers, needed)


def _away(machine: Machine) -> NotNow | None:
    if machine.provider != A2A or not machine.away:
        return None
    return NotNow(
        f"{machine.name} already runs away from home, in {machine.here}.",
        f"Moving it back to {machine.home} is a failback: /dr failback {machine.name} because …",
    )


def _at_home(machine: Machine) -> NotNow | None:
    if machine.provider != A2A or machine.away:
        return None
    return NotNow(
        f"{machine.name} runs at home, in {machine.here}: there is nothing to bring back.",
        f"To leave that region: /dr failover {machine.name} because …",
    )


def _uncommitted(machine: Machine) -> NotNow | None:
    if "Commit" not in machine.allowed:
        return None
    return NotNow(
        f"The failover of {machine.name} is not committed yet; a reprotect would do that too.",
        f"Commit it first: /dr commit {machine.name}",
    )


@operation(
    "Failover",
    reason="required",
    needs=_all("UnplannedFailover", *FORWARD),
    scenarios=("UnplannedFailover",),
    plan=_all("UnplannedFailover", *FORWARD),
    way=moves,
    destroys=nothing_yet,
    refuses=_away,
    reads=("points",),
)
def failover(ground: Ground, *, point: PointChoice = "latest", shutdown: YesNo = "no") -> Call:
    """Start a machine in its recovery region.

    For when the primary region is down or must be left at once. Afterwards choose: commit, or
    change the recovery point first.
    """
    if isinstance(ground.target, Plan):
        return bodies_plans.unplanned_failover(ground, point=point, shutdown=shutdown == "yes")
    return bodies.unplanned_failover(ground, shutdown=shutdown == "yes")


@operation(
    "Planned failover",
    reason="required",
    needs=_all("PlannedFailover", HYPER_V),
    scenarios=("PlannedFailover",),
    plan=_all("PlannedFailover", HYPER_V),
    way=moves,
    destroys=nothing_planned,
)
def planned_failover(ground: Ground) -> Call:
    """Move a running machine to Azure without losing data.

    Shuts the source down, sends what is still pending, and starts the machine in Azure. Azure
    offers it for Hyper-V machines.
    """
    if isinstance(ground.target, Plan):
        return bodies_plans.planned_failover(ground)
    return bodies.planned_failover(ground)


@operation(
    "Test failover",
    needs=_all("TestFailover", *FORWARD),
    scenarios=("TestFailover",),
    plan=_all("TestFailover", *FORWARD),
    way=starts_copy,
    destroys=nothing_tested,
    reads=("points",),
)
def test_failover(ground: Ground, *, network: Network = "", point: PointChoice = "latest") -> Call:
    """Start a copy of a machine in a network apart, to see that it would work.

    The machine itself is not touched. Clean up afterwards: until then Azure may offer no real
    failover.
    """
    chosen = network or _common_test_network(ground)
    if not chosen:
        raise Missing(
            f"A test failover of {ground.name} needs a virtual network to start the copy in, "
            "apart from production.",
            what=("network",),
            target=ground.target.id,
            name=ground.name,
            advice="Name one with --network.",
        )
    if isinstance(ground.target, Plan):
        return bodies_plans.test_failover(ground, chosen, point=point)
    return bodies.test_failover(ground, chosen)


def _common_test_network(ground: Ground) -> str:
    """Return the network that the machine, or all machines of the plan, are set up for."""
    machines = ground.machines or (ground.machine,)
    networks = {machine.test_network for machine in machines}
    return networks.pop() if len(networks) == 1 else ""


@operation(
    "Test failover cleanup",
    needs=_all("TestFailoverCleanup", *FORWARD),
    scenarios=("TestFailoverCleanup",),
    plan=_all("TestFailoverCleanup", *FORWARD),
    way=stays,
    destroys=deletes_test_copy,
)
def cleanup(ground: Ground, *, notes: Notes = "") -> Call:
    """End a test failover and delete its copy.

    What the test showed can be said in notes, which Azure keeps with the job.
    """
    return bodies.cleanup(ground, notes or "Cleaned up through the DR bot.")


@operation(
    "Change recovery point",
    needs=_all("ChangePit", *FORWARD),
    scenarios=("ChangePit",),
    way=stays,
    destroys=loses_since_failover,
    reads=("points",),
)
def change_point(ground: Ground, *, point: ChosenPoint = "") -> Call:
    """Start a failed-over machine again from another recovery point.

    Possible until the failover is committed.
    """
    if ground.point is None:
        raise Missing(
            f"Which recovery point shall {ground.machine.name} be started from?",
            what=("point",),
            target=ground.machine.id,
            name=ground.machine.name,
            advice="Name it with --point.",
        )
    return bodies.change_point(ground, ground.point)


@operation(
    "Commit",
    needs=_all("Commit", *FORWARD, RCM_BACK, CLASSIC_BACK),
    scenarios=("CommitFailover",),
    plan=_all("Commit", *FORWARD),
    way=stays,
    destroys=deletes_points,
    reads=("points",),
)
def commit(ground: Ground) -> Call:
    """Make a failover final, once the machine works.

    Deletes the recovery points that the failover could still be changed to.
    """
    return bodies.plain("failoverCommit", ground)


@operation(
    "Cancel failover",
    needs=_all("CancelFailover", *FORWARD, RCM_BACK, CLASSIC_BACK),
    scenarios=("CancelFailover",),
    plan=_all("CancelFailover", *FORWARD),
    way=goes_back,
    destroys=loses_since_failover,
)
def cancel_failover(ground: Ground) -> Call:
    """Take a failover back that is not committed, where Azure offers it."""
    return bodies.plain("failoverCancel", ground)


@operation(
    "Reprotect",
    needs={
        A2A: "SwitchProtection",
        HYPER_V: "ReverseReplicate",
        RCM: "SwitchProtection",
        RCM_BACK: "SwitchProtection",
        CLASSIC: "ReverseReplicate",
        CLASSIC_BACK: "ReverseReplicate",
    },
    scenarios=("SwitchReplicationGroupProtection", "ReprotectReplicationGroup"),
    plan=_all("ReverseReplicate", HYPER_V),
    way=replicates,
    destroys=overwrites_disks,
    refuses=_uncommitted,
    reads=("way back",),
)
def reprotect(
    ground: Ground,
    *,
    cache: StorageAccount = "",
    agent: Agent = "",
    datastore: Datastore = "",
    log_storage: LogStorage = "",
    process_server: ProcessServer = "",
    master_target: MasterTarget = "",
    retention_drive: RetentionDrive = "",
    run_as: RunAs = "",
    policy: ReplicationPolicy = "",
    storage: Storage = "",
) -> Call:
    """Replicate a failed-over machine back towards where it came from.

    Needs a committed failover; a Hyper-V machine is reprotected after its failback. The job may end
    long before the machine is protected again; the bot keeps watching until it is. Each kind of
    machine needs other things: what the vault and the policy do not tell is asked for in a form.
    """
    if isinstance(ground.target, Plan):
        return bodies.plain("reProtect", ground)
    if ground.way_back is None:
        raise NotNow(
            f"What a reprotect of {ground.machine.name} needs could not be read from Azure."
        )
    if ground.machine.provider == A2A:
        return bodies_reprotect.switch_protection(ground, ground.way_back)
    return bodies_reprotect.reverse_replication(ground, ground.way_back)


@operation(
    "Failback",
    needs={
        A2A: "UnplannedFailover",
        HYPER_V: "Failback",
        RCM_BACK: "PlannedFailover",
        CLASSIC_BACK: "UnplannedFailover",
    },
    scenarios=("UnplannedFailover", "PlannedFailover", "Failback"),
    plan=_all("PlannedFailover", HYPER_V),
    way=returns,
    destroys=nothing_returned,
    refuses=_at_home,
    reads=("points",),
)
def failback(
    ground: Ground,
    *,
    point: PointChoice = "latest",
    shutdown: YesNo = "no",
    sync: Synchronisation = "",
) -> Call:
    """Bring a machine back to where it came from.

    For Azure to Azure this is a failover in the other direction, after a reprotect. A Hyper-V
    machine comes back to its site at once, a VMware machine after a reprotect; of the recovery
    points they take the latest, VMware also app. Commit follows.
    """
    if isinstance(ground.target, Plan):
        return bodies_plans.failback(ground)
    if ground.machine.provider == A2A:
        bodies_failback.refuse_sync(ground, sync)
        return bodies.unplanned_failover(ground, shutdown=shutdown == "yes")
    return bodies_failback.failback(ground, point=point, shutdown=shutdown, sync=sync)


@operation(
    "Resynchronisation",
    needs=_all("RepairReplication", *FORWARD),
    scenarios=("RepairReplication", "RepairVMReplication"),
    way=stays,
    destroys=resynchronises,
)
def resynchronise(ground: Ground) -> Call:
    """Have the replication of a machine repaired, where Azure offers it."""
    return bodies.plain("repairReplication", ground)


@operation(
    "Protection",
    needs=_all(UNPROTECTED, A2A, HYPER_V),
    scenarios=("EnableDr",),
    way=replicates,
    destroys=begins_to_replicate,
    reason="required",
)
def protect(
    ground: Ground,
    *,
    vault: VaultName = "",
    policy: MappedPolicy = "",
    group: RecoveryGroup = "",
    cache: StorageAccount = "",
    storage: Storage = "",
    network: RecoveryNetwork = "",
    os: System = "",
    os_disk: SystemDisk = "",
) -> Call:
    """Begin to replicate a machine that is not protected yet.

    For virtual machines in Azure and at Hyper-V sites, in a region or a site that a vault covers,
    by name, name@vault or resource id. What the vault, other machines and the policy do not tell is
    asked for in a form. The job ends long before the machine is protected; the bot keeps watching,
    and no failover is offered before that. There is no command that ends replication: that is for
    the portal.
    """
    if ground.way_back is None:
        raise NotNow(f"What protecting {ground.name} needs could not be read from Azure.")
    return bodies_protect.enable(ground, ground.way_back)


CATALOGUE: Final[dict[str, Operation]] = {
    one.name: one
    for one in (
        failover,
        commit,
        change_point,
        reprotect,
        failback,
        planned_failover,
        cancel_failover,
        test_failover,
        cleanup,
        resynchronise,
        protect,
        cancel_job,
        restart_job,
        resume_job,
    )
}
"""Every operation by its name, in the order in which people need them."""

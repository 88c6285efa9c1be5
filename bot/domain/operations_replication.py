"""The operations on replication itself: turning it round, repairing it, and beginning it."""

from bot.domain import bodies, bodies_protect, bodies_reprotect
from bot.domain.arguments import (
    Agent,
    Datastore,
    LogStorage,
    MappedPolicy,
    MasterTarget,
    ProcessServer,
    RecoveryGroup,
    RecoveryNetwork,
    ReplicationPolicy,
    RetentionDrive,
    RunAs,
    Storage,
    StorageAccount,
    System,
    SystemDisk,
    VaultName,
)
from bot.domain.catalogue import UNPROTECTED, Call, Ground, for_all, operation
from bot.domain.consequences import (
    begins_to_replicate,
    overwrites_disks,
    replicates,
    resynchronises,
    stays,
)
from bot.domain.machines import (
    A2A,
    CLASSIC,
    CLASSIC_BACK,
    FORWARD,
    HYPER_V,
    RCM,
    RCM_BACK,
    Machine,
)
from bot.domain.plans import Plan
from bot.errors import NotNow
from bot.refusals import Now


def _uncommitted(machine: Machine) -> NotNow | None:
    if "Commit" not in machine.allowed:
        return None
    return NotNow(
        Now.NOT_COMMITTED,
        f"The failover of {machine.name} is not committed yet; a reprotect would do that too.",
        f"Commit it first: /dr commit {machine.name}",
    )


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
    plan=for_all("ReverseReplicate", HYPER_V),
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
            Now.NOT_TOLD,
            f"What a reprotect of {ground.machine.name} needs could not be read from Azure.",
        )
    if ground.machine.provider == A2A:
        return bodies_reprotect.switch_protection(ground, ground.way_back)
    return bodies_reprotect.reverse_replication(ground, ground.way_back)


@operation(
    "Resynchronisation",
    needs=for_all("RepairReplication", *FORWARD),
    scenarios=("RepairReplication", "RepairVMReplication"),
    way=stays,
    destroys=resynchronises,
)
def resynchronise(ground: Ground) -> Call:
    """Have the replication of a machine repaired, where Azure offers it."""
    return bodies.plain("repairReplication", ground)


@operation(
    "Protection",
    needs=for_all(UNPROTECTED, A2A, HYPER_V),
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
        raise NotNow(
            Now.NOT_TOLD, f"What protecting {ground.name} needs could not be read from Azure."
        )
    return bodies_protect.enable(ground, ground.way_back)

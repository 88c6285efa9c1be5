"""The timetables: which steps each kind of job goes through and how long each one takes.

Names, task ids, titles and lengths are those seen on the wire, in nominal seconds; the clock's
speed does the rest.
"""

from sandbox.vault.jobs import Group, JobError, JobLink, Step
from sandbox.vault.states import Provider

_FAILOVERS: dict[Provider, float] = {
    "A2A": 135.5,
    "HyperVReplicaAzure": 166.5,
    "InMageAzureV2": 396.5,
    "InMageRcm": 573.5,
}


def failover(shut_down_source: bool, provider: Provider) -> tuple[Step, ...]:
    """An unplanned failover: 139 s, a minute more with the source shut down.

    170 s for Hyper-V; VMware takes 400 s, and the modern kind 637 s with the shutdown.
    """
    shutdown = 60.2 if shut_down_source else 0.2
    return (
        Step(
            "UnplannedFailoverPreflightChecksTask",
            "VmUfoPrerequisitesCheck",
            "Prerequisites check for failover",
            2.0,
        ),
        Step(
            "ShutdownVmOnPrimaryForUFO",
            "VmShutdownVmOnPrimary",
            "Shut down the virtual machine",
            shutdown,
        ),
        Step(
            "PrepareForUnPlannedFailoverTask",
            "VmPrepareForUnPlannedFailover",
            "Synchronizing the latest changes",
            skipped=True,
        ),
        _fail_over(_FAILOVERS[provider]),
        _start_replica(),
    )


def planned_failover(to_vmware: bool = False) -> tuple[Step, ...]:
    """A planned failover of a Hyper-V machine: 303 s; of a VMware machine, home: 1275 s."""
    return (
        Step(
            "PlannedFailoverPreflightChecksTask",
            "VmPfoPrerequisitesCheck",
            "Prerequisites check for planned failover",
            2.0,
        ),
        Step(
            "ShutdownVmOnPrimary",
            "VmShutdownVmOnPrimary",
            "Shut down the virtual machine",
            60.0,
        ),
        Step(
            "PrepareForFailoverTask",
            "VmPrepareForFailover",
            "Preparing for failover",
            100.0,
        ),
        _fail_over(1111.7 if to_vmware else 139.7),
        _start_replica(),
    )


def change_point() -> tuple[Step, ...]:
    """Starting the replica again from another recovery point: 455 s."""
    return (
        Step("ChangePitPreflightCheck", "ChangePitPreflightCheck", "Prerequisites check", 3.0),
        Step("ShutdownVmRecovery", "ShutdownVmRecovery", "Shut down the virtual machine", 60.0),
        Step(
            "CancelFailoverRecovery",
            "CancelFailoverRecovery",
            "Cancel failover recovery",
            190.7,
        ),
        _fail_over(200.0),
        _start_replica(),
    )


def commit() -> tuple[Step, ...]:
    """Committing a failover: 8 s."""
    return (
        Step("", "VmCommitPrerequisitesCheck", "Prerequisite check", 3.0),
        Step("", "VmCommit", "Commit", 5.0),
    )


def cancel() -> tuple[Step, ...]:
    """Taking a planned failover back before it is committed: 60 s."""
    return (Step("", "VmCancelFailover", "Cancel failover", 60.0),)


def switch(enable: JobLink, committed_already: bool) -> tuple[Step, ...]:
    """Reprotecting an Azure machine: 480 s, most of it in the job that enables replication."""
    child = Step("EnableDr", enable.target_name, enable.target_name, 477.0, kind="JobTaskDetails")
    preflight = "SwitchReplicationGroupProtectionPreflightTask"
    requirements = "GetSwitchProtectionRequirementsTask"
    return (
        Step(preflight, preflight, "Prerequisite check", 2.0),
        Step(
            "CommitFailoverTask",
            "VmCommitFailover",
            "Committing failover",
            8.0,
            skipped=committed_already,
        ),
        Step(
            "DiscoverReplicaTask",
            "DiscoverReplicaTask",
            "Discovering replica virtual machine",
            0.4,
        ),
        Step(requirements, requirements, "Getting reprotection requirements", 0.6),
        Step(
            "ProtectReplicaTask",
            "ProtectReplicaTask",
            "Reprotecting virtual machine (1)",
            kind="GroupTaskDetails",
            group=Group("GroupTaskDetails"),
            children=(_linked(child, enable),),
        ),
    )


def enable() -> tuple[Step, ...]:
    """Enabling replication, by itself or as part of a reprotect: 477 s."""
    return (
        Step(
            "EnableProtectionPrerequisitesCheck",
            "EnableProtectionPrerequisitesCheck",
            "Prerequisites check for enabling protection",
            5.0,
        ),
        Step(
            "CreateProtectionTarget",
            "CreateProtectionTarget",
            "Identifying the replication target",
            60.0,
        ),
        Step("EnableProtection", "EnableProtection", "Enable replication", 352.0),
        Step(
            "VmStartInitialReplication",
            "VmStartInitialReplication",
            "Starting initial replication",
            50.0,
        ),
        Step("UpdateDraState", "UpdateDraState", "Updating the provider states", 10.0),
    )


def disable() -> tuple[Step, ...]:
    """Disabling replication: 204 s."""
    return (
        Step(
            "DisableProtectionOnPrimary",
            "DisableProtectionOnPrimary",
            "Disabling protection on the primary side",
            100.0,
        ),
        Step(
            "DisableProtectionOnSecondary",
            "DisableProtectionOnSecondary",
            "Disabling protection on the recovery side",
            94.0,
        ),
        Step("UpdateDraState", "UpdateDraState", "Updating the provider states", 10.0),
    )


def reverse_replicate(vmware: bool = False) -> tuple[Step, ...]:
    """Reprotecting a Hyper-V machine after its failback: 37 s; a VMware machine: 721 s."""
    return (
        Step(
            "CreateProtectionTarget",
            "CreateProtectionTarget",
            "Identifying the replication target",
            7.0,
        ),
        Step(
            "EnableProtection", "EnableProtection", "Enable replication", 704.0 if vmware else 20.0
        ),
        Step(
            "VmStartInitialReplication",
            "VmStartInitialReplication",
            "Starting initial replication",
            10.0,
        ),
    )


def test_failover() -> tuple[Step, ...]:
    """Starting a copy of the machine beside it: 168 s; the job ends when the copy runs."""
    return (
        Step(
            "TestFailoverPreflightChecksTask",
            "VmTfoPrerequisitesCheck",
            "Prerequisites check for test failover",
            1.0,
        ),
        Step("BeginTestFailoverTask", "VmTfoInitiateFailover", "Starting test failover", 67.0),
        Step(
            "PrepareTestProtectedEntitiesTask",
            "VmTfoPrepareTestVm",
            "Creating test virtual machine",
            99.0,
        ),
        Step(
            "BootTestProtectedEntitiesTask",
            "VmTfoBootTestVm",
            "Start the virtual machine",
            1.0,
        ),
    )


def clean_up() -> tuple[Step, ...]:
    """Deleting the copy of a test failover: 171 s."""
    return (
        Step(
            "TestFailoverCleanupPreflightChecksTask",
            "VmTfoCleanupPreflightsCheck",
            "Prerequisites check for test failover cleanup",
            1.0,
        ),
        Step("EndTestFailoverTask", "VmTfoEndFailover", "Ending test failover", 70.0),
        Step(
            "DeleteTestProtectedEntitiesTask",
            "VmTfoDeleteTestVm",
            "Clean up the test virtual machine",
            100.0,
        ),
    )


def single(name: str, title: str, seconds: float) -> tuple[Step, ...]:
    """A job of one step."""
    return (Step(name, name, title, seconds),)


def failure(title: str, target: str) -> JobError:
    """What a job that fails on request says about itself."""
    return JobError(
        "28020",
        "The requested operation failed.",
        f"{title} of '{target}' could not be completed: the target region has no capacity left "
        "for the virtual machine size 'Standard_D2s_v5'.",
        "Choose another virtual machine size for the replica, or ask for more quota in the target "
        "region, and retry the operation.",
        31389,
    )


def not_ready(names: str) -> JobError:
    """What the job of a plan says whose machines can't do what was asked."""
    return JobError(
        "25014",
        "Some of the virtual machines in the recovery plan aren't ready for the operation.",
        f"Virtual machines '{names}' aren't replicating, wait for a commit, or are in use.",
        "Make sure that they are committed and reverse replicated, then retry the operation.",
        31389,
    )


def name_taken(target: str) -> JobError:
    """What a job says that succeeded with a remark: the status is fine, `error` is not empty."""
    return JobError(
        "28175",
        f"The virtual machine was given the name '{target}-1' to avoid a name conflict.",
        f"A virtual machine named '{target}' exists in the target resource group.",
        "Rename the virtual machine if needed.",
        0,
    )


def _fail_over(seconds: float) -> Step:
    return Step("FailoverTask", "VmFailover", "Start failover", seconds)


def _start_replica() -> Step:
    title = "Start the replica virtual machine"
    return Step("StartVmOnSecondary", "VmFoStartVmOnSecondary", title, 1.3)


def _linked(step: Step, link: JobLink) -> Step:
    return Step(step.task_id, step.name, step.title, step.seconds, kind=step.kind, link=link)

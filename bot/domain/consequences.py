"""What an operation does and what it destroys, in the words of the card."""

from bot.domain.catalogue import Ground
from bot.domain.jobs import Job
from bot.domain.machines import HYPER_V, RCM_BACK, Machine


def moves(ground: Ground) -> str:
    """The machine goes to the other side."""
    return f"moves {ground.here} → {ground.there}"


def returns(ground: Ground) -> str:
    """The machine comes home."""
    return f"returns {ground.here} → {ground.there}"


def goes_back(ground: Ground) -> str:
    """The machine is started again where it was."""
    return f"goes back {ground.here} → {ground.there}"


def replicates(ground: Ground) -> str:
    """The replication begins, or turns round."""
    return f"replicates {ground.here} → {ground.there}"


def starts_copy(ground: Ground) -> str:
    """A copy starts, the machine stays."""
    return f"stays in {ground.here}; a copy starts in {ground.there}"


def stays(ground: Ground) -> str:
    """The machine stays where it is."""
    return f"stays in {ground.here}"


def nothing_yet(ground: Ground) -> str:
    """An unplanned failover."""
    if ground.several:
        return (
            f"Nothing before the commit: the machines are started in {ground.there}, and their "
            "recovery points stay. Where a source still runs, both run."
        )
    return (
        f"Nothing before the commit: {ground.name} is started in {ground.there}, "
        "and its recovery points stay. If the source still runs, both run."
    )


def nothing_planned(ground: Ground) -> str:
    """A planned failover."""
    if ground.several:
        return (
            f"Nothing: the machines are shut down in {ground.here} first, and their last changes "
            "are sent. They do not answer meanwhile."
        )
    return (
        f"Nothing: {ground.name} is shut down in {ground.here} first, and its "
        "last changes are sent. It does not answer meanwhile."
    )


def nothing_returned(ground: Ground) -> str:
    """A failback: a planned failover where it goes to a site, but for a classic machine."""
    machines = [one for one in (ground.target, *ground.machines) if isinstance(one, Machine)]
    planned = all(machine.provider in {HYPER_V, RCM_BACK} for machine in machines)
    return nothing_planned(ground) if planned else nothing_yet(ground)


def nothing_tested(ground: Ground) -> str:
    """A test failover."""
    if ground.several:
        return (
            "Nothing: the machines run on, and a copy of each is started. Until the copies are "
            "cleaned up, Azure may offer no real failover."
        )
    return (
        f"Nothing: {ground.name} runs on, and a copy is started. Until the copy is cleaned "
        "up, Azure may offer no real failover."
    )


def deletes_test_copy(ground: Ground) -> str:
    """A cleanup."""
    what = "test copies" if ground.several else "test copy"
    return f"Deletes the {what} of {ground.name} with everything on it."


def deletes_points(ground: Ground) -> str:
    """A commit."""
    count = f"the {ground.points} recovery points" if ground.points else "the recovery points"
    return f"Deletes {count} of {ground.name}: the point cannot be changed afterwards."


def loses_since_failover(ground: Ground) -> str:
    """A change of the point, or a cancel."""
    return (
        f"Everything that was written on {ground.name} in {ground.here} since the failover is lost."
    )


def overwrites_disks(ground: Ground) -> str:
    """A reprotect."""
    them = "the machines" if ground.several else "the machine"
    return (
        f"Overwrites the disks of {ground.name} in {ground.there} with what runs in "
        f"{ground.here}. Until the replication has finished, nothing protects {them}."
    )


def begins_to_replicate(ground: Ground) -> str:
    """A protection: nothing is lost, and it has its price."""
    size = f", {ground.candidate.gigabytes} GB," if ground.candidate.gigabytes else ""
    return (
        f"Nothing: {ground.name} runs on. A copy of its disks{size} is kept in {ground.there} from "
        "now on, which costs money there, and the first copy loads the network."
    )


def resynchronises(ground: Ground) -> str:
    """A repair of the replication."""
    return (
        f"Nothing on {ground.name}. No newer recovery point is made until the "
        "resynchronisation has finished."
    )


def stops(ground: Ground) -> str:
    """A job is stopped, or goes on."""
    return f"about {ground.name}"


def leaves_half_done(ground: Ground) -> str:
    """The cancelling of a job."""
    job = ground.target
    assert isinstance(job, Job)  # noqa: S101 - the operations on jobs are about jobs
    moving = "Failover" in job.scenario or job.scenario == "Failback"
    also = (
        " Machines that have been shut down stay down and those that were started stay up; whether "
        "replication goes on by itself afterwards is not documented by Azure."
        if moving
        else " Replication may have to be repaired or set up again afterwards."
    )
    return f"Azure stops {ground.name} where it stands; nothing is taken back.{also}"


def runs_again(ground: Ground) -> str:
    """The restart of a job."""
    return f"What {ground.name} did and would destroy, it does once more."


def goes_on(ground: Ground) -> str:
    """The resuming of a job."""
    return f"Nothing by itself: {ground.name} goes on with what it still has to do."

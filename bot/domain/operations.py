"""The operations that change something: the catalogue. Each is one pure function.

What stands before the `*` is what Azure told us (a `Ground`), what stands after it is what a
person may say; the result is the `Call` that will be sent, in Azure's own words, and nothing is
sent from here. Adding an operation means adding a function, here or with those on jobs or on
replication, its name at the end, and a story.
"""

from typing import Final

from bot.domain import (
    bodies,
    bodies_failback,
    bodies_plans,
)
from bot.domain.arguments import (
    ChosenPoint,
    Network,
    Notes,
    PointChoice,
    Synchronisation,
    YesNo,
)
from bot.domain.catalogue import Call, Ground, Operation, for_all, operation
from bot.domain.consequences import (
    deletes_points,
    deletes_test_copy,
    goes_back,
    loses_since_failover,
    moves,
    nothing_planned,
    nothing_returned,
    nothing_tested,
    nothing_yet,
    returns,
    starts_copy,
    stays,
)
from bot.domain.machines import A2A, CLASSIC_BACK, FORWARD, HYPER_V, RCM_BACK, Machine
from bot.domain.operations_jobs import cancel_job, restart_job, resume_job
from bot.domain.operations_replication import protect, reprotect, resynchronise
from bot.domain.plans import Plan
from bot.errors import Missing, NotNow
from bot.refusals import Now


def _away(machine: Machine) -> NotNow | None:
    if machine.provider != A2A or not machine.away:
        return None
    return NotNow(
        Now.WRONG_WAY,
        f"{machine.name} already runs away from home, in {machine.here}.",
        f"Moving it back to {machine.home} is a failback: /dr failback {machine.name} because …",
    )


def _at_home(machine: Machine) -> NotNow | None:
    if machine.provider != A2A or machine.away:
        return None
    return NotNow(
        Now.WRONG_WAY,
        f"{machine.name} runs at home, in {machine.here}: there is nothing to bring back.",
        f"To leave that region: /dr failover {machine.name} because …",
    )


@operation(
    "Failover",
    reason="required",
    needs=for_all("UnplannedFailover", *FORWARD),
    scenarios=("UnplannedFailover",),
    plan=for_all("UnplannedFailover", *FORWARD),
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
    needs=for_all("PlannedFailover", HYPER_V),
    scenarios=("PlannedFailover",),
    plan=for_all("PlannedFailover", HYPER_V),
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
    needs=for_all("TestFailover", *FORWARD),
    scenarios=("TestFailover",),
    plan=for_all("TestFailover", *FORWARD),
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
    needs=for_all("TestFailoverCleanup", *FORWARD),
    scenarios=("TestFailoverCleanup",),
    plan=for_all("TestFailoverCleanup", *FORWARD),
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
    needs=for_all("ChangePit", *FORWARD),
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
    needs=for_all("Commit", *FORWARD, RCM_BACK, CLASSIC_BACK),
    scenarios=("CommitFailover",),
    plan=for_all("Commit", *FORWARD),
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
    needs=for_all("CancelFailover", *FORWARD, RCM_BACK, CLASSIC_BACK),
    scenarios=("CancelFailover",),
    plan=for_all("CancelFailover", *FORWARD),
    way=goes_back,
    destroys=loses_since_failover,
)
def cancel_failover(ground: Ground) -> Call:
    """Take a failover back that is not committed, where Azure offers it."""
    return bodies.plain("failoverCancel", ground)


@operation(
    "Failback",
    needs={
        A2A: "UnplannedFailover",
        HYPER_V: "Failback",
        RCM_BACK: "PlannedFailover",
        CLASSIC_BACK: "UnplannedFailover",
    },
    scenarios=("UnplannedFailover", "PlannedFailover", "Failback"),
    plan=for_all("PlannedFailover", HYPER_V),
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

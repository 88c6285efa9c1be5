"""What an operation does and what it destroys, in the words of the card."""

from bot.domain.catalogue import Ground
from bot.domain.machines import HYPER_V, RCM_BACK, Machine


def moves(machine: Machine) -> str:
    """The machine goes to the other side."""
    return f"moves {machine.here} → {machine.there}"


def returns(machine: Machine) -> str:
    """The machine comes home."""
    return f"returns {machine.here} → {machine.there}"


def goes_back(machine: Machine) -> str:
    """The machine is started again where it was."""
    return f"goes back {machine.here} → {machine.there}"


def replicates_back(machine: Machine) -> str:
    """The replication turns round."""
    return f"replicates {machine.here} → {machine.there}"


def starts_copy(machine: Machine) -> str:
    """A copy starts, the machine stays."""
    return f"stays in {machine.here}; a copy starts in {machine.there}"


def stays(machine: Machine) -> str:
    """The machine stays where it is."""
    return f"stays in {machine.here}"


def nothing_yet(ground: Ground) -> str:
    """An unplanned failover."""
    return (
        f"Nothing before the commit: {ground.machine.name} is started in {ground.machine.there}, "
        "and its recovery points stay. If the source still runs, both run."
    )


def nothing_planned(ground: Ground) -> str:
    """A planned failover."""
    return (
        f"Nothing: {ground.machine.name} is shut down in {ground.machine.here} first, and its "
        "last changes are sent. It does not answer meanwhile."
    )


def nothing_returned(ground: Ground) -> str:
    """A failback: a planned failover where it goes to a site, but for a classic machine."""
    planned = ground.machine.provider in {HYPER_V, RCM_BACK}
    return nothing_planned(ground) if planned else nothing_yet(ground)


def nothing_tested(ground: Ground) -> str:
    """A test failover."""
    return (
        f"Nothing: {ground.machine.name} runs on, and a copy is started. Until the copy is cleaned "
        "up, Azure may offer no real failover."
    )


def deletes_test_copy(ground: Ground) -> str:
    """A cleanup."""
    return f"Deletes the test copy of {ground.machine.name} with everything on it."


def deletes_points(ground: Ground) -> str:
    """A commit."""
    count = f"the {ground.points} recovery points" if ground.points else "the recovery points"
    return f"Deletes {count} of {ground.machine.name}: the point cannot be changed afterwards."


def loses_since_failover(ground: Ground) -> str:
    """A change of the point, or a cancel."""
    return (
        f"Everything that was written on {ground.machine.name} in {ground.machine.here} since the "
        "failover is lost."
    )


def overwrites_disks(ground: Ground) -> str:
    """A reprotect."""
    machine = ground.machine
    return (
        f"Overwrites the disks of {machine.name} in {machine.there} with what runs in "
        f"{machine.here}. Until the replication has finished, nothing protects the machine."
    )


def resynchronises(ground: Ground) -> str:
    """A repair of the replication."""
    return (
        f"Nothing on {ground.machine.name}. No newer recovery point is made until the "
        "resynchronisation has finished."
    )

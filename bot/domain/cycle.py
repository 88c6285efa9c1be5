"""Where a machine is on its way out of a region and home again, and what comes next.

Azure does not say it in one word: it follows from the side that runs, and from where the machine
ran when it was first protected.
"""

from typing import Final

from bot.domain.machines import Machine, position

STAGES: Final = ("at home", "failed over", "away, replicating back", "failed back")
"""The stages of the cycle in their order; after the last one a reprotect begins it anew."""


def stage(machine: Machine) -> int:
    """Return the number of the machine's stage."""
    return STAGES.index(position(machine))


def next_step(machine: Machine) -> str:
    """Say what comes next for the machine where it is, in a sentence."""
    if machine.scenario:
        return "Azure is working on it; what comes next shows when it has ended."
    if machine.active == "Primary" and machine.state.startswith("InitialReplication"):
        copied = f" ({machine.progress} %)" if machine.progress is not None else ""
        return f"It is being replicated to {machine.there}{copied}; no failover is offered yet."
    uncommitted = "Commit" in machine.allowed
    match STAGES[stage(machine)]:
        case "failed over" if uncommitted:
            return "See that it works, change the recovery point if it does not, then commit."
        case "failed over":
            return "Reprotect it: until then it is replicated nowhere."
        case "away, replicating back":
            return f"Fail it back to {machine.there} when that region is well again."
        case "failed back" if uncommitted:
            return "Commit, then reprotect it: until then it is replicated nowhere."
        case "failed back":
            return "Reprotect it: until then it is replicated nowhere."
    if machine.state == "Protected":
        return f"It is protected: a failover starts it in {machine.there}."
    return "It is not protected as it stands; /dr ready says what is in the way."

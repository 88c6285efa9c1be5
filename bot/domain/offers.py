"""What a machine offers now, and why it does not offer the rest: judged by Azure's own list."""

from bot.domain.catalogue import Operation
from bot.domain.machines import Machine
from bot.domain.operations import CATALOGUE
from bot.errors import NotNow


def why_not(operation: Operation, machine: Machine) -> NotNow | None:
    """Say why Azure does not offer this operation now and what it offers instead, or None."""
    if machine.scenario:
        return NotNow(
            f"Azure is running {machine.scenario} on {machine.name}.",
            "Ask again when it has ended; /dr status shows it.",
        )
    if operation.name == "reprotect" and "Commit" in machine.allowed:
        return NotNow(
            f"The failover of {machine.name} is not committed yet; a reprotect would do that too.",
            f"Commit it first: /dr commit {machine.name}",
        )
    if operation.needs in machine.allowed:
        return None
    offered = [f"/dr {one.name}" for one in CATALOGUE.values() if _offers(one, machine)]
    instead = f"It offers now: {', '.join(offered)}." if offered else _nothing_offered(machine)
    return NotNow(
        f"{operation.title} is not possible for {machine.name} now: it is "
        f"“{machine.state_words}” and runs in {machine.here}.",
        instead,
    )


def offered(machine: Machine) -> tuple[Operation, ...]:
    """Return what this machine offers now, in the order of the catalogue."""
    return tuple(one for one in CATALOGUE.values() if _offers(one, machine))


def _offers(operation: Operation, machine: Machine) -> bool:
    if machine.scenario or operation.needs not in machine.allowed:
        return False
    if operation.name in {"failover", "failback"} and machine.provider == "A2A":
        return (operation.name == "failback") == machine.away
    if operation.name == "reprotect" and "Commit" in machine.allowed:
        return False
    return operation.name not in {"reprotect", "failback"} or machine.provider == "A2A"


def _nothing_offered(machine: Machine) -> str:
    if machine.state.startswith("InitialReplication"):
        return "It is still replicating for the first time; wait until it is protected."
    return "Azure offers nothing that the bot can do for it in this state; see the portal."

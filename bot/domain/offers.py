"""What a machine offers now, and why it does not offer the rest: judged by Azure's own list."""

from bot.domain.catalogue import Operation
from bot.domain.machines import Machine
from bot.domain.operations import CATALOGUE
from bot.errors import NotNow


def why_not(operation: Operation, machine: Machine) -> NotNow | None:
    """Say why an operation cannot be had now and what can be had instead, or return None."""
    if machine.scenario:
        return NotNow(
            f"Azure is running {machine.scenario} on {machine.name}.",
            "Ask again when it has ended; /dr status shows it.",
        )
    if machine.provider not in operation.needs:
        return NotNow(
            f"{machine.name} is replicated by {machine.provider or 'an unknown provider'}; "
            f"{operation.title.lower()} is offered for {', '.join(operation.needs)}.",
            _instead(machine),
        )
    if (reason := operation.refuses(machine)) and _allowed(operation, machine):
        return reason
    if _allowed(operation, machine):
        return None
    return NotNow(
        f"{operation.title} is not possible for {machine.name} now: it is "
        f"“{machine.state_words}” and runs in {machine.here}.",
        _instead(machine),
    )


def offered(machine: Machine) -> tuple[Operation, ...]:
    """Return what this machine offers now, in the order of the catalogue."""
    return tuple(one for one in CATALOGUE.values() if why_not(one, machine) is None)


def _allowed(operation: Operation, machine: Machine) -> bool:
    return operation.needs.get(machine.provider, "") in machine.allowed


def _instead(machine: Machine) -> str:
    names = [
        f"/dr {one.name}"
        for one in CATALOGUE.values()
        if _allowed(one, machine) and one.refuses(machine) is None
    ]
    if names:
        return f"It offers now: {', '.join(names)}."
    if machine.state.startswith("InitialReplication"):
        return "It is still replicating for the first time; wait until it is protected."
    return "Azure offers nothing that the bot can do for it in this state; see the portal."

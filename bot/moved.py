"""Finding a machine again after a failover: a reprotect, by whomever, moves it to another place."""

from bot.domain.machines import Machine
from bot.errors import AzureRefused
from bot.runtime import Bot

_GONE = 404


async def found_again(bot: Bot, machine: Machine) -> Machine | None:
    """Read a machine where it is now, in its vault; None when it is there no more."""
    try:
        return await bot.azure.machine(machine.id)
    except AzureRefused as error:
        if error.status != _GONE:
            raise
    for one in await bot.azure.machines(machine.vault):
        if one.item.casefold() == machine.item.casefold():
            return one
    return None

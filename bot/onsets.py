"""Reading what the protection of a machine stands on: mappings, neighbours and its network."""

import asyncio
from collections.abc import Mapping

from bot.domain.candidates import Candidate
from bot.domain.enabling import Neighbours, choose_mapping, learn, refuse_strangers
from bot.domain.machines import A2A, Machine, WayBack, same_id
from bot.domain.sites import ContainerMapping
from bot.domain.vaults import same_region
from bot.errors import AzureRefused
from bot.runtime import Bot


async def onset(
    bot: Bot, candidate: Candidate, arguments: Mapping[str, str]
) -> tuple[Candidate, WayBack]:
    """Read what protecting a machine has to name; raises `NotNow` or `Missing`.

    Returns the machine, too, with where it will be replicated to.
    """
    refuse_strangers(candidate, arguments)
    mappings = await bot.azure.mappings(candidate.container)
    mapping, chosen_by = choose_mapping(candidate, mappings, arguments.get("policy", ""))
    machines, replicas, network = await asyncio.gather(
        bot.azure.machines(candidate.vault),
        bot.azure.replicas(candidate.container),
        _mapped_network(bot, candidate, mapping),
    )
    same_way = tuple(one for one in machines if _same_way(one, candidate, mapping))
    ids = {one.id.casefold() for one in same_way}
    around = Neighbours(
        mapping=mapping,
        chosen_by=chosen_by,
        machines=same_way,
        replicas=tuple(one for one in replicas if one.id.casefold() in ids),
        network=network,
    )
    way = learn(candidate, around, arguments, bot.policy.reprotect_in(candidate.place))
    return candidate.model_copy(update={"there": mapping.there}), way


def _same_way(machine: Machine, candidate: Candidate, mapping: ContainerMapping) -> bool:
    """Whether a machine replicates from the same container to the same other one."""
    if machine.provider != candidate.provider or not same_id(
        machine.container, candidate.container
    ):
        return False
    return candidate.provider != A2A or same_id(machine.recovery_container, mapping.target)


async def _mapped_network(bot: Bot, candidate: Candidate, mapping: ContainerMapping) -> str:
    """Return where the vault maps the network of a machine in Azure; '' when that is not told."""
    if not candidate.interface:
        return ""
    try:
        network, mapped = await asyncio.gather(
            bot.azure.unprotected.network_of(candidate.interface),
            bot.azure.around.network_mappings(candidate.vault),
        )
    except AzureRefused:  # without the right to look, it is left to Azure's own mapping
        return ""
    found = (
        one.target_network
        for one in mapped
        if network
        and same_id(one.source_network, network)
        and same_region(one.target, mapping.there)
    )
    return next(found, "")

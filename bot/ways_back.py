"""Reading what a reprotect needs to know: from the vault, the policy and the asker."""

import asyncio
from collections.abc import Mapping

from bot.domain.bodies_reprotect import CACHE
from bot.domain.inquiry import (
    BY_ASKER,
    BY_OTHERS,
    BY_POLICY,
    TITLES,
    Told,
    inquire,
    refuse_strangers,
    usual,
)
from bot.domain.machines import A2A, Learnt, Machine, WayBack, same_id
from bot.errors import Missing, NotNow
from bot.refusals import Now
from bot.runtime import Bot


async def way_back(bot: Bot, machine: Machine, arguments: Mapping[str, str]) -> WayBack:
    """Read what a reprotect of a machine stands on; raises `NotNow` or `Missing`."""
    refuse_strangers(machine, arguments)
    if machine.provider == A2A:
        return await _switch(bot, machine, arguments)
    replica, others, site, mappings = await asyncio.gather(
        bot.azure.replica(machine.id),
        bot.azure.replicas(machine.container),
        bot.azure.site(machine.container),
        bot.azure.mappings(machine.container),
    )
    told = Told(
        replica=replica,
        others=tuple(one for one in others if not same_id(one.id, machine.id)),
        site=site,
        mappings=mappings,
    )
    return inquire(told, machine, arguments, bot.policy.reprotect_in(machine.home_region))


async def _switch(bot: Bot, machine: Machine, arguments: Mapping[str, str]) -> WayBack:
    """An Azure machine: the disks of what it became, the reverse policy, a cache account."""
    if not machine.failed_over_vm:
        raise NotNow(
            Now.NOT_TOLD,
            f"Azure does not say which virtual machine {machine.name} became in {machine.there}.",
            "Wait a minute and ask again, or use the portal.",
        )
    disks, policy, cache = await asyncio.gather(
        bot.azure.vm_disks(machine.failed_over_vm),
        _reverse_policy(bot, machine),
        _cache_account(bot, machine, arguments.get("cache", "")),
    )
    if not disks:
        raise NotNow(
            Now.NOT_TOLD, "The failed-over virtual machine has no managed disks that Azure names."
        )
    return WayBack(
        disks=tuple(disk.model_copy(update={"cache_account": cache.value}) for disk in disks),
        learnt=(cache, policy),
    )


async def _reverse_policy(bot: Bot, machine: Machine) -> Learnt:
    for mapping in await bot.azure.mappings(machine.container):
        if same_id(mapping.source, machine.recovery_container) and same_id(
            mapping.target, machine.container
        ):
            return Learnt(
                field="policyId",
                title="Replication policy",
                value=mapping.policy,
                source="from the container mapping",
            )
    raise NotNow(
        Now.NO_MAPPING,
        f"The vault has no container mapping from {machine.here} back to {machine.there}.",
        "Create it in the portal (Site Recovery infrastructure), then ask again.",
    )


async def _cache_account(bot: Bot, machine: Machine, given: str) -> Learnt:
    """Find the cache storage account; raises `Missing`."""
    used = ""
    if not given:
        used = usual(
            disk.cache_account
            for other in await bot.azure.machines(machine.vault)
            if other.provider == A2A
            and other.primary_region == machine.recovery_region
            and other.recovery_region == machine.primary_region
            for disk in other.disks
        )
    default = bot.policy.reprotect_in(machine.recovery_region).says("cache")
    for value, source in ((given, BY_ASKER), (used, BY_OTHERS), (default, BY_POLICY)):
        if value:
            return Learnt(field=CACHE, title=TITLES["cache"], value=value, source=source)
    raise Missing(
        f"A reprotect of {machine.name} needs a cache storage account in {machine.here}. No other "
        "machine of the vault replicates that way, and the policy names none.",
        ("cache",),
        target=machine.id,
        name=machine.name,
        advice="Name one with --cache.",
    )

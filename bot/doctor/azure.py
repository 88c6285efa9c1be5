"""Azure: whether each vault answers, and what the bot's identity may do there, action by action."""

import asyncio
import time
from collections.abc import Iterable, Sequence
from typing import Final

from bot.domain.diagnosis import Diagnosis, Subject
from bot.domain.machines import A2A, Machine, segment
from bot.errors import AzureRefused, DrError, Unavailable
from bot.gateways.azure.rights import ACTIONS, BESIDE, Lack, lacks
from bot.runtime import Bot
from bot.settings import Vault

_SLOW: Final = 5.0
"""Seconds in which a vault should answer a short question."""
_GROUPS: Final = 20
"""So many resource groups of machines are looked at."""
_ROLE: Final = "Assign the role that dr doctor --role prints, or add the action to yours."


async def examine_azure(bot: Bot, subject: Subject) -> list[Diagnosis]:
    """Each vault: whether it answers, and how fast; every action of docs/azure-role.json that the
    bot's identity lacks there or on the resource groups of the machines, with what will not work
    without it. Deny assignments are not seen."""
    found = await asyncio.gather(*(_vault(bot, vault, subject) for vault in bot.settings.vaults))
    return [one for part in found for one in part]


async def _vault(bot: Bot, vault: Vault, subject: Subject) -> list[Diagnosis]:
    found = await _reach(bot, vault, subject)
    machines: tuple[Machine, ...] = ()
    try:
        machines = await bot.azure.machines(vault.id, fresh=False)
        found.append(subject.good(f"{vault.name} has {len(machines)} machines."))
    except DrError as error:
        found.append(subject.bad(f"{vault.name}: {error.sentence}", error.advice))
    at_vault = [one for one in ACTIONS if one not in BESIDE]
    found += await _rights(bot, vault.name, vault.id, at_vault, subject)
    groups = groups_of(machines)
    for group in groups[:_GROUPS]:
        name = f"the resource group {segment(group, 'resourceGroups')}"
        found += await _rights(bot, name, group, BESIDE, subject)
    if len(groups) > _GROUPS:
        left = len(groups) - _GROUPS
        found.append(subject.care(f"{left} more resource groups of machines were not looked at."))
    return found


async def _reach(bot: Bot, vault: Vault, subject: Subject) -> list[Diagnosis]:
    began = time.monotonic()
    try:
        await bot.azure.around.location(vault.id)
    except Unavailable as error:
        return [subject.bad(f"{vault.name} does not answer: {error.sentence}", error.advice)]
    except AzureRefused as error:
        return [subject.bad(f"{vault.name}: {error.sentence}", error.advice)]
    return [speed(vault.name, time.monotonic() - began, subject)]


def speed(name: str, seconds: float, subject: Subject) -> Diagnosis:
    """Judge how fast a vault answers."""
    if seconds > _SLOW:
        return subject.care(f"{name} answers slowly, in {seconds:.1f} s.")
    return subject.good(f"{name} answers within {max(1, round(seconds * 1000))} ms.")


async def _rights(
    bot: Bot, name: str, place: str, actions: Sequence[str], subject: Subject
) -> list[Diagnosis]:
    try:
        grants = await bot.azure.permissions.at(place)
    except DrError as error:
        return [
            subject.care(
                f"Which rights the bot has on {name} cannot be read: {error.sentence}",
                "What can be read of it is said beside; changes show only when they are sent.",
            )
        ]
    return list(rights(name, lacks(grants, actions), len(actions), subject))


def rights(name: str, lacking: Sequence[Lack], of: int, subject: Subject) -> Iterable[Diagnosis]:
    """Judge which of so many actions are lacking at a place."""
    if not lacking:
        yield subject.good(f"The bot has all {of} actions that it needs on {name}.")
    elif len(lacking) == of and of > 1:
        yield subject.bad(f"The bot has no right on {name}: nothing will work there.", _ROLE)
    else:
        for one in lacking:
            say = subject.care if one.minor else subject.bad
            yield say(f"{name}: {one.without}. The action {one.action} is missing.", _ROLE)


def groups_of(machines: Iterable[Machine]) -> list[str]:
    """Return the resource groups that the virtual machines of a vault are in."""
    found: dict[str, str] = {}
    for machine in machines:
        for vm in (machine.source_vm, machine.failed_over_vm) if machine.provider == A2A else ():
            if group := segment(vm, "resourceGroups"):
                place = f"/subscriptions/{segment(vm, 'subscriptions')}/resourceGroups/{group}"
                found.setdefault(place.casefold(), place)
    return list(found.values())

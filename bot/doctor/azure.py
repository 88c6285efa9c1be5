"""Azure: whether each vault answers, and what the bot's identity may do there, action by action."""

import asyncio
import time
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from bot.domain.diagnosis import Diagnosis, Subject
from bot.domain.grants import Grant
from bot.domain.machines import A2A, Machine, segment
from bot.errors import DrError, Unavailable
from bot.gateways.azure.rights import ACTIONS, BESIDE, Lack, lacks
from bot.runtime import Bot
from bot.settings import Vault

_SLOW: Final = 5.0
"""Seconds in which a vault should answer a short question."""
_GROUPS: Final = 20
"""So many resource groups of machines are looked at."""
_NOT_THERE: Final = 404
_ROLE: Final = "Assign the role that dr doctor --role prints, or add the action to yours."


async def examine_azure(bot: Bot, subject: Subject) -> list[Diagnosis]:
    """Each vault: whether it answers, and how fast; every action of docs/azure-role.json that the
    bot's identity lacks there or on the resource groups of the machines, with what will not work
    without it. Deny assignments are not seen."""
    found = await asyncio.gather(*(_vault(bot, vault, subject) for vault in bot.settings.vaults))
    return [one for part in found for one in part]


async def _vault(bot: Bot, vault: Vault, subject: Subject) -> list[Diagnosis]:
    began = time.monotonic()
    found: list[Diagnosis] = []
    machines: tuple[Machine, ...] = ()
    try:
        await bot.azure.around.location(vault.id)
        found.append(speed(vault.name, time.monotonic() - began, subject))
        machines = await bot.azure.machines(vault.id, fresh=False)
        found.append(subject.good(f"{vault.name} has {len(machines)} machines."))
    except DrError as error:
        found.append(subject.bad(f"{vault.name}: {error.sentence}", error.advice))
        if isinstance(error, Unavailable) or getattr(error, "status", 0) == _NOT_THERE:
            return found
    at_vault = [one for one in ACTIONS if one not in BESIDE]
    grants = await _grants(bot, vault.id)
    if isinstance(grants, DrError):
        found.append(unreadable(vault.name, grants.sentence, subject))
    else:
        found += rights(vault.name, lacks(grants, at_vault), len(at_vault), subject)
    return [*found, *await _beside(bot, groups_of(machines), subject)]


def speed(name: str, seconds: float, subject: Subject) -> Diagnosis:
    """Judge how fast a vault answers."""
    if seconds > _SLOW:
        return subject.care(
            f"{name} answers slowly, in {seconds:.1f} s.", "Look at the network that the bot is in."
        )
    return subject.good(f"{name} answers within {max(1, round(seconds * 1000))} ms.")


def unreadable(name: str, why: str, subject: Subject) -> Diagnosis:
    """Say that the rights at a place are not known."""
    return subject.care(
        f"Which rights the bot has on {name} cannot be read: {why}",
        "What it may read is seen by its reading; what it may change, only when that is sent. "
        "dr doctor --role prints what it needs.",
    )


def rights(name: str, lacking: Sequence[Lack], of: int, subject: Subject) -> Iterable[Diagnosis]:
    """Judge which of so many actions are lacking at a vault."""
    if not lacking:
        yield subject.good(f"The bot has all {of} actions that it needs on {name}.")
    elif len(lacking) == of:
        yield subject.bad(f"The bot has no right on {name}: nothing will work there.", _ROLE)
    else:
        for one in lacking:
            yield _lacking(name, one, subject)


def beside(grants: Mapping[str, Iterable[Grant]], subject: Subject) -> Iterable[Diagnosis]:
    """Judge what is lacking on the resource groups of machines, each action said once."""
    where: dict[Lack, list[str]] = {}
    for group, given in grants.items():
        for one in lacks(given, BESIDE):
            where.setdefault(one, []).append(group)
    for one, groups in where.items():
        yield _lacking(_named(groups), one, subject)
    if grants and not where:
        yield subject.good(f"The bot has all {len(BESIDE)} actions on {_named(list(grants))}.")


def _lacking(place: str, one: Lack, subject: Subject) -> Diagnosis:
    say = subject.care if one.minor else subject.bad
    return say(f"{place}: {one.without}. The action {one.action} is missing.", _ROLE)


async def _beside(bot: Bot, groups: Sequence[str], subject: Subject) -> list[Diagnosis]:
    some = groups[:_GROUPS]
    answers = await asyncio.gather(*(_grants(bot, one) for one in some))
    told = dict(zip(some, answers, strict=True))
    readable = {name: one for name, one in told.items() if not isinstance(one, DrError)}
    found = list(beside(readable, subject))
    if unread := {name: one for name, one in told.items() if isinstance(one, DrError)}:
        why = next(iter(unread.values())).sentence
        found.append(unreadable(_named(list(unread)), why, subject))
    if left := len(groups) - len(some):
        advice = "Look whether the role is assigned there."
        found.append(subject.care(f"{left} more resource groups were not looked at.", advice))
    return found


async def _grants(bot: Bot, place: str) -> tuple[Grant, ...] | DrError:
    try:
        return await bot.azure.permissions.at(place)
    except DrError as error:
        return error


def _named(groups: Sequence[str]) -> str:
    names = [segment(one, "resourceGroups") for one in groups[:5]]
    more = f" and {len(groups) - 5} more" if len(groups) > 5 else ""
    return f"resource {'groups' if len(groups) > 1 else 'group'} {', '.join(names)}{more}"


def groups_of(machines: Iterable[Machine]) -> list[str]:
    """Return the resource groups that the virtual machines of a vault are in."""
    found: dict[str, str] = {}
    for machine in machines:
        for vm in (machine.source_vm, machine.failed_over_vm) if machine.provider == A2A else ():
            if group := segment(vm, "resourceGroups"):
                place = f"/subscriptions/{segment(vm, 'subscriptions')}/resourceGroups/{group}"
                found.setdefault(place.casefold(), place)
    return list(found.values())

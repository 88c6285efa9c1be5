"""The machines that are not protected yet, by name: of all sites, and of all subscriptions."""

import asyncio
from collections.abc import Sequence
from functools import partial

from bot.domain.candidates import (
    Candidate,
    Cover,
    VirtualMachine,
    called,
    is_id,
    nearly_called,
    other_side,
    protected_as,
    wanted,
)
from bot.domain.data import Data
from bot.domain.machines import A2A, HYPER_V, Machine, segment
from bot.domain.matching import is_pattern
from bot.domain.offers import protected_already
from bot.domain.rolls import Roll, named
from bot.domain.vaults import same_region
from bot.errors import Ambiguous, AzureRefused, DrError, Misunderstood, NotNow, Unavailable
from bot.every_vault import of_every_vault
from bot.refusals import Name, Now
from bot.runtime import Bot

_SHOWN = 5


class _VaultView(Data):
    """What one vault says: where it can protect machines, which it does, which it could."""

    covers: tuple[Cover, ...]
    machines: tuple[Machine, ...]
    at_sites: tuple[Candidate, ...]


class _Findings(Data):
    """Everything that is not protected, as far as it could be read."""

    covers: tuple[Cover, ...] = ()
    machines: tuple[Machine, ...] = ()
    """Those that are protected."""
    candidates: tuple[Candidate, ...] = ()
    strays: tuple[VirtualMachine, ...] = ()
    """Those that run where no vault covers them."""
    troubles: tuple[str, ...] = ()


async def find_candidate(bot: Bot, word: str, vault: str = "") -> Candidate:
    """Find exactly one machine that is not protected, and read it afresh.

    Raises `Ambiguous` with the matches when several are meant, or when what did not answer may know
    the name too; `NotNow` when it is protected, not covered or not there; `Unavailable` when it was
    not found and something did not answer.
    """
    name, said = wanted(word)
    if not is_id(name) and is_pattern(name):
        raise Misunderstood(
            Name.ONE_AT_A_TIME,
            "One machine at a time is protected: each has its own settings.",
            "Name the machine.",
        )
    within = said or vault
    found = await _look(bot, name, _named_vaults(bot, within))
    meant = called(name, found.candidates)
    if len(meant) == 1 and (within or not found.troubles):
        return await reread(bot, meant[0])
    if meant:
        question = f"{len(meant)} unprotected machines are called {name}. Which one?"
        if len(meant) == 1:
            question = (
                f"Is it this one? Another machine may be called {name}: {' '.join(found.troubles)}"
            )
        raise Ambiguous(question, [(one.word, _label(one)) for one in meant])
    raise _nobody(name, found)


async def reread(bot: Bot, candidate: Candidate) -> Candidate:
    """Read a candidate as it is now; raises `NotNow` when it is protected or elsewhere meanwhile,
    `AzureRefused` with status 404 when it is gone."""
    machines = await bot.azure.machines(candidate.vault)
    if candidate.provider != A2A:
        cover = Cover(
            vault=candidate.vault,
            container=candidate.container,
            provider=HYPER_V,
            place=candidate.place,
            title=candidate.here,
            mappings=(),
        )
        read = await bot.azure.unprotected.item(candidate.id, cover)
        if read is None:
            same = (one for one in machines if one.name.casefold() == candidate.name.casefold())
            raise _protected(candidate, next(same, None))
        return read.model_copy(update={"id": candidate.id, "vault": candidate.vault})
    machine = await bot.azure.unprotected.virtual_machine(candidate.id)
    if protected := protected_as(candidate.id, machines):
        raise _protected(candidate, protected)
    if not same_region(machine.region, candidate.place):
        raise NotNow(
            Now.MOVED, f"{candidate.name} is in {machine.region} now, and not in {candidate.here}."
        )
    return candidate.model_copy(
        update={
            "id": machine.id,  # a list may tell it in other casing
            "name": machine.name,
            "os": machine.os,
            "volumes": machine.volumes,
            "interface": machine.interface,
            "unready": machine.unready,
        }
    )


async def _look(bot: Bot, name: str, vaults: Sequence[str]) -> _Findings:
    """Read every vault for what is protected, and those that may be meant for what could be."""
    views, troubles = await of_every_vault(bot, partial(_view, bot), _said)
    machines = tuple(machine for view in views.values() for machine in view.machines)
    covers = tuple(
        cover for vault, view in views.items() if vault in vaults for cover in view.covers
    )
    candidates = [one for vault, view in views.items() if vault in vaults for one in view.at_sites]
    strays = []
    found, untold = await _virtual_machines(bot, name)
    for machine in found:
        if protected_as(machine.id, machines):
            continue
        places = [
            one for one in covers if one.provider == A2A and same_region(one.place, machine.region)
        ]
        here = [machine.under(one) for one in places]
        candidates += [one for one in here if is_id(name) or not other_side(one, machines)]
        if not places:
            strays.append(machine)
    return _Findings(
        covers=covers,
        machines=machines,
        candidates=tuple(candidates),
        strays=tuple(strays),
        troubles=(*troubles, *untold),
    )


async def _view(bot: Bot, vault: str) -> _VaultView:
    machines, covers = await asyncio.gather(
        bot.azure.machines(vault), bot.azure.unprotected.covers(vault)
    )
    sites = [one for one in covers if one.provider == HYPER_V]
    lists = await asyncio.gather(*(bot.azure.unprotected.at_site(one) for one in sites))
    found = tuple(one for candidates in lists for one in candidates)
    return _VaultView(covers=covers, machines=machines, at_sites=found)


async def _virtual_machines(bot: Bot, name: str) -> tuple[list[VirtualMachine], list[str]]:
    """Read the one that an id names, else those of the subscriptions of all vaults."""
    if is_id(name):
        return await _virtual_machine(bot, name) if segment(name, "virtualMachines") else ([], [])
    subscriptions = sorted({segment(one, "subscriptions").casefold() for one in bot.vaults})
    answers = await asyncio.gather(
        *(bot.azure.unprotected.virtual_machines(one) for one in subscriptions),
        return_exceptions=True,
    )
    found: list[VirtualMachine] = []
    troubles: list[str] = []
    for one, answer in zip(subscriptions, answers, strict=True):
        if isinstance(answer, DrError):
            troubles.append(
                f"The virtual machines of the subscription {one} could not be read: {_said(answer)}"
            )
        elif isinstance(answer, BaseException):
            raise answer
        else:
            found += answer
    return found, troubles


async def _virtual_machine(bot: Bot, vm_id: str) -> tuple[list[VirtualMachine], list[str]]:
    """Read one, which may be in any subscription and needs no right beyond it."""
    try:
        return [await bot.azure.unprotected.virtual_machine(vm_id)], []
    except AzureRefused as error:
        return [], [] if error.status == 404 else [f"It could not be read: {_said(error)}"]
    except Unavailable as error:
        return [], [f"It could not be read: {_said(error)}"]


def _said(error: DrError) -> str:
    """Say what is the matter; which right is missing says more than Azure's refusal."""
    return error.advice if isinstance(error, AzureRefused) and error.advice else error.sentence


def _named_vaults(bot: Bot, within: str) -> list[str]:
    """Return the vaults that may be meant; raises `NotNow` when none has that name."""
    found = [
        one
        for one in bot.vaults
        if not within or segment(one, "vaults").casefold() == within.casefold()
    ]
    if not found:
        names = ", ".join(segment(one, "vaults") for one in bot.vaults)
        raise NotNow(
            Name.NO_VAULT, f"No vault of the bot is called {within}.", f"There are: {names}."
        )
    return found


def _nobody(name: str, found: _Findings) -> DrError:
    """Say why no machine is meant."""
    if is_id(name):
        protected = protected_as(name, found.machines)
    else:
        protected = next(iter(named(name, (Roll(found.machines),))), None)
    if protected:
        return protected_already(protected)
    for stray in found.strays:
        if name.casefold() in {stray.name.casefold(), stray.id.casefold()}:
            return _uncovered(stray, found.covers)
    if found.troubles:
        return Unavailable(f"{name} was not found, but {' '.join(found.troubles)}")
    if near := nearly_called(name, found.candidates):
        choices = [(one.word, _label(one)) for one in near]
        return Ambiguous(
            f"No unprotected machine is called {name}. Did you mean one of these?", choices
        )
    names = sorted({one.name for one in found.candidates}, key=str.casefold)
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    known = f"Not protected are: {', '.join(names[:_SHOWN])}{more}." if names else ""
    return NotNow(Name.NO_MACHINE, f"No unprotected machine is called {name}.", known)


def _uncovered(stray: VirtualMachine, covers: Sequence[Cover]) -> NotNow:
    regions = dict.fromkeys(one.title for one in covers if one.provider == A2A)
    return NotNow(
        Now.NO_MAPPING,
        f"{stray.name} is in {stray.region}, where no container of a vault with a mapping protects "
        "machines.",
        f"Covered are: {', '.join(regions) or 'no regions'}. Others are set up in the portal.",
    )


def _protected(candidate: Candidate, machine: Machine | None) -> NotNow:
    if machine:
        return protected_already(machine)
    return NotNow(
        Now.PROTECTED, f"{candidate.name} is protected already.", "Look at it with /dr status."
    )


def _label(one: Candidate) -> str:
    return f"{one.name}@{segment(one.vault, 'vaults')} ({one.group or one.here})"

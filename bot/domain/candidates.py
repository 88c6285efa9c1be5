"""Machines that nobody replicates yet, and where each of them could be protected.

An Azure machine is found among the virtual machines of a subscription, a Hyper-V machine among the
protectable items of its site. What could protect it is a container with a mapping: to somewhere,
under a policy.
"""

import difflib
from collections.abc import Iterable, Sequence
from typing import Final, Literal

from bot.domain.data import Data
from bot.domain.machines import A2A, Disk, Machine, same_id, segment
from bot.domain.sites import ContainerMapping

_NEAR: Final = 5


class Volume(Data):
    """One disk of a machine that is not replicated yet."""

    id: str
    """The id of the managed disk, or of the VHD at the site."""
    name: str = ""
    account_type: str = ""
    gigabytes: int = 0
    system: bool = False
    """Whether the machine is known to start from it."""


class Cover(Data):
    """A container in which machines of a region or a site can be protected."""

    vault: str
    container: str
    provider: str
    place: str
    """The code of the region, or the name of the site."""
    title: str
    """What people call it."""
    mappings: tuple[ContainerMapping, ...]


class Candidate(Data):
    """A machine that is not protected, and the container in which it would be."""

    sort: Literal["candidate"] = "candidate"
    id: str
    """The id of the virtual machine in Azure, or of the protectable item of the site."""
    name: str
    vault: str
    provider: str
    place: str
    """The code of the region, or the name of the site, that it runs in."""
    here: str
    """What people call that."""
    container: str
    there: str = ""
    """The name of the region that it would be replicated to; '' until a mapping is chosen."""
    host_vm: str = ""
    """The id by which the Hyper-V host knows it."""
    os: str = ""
    volumes: tuple[Volume, ...] = ()
    interface: str = ""
    """The id of the network interface of a machine in Azure."""
    unready: tuple[str, ...] = ()
    """Why it cannot be protected as it is, a sentence each."""

    @property
    def word(self) -> str:
        """What means exactly this machine in exactly this vault, when it is typed."""
        return f"{self.id}@{segment(self.vault, 'vaults')}"

    @property
    def group(self) -> str:
        """The resource group of a machine in Azure, '' for one of a site; its casing says nothing,
        and lists tell it in capitals."""
        return segment(self.id, "resourceGroups").casefold() if self.provider == A2A else ""

    @property
    def gigabytes(self) -> int:
        """How much there is to copy, as far as Azure says."""
        return sum(one.gigabytes for one in self.volumes)


def as_machine(one: Candidate) -> Machine:
    """Say what is known of it as of a machine, for the rules of the policy; tags are not known."""
    return Machine(
        id=one.id,
        name=one.name,
        item="",
        vault=one.vault,
        provider=one.provider,
        state="",
        state_words="not protected",
        active="Primary",
        allowed=(),
        health="",
        primary_region=one.place,
        recovery_region=one.there,
        home_region=one.place,
        region_names={one.place: one.here},
    )


def wanted(word: str) -> tuple[str, str]:
    """Split what was typed into a name or an id, and the vault behind an `@`, if one is said."""
    plain = word[3:] if word.casefold().startswith("id:") else word
    name, _, vault = plain.partition("@")
    return name, vault


def is_id(name: str) -> bool:
    """Whether a machine is meant by its resource id."""
    return name.startswith("/")


def called(name: str, some: Iterable[Candidate]) -> tuple[Candidate, ...]:
    """Return those of exactly this name or id."""
    if is_id(name):
        return tuple(one for one in some if same_id(one.id, name))
    return tuple(one for one in some if one.name.casefold() == name.casefold())


def nearly_called(name: str, some: Sequence[Candidate]) -> tuple[Candidate, ...]:
    """Return those that somebody who typed this may have meant."""
    names = sorted({one.name.casefold() for one in some})
    close = difflib.get_close_matches(name.casefold(), names, n=_NEAR, cutoff=0.7)
    return tuple(one for near in close for one in some if one.name.casefold() == near)[:_NEAR]


def protected_as(vm: str, machines: Iterable[Machine]) -> Machine | None:
    """Return what protects a virtual machine in Azure, on whichever side of it that is."""
    for machine in machines:
        sides = (machine.source_vm, machine.failed_over_vm)
        if any(side and same_id(side, vm) for side in sides):
            return machine
    return None


def other_side(one: Candidate, machines: Iterable[Machine]) -> bool:
    """Whether it may be what is left of a protected machine in the region it replicates to."""
    return one.provider == A2A and any(
        machine.name.casefold() == one.name.casefold() and machine.recovery_region == one.place
        for machine in machines
    )


def disk_of(volume: Volume, cache_account: str) -> Disk:
    """Say which disk is to be replicated, and through which account."""
    return Disk(
        id=volume.id,
        name=volume.name,
        cache_account=cache_account,
        account_type=volume.account_type,
    )


class VirtualMachine(Data):
    """A virtual machine in Azure, protected or not."""

    id: str
    name: str
    region: str
    os: str = ""
    volumes: tuple[Volume, ...] = ()
    unmanaged: int = 0
    """How many of its disks are no managed disks, or not told."""
    interface: str = ""

    @property
    def unready(self) -> tuple[str, ...]:
        """Why it cannot be protected as it is, a sentence each."""
        whole = self.volumes and not self.unmanaged
        return () if whole else ("Not all of its disks are managed disks; see the portal.",)

    def under(self, cover: Cover) -> Candidate:
        """Say where it would be protected."""
        return Candidate(
            id=self.id,
            name=self.name,
            vault=cover.vault,
            provider=cover.provider,
            place=cover.place,
            here=cover.title,
            container=cover.container,
            os=self.os,
            volumes=self.volumes,
            interface=self.interface,
            unready=self.unready,
        )

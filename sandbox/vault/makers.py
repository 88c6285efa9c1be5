"""How the machines of an estate are made: healthy and protected, until somebody says otherwise."""

from datetime import datetime, timedelta
from random import Random
from typing import NamedTuple

from sandbox.vault.machines import Disk, Machine, Place
from sandbox.vault.names import guid, opaque
from sandbox.vault.places import AZURE, CACHE_ACCOUNTS, NORTH, WEST
from sandbox.vault.states import PROTECTED, Provider


class Role(NamedTuple):
    """What a machine is: its resource group, operating system and data disks."""

    group: str = "rg-shop"
    os_type: str = "Linux"
    data_disks: int = 0


class Route(NamedTuple):
    """From which region to which other one, and through which cache account."""

    home: Place
    recovery: Place
    cache_account: str


WEST_TO_NORTH = Route(WEST, NORTH, CACHE_ACCOUNTS["westeurope"])


def azure_machine(
    name: str, role: Role, now: datetime, rng: Random, route: Route = WEST_TO_NORTH
) -> Machine:
    """Make a machine that replicates from one region to another."""
    suffix = opaque("disk", name, role.group)[:12].lower()
    disks = [Disk(f"{name}_OsDisk_1_{suffix}", 64, "OperatingSystem")]
    disks += [Disk(f"{name}_DataDisk_{number}", 256, "Data") for number in range(role.data_disks)]
    return Machine(
        friendly_name=name,
        item_name=opaque("item", name, role.group),
        provider="A2A",
        home=route.home,
        recovery=route.recovery,
        original=route.home,
        groups={route.home.region: role.group, route.recovery.region: f"{role.group}-asr"},
        disks=tuple(disks),
        cache_account=route.cache_account,
        protection_state=PROTECTED,
        replicating_since=now - timedelta(days=30 + rng.randrange(300)),
        rpo_seconds=float(rng.randrange(40, 240)),
        heartbeat_age=timedelta(seconds=rng.randrange(5, 60)),
        os_type=role.os_type,
        tested=now - timedelta(days=rng.randrange(3, 90)),
        correlation=guid("events", name, role.group),
        tags={"role": name.removeprefix("vm-").rstrip("0123456789")},
    )


def site_machine(
    name: str,
    provider: Provider,
    site: Place,
    now: datetime,
    rng: Random,
    group: str = "rg-erp-asr",
) -> Machine:
    """Make a machine that replicates from a site to Azure."""
    return Machine(
        friendly_name=name,
        item_name=guid("item", name),
        provider=provider,
        home=site,
        recovery=AZURE,
        original=site,
        groups={site.region: site.region, AZURE.region: group},
        disks=(Disk(name, 127, "OperatingSystem"),),
        cache_account=CACHE_ACCOUNTS[AZURE.region],
        protection_state=PROTECTED,
        replicating_since=now - timedelta(days=200),
        rpo_seconds=float(rng.randrange(40, 280)),
        heartbeat_age=timedelta(seconds=30),
        os_type="Windows",
        tested=now - timedelta(days=40),
        correlation=guid("events", name),
    )

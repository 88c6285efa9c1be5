"""The estate the vault begins with: two regions, a Hyper-V site, and machines in every mood.

Only values are here. A machine that is said to be failed over, or reprotected, is put in that
state directly; nothing is played to get there.
"""

from datetime import datetime, timedelta
from random import Random
from typing import NamedTuple

from sandbox.vault.machines import (
    COMMITTED,
    COPYING,
    PENDING,
    PROTECTED,
    Ailment,
    Disk,
    Machine,
    Place,
)
from sandbox.vault.names import guid, opaque, resource

WEST = Place(
    "West Europe",
    "westeurope",
    "asr-a2a-default-westeurope",
    "asr-a2a-default-westeurope-container",
)
NORTH = Place(
    "North Europe",
    "northeurope",
    "asr-a2a-default-northeurope",
    "asr-a2a-default-northeurope-container",
)
SITE = Place(
    "site-amsterdam",
    "site-amsterdam",
    "site-amsterdam",
    f"cloud_{guid('cloud', 'site-amsterdam')}",
    "HyperVSite",
)
AZURE = Place(  # where Hyper-V machines go; no fabric of the vault, and never listed as one
    "Microsoft Azure",
    "northeurope",
    "d49858f157601230a6ac5862fbbc6e63bf38d23ecd96cf953767945d457fe9d5",
    guid("container", "Microsoft Azure"),
)
PLACES = (WEST, NORTH, SITE)

CACHE_ACCOUNTS = {
    region: resource("rg-dr", "Microsoft.Storage/storageAccounts", name)
    for region, name in (("westeurope", "stcachewesteu"), ("northeurope", "stcachenortheu"))
}
RPO_THRESHOLD_SECONDS = 30 * 60


class Policy(NamedTuple):
    """A replication policy."""

    name: str
    provider: str


A2A_POLICY = Policy("24-hour-retention-policy", "A2A")
HYPER_V_POLICY = Policy("hyperv-24-hour-policy", "HyperVReplicaAzure")
POLICIES = (A2A_POLICY, HYPER_V_POLICY)


class Pairing(NamedTuple):
    """A container mapping: from where to where, under which policy."""

    source: Place
    target: Place
    policy: Policy

    @property
    def name(self) -> str:
        """The portal's way of naming a mapping."""
        return f"{self.source.region}-{self.target.region}-{self.policy.name}"


PAIRINGS = (
    Pairing(WEST, NORTH, A2A_POLICY),
    Pairing(NORTH, WEST, A2A_POLICY),
    Pairing(SITE, AZURE, HYPER_V_POLICY),
)

SLOW_UPLOAD = Ailment(
    "78026",
    "Replication",
    "Error",
    "RPO threshold exceeded: the latest recovery point is 2 hours 13 minutes old.",
    "The data change rate of the disks is higher than the replication can upload, or the network "
    "connection to the cache storage account is slow.",
    "Check the churn of the disks and the network bandwidth of the virtual machine. If the rate "
    "stays high, switch to the High Churn option.",
)
LATE = Ailment(
    "78026",
    "Replication",
    "Warning",
    "RPO threshold exceeded: the latest recovery point is 34 minutes old.",
    "The data change rate of the disks was high for a short time.",
    "No action is needed when the recovery point objective returns below the threshold by itself.",
)
SILENT_AGENT = Ailment(
    "78174",
    "AgentHealth",
    "Error",
    "No heartbeat from the mobility service on the virtual machine.",
    "The virtual machine is turned off, or the mobility service on it is stopped or cut off.",
    "Start the virtual machine, make sure the mobility service runs and port 443 is open to the "
    "Site Recovery service.",
)
NEVER_TESTED = Ailment(
    "161011",
    "TestFailover",
    "Warning",
    "No successful test failover has been done for the virtual machine.",
    "A test failover has never been run.",
    "Run a test failover to make sure that the virtual machine fails over as expected.",
)


class Role(NamedTuple):
    """What a machine of the shop is: its resource group, operating system and data disks."""

    group: str = "rg-shop"
    os_type: str = "Linux"
    data_disks: int = 0


ROLES = {
    "vm-web01": Role(),
    "vm-web02": Role(),
    "vm-web03": Role(),
    "vm-app01": Role(data_disks=1),
    "vm-app02": Role(data_disks=1),
    "vm-db01": Role(os_type="Windows", data_disks=2),
    "vm-db02": Role(os_type="Windows", data_disks=2),
    "vm-batch01": Role(),
    "vm-cache01": Role(),
    "vm-mail01": Role("rg-office", "Windows", 1),
    "vm-crm01": Role("rg-office", "Windows", 1),
    "vm-files01": Role("rg-office", "Windows", 2),
}


def machines(now: datetime, rng: Random, extra: int = 0) -> list[Machine]:
    """Make the machines as they stand at `now`; `extra` adds so many healthy ones."""
    found = [_azure_machine(name, role, now, rng) for name, role in ROLES.items()]
    by_name = {machine.friendly_name: machine for machine in found}
    _fall_ill(by_name)
    _have_moved(by_name, now)
    found += [_azure_machine("vm-jump01", Role(group), now, rng) for group in ("rg-shop", "rg-erp")]
    found += [
        _azure_machine(f"vm-{number:04}", Role("rg-farm"), now, rng)
        for number in range(1, extra + 1)
    ]
    found.append(_hyper_v_machine(now, rng))
    return found


def _azure_machine(name: str, role: Role, now: datetime, rng: Random) -> Machine:
    suffix = opaque("disk", name, role.group)[:12].lower()
    disks = [Disk(f"{name}_OsDisk_1_{suffix}", 64, "OperatingSystem")]
    disks += [Disk(f"{name}_DataDisk_{number}", 256, "Data") for number in range(role.data_disks)]
    return Machine(
        friendly_name=name,
        item_name=opaque("item", name, role.group),
        provider="A2A",
        home=WEST,
        recovery=NORTH,
        original=WEST,
        groups={"westeurope": role.group, "northeurope": f"{role.group}-asr"},
        disks=tuple(disks),
        cache_account=CACHE_ACCOUNTS["westeurope"],
        protection_state=PROTECTED,
        replicating_since=now - timedelta(days=30 + rng.randrange(300)),
        rpo_seconds=float(rng.randrange(40, 240)),
        heartbeat_age=timedelta(seconds=rng.randrange(5, 60)),
        os_type=role.os_type,
        tested=now - timedelta(days=rng.randrange(3, 90)),
        correlation=guid("events", name, role.group),
        tags={"role": name.removeprefix("vm-").rstrip("0123456789")},
    )


def _hyper_v_machine(now: datetime, rng: Random) -> Machine:
    name = "hv-sql01"
    return Machine(
        friendly_name=name,
        item_name=guid("item", name),
        provider="HyperVReplicaAzure",
        home=SITE,
        recovery=AZURE,
        original=SITE,
        groups={"site-amsterdam": "site-amsterdam", "northeurope": "rg-erp-asr"},
        disks=(Disk("hv-sql01", 127, "OperatingSystem"),),
        cache_account=CACHE_ACCOUNTS["northeurope"],
        protection_state=PROTECTED,
        replicating_since=now - timedelta(days=200),
        rpo_seconds=float(rng.randrange(40, 280)),
        heartbeat_age=timedelta(seconds=30),
        os_type="Windows",
        tested=now - timedelta(days=40),
        correlation=guid("events", name),
    )


def _fall_ill(by_name: dict[str, Machine]) -> None:
    slow, late, silent = (by_name[name] for name in ("vm-db01", "vm-db02", "vm-batch01"))
    slow.replication_health, slow.ailments = "Critical", (SLOW_UPLOAD,)
    slow.rpo_seconds, slow.also_allowed = 7980.0, ("RepairReplication",)
    late.replication_health, late.ailments = "Warning", (LATE,)
    late.rpo_seconds = RPO_THRESHOLD_SECONDS + 240.0
    silent.replication_health, silent.ailments = "Critical", (SILENT_AGENT,)
    silent.heartbeat_age, silent.rpo_seconds = timedelta(hours=5, minutes=20), 18900.0
    by_name["vm-app02"].tested = None


def _have_moved(by_name: dict[str, Machine], now: datetime) -> None:
    copying = by_name["vm-cache01"]
    copying.protection_state, copying.copied_percent = COPYING, 43
    copying.replicating_since, copying.tested = now - timedelta(minutes=25), None

    for name, state, hours in (("vm-mail01", PENDING, 2), ("vm-crm01", COMMITTED, 26)):
        gone = by_name[name]
        gone.protection_state = state
        gone.failed_over = now - timedelta(hours=hours)
        gone.rpo_when_failed_over = gone.rpo_seconds
        gone.failover_point = guid("point", name, "seed")
        gone.replica_exists = True
        gone.points_deleted = state == COMMITTED

    turned = by_name["vm-files01"]
    turned.home, turned.recovery = NORTH, WEST
    turned.replica_exists, turned.tested = True, None
    turned.cache_account = CACHE_ACCOUNTS["northeurope"]
    turned.replicating_since = now - timedelta(days=3)

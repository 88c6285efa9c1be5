"""The estate of the demo: two regions, a Hyper-V site, and machines in every mood.

Only values are here. A machine that is said to be failed over, or reprotected, is put in that
state directly; nothing is played to get there.
"""

from datetime import datetime, timedelta
from random import Random

from sandbox.vault.ailments import LATE, RPO_THRESHOLD_SECONDS, SILENT_AGENT, SLOW_UPLOAD
from sandbox.vault.estate import Estate, Pairing, wire
from sandbox.vault.machines import POLICY_OF, Machine
from sandbox.vault.makers import Role, azure_machine, site_machine
from sandbox.vault.names import FIRST, guid
from sandbox.vault.places import AZURE, CACHE_ACCOUNTS, NORTH, SITE, WEST
from sandbox.vault.plans import RecoveryPlan
from sandbox.vault.states import COMMITTED, COPYING, PENDING

PAIRINGS = (
    Pairing(WEST, NORTH, POLICY_OF["A2A"]),
    Pairing(NORTH, WEST, POLICY_OF["A2A"]),
    Pairing(SITE, AZURE, POLICY_OF["HyperVReplicaAzure"]),
)


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


def shop(now: datetime, rng: Random, extra: int = 0) -> Estate:
    """Make the estate as it stands at `now`; `extra` adds so many healthy machines."""
    estate = bare_shop(now, rng, extra)
    wire(estate)
    return estate


def bare_shop(now: datetime, rng: Random, extra: int) -> Estate:
    """Make the same without its networks, for those who add machines first."""
    machines = _machines(now, rng, extra)
    by_name = {machine.friendly_name: machine for machine in machines}
    groups = (("vm-web01", "vm-web02", "vm-web03"), ("vm-app01", "vm-app02"), ("vm-db01",))
    plan = RecoveryPlan(
        "plan-shop", tuple(tuple(by_name[name] for name in group) for group in groups)
    )
    return Estate(FIRST, (WEST, NORTH, SITE), PAIRINGS, CACHE_ACCOUNTS, machines, [plan])


def _machines(now: datetime, rng: Random, extra: int) -> list[Machine]:
    found = [azure_machine(name, role, now, rng) for name, role in ROLES.items()]
    by_name = {machine.friendly_name: machine for machine in found}
    _fall_ill(by_name)
    _have_moved(by_name, now)
    found += [azure_machine("vm-jump01", Role(group), now, rng) for group in ("rg-shop", "rg-erp")]
    found += [
        azure_machine(f"vm-{number:04}", Role("rg-farm"), now, rng)
        for number in range(1, extra + 1)
    ]
    found.append(site_machine("hv-sql01", "HyperVReplicaAzure", SITE, now, rng))
    return found


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

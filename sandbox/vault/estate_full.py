"""The whole estate: the demo's, unchanged, and one of everything that clients may come across.

Machines of VMware, new and classic, a consistency group of two, a test failover that somebody
forgot, an agent about to expire, machines nobody protects yet, a plan that waits for a person and
one for Hyper-V. The shop's web machines carry the tag `app=shop` here.
"""

from datetime import datetime, timedelta
from random import Random

from sandbox.vault.ailments import BLOCKED_UPLOAD, OLD_AGENT
from sandbox.vault.estate import Estate, Pairing, wire
from sandbox.vault.estate_shop import bare_shop
from sandbox.vault.machines import POLICY_OF, Machine
from sandbox.vault.makers import Role, azure_machine, site_machine
from sandbox.vault.places import AZURE, CLASSIC_SITE, RCM_SITE, SITE
from sandbox.vault.plans import PlanAction, RecoveryPlan

_FAILOVERS = ("UnplannedFailover", "PlannedFailover")


def full(now: datetime, rng: Random, extra: int = 0) -> Estate:
    """Make the estate as it stands at `now`; `extra` adds so many healthy machines."""
    estate = bare_shop(now, rng, extra)
    azure = _azure_machines(now, rng)
    site = _site_machines(now, rng)
    estate.machines += [*azure.values(), *site]
    by_name = {machine.friendly_name: machine for machine in estate.machines}
    _tag(estate.machines)
    _fall_ill(by_name, now)
    estate.places += (RCM_SITE, CLASSIC_SITE)
    estate.pairings += (
        Pairing(RCM_SITE, AZURE, POLICY_OF["InMageRcm"]),
        Pairing(RCM_SITE, AZURE, POLICY_OF["InMageRcmFailback"]),
        Pairing(CLASSIC_SITE, AZURE, POLICY_OF["InMageAzureV2"]),
    )
    estate.plans += [_erp(by_name), _site(by_name)]
    estate.unprotected = [
        azure_machine("vm-new01", Role("rg-erp", "Linux", 1), now, rng),
        site_machine("hv-file01", "HyperVReplicaAzure", SITE, now, rng),
    ]
    wire(estate)
    return estate


def _azure_machines(now: datetime, rng: Random) -> dict[str, Machine]:
    roles = {
        "vm-mv01": Role("rg-erp", "Windows", 1),
        "vm-mv02": Role("rg-erp", "Windows", 1),
        "vm-erpapp01": Role("rg-erp"),
        "vm-test01": Role("rg-erp"),
    }
    return {name: azure_machine(name, role, now, rng) for name, role in roles.items()}


def _site_machines(now: datetime, rng: Random) -> list[Machine]:
    return [
        site_machine("hv-app01", "HyperVReplicaAzure", SITE, now, rng),
        site_machine("vm-erp01", "InMageRcm", RCM_SITE, now, rng),
        site_machine("vm-legacy01", "InMageAzureV2", CLASSIC_SITE, now, rng),
    ]


def _tag(machines: list[Machine]) -> None:
    for machine in machines:
        if machine.friendly_name.startswith("vm-web"):
            machine.tags["app"] = "shop"
        elif machine.friendly_name.startswith(("vm-mv", "vm-erpapp")):
            machine.tags["app"] = "erp"


def _fall_ill(by_name: dict[str, Machine], now: datetime) -> None:
    for name in ("vm-mv01", "vm-mv02"):
        by_name[name].multi_vm_group = "erp-db"
    by_name["vm-mv01"].tested = now - timedelta(days=410)
    by_name["vm-mv02"].tested = None
    aging = by_name["vm-erpapp01"]
    aging.agent_expires = now + timedelta(days=12)
    aging.replication_health, aging.ailments = "Warning", (OLD_AGENT,)
    forgotten = by_name["vm-test01"]
    forgotten.test_state, forgotten.tested = "WaitingForCompletion", now - timedelta(days=19)
    blocked = by_name["vm-legacy01"]
    blocked.replication_health, blocked.ailments = "Critical", (BLOCKED_UPLOAD,)
    blocked.rpo_seconds, blocked.also_allowed = 4200.0, ("RepairReplication",)


def _erp(by_name: dict[str, Machine]) -> RecoveryPlan:
    groups = (("vm-mv01", "vm-mv02"), ("vm-erpapp01",))
    vault = by_name["vm-mv01"].home.vault
    runbook = vault.resource(
        vault.resource_group, "Microsoft.Automation/automationAccounts", "aa-dr/runbooks/Update-Dns"
    )
    return RecoveryPlan(
        "plan-erp",
        tuple(tuple(by_name[name] for name in group) for group in groups),
        (
            PlanAction(
                2,
                "start",
                "Check the ERP database",
                "ManualAction",
                "Log on to vm-mv01, see that the database is open, then complete this action.",
                _FAILOVERS,
            ),
            PlanAction(2, "end", "Update DNS", "AutomationRunbook", runbook, _FAILOVERS),
        ),
    )


def _site(by_name: dict[str, Machine]) -> RecoveryPlan:
    return RecoveryPlan("plan-site", ((by_name["hv-sql01"],), (by_name["hv-app01"],)))

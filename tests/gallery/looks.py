"""What people see who look: machines, points, plans, vaults, jobs, events, readiness."""

from datetime import timedelta
from typing import Any

from bot.domain.machines import Finding, Machine
from bot.domain.plans import Plan, PlanAction, PlanGroup
from bot.domain.vaults import Event, Issue, NetworkMapping, Surroundings, VaultHealth
from bot.domain.windows import Exposed
from bot.messages import machines, plans, readiness, vaults, work
from bot.messages.blocks import Message
from tests.bot.samples import (
    ITEM,
    JOB_ERROR,
    NOON,
    NOW,
    VAULT,
    failed_over,
    hyper_v,
    job,
    machine,
    point,
    request,
)
from tests.gallery.example import Examples

ILL = machine(
    id=f"{ITEM}-2",
    item="item-db01",
    name="vm-db01",
    health="Critical",
    rpo_seconds=7980,
    findings=(
        Finding(
            code="78026",
            level="Error",
            message="RPO threshold exceeded.",
            causes="The data change rate is high.",
            action="Check the churn of the disks.",
        ),
    ),
    tested_at=NOON - timedelta(days=100),
    heartbeat=NOON - timedelta(minutes=1),
    agent="9.65.7397.1",
    agent_expires=NOON + timedelta(days=12),
    together="shop-db",
    tags={"app": "shop"},
)
WELL = machine(tested_at=NOON - timedelta(days=3))
AWAY = failed_over(id=f"{ITEM}-3", item="item-app01", name="vm-app01")
AROUND = Surroundings(
    vault=VAULT,
    location="westeurope",
    mappings=(NetworkMapping(source="northeurope", target="westeurope"),),
)
PLAN = Plan(
    id=f"{VAULT}/replicationRecoveryPlans/plan-shop",
    name="plan-shop",
    vault=VAULT,
    providers=("A2A",),
    primary="West Europe",
    recovery="North Europe",
    allowed=("UnplannedFailover", "TestFailover", "DisableProtection"),
    groups=(
        PlanGroup(kind="Shutdown"),
        PlanGroup(
            kind="Failover", after=(PlanAction(name="Ring", kind="script", words="ring.ps1"),)
        ),
        PlanGroup(kind="Boot", items=(ILL.id,)),
        PlanGroup(
            kind="Boot",
            items=(WELL.id, f"{ITEM}-gone"),
            before=(
                PlanAction(
                    name="Check the database",
                    kind="manual",
                    words="Log on to vm-db01.",
                    operations=("UnplannedFailover", "PlannedFailover"),
                ),
            ),
            after=(PlanAction(name="Update DNS", kind="runbook", words="Update-Dns"),),
        ),
    ),
    tested_at=NOON - timedelta(days=120),
)
HEALTH = VaultHealth(
    counts={"Critical": 1, "Normal": 2},
    issues=(Issue(code="78026", severity="Error", message="RPO exceeded", count=1),),
)
EVENT = Event(
    name="MonitoringEvent;1_2",
    at=NOON,
    severity="Critical",
    code="SRSVMHealthChanged",
    kind="VmHealth",
    about="vm-db01",
    words="Virtual machine health is Critical",
    findings=ILL.findings,
)
FAILED = job("Failed", target="vm-db01", errors=(JOB_ERROR,), actions=("Restart",))


def status(one: Machine, **more: Any) -> Message:
    """Draw a machine as it is at noon."""
    given: dict[str, Any] = {
        "points": [point(), point(kind="CrashConsistent", at=NOON - timedelta(hours=20))],
        "job": None,
        "request": None,
        "offers": ["failover", "test-failover"],
        "now": NOON,
    }
    return machines.machine_status(one, **given | more)


def vault(**more: Any) -> Message:
    """Draw one vault."""
    given: dict[str, Any] = {
        "machines": [WELL, ILL, AWAY, hyper_v()],
        "location": "westeurope",
        "health": HEALTH,
        "by_container": True,
        "troubles": ["Its health could not be read: no."],
    }
    return vaults.vault_list([vaults.vault(VAULT, **given | more)])


EXAMPLES: Examples = {
    "list": lambda: machines.fleet(
        [WELL, ILL], ["vault-b could not be read: no."], detailed=True, filters=["vm-*", "tag:app"]
    ),
    "list-page-two": lambda: machines.fleet(
        [WELL] * 90, [], detailed=True, filters=["vm-*"], page=2
    ),
    "status-ill": lambda: status(ILL, together=["vm-db02"], request=request()),
    "status-unprotected": lambda: status(
        AWAY,
        points=None,
        offers=["commit", "change-point"],
        unprotected=Exposed(since=NOW - 2_400_000, request="R-2B8H4T"),
        commit_since=NOW - 2_300_000,
    ),
    "status-away": lambda: status(AWAY, job=job(), points=None, offers=[]),
    "points": lambda: machines.point_list(WELL, [point()], NOON),
    "vaults": vault,
    "plans": lambda: plans.plan_list([PLAN], []),
    "plan": lambda: plans.plan_view(PLAN, [WELL, ILL], offers=["failover", "test-failover"]),
    "ready": lambda: readiness.of_machine(ILL, [AROUND], NOON),
    "ready-plan": lambda: readiness.of_plan(PLAN, [WELL, ILL], [AROUND], NOON),
    "ready-all": lambda: readiness.of_all([WELL, ILL, AWAY], [AROUND], [], NOON),
    "jobs": lambda: work.job_list(
        [job(target="vm-db01"), FAILED], NOON, which="active", page=2, more=7
    ),
    "job": lambda: work.job_view(FAILED, NOON),
    "events": lambda: work.event_list([EVENT], subject="vm-db01", severity="critical", more=3),
}

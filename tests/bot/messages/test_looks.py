"""What people see who look: taken by Slack whatever it holds, and as the golden ones.

The golden answers are in `golden/looks/`; they are renewed like the golden cards.
"""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.domain.jobs import MANUAL, Job, JobError, JobStep
from bot.domain.machines import Finding, Machine
from bot.domain.plans import Plan, PlanAction, PlanGroup
from bot.domain.vaults import Event, Issue, NetworkMapping, Surroundings, VaultHealth
from bot.messages import machines, plans, readiness, vaults, work
from bot.messages.blocks import Message, code, sections
from tests.bot.messages.test_cards import HOSTILE, RENEW, sound
from tests.bot.samples import (
    FINDINGS,
    ITEM,
    JOB_ERROR,
    NOON,
    STEPS,
    VAULT,
    failed_over,
    hyper_v,
    job,
    machine,
    point,
    request,
)

GOLDEN = Path(__file__).parent / "golden/looks"
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


GOLDENS = {
    "list": machines.fleet(
        [WELL, ILL], ["vault-b could not be read: no."], detailed=True, filters=["vm-*", "tag:app"]
    ),
    "list-page-two": machines.fleet([WELL] * 90, [], detailed=True, filters=["vm-*"], page=2),
    "status-ill": status(ILL, together=["vm-db02"], request=request()),
    "status-away": status(AWAY, job=job(), points=None, offers=[]),
    "points": machines.point_list(WELL, [point()], NOON),
    "vaults": vault(),
    "plans": plans.plan_list([PLAN], []),
    "plan": plans.plan_view(PLAN, [WELL, ILL], offers=["failover", "test-failover"]),
    "ready": readiness.of_machine(ILL, [AROUND], NOON),
    "ready-plan": readiness.of_plan(PLAN, [WELL, ILL], [AROUND], NOON),
    "ready-all": readiness.of_all([WELL, ILL, AWAY], [AROUND], [], NOON),
    "jobs": work.job_list([job(target="vm-db01"), FAILED], NOON, which="active", page=2, more=7),
    "job": work.job_view(FAILED, NOON),
    "events": work.event_list([EVENT], subject="vm-db01", severity="critical", more=3),
}


@pytest.mark.parametrize("name", GOLDENS)
def test_an_answer_looks_as_it_did(name: str) -> None:
    """Whole, text and blocks, and Slack takes it."""
    message = GOLDENS[name]
    sound(message)
    drawn = {"text": message.text, "blocks": message.blocks}
    path = GOLDEN / f"{name}.json"
    if RENEW:
        path.write_text(json.dumps(drawn, indent=2, ensure_ascii=False) + "\n", "utf-8")
    assert json.loads(path.read_text("utf-8")) == drawn


def test_every_golden_answer_is_compared() -> None:
    """None is left over from a case that is gone."""
    assert {path.stem for path in GOLDEN.glob("*.json")} == set(GOLDENS)


def _wild(text: str) -> Machine:
    findings = tuple(
        one.model_copy(update={"message": text, "code": text, "causes": text, "action": text})
        for one in FINDINGS * 3
    )
    return ILL.model_copy(
        update={
            "name": text,
            "provider": text,
            "state_words": text,
            "health": text,
            "findings": findings,
            "agent": text,
            "together": text,
            "cluster": text,
            "scenario": text,
            "tags": dict.fromkeys([text, "a", "b"], text),
            "region_names": {"westeurope": text, "northeurope": text},
        }
    )


def _wild_plan(text: str) -> Plan:
    actions = (PlanAction(name=text, kind=text, words=text, operations=(text,)),) * 9
    group = PlanGroup(kind="Boot", items=(ITEM, f"{VAULT}/{text}") * 40, before=actions)
    around = PlanGroup(kind=text, before=actions, after=actions)
    return PLAN.model_copy(
        update={
            "name": text,
            "providers": (text,) * 9,
            "primary": text,
            "recovery": text,
            "allowed": (text,) * 9,
            "scenario": text,
            "status": text,
            "groups": (around, *(group,) * 30),
        }
    )


def _wild_job(text: str) -> Job:
    error = JobError(code=text, message=text, causes=text, action=text)
    asks = JobStep(name=text, state="Suspended", kind=MANUAL, instructions=text)
    steps = tuple(one.model_copy(update={"name": text}) for one in STEPS * 30)
    given: dict[str, Any] = {"scenario": text, "target": text, "words": text}
    given["actions"] = ("Resume", *(text,) * 5)
    return job(**given, errors=(error,) * 20, steps=(asks, *steps))


@pytest.mark.parametrize("text", [*HOSTILE, "plain"], ids=range(len(HOSTILE) + 1))
def test_slack_takes_every_look(text: str) -> None:
    """Whatever is called whatever, and however much of it there is."""
    wild, plan, running = _wild(text), _wild_plan(text), _wild_job(text)
    issue = Issue(code=text, severity=text, message=text, count=3)
    health = VaultHealth(counts={text: 1}, issues=(issue,) * 30, errors=(wild.findings[0],) * 30)
    event = EVENT.model_copy(
        update={"about": text, "words": text, "code": text, "severity": text}
        | {"findings": wild.findings, "at": None}
    )
    drawn = vaults.vault(
        f"/subscriptions/{text}/vaults/{text}",
        machines=[wild] * 9,
        location=text,
        health=health,
        by_container=True,
        troubles=[text] * 9,
    )
    points = [point(name=text, kind=text)] * 400
    for message in (
        machines.fleet([wild] * 60, [text] * 30, detailed=True, filters=[text] * 9),
        machines.fleet([wild] * 60, [], detailed=True, unmatched=[text] * 40, page=9),
        machines.fleet([wild] * 60, [], detailed=False),
        machines.fleet([], [text] * 20, detailed=False),
        status(wild, points=points, together=[text] * 99, nodes=[text] * 99, job=running),
        machines.point_list(wild, points, NOON),
        vaults.vault_list([drawn] * 60),
        plans.plan_list([plan] * 60, [text] * 30),
        plans.plan_view(plan, [wild, WELL], offers=[text] * 9, trouble=text),
        readiness.of_machine(wild, [AROUND], NOON),
        readiness.of_plan(plan, [wild] * 60, [AROUND], NOON),
        readiness.of_all([wild] * 60, [AROUND], [text] * 30, NOON),
        work.job_list([running] * 10, NOON, subject=text, more=9, troubles=[text] * 30),
        work.job_view(running, NOON),
        work.event_list([event] * 20, subject=text, more=9, troubles=[text] * 30),
    ):
        sound(message)


def test_a_job_that_waits_for_somebody_looks_so() -> None:
    """And one in a state that we do not know, without an end, looks as if it ran."""
    waits, odd = (
        work.job_view(job(state, ended=None), NOON).blocks[1]["text"]["text"]
        for state in ("Suspended", "Orbiting")
    )
    assert waits.startswith(":double_vertical_bar:")
    assert odd.startswith(":arrows_counterclockwise:")


def test_lines_are_put_together_and_never_cut() -> None:
    """As many as a paragraph holds."""
    found = sections(["x" * 1000] * 7)
    assert [len(block["text"]["text"]) for block in found] == [2001, 2001, 2001, 1000]
    assert sections([]) == []


def test_code_can_be_copied() -> None:
    """Stars stay stars, and nothing ends the code before its end."""
    assert code("vm-web* <b>`x`") == "`vm-web* &lt;b&gt;ˋxˋ`"

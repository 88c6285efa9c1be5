"""What people see who look: taken by Slack whatever it holds."""

from typing import Any

import pytest

from bot.domain.jobs import MANUAL, Job, JobError, JobStep
from bot.domain.machines import Machine
from bot.domain.plans import Plan, PlanAction, PlanGroup
from bot.domain.vaults import Issue, VaultHealth
from bot.messages import machines, plans, readiness, vaults, work
from bot.messages.blocks import code, sections
from tests.bot.messages.test_cards import HOSTILE, sound
from tests.bot.samples import (
    FINDINGS,
    ITEM,
    NOON,
    STEPS,
    VAULT,
    job,
    point,
)
from tests.gallery.looks import AROUND, EVENT, ILL, PLAN, WELL, status


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
    assert waits.startswith(":raised_hand:")
    assert odd.startswith(":arrows_counterclockwise:")


def test_lines_are_put_together_and_never_cut() -> None:
    """As many as a paragraph holds."""
    found = sections(["x" * 1000] * 7)
    assert [len(block["text"]["text"]) for block in found] == [2001, 2001, 2001, 1000]
    assert sections([]) == []


def test_code_can_be_copied() -> None:
    """Stars stay stars, and nothing ends the code before its end."""
    assert code("vm-web* <b>`x`") == "`vm-web* &lt;b&gt;ˋxˋ`"

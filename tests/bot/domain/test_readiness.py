"""Whether a machine is ready to be failed over, and what to do about it when it is not."""

from datetime import timedelta
from typing import Any

import pytest

from bot.domain.machines import Finding, Machine
from bot.domain.plans import Plan, PlanAction, PlanGroup
from bot.domain.readiness import Weight, concerns, plan_concerns, vault_concerns
from bot.domain.vaults import NetworkMapping, Surroundings
from tests.bot.samples import NOON, VAULT, failed_over, hyper_v, machine, turned_round

WELL: dict[str, Any] = {
    "tested_at": NOON - timedelta(days=10),
    "heartbeat": NOON - timedelta(minutes=1),
    "agent_expires": NOON + timedelta(days=200),
}


def said(**more: Any) -> list[tuple[Weight, str]]:
    """Return the weights and sentences of what is found on a well machine with something else."""
    return [(one.weight, one.sentence) for one in concerns(machine(**WELL | more), NOON)]


def test_nothing_is_found_on_a_well_machine() -> None:
    """Protected, fresh, tested, with an agent that answers and a network to go to."""
    assert said() == []


@pytest.mark.parametrize(
    ("wrong", "weight", "words"),
    [
        ({"scenario": "TestFailover"}, Weight.BLOCKS, "Azure is running “Test failover”"),
        ({"test_state": "WaitingForCompletion"}, Weight.BLOCKS, "was not cleaned up"),
        ({"allowed": ("DisableProtection",)}, Weight.BLOCKS, "No failover is offered"),
        ({"rpo_seconds": 7980}, Weight.RISK, "loses about 2 h 13 min"),
        ({"rpo_seconds": None}, Weight.RISK, "Azure reports no RPO"),
        ({"heartbeat": NOON - timedelta(hours=2)}, Weight.RISK, "silent for 2 h"),
        ({"agent_expires": NOON + timedelta(days=3)}, Weight.RISK, "expires on 04 Mar 2026"),
        ({"unprotected_disks": 2}, Weight.RISK, "2 of its disks are not replicated"),
        ({"recovery_network": ""}, Weight.RISK, "No network is chosen"),
        ({"tested_at": None}, Weight.NOTE, "never tested"),
        ({"tested_at": NOON - timedelta(days=91)}, Weight.NOTE, "last tested 91 days ago"),
    ],
)
def test_each_thing_that_is_wrong_is_said(
    wrong: dict[str, Any], weight: Weight, words: str
) -> None:
    """Once, with its weight."""
    ((found, sentence),) = said(**wrong)
    assert found is weight
    assert words in sentence


def test_azure_s_own_findings_are_passed_on() -> None:
    """With their codes and advice; but not the one about tests, which is said with its date."""
    findings = (
        Finding(code="78022", level="Error", message="No heartbeat.", action="Restart it."),
        Finding(code="161011", level="Warning", message="No successful test failover."),
        Finding(code="1", level="Warning", message="A remark."),
    )
    assert said(findings=findings) == [
        (Weight.RISK, "No heartbeat. (78022)"),
        (Weight.NOTE, "A remark. (1)"),
    ]
    assert concerns(machine(**WELL, findings=findings), NOON)[0].advice == "Restart it."


def test_the_heaviest_comes_first() -> None:
    """What blocks, then the risks, then the notes."""
    weights = [weight for weight, _ in said(tested_at=None, rpo_seconds=None, scenario="X")]
    assert weights == [Weight.BLOCKS, Weight.RISK, Weight.NOTE]


def test_a_stale_rpo_is_not_judged() -> None:
    """After a failover the last RPO says nothing any more."""
    found = concerns(failed_over(**WELL, rpo_seconds=99_999), NOON)
    assert [one.sentence for one in found] == [
        "It has failed over already and runs in North Europe."
    ]


AROUND = Surroundings(
    vault=VAULT,
    location="West Europe",
    mappings=(NetworkMapping(source="northeurope", target="westeurope"),),
)


def around(one: Machine) -> list[tuple[Weight, str]]:
    """Return what the surroundings speak against."""
    alone = concerns(one, NOON)
    return [(c.weight, c.sentence) for c in concerns(one, NOON, AROUND) if c not in alone]


def test_a_vault_in_the_region_that_it_protects_from_is_a_risk() -> None:
    """Away from home it is the rule, for a vault is where machines fail over to."""
    inside = "Its vault is in West Europe too, and may be down together with it."
    unmapped = "The vault has no network mapping from West Europe to North Europe."
    assert around(machine(**WELL)) == [(Weight.RISK, inside), (Weight.NOTE, unmapped)]
    bare = machine(**WELL, recovery_network="")
    assert around(bare) == [(Weight.RISK, inside), (Weight.RISK, unmapped)]
    assert around(turned_round(**WELL)) == []
    assert around(hyper_v(**WELL)) == []
    said = vault_concerns([machine(), machine(), turned_round()], [AROUND])
    assert [one.sentence for one in said] == [
        "The vault vault-dr is in West Europe, and so are 2 of its machines."
    ]


def test_what_could_not_be_read_speaks_against_nothing() -> None:
    """Not known is not the same as missing."""
    assert concerns(machine(**WELL), NOON, Surroundings(vault=VAULT)) == ()


def plan(**more: Any) -> Plan:
    """Make a plan of one machine, tested a month ago."""
    given: dict[str, Any] = {
        "id": f"{VAULT}/replicationRecoveryPlans/plan",
        "name": "plan",
        "vault": VAULT,
        "providers": ("A2A",),
        "primary": "West Europe",
        "recovery": "North Europe",
        "allowed": ("UnplannedFailover",),
        "groups": (PlanGroup(kind="Boot", items=(machine().id,)),),
        "tested_at": NOON - timedelta(days=30),
    }
    return Plan(**given | more)


@pytest.mark.parametrize(
    ("more", "weight", "words"),
    [
        ({"scenario": "TestFailover"}, Weight.BLOCKS, "Azure is running “Test failover”"),
        ({"allowed": ("TestFailoverCleanup",)}, Weight.BLOCKS, "was not cleaned up"),
        ({"allowed": ()}, Weight.BLOCKS, "offers no failover"),
        ({"tested_at": None}, Weight.NOTE, "never tested as a whole"),
        ({"tested_at": NOON - timedelta(days=99)}, Weight.NOTE, "tested 99 days ago"),
    ],
)
def test_a_plan_itself_may_not_be_ready(more: Any, weight: Weight, words: str) -> None:
    """Beside what its machines suffer from."""
    [one] = plan_concerns(plan(**more), (machine(),), NOON)
    assert one.weight is weight
    assert words in one.sentence


def test_a_plan_that_lost_a_machine_is_not_ready() -> None:
    """A well one is; what it does beside starting machines is worth a note."""
    assert plan_concerns(plan(), (machine(),), NOON) == ()
    [lost] = plan_concerns(plan(), (), NOON)
    assert "1 of its machines cannot be found" in lost.sentence
    kinds = ("manual", "runbook", "script", "Odd")
    actions = tuple(PlanAction(name=f"The {kind}", kind=kind) for kind in kinds)
    groups = (PlanGroup(kind="Boot", items=(machine().id,), before=actions),)
    said = [one.sentence for one in plan_concerns(plan(groups=groups), (machine(),), NOON)]
    assert said[0] == "It stops at “The manual” until a person says that it is done."
    assert "the runbook “The runbook”" in said[1]
    assert "the action “The Odd”" in said[3]

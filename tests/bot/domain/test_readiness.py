"""Whether a machine is ready to be failed over, and what to do about it when it is not."""

from datetime import timedelta
from typing import Any

import pytest

from bot.domain.machines import Finding
from bot.domain.readiness import Weight, concerns
from tests.bot.samples import NOON, failed_over, machine

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
        ({"scenario": "TestFailover"}, Weight.BLOCKS, "Azure is running TestFailover"),
        ({"test_state": "WaitingForCompletion"}, Weight.BLOCKS, "was not cleaned up"),
        ({"allowed": ("DisableProtection",)}, Weight.BLOCKS, "No failover is offered"),
        ({"rpo_seconds": 7980}, Weight.RISK, "loses about 2 h 13 min"),
        ({"rpo_seconds": None}, Weight.RISK, "Azure reports no RPO"),
        ({"heartbeat": NOON - timedelta(hours=2)}, Weight.RISK, "silent for 2 h 00 min"),
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

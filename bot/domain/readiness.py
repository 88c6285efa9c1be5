"""Is a machine, or a plan, ready to be failed over? Findings, each with its weight and a cure.

Judged from one reading of the machine, and of what is around it where that was read. That nothing
is found is not a promise: only a test failover proves that a machine starts on the other side.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import IntEnum
from typing import Final

from bot.domain.data import Data
from bot.domain.machines import Machine, same_id, segment
from bot.domain.plans import Plan, PlanAction
from bot.domain.scenarios import scenario_words
from bot.domain.times import span
from bot.domain.vaults import Surroundings

RPO_LIMIT: Final = 30 * 60
"""Seconds of data that may be lost before it is called a risk."""
SILENCE_LIMIT: Final = timedelta(minutes=15)
AGENT_NOTICE: Final = timedelta(days=30)
TEST_EVERY: Final = timedelta(days=90)
_NO_TEST: Final = "161011"
"""Azure's own finding that no test failover was made; we say it with the date."""
_INTO_AZURE: Final = frozenset({"A2A", "HyperVReplicaAzure", "InMageRcm", "InMageAzureV2"})
"""The providers whose machines come up in a network of Azure."""


class Weight(IntEnum):
    """How much a finding matters; the heaviest comes first."""

    BLOCKS = 0
    """It cannot be failed over now."""
    RISK = 1
    """A failover may go wrong, or lose more than people think."""
    NOTE = 2
    """Somebody should look into it in quieter times."""


class Concern(Data):
    """One finding."""

    weight: Weight
    sentence: str
    advice: str = ""
    azure: str = ""
    """Azure's code, when it is one of Azure's own health errors."""


def concerns(
    machine: Machine, now: datetime, around: Surroundings | None = None
) -> tuple[Concern, ...]:
    """Find what speaks against failing a machine over now, the heaviest first."""
    found = [*_blocks(machine), *_data(machine), *_agent(machine, now), *_set_up(machine)]
    found += _around(machine, around) if around else []
    found += _azure_says(machine)
    found += _tests(machine, now)
    return tuple(sorted(found, key=lambda one: one.weight))


def _blocks(machine: Machine) -> list[Concern]:
    if machine.scenario:
        return [
            _block(
                f"Azure is running “{scenario_words(machine.scenario)}” on it.",
                "Wait until it has ended.",
            )
        ]
    if machine.testing:
        advice = f"/dr cleanup {machine.name}"
        return [_block("A test failover was not cleaned up; no real one is offered.", advice)]
    if {"UnplannedFailover", "PlannedFailover"} & set(machine.allowed):
        return []
    if machine.active == "Recovery":
        return [_note(f"It has failed over already and runs in {machine.here}.")]
    return [_block(f"No failover is offered: it is “{machine.state_words}”.")]


def _data(machine: Machine) -> list[Concern]:
    if machine.active != "Primary" or machine.state != "Protected":
        return []
    if machine.rpo_seconds is None:
        return [_risk("Azure reports no RPO: how much data would be lost is unknown.")]
    if machine.rpo_seconds > RPO_LIMIT:
        lost = _length(machine.rpo_seconds)
        return [_risk(f"A failover to the latest point loses about {lost} of data.")]
    return []


def _agent(machine: Machine, now: datetime) -> list[Concern]:
    found = []
    if machine.heartbeat and now - machine.heartbeat > SILENCE_LIMIT:
        silent = _length((now - machine.heartbeat).total_seconds())
        found.append(_risk(f"Its replication agent has been silent for {silent}."))
    if machine.agent_expires and machine.agent_expires - now < AGENT_NOTICE:
        day = f"{machine.agent_expires:%d %b %Y}"
        found.append(_risk(f"Its replication agent expires on {day}.", "Update the agent."))
    return found


def _set_up(machine: Machine) -> list[Concern]:
    found = []
    if machine.unprotected_disks:
        count = machine.unprotected_disks
        found.append(
            _risk(f"{count} of its disks are not replicated.", "Protect them, or say why.")
        )
    if machine.provider in _INTO_AZURE and not machine.recovery_network:
        found.append(_risk("No network is chosen for it on the other side."))
    return found


def _around(machine: Machine, around: Surroundings) -> list[Concern]:
    """What an Azure machine lacks around it; machines on premises have their own site."""
    if machine.provider != "A2A":
        return []
    found = []
    if around.protects_from_inside(machine):
        sentence = f"Its vault is in {machine.primary} too, and may be down together with it."
        # Away from home this is the rule: the vault of most is where they fail over to.
        found.append(_note(sentence) if machine.away else _risk(sentence))
    if around.lacks_mapping(machine):
        way = f"from {machine.primary} to {machine.recovery}"
        sentence = f"The vault has no network mapping {way}."
        advice = "Create it in the portal (Site Recovery infrastructure)."
        chosen = bool(machine.recovery_network)
        found.append(_note(sentence, advice) if chosen else _risk(sentence, advice))
    return found


def vault_concerns(
    machines: Sequence[Machine], around: Sequence[Surroundings]
) -> tuple[Concern, ...]:
    """Find the vaults that would be down together with machines at home, each said once."""
    found = []
    for one in around:
        inside = [
            machine
            for machine in machines
            if same_id(machine.vault, one.vault)
            and machine.provider == "A2A"
            and not machine.away
            and one.protects_from_inside(machine)
        ]
        if inside:
            name, region = segment(one.vault, "vaults"), inside[0].primary
            sentence = f"The vault {name} is in {region}, and so are {len(inside)} of its machines."
            found.append(_risk(sentence, "It may be down together with them."))
    return tuple(found)


def plan_concerns(plan: Plan, machines: tuple[Machine, ...], now: datetime) -> tuple[Concern, ...]:
    """Find what speaks against failing a plan over, beside what its machines suffer from."""
    found = []
    if plan.scenario:
        found.append(
            _block(
                f"Azure is running “{scenario_words(plan.scenario)}” on it.",
                "Wait until it has ended.",
            )
        )
    elif "TestFailoverCleanup" in plan.allowed:
        found.append(_block("A test failover of it was not cleaned up; no real one is offered."))
    elif not {"UnplannedFailover", "PlannedFailover"} & set(plan.allowed):
        found.append(_block("Azure offers no failover of it now."))
    if missing := len(plan.items) - len(machines):
        found.append(_block(f"{missing} of its machines cannot be found in the vault."))
    found += [_note(_action_words(action)) for action in plan.actions]
    if plan.tested_at is None:
        found.append(_note("It was never tested as a whole."))
    elif now - plan.tested_at > TEST_EVERY:
        found.append(_note(f"It was last tested {(now - plan.tested_at).days} days ago."))
    return tuple(sorted(found, key=lambda one: one.weight))


def _action_words(action: PlanAction) -> str:
    what = f"“{action.name}”"
    if action.kind == "manual":
        return f"It stops at {what} until a person says that it is done."
    sort = {"runbook": "the runbook", "script": "the script"}.get(action.kind, "the action")
    return f"It runs {sort} {what}, which nobody here can judge."


def _azure_says(machine: Machine) -> list[Concern]:
    """Azure's own health errors, but for those that are said here in other words."""
    return [
        Concern(
            weight=Weight.NOTE if one.level == "Warning" else Weight.RISK,
            sentence=f"{one.message} ({one.code})",
            advice=one.action,
            azure=one.code or "?",
        )
        for one in machine.findings
        if one.code != _NO_TEST
    ]


def _tests(machine: Machine, now: datetime) -> list[Concern]:
    if machine.tested_at is None:
        return [_note("It was never tested.", f"/dr test-failover {machine.name}")]
    if now - machine.tested_at > TEST_EVERY:
        days = (now - machine.tested_at).days
        return [_note(f"It was last tested {days} days ago.", f"/dr test-failover {machine.name}")]
    return []


def _length(seconds: float) -> str:
    """Write a length of time as people say it."""
    return span(round(seconds / 60))


def _block(sentence: str, advice: str = "") -> Concern:
    return Concern(weight=Weight.BLOCKS, sentence=sentence, advice=advice)


def _risk(sentence: str, advice: str = "") -> Concern:
    return Concern(weight=Weight.RISK, sentence=sentence, advice=advice)


def _note(sentence: str, advice: str = "") -> Concern:
    return Concern(weight=Weight.NOTE, sentence=sentence, advice=advice)

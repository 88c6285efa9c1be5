"""Is a machine ready to be failed over? Findings, each with how much it matters and what to do.

Judged from one reading of the machine alone. That nothing is found is not a promise: only a test
failover proves that a machine starts on the other side.
"""

from datetime import datetime, timedelta
from enum import IntEnum
from typing import Final

from bot.domain.data import Data
from bot.domain.machines import Machine

RPO_LIMIT: Final = 30 * 60
"""Seconds of data that may be lost before it is called a risk."""
SILENCE_LIMIT: Final = timedelta(minutes=15)
AGENT_NOTICE: Final = timedelta(days=30)
TEST_EVERY: Final = timedelta(days=90)
_NO_TEST: Final = "161011"
"""Azure's own finding that no test failover was made; we say it with the date."""


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


def concerns(machine: Machine, now: datetime) -> tuple[Concern, ...]:
    """Find what speaks against failing a machine over now, the heaviest first."""
    found = [*_blocks(machine), *_data(machine), *_agent(machine, now), *_set_up(machine)]
    found += _azure_says(machine)
    found += _tests(machine, now)
    return tuple(sorted(found, key=lambda one: one.weight))


def _blocks(machine: Machine) -> list[Concern]:
    if machine.scenario:
        return [_block(f"Azure is running {machine.scenario} on it.", "Wait until it has ended.")]
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
    if machine.provider == "A2A" and not machine.recovery_network:
        found.append(_risk("No network is chosen for it on the other side."))
    return found


def _azure_says(machine: Machine) -> list[Concern]:
    """Azure's own health errors, but for those that are said here in other words."""
    return [
        Concern(
            weight=Weight.NOTE if one.level == "Warning" else Weight.RISK,
            sentence=f"{one.message} ({one.code})",
            advice=one.action,
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
    hours, minutes = divmod(round(seconds / 60), 60)
    return f"{hours} h {minutes:02d} min" if hours else f"{minutes} min"


def _block(sentence: str, advice: str = "") -> Concern:
    return Concern(weight=Weight.BLOCKS, sentence=sentence, advice=advice)


def _risk(sentence: str, advice: str = "") -> Concern:
    return Concern(weight=Weight.RISK, sentence=sentence, advice=advice)


def _note(sentence: str, advice: str = "") -> Concern:
    return Concern(weight=Weight.NOTE, sentence=sentence, advice=advice)

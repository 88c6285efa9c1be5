"""Several machines, plans and jobs: their cards from the first vote to the end."""

from datetime import timedelta
from typing import Any

from bot.domain.catalogue import Ground
from bot.domain.fleets import Fleet, LeftOut, Member, child
from bot.domain.forecast import Forecast
from bot.domain.jobs import MANUAL, JobStep
from bot.domain.nods import Nod
from bot.domain.plans import Plan, PlanAction, PlanGroup
from bot.domain.request import Outcome, Request, State, fingerprint
from bot.messages.blocks import Message
from bot.messages.card import card
from tests.bot.samples import (
    ANN,
    BO,
    ITEM,
    NOON,
    NOW,
    VAULT,
    failed_over,
    in_state,
    job,
    machine,
    terms,
)
from tests.gallery.example import Examples

WHOLE = "R-7K2M9P"


def member(number: int, name: str = "", **more: Any) -> Member:
    """Make one machine of several."""
    given: dict[str, Any] = {
        "request": child(WHOLE, number),
        "id": f"{ITEM}-{number}",
        "name": name or f"vm-web{number:02}",
        "vault": VAULT,
        "provider": "A2A",
        "here": "West Europe",
        "there": "North Europe",
        "state_words": "Protected",
        "health": "Normal",
        "rpo_seconds": 60 + number,
        "fingerprint": "f" * 64,
    }
    return Member(**given | more)


def fleet(count: int, name: str = "", **more: Any) -> Fleet:
    """Make so many machines."""
    members = tuple(member(number, name and f"{name}{number}") for number in range(1, count + 1))
    return Fleet(**{"id": "fleet:1", "words": "vm-web*", "members": members} | more)


def several(state: State, of: Fleet, **more: Any) -> Request:
    """Make a request for several machines in a state."""
    base = Ground(target=of)
    known = in_state(state, "failover")
    changes: dict[str, Any] = {"ground": base, "target_id": of.id, "call": None, "job": None}
    if known.after:
        machines = tuple(failed_over(id=one.id, name=one.name) for one in of.members)
        changes["after"] = Ground(target=of, machines=machines)
    changes["fingerprint"] = fingerprint("failover", known.arguments, base, None, terms(), ANN)
    return known.model_copy(update=changes | more)


def outcomes(of: Fleet, *states: State, why: str = "") -> dict[str, Outcome]:
    """Say how the machines stand, in turn."""
    return {
        one.request: Outcome(name=one.name, state=states[at % len(states)], why=why)
        for at, one in enumerate(of.members)
    }


def plan(groups: int = 2, each: int = 1, name: str = "vm-app") -> Ground:
    """Make a plan with a manual action before its last group, and its machines."""
    machines = [
        machine(id=f"{ITEM}-{number}", item=f"item-web01-{number}", name=f"{name}{number:02}")
        for number in range(1, groups * each + 1)
    ]
    check = PlanAction(name="Check the database", kind="manual", words="Log on to vm-app01.")
    boots = tuple(
        PlanGroup(
            kind="Boot",
            items=tuple(one.id for one in machines[at * each : (at + 1) * each]),
            before=(check,) if at == groups - 1 else (),
        )
        for at in range(groups)
    )
    target = Plan(
        id=f"{VAULT}/replicationRecoveryPlans/plan-shop",
        name="plan-shop",
        vault=VAULT,
        providers=("A2A",),
        primary="West Europe",
        recovery="North Europe",
        allowed=("UnplannedFailover", "Commit"),
        groups=(PlanGroup(kind="Shutdown"), PlanGroup(kind="Failover"), *boots),
    )
    return Ground(target=target, machines=tuple(machines))


def of_plan(state: State, ground: Ground, **more: Any) -> Request:
    """Make a request for a plan in a state."""
    known = in_state(state, "failover")
    changes: dict[str, Any] = {"ground": ground, "target_id": ground.target.id}
    if known.after:
        after = tuple(
            failed_over(id=one.id, item=one.item, name=one.name) for one in ground.machines
        )
        changes["after"] = ground.model_copy(update={"machines": after})
    return known.model_copy(update=changes | more)


def steps(*states: str) -> tuple[JobStep, ...]:
    """Make the steps of a plan's job."""
    return (
        JobStep(
            name="Prerequisites check",
            state="Succeeded",
            started=NOON,
            ended=NOON + timedelta(seconds=9),
        ),
        JobStep(name="Group 1: Start (1)", state=states[0], started=NOON + timedelta(seconds=9)),
        JobStep(name="vm-app01", state=states[0], started=NOON + timedelta(seconds=9), depth=1),
        JobStep(
            name="Check the database",
            id="task-4",
            state=states[1],
            kind=MANUAL,
            instructions="Log on to vm-app01.",
            depth=1,
        ),
        JobStep(name="Group 2: Start (1)", state="NotStarted"),
    )


THREE = fleet(
    3,
    left_out=(LeftOut(name="vm-web09", why="Azure is running TestFailover on vm-web09."),),
    notes=("vm-web01, vm-web02 belong to the consistency group shop.",),
)
WAITS = job("Suspended", steps=steps("Succeeded", "Suspended"), actions=("Cancel", "Resume"))
SAID = Nod(task="task-4", person=BO, note="It is open", at=NOW + 90_000, click="c", claim="d")


def drawn(request: Request, known: dict[str, Outcome] | None = None) -> Message:
    """Draw a card two minutes after noon."""
    return card(request, now=NOW + 120_000, expected=None, outcomes=known)


STUCK = outcomes(THREE, State.APPROVED, State.UNKNOWN, State.RUNNING)
STUCK[child(WHOLE, 1)] = STUCK[child(WHOLE, 1)].model_copy(update={"needs_nod": True})
BAD = outcomes(THREE, State.SUCCEEDED, State.FAILED, State.VOID)
RISKY = "Its RPO is 2 h 13 min, so a failover now loses that much."
MANY = fleet(
    60,
    left_out=tuple(
        LeftOut(name=name, why=f"Azure is running TestFailover on {name}.")
        for name in ("vm-web61", "vm-web62")
    ),
    notes=("vm-web01, vm-web02 belong to the consistency group shop.",),
)
MANY = MANY.model_copy(
    update={
        "members": (
            member(1, health="Critical", risk=RISKY),
            member(2, health="Critical", risk=RISKY),
            *MANY.members[2:50],
            *(
                member(number, vault=VAULT.replace("vault-dr", "vault-two"), here="UK South")
                for number in range(51, 61)
            ),
        )
    }
)
WAY = (*[State.SUCCEEDED] * 30, *[State.RUNNING] * 8, State.SUBMITTING, State.UNKNOWN)
FAR = outcomes(MANY.model_copy(update={"members": MANY.members[:40]}), *WAY) | {
    child(WHOLE, number): Outcome(
        name=f"vm-web{number}",
        state=State.FAILED,
        why=f"There is no room left for vm-web{number} (QuotaExceeded)",
    )
    for number in (38, 39)
}
AHEAD = Forecast(unsent=20, per_minute=600, last_sent=NOW + 122_000, end=NOW + 262_000)
EXAMPLES: Examples = {
    "many-waiting": lambda: drawn(several(State.WAITING, MANY)),
    "many-running": lambda: card(
        several(State.RUNNING, MANY), now=NOW + 120_000, expected=140, outcomes=FAR, ahead=AHEAD
    ),
    "many-failed": lambda: drawn(
        several(State.FAILED, MANY, why="30 of 60 machines succeeded: 2 failed, 28 lost."), FAR
    ),
    "many-succeeded": lambda: drawn(
        several(State.SUCCEEDED, MANY), outcomes(MANY, State.SUCCEEDED)
    ),
    "several-waiting": lambda: drawn(several(State.WAITING, THREE)),
    "several-running": lambda: drawn(several(State.RUNNING, THREE), STUCK),
    "several-failed": lambda: drawn(
        several(State.FAILED, THREE, why="1 of 3 machines succeeded: 1 failed, 1 void."), BAD
    ),
    "several-succeeded": lambda: drawn(
        several(State.SUCCEEDED, THREE), outcomes(THREE, State.SUCCEEDED)
    ),
    "several-denied": lambda: drawn(several(State.DENIED, THREE)),
    "plan-waiting": lambda: drawn(of_plan(State.WAITING, plan())),
    "plan-running": lambda: drawn(
        of_plan(State.RUNNING, plan(), job=job(steps=steps("InProgress", "NotStarted")))
    ),
    "plan-waits-for-somebody": lambda: drawn(of_plan(State.RUNNING, plan(), job=WAITS)),
    "plan-was-told": lambda: drawn(of_plan(State.RUNNING, plan(), job=WAITS, nods=(SAID,))),
    "plan-succeeded": lambda: drawn(of_plan(State.SUCCEEDED, plan())),
    "job-waiting": lambda: drawn(in_state(State.WAITING, "cancel-job")),
}

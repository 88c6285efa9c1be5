"""Operations on recovery plans: one job for the plan, and jobs inside it for its machines.

The machines are held by the plan's job from its first second to its last. What a stage achieved
stays when a later one fails. Plans name machines, not item ids, so a plan finds its machines
after a reprotect; whether the real service rewrites a plan then is not known. A plan of Hyper-V
machines that are not ready is accepted, and its job fails at the first step.
"""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import NamedTuple

from sandbox.vault import details, effects, faults, orders, recipes
from sandbox.vault.agenda import Effect, Milestone
from sandbox.vault.jobs import Job
from sandbox.vault.machines import Machine
from sandbox.vault.names import JsonObject
from sandbox.vault.orders import Order
from sandbox.vault.plan_steps import CHECK, END, ENVIRONMENT, NETWORK, NO_NETWORK, Draft
from sandbox.vault.plans import ALWAYS_OFFERED, RecoveryPlan
from sandbox.vault.points import Point, latest
from sandbox.vault.states import PLANNED_PENDING
from sandbox.vault.subjobs import SubJobs
from sandbox.vault.work import check_network, nothing
from sandbox.vault.world import Caller, Target, World

NEEDS = {
    "unplannedFailover": "UnplannedFailover",
    "plannedFailover": "PlannedFailover",
    "testFailover": "TestFailover",
    "testFailoverCleanup": "TestFailoverCleanup",
    "failoverCommit": "Commit",
    "failoverCancel": "CancelFailover",
    "reProtect": "ReverseReplicate",
}


class _Course(NamedTuple):
    """What an operation amounts to: the steps, what is achieved after which, the details."""

    draft: Draft
    achieved_after: int
    achieve: Effect
    details: JsonObject


def start(world: World, plan: RecoveryPlan, operation: str, body: object, caller: Caller) -> Job:
    """Start an operation on a plan, or refuse it."""
    provider = plan.machines[0].provider
    order = orders.read_for_plan(operation, provider, body)
    if operation == "reProtect" and provider == "A2A":
        raise faults.no_way_for_plans(plan.name)
    needed = NEEDS[operation]
    _allow(plan, needed)
    unready = _unready(plan, operation, order)
    course = (
        _stumble(world, plan, operation) if unready else _COURSES[operation](world, plan, order)
    )
    target = Target(plan.internal_id, plan.name, "RecoveryPlan")
    draft = course.draft
    job = world.draft(draft.scenario, draft.title, target, tuple(draft.steps), caller)
    job.details = course.details
    parts = SubJobs(world, job)
    begins = {step.link.job_id: at for step, at in job.timetable() if step.link is not None}
    for inner in draft.inner:
        parts.add(inner, begins[inner.job_id])

    def release(when: datetime) -> None:
        plan.current_job = None
        for machine in plan.machines:
            machine.current_job = None
        parts.end(when)

    def fail(when: datetime) -> None:
        world.runs[job.job_id].finish("Failed", when, recipes.not_ready(", ".join(unready)))

    achieved = sum(step.length for step in job.steps[: course.achieved_after])
    milestones = [Milestone(achieved, course.achieve), *parts.milestones(), *_waits(world, job)]
    if unready:
        milestones = [Milestone(job.steps[0].length / 2, fail)]
    world.start(job, milestones, partial(_hold, plan, job, needed), release)
    return job


def _waits(world: World, job: Job) -> list[Milestone]:
    """Where the job stops until a person says that an action is done."""

    def wait(action: str, when: datetime) -> None:
        world.runs[job.job_id].pause(when, action)

    return [
        Milestone(begins, partial(wait, step.title))
        for step, begins in job.timetable()
        if step.kind == "ManualActionTaskDetails"
    ]


def _allow(plan: RecoveryPlan, needed: str) -> None:
    running = [(plan.name, plan.current_job)]
    running += [(machine.friendly_name, machine.current_job) for machine in plan.machines]
    for name, job in running:
        if job is not None:
            raise faults.busy(name, job.title)
    if needed not in plan.allowed_operations:
        states = sorted({machine.protection_state for machine in plan.machines})
        raise faults.not_now(needed, plan.name, ", ".join(states), plan.allowed_operations)


def _hold(plan: RecoveryPlan, job: Job, needed: str) -> None:
    _allow(plan, needed)
    plan.current_job = plan.last_job = job
    for machine in plan.machines:
        machine.current_job = job


def _unready(plan: RecoveryPlan, operation: str, order: Order) -> list[str]:
    """Name the machines that can't do what the plan offers all the same."""
    back = order.word("failoverDirection") == "RecoveryToPrimary"
    needed = "Failback" if back else NEEDS[operation]
    if NEEDS[operation] not in ALWAYS_OFFERED:
        return []
    return [m.friendly_name for m in plan.machines if needed not in m.allowed_operations]


def _stumble(world: World, plan: RecoveryPlan, operation: str) -> _Course:
    draft = Draft(world, plan, *_NAMES[operation])
    draft.steps += [CHECK, END]
    return _Course(draft, 0, nothing, _plain(plan))


def _begin(draft: Draft, plan: RecoveryPlan) -> None:
    draft.steps.append(CHECK)
    if plan.machines[0].provider != "A2A":
        draft.steps.append(ENVIRONMENT)


def _failover(world: World, plan: RecoveryPlan, order: Order) -> _Course:
    now = world.now()
    chosen = [(machine, _point_for(machine, order, now)) for machine in plan.machines]
    draft = Draft(world, plan, *_NAMES["unplannedFailover"])
    _begin(draft, plan)
    if order.word("sourceSiteOperations") == "Required":
        draft.shutdown(63.0)
    draft.everybody(95.0)
    achieved_after = len(draft.steps)
    draft.starts(40.0)
    draft.steps.append(END)

    def achieve(_when: datetime) -> None:
        plan.failed_over = now
        for machine, point in chosen:
            if machine.item_name not in draft.failing:
                effects.fail_over(machine, now, point)

    return _Course(draft, achieved_after, achieve, _failover_details(plan, chosen))


def _planned(world: World, plan: RecoveryPlan, order: Order) -> _Course:
    now = world.now()
    back = order.word("failoverDirection") == "RecoveryToPrimary"
    scenario, title = _NAMES["plannedFailover"]
    draft = Draft(world, plan, "Failback" if back else scenario, title)
    _begin(draft, plan)
    if back:
        draft.synchronize(200.0)
    draft.shutdown(63.0)
    draft.everybody(95.0)
    achieved_after = len(draft.steps)
    draft.starts(40.0)
    draft.steps.append(END)
    chosen = [(machine, _point_for(machine, order, now)) for machine in plan.machines]

    def achieve(_when: datetime) -> None:
        plan.planned = now
        for machine, point in chosen:
            if machine.item_name in draft.failing:
                continue
            if back:
                effects.fail_back(machine)
            else:
                effects.fail_over(machine, now, point, PLANNED_PENDING)

    return _Course(draft, achieved_after, achieve, _plain(plan))


def _test(world: World, plan: RecoveryPlan, order: Order) -> _Course:
    check_network(world.estate, plan.machines[0].recovery.region, order)
    draft = Draft(world, plan, *_NAMES["testFailover"])
    draft.steps += [CHECK, NETWORK]
    draft.everybody(120.0)
    draft.starts(40.0)
    draft.steps.append(END)

    def achieve(when: datetime) -> None:
        plan.tested = when
        for machine in plan.machines:
            if machine.item_name in draft.failing:
                continue
            machine.test_state, machine.tested = "WaitingForCompletion", when

    return _Course(draft, len(draft.steps), achieve, _plain(plan))


def _clean_up(world: World, plan: RecoveryPlan, _order: Order) -> _Course:
    draft = Draft(world, plan, *_NAMES["testFailoverCleanup"])
    draft.steps.append(CHECK)
    draft.groups("Group {}: Test failover cleanup", "TestFailoverCleanupGroup", 120.0)
    draft.steps += [NO_NETWORK, END]

    def achieve(_when: datetime) -> None:
        for machine in plan.machines:
            machine.test_state = "None"

    return _Course(draft, len(draft.steps), achieve, _plain(plan))


def _in_groups(
    operation: str,
    title: str,
    kind: str,
    seconds: float,
    effect: Callable[[Machine, datetime], None],
) -> "_Writer":
    """An operation that is nothing but groups doing something: commit, cancel, reverse."""

    def write(world: World, plan: RecoveryPlan, _order: Order) -> _Course:
        draft = Draft(world, plan, *_NAMES[operation])
        draft.groups(title, kind, seconds)

        def achieve(when: datetime) -> None:
            for machine in plan.machines:
                effect(machine, when)

        return _Course(draft, len(draft.steps), achieve, _plain(plan))

    return write


def _point_for(machine: Machine, order: Order, now: datetime) -> Point | None:
    kind = order.word("recoveryPointType").removeprefix("Latest")
    wanted = kind if kind in ("ApplicationConsistent", "CrashConsistent") else ""
    shared = order.word("multiVmSyncPointOption") == "UseMultiVmSyncRecoveryPoint"
    return latest(machine, now, wanted, shared and bool(machine.multi_vm_group))


def _failover_details(plan: RecoveryPlan, chosen: list[tuple[Machine, Point | None]]) -> JsonObject:
    if plan.machines[0].provider != "A2A":
        return _plain(plan)
    return {
        "instanceType": "FailoverJobDetails",
        "protectedItemDetails": [details.started_from(*pair) for pair in chosen],
        "affectedObjectDetails": details.plan_sides(plan.machines[0]),
    }


def _plain(plan: RecoveryPlan) -> JsonObject:
    sides = details.plan_sides(plan.machines[0])
    return {"instanceType": "AsrJobDetails", "affectedObjectDetails": sides}


_Writer = Callable[[World, RecoveryPlan, Order], _Course]
_NAMES = {
    "unplannedFailover": ("UnplannedFailover", "Failover"),
    "plannedFailover": ("PlannedFailover", "Planned failover"),
    "testFailover": ("TestFailover", "Test failover"),
    "testFailoverCleanup": ("TestFailoverCleanup", "Test failover cleanup"),
    "failoverCommit": ("CommitFailover", "Commit"),
    "failoverCancel": ("CancelFailover", "Cancel failover"),
    "reProtect": ("ReverseReplication", "Reverse replication"),
}
_COURSES: dict[str, _Writer] = {
    "unplannedFailover": _failover,
    "plannedFailover": _planned,
    "testFailover": _test,
    "testFailoverCleanup": _clean_up,
    "failoverCommit": _in_groups(
        "failoverCommit",
        "Group {}: Commit",
        "CommitGroup",
        8.0,
        lambda machine, _when: effects.commit(machine),
    ),
    "failoverCancel": _in_groups(
        "failoverCancel",
        "Group {}: Cancel failover",
        "CancelFailoverGroup",
        60.0,
        lambda machine, _when: effects.cancel_failover(machine),
    ),
    "reProtect": _in_groups(
        "reProtect",
        "Group {}: Reverse replicate",
        "ReverseReplicateGroup",
        37.0,
        effects.protect_again,
    ),
}

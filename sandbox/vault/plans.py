"""Operations on recovery plans: one job for the plan, and jobs inside it for its machines.

The machines are held by the plan's job from its first second to its last. What a stage achieved
stays when a later one fails. Plans name machines, not item ids, so a plan finds its machines
after a reprotect; whether the real service rewrites a plan then is not known.
"""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import NamedTuple

from sandbox.vault import details, effects, estate, faults, orders
from sandbox.vault.agenda import Effect, Milestone
from sandbox.vault.jobs import Group, Job, JobLink, Step
from sandbox.vault.machines import Machine
from sandbox.vault.names import JsonObject
from sandbox.vault.orders import Order
from sandbox.vault.points import Point, latest, points
from sandbox.vault.subjobs import SubJobs
from sandbox.vault.world import Caller, RecoveryPlan, Target, World

NEEDS = {
    "unplannedFailover": "UnplannedFailover",
    "testFailover": "TestFailover",
    "testFailoverCleanup": "TestFailoverCleanup",
    "failoverCommit": "Commit",
}
_CHECK = Step("", "RpSrsPrerequisitesCheck", "Prerequisites check for the recovery plan", 3.0)
_END = Step("", "EndRecoveryPlanTask", "Finalizing the recovery plan", 1.0)


class _Course(NamedTuple):
    """What an operation amounts to: the steps, what is achieved after which, the details."""

    scenario: str
    title: str
    steps: tuple[Step, ...]
    achieved_after: int
    achieve: Effect
    details: JsonObject


def start(world: World, plan: RecoveryPlan, operation: str, body: object, caller: Caller) -> Job:
    """Start an operation on a plan, or refuse it."""
    order = orders.read_for_plan(operation, body)
    _allow(plan, NEEDS[operation])
    inner: list[tuple[Job, Machine]] = []
    course = _COURSES[operation](world, plan, order, inner)
    target = Target(plan.internal_id, plan.name, "RecoveryPlan")
    job = world.draft(course.scenario, course.title, target, course.steps, caller)
    job.details = course.details
    parts = SubJobs(world, job)
    begins = _beginnings(job)
    for sub_job, _ in inner:
        parts.add(sub_job, begins[sub_job.job_id])
    needed = NEEDS[operation]

    def release(when: datetime) -> None:
        plan.current_job = None
        for machine in plan.machines:
            machine.current_job = None
        parts.end(when)

    achieved = sum(step.length for step in job.steps[: course.achieved_after])
    world.start(
        job, [Milestone(achieved, course.achieve)], partial(_hold, plan, job, needed), release
    )
    parts.start()
    return job


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
    plan.current_job = job
    for machine in plan.machines:
        machine.current_job = job


def _failover(
    world: World, plan: RecoveryPlan, order: Order, inner: list[tuple[Job, Machine]]
) -> _Course:
    now = world.now()
    kind = order.word("recoveryPointType")
    chosen = [(machine, _point_for(machine, kind, now)) for machine in plan.machines]
    names = ("UnplannedFailover", "Failover")

    def members(machines: tuple[Machine, ...], seconds: float) -> tuple[Step, ...]:
        return tuple(_member(world, machine, names, seconds, inner) for machine in machines)

    steps = [_CHECK]
    if order.word("sourceSiteOperations") == "Required":
        down = [
            _group(f"Group{index}", f"Shutdown: Group {index}", "Shutdown", members(group, 63.0))
            for index, group in reversed(list(enumerate(plan.groups, start=1)))
        ]
        steps.append(_shutdown(tuple(down)))
    everybody = members(tuple(plan.machines), 95.0)
    steps.append(
        _group("FailoverAllActionGroup", "Recovery plan failover", "RpFailoverTask", everybody)
    )
    achieved_after = len(steps)
    steps += _start_groups(plan, lambda group: members(group, 40.0))

    def achieve(_when: datetime) -> None:
        plan.failed_over = now
        for machine, point in chosen:
            effects.fail_over(machine, now, point)

    found: JsonObject = {
        "instanceType": "FailoverJobDetails",
        "protectedItemDetails": [details.started_from(*pair) for pair in chosen],
        "affectedObjectDetails": details.sides(estate.WEST, estate.NORTH),
    }
    return _Course(*names, (*steps, _END), achieved_after, achieve, found)


def _test(
    world: World, plan: RecoveryPlan, order: Order, inner: list[tuple[Job, Machine]]
) -> _Course:
    names = ("TestFailover", "Test failover")
    if order.word("networkType") == "VmNetworkAsInput" and not order.word("networkId"):
        raise faults.bad_body("'networkId' is required with the network type 'VmNetworkAsInput'.")

    def members(machines: tuple[Machine, ...], seconds: float) -> tuple[Step, ...]:
        return tuple(_member(world, machine, names, seconds, inner) for machine in machines)

    everybody = members(tuple(plan.machines), 120.0)
    steps = (
        _CHECK,
        Step("", "RpTfoNetworkCreation", "Create the test environment", 2.0),
        _group("FailoverAllActionGroup", "Recovery plan failover", "RpFailoverTask", everybody),
        *_start_groups(plan, lambda group: members(group, 40.0)),
        _END,
    )

    def achieve(when: datetime) -> None:
        plan.tested = when
        for machine in plan.machines:
            machine.test_state, machine.tested = "WaitingForCompletion", when

    return _Course(*names, steps, len(steps), achieve, _plain())


def _clean_up(
    world: World, plan: RecoveryPlan, _order: Order, inner: list[tuple[Job, Machine]]
) -> _Course:
    names = ("TestFailoverCleanup", "Test failover cleanup")
    groups = [
        _group(
            f"Group{index}",
            f"Group {index}: Test failover cleanup",
            "TestFailoverCleanupGroup",
            tuple(_member(world, machine, names, 120.0, inner) for machine in group),
        )
        for index, group in enumerate(plan.groups, start=1)
    ]
    network = Step("", "RpTfoDeleteTestNetwork", "Clean up the test environment", 2.0)
    steps = (_CHECK, *groups, network, _END)

    def achieve(_when: datetime) -> None:
        for machine in plan.machines:
            machine.test_state = "None"

    return _Course(*names, steps, len(steps), achieve, _plain())


def _commit(
    world: World, plan: RecoveryPlan, _order: Order, inner: list[tuple[Job, Machine]]
) -> _Course:
    names = ("CommitFailover", "Commit")
    steps = tuple(
        _group(
            f"Group{index}",
            f"Group {index}: Commit",
            "CommitGroup",
            tuple(_member(world, machine, names, 8.0, inner) for machine in group),
        )
        for index, group in enumerate(plan.groups, start=1)
    )

    def achieve(_when: datetime) -> None:
        for machine in plan.machines:
            effects.commit(machine)

    return _Course(*names, steps, len(steps), achieve, _plain())


def _point_for(machine: Machine, kind: str, now: datetime) -> Point | None:
    found = points(machine, now)
    wanted = kind.removeprefix("Latest")
    if wanted in ("ApplicationConsistent", "CrashConsistent"):
        return next((point for point in reversed(found) if point.kind == wanted), None)
    return latest(machine, now)


def _start_groups(
    plan: RecoveryPlan, members: Callable[[tuple[Machine, ...]], tuple[Step, ...]]
) -> list[Step]:
    return [
        _group(f"Group{index}", f"Group {index}: Start", "BootGroup", members(group))
        for index, group in enumerate(plan.groups, start=1)
    ]


def _group(task_id: str, title: str, plan_group: str, children: tuple[Step, ...]) -> Step:
    counted = title if plan_group == "RpFailoverTask" else f"{title} ({len(children)})"
    kind = "RecoveryPlanGroupTaskDetails"
    group = Group(kind, task_id, plan_group)
    return Step(task_id, "Unknown", counted, kind=kind, group=group, children=children)


def _shutdown(groups: tuple[Step, ...]) -> Step:
    kind, task_id = "RecoveryPlanShutdownGroupTaskDetails", "ShutdownAllActionGroup"
    return Step(
        task_id,
        "Unknown",
        f"All groups shutdown ({len(groups)})",
        kind=kind,
        group=Group(kind, task_id, "Shutdown"),
        children=groups,
        in_order=True,
    )


def _member(
    world: World,
    machine: Machine,
    names: tuple[str, str],
    seconds: float,
    inner: list[tuple[Job, Machine]],
) -> Step:
    scenario, title = names
    target = Target(machine.internal_id, machine.friendly_name, "ProtectionEntity")
    step = Step("", "Unknown", title, seconds)
    job = world.draft(scenario, title, target, (step,), world.service_caller())
    job.details = details.plain(machine)
    inner.append((job, machine))
    link = JobLink(job.job_id, title, scenario, machine.internal_id, machine.friendly_name)
    kind = "VirtualMachineTaskDetails"
    return Step("", "Unknown", machine.friendly_name, seconds, kind=kind, link=link)


def _beginnings(job: Job) -> dict[str, float]:
    """For each job inside, the second of the plan's timetable at which it begins."""
    found: dict[str, float] = {}
    begins = 0.0
    waiting: list[tuple[Step, float]] = []
    for step in job.steps:
        waiting.append((step, begins))
        begins += step.length
    while waiting:
        step, at = waiting.pop()
        if step.link is not None:
            found[step.link.job_id] = at
        waiting.extend(step.starts(at))
    return found


def _plain() -> JsonObject:
    sides = details.sides(estate.WEST, estate.NORTH)
    return {"instanceType": "AsrJobDetails", "affectedObjectDetails": sides}


_COURSES: dict[str, Callable[[World, RecoveryPlan, Order, list[tuple[Job, Machine]]], _Course]] = {
    "unplannedFailover": _failover,
    "testFailover": _test,
    "testFailoverCleanup": _clean_up,
    "failoverCommit": _commit,
}

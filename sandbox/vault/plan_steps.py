"""The steps of a plan's job: groups of machines, each with a job of its own, and actions between.

How the actions look in a job was not recorded: that they stand in groups called pre-steps and
post-steps, and that these are inline workflows, is a guess. So is what becomes of the rest of a
plan when one machine fails: the others go on, and that one's later steps are skipped.
"""

from collections.abc import Callable

from sandbox.vault import details, recipes
from sandbox.vault.jobs import Group, Job, JobLink, Step
from sandbox.vault.machines import Machine
from sandbox.vault.names import JsonObject, guid
from sandbox.vault.plans import PlanAction, RecoveryPlan
from sandbox.vault.world import Target, World

CHECK = Step("", "RpSrsPrerequisitesCheck", "Prerequisites check for the recovery plan", 3.0)
ENVIRONMENT = Step("", "RpEnvironmentCreationTask", "Create the environment", 2.0)
NETWORK = Step("", "RpTfoNetworkCreation", "Create the test environment", 2.0)
NO_NETWORK = Step("", "RpTfoDeleteTestNetwork", "Clean up the test environment", 2.0)
END = Step("", "EndRecoveryPlanTask", "Finalizing the recovery plan", 1.0)
_WAY = 0.4  # how far a job goes that fails on the way

Members = tuple[Machine, ...]


class Draft:
    """The steps of one operation on a plan while they are written, and the jobs inside them."""

    def __init__(self, world: World, plan: RecoveryPlan, scenario: str, title: str) -> None:
        self.scenario = scenario
        self.title = title
        self.steps: list[Step] = []
        self.inner: list[Job] = []
        self.failing: set[str] = set()  # the items with which it will not go well
        self._world = world
        self._plan = plan

    def everybody(self, seconds: float) -> None:
        """Let all machines do the real thing at once; the only stage in which one may fail."""
        children = tuple(self._member(each, seconds, True) for each in self._plan.machines)
        title, kind = "Recovery plan failover", "RpFailoverTask"
        self.steps.append(_group("FailoverAllActionGroup", title, kind, children))

    def groups(self, title: str, kind: str, seconds: float) -> None:
        """Let the groups do something one after the other; `title` counts them."""
        for number, group in enumerate(self._plan.groups, start=1):
            children = self._members(group, seconds)
            named = f"{title.format(number)} ({len(children)})"
            self.steps.append(_group(f"Group{number}", named, kind, children))

    def starts(self, seconds: float) -> None:
        """Start the groups one after the other, with what has to be done before and after."""
        for number, group in enumerate(self._plan.groups, start=1):
            self._actions(number, "start")
            children = self._members(group, seconds)
            title = f"Group {number}: Start ({len(children)})"
            self.steps.append(_group(f"Group{number}", title, "BootGroup", children))
            self._actions(number, "end")

    def shutdown(self, seconds: float) -> None:
        """Shut the groups down, the last one first."""
        numbered = reversed(list(enumerate(self._plan.groups, start=1)))
        down = tuple(
            _group(
                f"Group{number}",
                f"Shutdown: Group {number} ({len(group)})",
                "Shutdown",
                self._members(group, seconds),
            )
            for number, group in numbered
        )
        kind, task_id = "RecoveryPlanShutdownGroupTaskDetails", "ShutdownAllActionGroup"
        self.steps.append(
            Step(
                task_id,
                "Unknown",
                f"All groups shutdown ({len(down)})",
                kind=kind,
                group=Group(kind, task_id, "Shutdown"),
                children=down,
                in_order=True,
            )
        )

    def synchronize(self, seconds: float) -> None:
        """Bring the sites' machines up to date before a failback."""
        self.steps.append(
            Step("", "PrepareVmOnPremForFailback", "Prepare the on-premises machines", 5.0)
        )
        children = self._members(tuple(self._plan.machines), seconds)
        title, kind = "Data synchronization", "RpFailbackDataSyncTask"
        self.steps.append(_group("DataSyncAllActionGroup", title, kind, children))
        wait = ("WaitForUserInputForFailback", "Wait for user input")
        self.steps.append(Step("", *wait, skipped=True))

    def _members(self, machines: Members, seconds: float) -> tuple[Step, ...]:
        return tuple(self._member(machine, seconds) for machine in machines)

    def _member(self, machine: Machine, seconds: float, may_fail: bool = False) -> Step:
        kind, name = "VirtualMachineTaskDetails", machine.friendly_name
        if machine.item_name in self.failing:
            told: JsonObject = {
                "skippedReason": "FailoverFailed",
                "skippedReasonString": f"The failover of '{name}' failed.",
                "jobTask": None,
            }
            return Step("", "Unknown", name, skipped=True, kind=kind, told=told)
        target = Target(machine.internal_id, name, "ProtectionEntity")
        step = Step("", "Unknown", self.title, seconds)
        caller = self._world.service_caller()
        job = self._world.draft(self.scenario, self.title, target, (step,), caller)
        job.details = details.plain(machine)
        self.inner.append(job)
        link = JobLink(job.job_id, self.title, self.scenario, machine.internal_id, name)
        error = None
        if may_fail and self._world.destined(name, self.scenario) == "fail_job":
            self.failing.add(machine.item_name)
            job.fate, seconds = "fail_job", seconds * _WAY
            error = recipes.failure(self.title, name)
        return Step("", "Unknown", name, seconds, kind=kind, link=link, error=error)

    def _actions(self, group: int, moment: str) -> None:
        found = [
            action
            for action in self._plan.actions
            if (action.group, action.moment) == (group, moment)
            and self.scenario in action.operations
        ]
        if not found:
            return
        named = "Pre-steps" if moment == "start" else "Post-steps"
        kind = "InlineWorkflowTaskDetails"
        self.steps.append(
            Step(
                f"Group{group}{named.replace('-', '')}",
                "Unknown",
                f"Group {group}: {named} ({len(found)})",
                kind=kind,
                group=Group(kind),
                children=tuple(_ACTIONS[action.kind](action) for action in found),
                in_order=True,
            )
        )


def _group(task_id: str, title: str, plan_group: str, children: tuple[Step, ...]) -> Step:
    kind = "RecoveryPlanGroupTaskDetails"
    return Step(
        task_id,
        "Unknown",
        title,
        kind=kind,
        group=Group(kind, task_id, plan_group),
        children=children,
        skipped=all(child.skipped for child in children),
    )


def _manual(action: PlanAction) -> Step:
    told: JsonObject = {"name": action.name, "instructions": action.text}
    kind = "ManualActionTaskDetails"
    return Step("", "ManualActionTask", action.name, 1.0, kind=kind, told=told)


def _runbook(action: PlanAction) -> Step:
    account, _, runbook = action.text.partition("/runbooks/")
    told: JsonObject = {
        "name": action.name,
        "cloudServiceName": None,
        "subscriptionId": account.split("/")[2],
        "accountName": account.rsplit("/", 1)[-1],
        "runbookId": action.text,
        "runbookName": runbook,
        "jobId": guid("runbook-job", action.name),
        "jobOutput": None,
        "isPrimarySideScript": False,
    }
    kind = "AutomationRunbookTaskDetails"
    return Step("", "AutomationRunbookTask", action.name, 30.0, kind=kind, told=told)


_ACTIONS: dict[str, Callable[[PlanAction], Step]] = {
    "ManualAction": _manual,
    "AutomationRunbook": _runbook,
}

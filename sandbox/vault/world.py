"""What is true in the vault: machines, plans, jobs, and how a job is started.

Everything here is looked at through `now`, which first lets happen whatever became due.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from random import Random
from typing import NamedTuple
from uuid import UUID

from sandbox.clock import Clock
from sandbox.vault import estate
from sandbox.vault.agenda import Agenda, Effect, Milestone, Run
from sandbox.vault.jobs import Fate, Job, Step
from sandbox.vault.machines import PENDING, Machine
from sandbox.vault.names import JsonObject, fold, guid
from sandbox.vault.points import latest

SLOWER = 10.0


class Target(NamedTuple):
    """What a job works on, as jobs name it."""

    id: str
    name: str
    kind: str


class Caller(NamedTuple):
    """Who asked: the ids by which the caller finds the job again, and what awaits the job."""

    client_request_id: str
    correlation_id: str
    fate: Fate | None = None
    is_service: bool = False


@dataclass
class RecoveryPlan:
    """A recovery plan: groups of machines that start one after the other."""

    name: str
    groups: tuple[tuple[Machine, ...], ...]
    current_job: Job | None = None
    failed_over: datetime | None = None
    tested: datetime | None = None

    @property
    def machines(self) -> list[Machine]:
        """Every machine of the plan, in the order of starting."""
        return [machine for group in self.groups for machine in group]

    @property
    def internal_id(self) -> str:
        """The guid by which jobs know the plan."""
        return guid("plan", self.name)

    @property
    def allowed_operations(self) -> list[str]:
        """What every machine of the plan allows, as far as plans can do it."""
        if self.current_job is not None:
            return []
        known = ("UnplannedFailover", "TestFailover", "TestFailoverCleanup", "Commit")
        allowed = [set(machine.allowed_operations) for machine in self.machines]
        return [name for name in known if all(name in each for each in allowed)]


@dataclass
class World:
    """Everything the vault knows."""

    clock: Clock
    rng: Random
    machines: list[Machine]
    plans: list[RecoveryPlan]
    agenda: Agenda = field(default_factory=Agenda)
    fates: list[tuple[str, str, Fate]] = field(default_factory=list)
    runs: dict[str, Run] = field(default_factory=dict)
    strangers: list[JsonObject] = field(default_factory=list)  # items nobody understands
    _all_jobs: list[Job] = field(default_factory=list)

    @classmethod
    def seeded(cls, clock: Clock, seed: int, extra: int = 0) -> "World":
        """Make the demo estate, the same for the same seed except for its dates."""
        rng, now = Random(seed), clock.now()
        machines = estate.machines(now, rng, extra)
        by_name = {machine.friendly_name: machine for machine in machines}
        for machine in machines:
            if machine.protection_state == PENDING:
                newest = latest(machine, now)
                machine.failover_point = newest.name if newest else None
        groups = (("vm-web01", "vm-web02", "vm-web03"), ("vm-app01", "vm-app02"), ("vm-db01",))
        plan = RecoveryPlan(
            "plan-shop", tuple(tuple(by_name[name] for name in group) for group in groups)
        )
        return cls(clock, rng, machines, [plan])

    def now(self) -> datetime:
        """Let everything due happen, then tell the time."""
        now = self.clock.now()
        self.agenda.settle(now)
        return now

    @property
    def jobs(self) -> list[Job]:
        """The jobs that have begun, oldest first."""
        now = self.now()
        return [job for job in self._all_jobs if job.started <= now]

    def job(self, job_id: str) -> Job | None:
        """The job of that id, if there is one and it has begun."""
        folded = fold(job_id)
        return next((job for job in self.jobs if job.job_id == folded), None)

    def guid(self) -> str:
        """Make the next guid of this vault's life."""
        return str(UUID(int=self.rng.getrandbits(128), version=4))

    def draft(
        self, scenario: str, title: str, target: Target, steps: tuple[Step, ...], caller: Caller
    ) -> Job:
        """Write a job that begins now, without starting it; its fate is settled here."""
        fate = None if caller.is_service else self._destined(target.name, scenario) or caller.fate
        if fate == "slow_job":
            steps = tuple(step.slower(SLOWER) for step in steps)
        steps = tuple(step.slower(1 / self.clock.hurry) for step in steps)
        return Job(
            job_id=self.guid(),
            scenario=scenario,
            title=title,
            target_id=target.id,
            target_name=target.name,
            target_kind=target.kind,
            steps=steps,
            started=self.clock.now(),
            client_request_id=caller.client_request_id,
            correlation_id=caller.correlation_id,
            fate=fate,
            inner=caller.is_service,
        )

    def start(
        self, job: Job, milestones: list[Milestone], take: Callable[[], None], release: Effect
    ) -> None:
        """Start a job at its `started`, which may still be to come; `take` may refuse."""
        run = Run(self.agenda, job, milestones, take, release)
        run.begin(job.fate)
        self._all_jobs.append(job)
        self.runs[job.job_id] = run

    def forget(self, job: Job) -> None:
        """Strike out a job that was to begin later and now never will."""
        self._all_jobs.remove(job)
        self.runs.pop(job.job_id).void()

    def service_caller(self) -> Caller:
        """The caller of jobs that the service starts by itself."""
        return Caller(self.guid(), self.guid(), is_service=True)

    def _destined(self, name: str, scenario: str) -> Fate | None:
        for entry in self.fates:
            if entry[:2] == (name, scenario):
                self.fates.remove(entry)
                return entry[2]
        return None

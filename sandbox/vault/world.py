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
from sandbox.vault.agenda import Agenda, Effect, Milestone, Run
from sandbox.vault.estate import Estate
from sandbox.vault.jobs import Fate, Job, Step
from sandbox.vault.machines import Machine
from sandbox.vault.names import JsonObject, VaultName, fold
from sandbox.vault.plans import RecoveryPlan
from sandbox.vault.points import latest
from sandbox.vault.states import PENDING

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


Maker = Callable[[datetime, Random], Estate]


@dataclass
class World:
    """Everything one vault knows."""

    clock: Clock
    rng: Random
    estate: Estate
    began: datetime
    agenda: Agenda = field(default_factory=Agenda)
    fates: list[tuple[str, str, Fate]] = field(default_factory=list)
    runs: dict[str, Run] = field(default_factory=dict)
    strangers: list[JsonObject] = field(default_factory=list)  # items nobody understands
    _all_jobs: list[Job] = field(default_factory=list)

    @classmethod
    def seeded(cls, clock: Clock, seed: int, make: Maker) -> "World":
        """Make an estate, the same for the same seed except for its dates."""
        rng, now = Random(seed), clock.now()
        estate = make(now, rng)
        for machine in estate.machines:
            if machine.protection_state == PENDING:
                newest = latest(machine, now)
                machine.failover_point = newest.name if newest else None
        return cls(clock, rng, estate, now)

    @property
    def vault(self) -> VaultName:
        """The vault all this belongs to."""
        return self.estate.vault

    @property
    def machines(self) -> list[Machine]:
        """The protected machines."""
        return self.estate.machines

    @property
    def plans(self) -> list[RecoveryPlan]:
        """The recovery plans."""
        return self.estate.plans

    def now(self) -> datetime:
        """Let everything due happen, then tell the time."""
        now = self.clock.now()
        self.agenda.settle(now)
        return now

    @property
    def jobs(self) -> list[Job]:
        """The jobs that have begun, oldest first."""
        self.now()
        return list(self._all_jobs)

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
        fate = None if caller.is_service else self.destined(target.name, scenario) or caller.fate
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
            vault=self.vault,
            fate=fate,
            inner=caller.is_service,
        )

    def start(
        self, job: Job, milestones: list[Milestone], take: Callable[[], None], release: Effect
    ) -> None:
        """Start a job at its `started`; `take` may refuse."""
        run = Run(self.agenda, job, milestones, take, release)
        run.begin(job.fate)
        self._all_jobs.append(job)
        self.runs[job.job_id] = run

    def service_caller(self) -> Caller:
        """The caller of jobs that the service starts by itself."""
        return Caller(self.guid(), self.guid(), is_service=True)

    def destined(self, name: str, scenario: str) -> Fate | None:
        """Tell what is to become of the next job of that scenario on that target, once."""
        for entry in self.fates:
            if entry[:2] == (name, scenario):
                self.fates.remove(entry)
                return entry[2]
        return None

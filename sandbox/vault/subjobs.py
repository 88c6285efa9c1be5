"""Jobs that are steps of another job: enabling replication in a reprotect, machines in a plan.

They are jobs like any other, listed and readable by id once they have begun, but the service
starts them, so they do not carry the caller's request id. They end no later than the job they
belong to; while that one waits for a person, those that have not begun wait too.
"""

from datetime import datetime
from functools import partial

from sandbox.vault.agenda import Milestone
from sandbox.vault.jobs import Job
from sandbox.vault.world import SLOWER, World


class SubJobs:
    """The jobs inside one job."""

    def __init__(self, world: World, parent: Job) -> None:
        self._world = world
        self._parent = parent
        self._jobs: list[tuple[Job, float]] = []
        self._begun: dict[str, Job] = {}

    def add(self, job: Job, begins: float) -> None:
        """Take in a job that begins so many seconds into its parent's timetable."""
        if self._parent.fate == "slow_job":
            job.steps = tuple(step.slower(SLOWER) for step in job.steps)
        self._jobs.append((job, begins))

    def milestones(self) -> list[Milestone]:
        """Say when they begin, for the parent's own agenda."""
        return [Milestone(begins, partial(self._begin, job)) for job, begins in self._jobs]

    def end(self, when: datetime) -> None:
        """End with the parent: what still runs ends as the parent did, unless it is done too."""
        for job in self._begun.values():
            if not job.over:
                done = job.moment(job.length) <= when
                state = "Succeeded" if done else self._parent.state
                self._world.runs[job.job_id].finish(state, when)

    def _begin(self, job: Job, when: datetime) -> None:
        if job.job_id in self._begun:
            return
        self._begun[job.job_id] = job
        job.started = when
        self._world.start(job, [], _take, _let_go)


def _take() -> None:
    """A job inside another holds nothing itself."""


def _let_go(_when: datetime) -> None:
    """What was not held need not be let go."""

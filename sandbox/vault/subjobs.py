"""Jobs that are steps of another job: enabling replication in a reprotect, machines in a plan.

They are jobs like any other, listed and readable by id, but the service starts them, so they do
not carry the caller's request id. They end no later than the job they belong to.
"""

from datetime import datetime, timedelta

from sandbox.vault.jobs import Job
from sandbox.vault.world import SLOWER, World


class SubJobs:
    """The jobs inside one job."""

    def __init__(self, world: World, parent: Job) -> None:
        self._world = world
        self._parent = parent
        self._jobs: list[Job] = []

    def add(self, job: Job, begins: float) -> None:
        """Take in a job that begins so many seconds into its parent's timetable."""
        if self._parent.fate == "slow_job":
            job.steps = tuple(step.slower(SLOWER) for step in job.steps)
        job.started = self._parent.started + timedelta(seconds=begins)
        self._jobs.append(job)

    def start(self) -> None:
        """Start them all, each at its time."""
        for job in self._jobs:
            self._world.start(job, [], _take, _let_go)

    def end(self, when: datetime) -> None:
        """End with the parent: what runs ends as the parent did, what has not begun never will."""
        for job in self._jobs:
            if job.over:
                continue
            if job.started > when:
                self._world.forget(job)
            else:
                self._world.runs[job.job_id].finish(self._parent.state, when)


def _take() -> None:
    """A job inside another holds nothing itself."""


def _let_go(_when: datetime) -> None:
    """What was not held need not be let go."""

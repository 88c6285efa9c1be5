"""What happens when: the agenda of the vault, and the run of a job along its timetable.

Nothing runs in the background. Whoever looks settles the agenda first; everything that became due
happens then, in order, and is dated as if it had happened on time. A run keeps only its next
milestone on the agenda, so that pausing, ending or restarting it is a matter of voiding one line.
"""

import heapq
import itertools
from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

from sandbox.vault import recipes
from sandbox.vault.jobs import Fate, Job, JobError, State

Effect = Callable[[datetime], None]


class Milestone(NamedTuple):
    """Something a job brings about so many seconds into its timetable."""

    after: float
    effect: Effect


class Agenda:
    """Effects, each with the moment at which it is due."""

    def __init__(self) -> None:
        self._lines: list[tuple[datetime, int, Effect]] = []
        self._order = itertools.count()

    def add(self, when: datetime, effect: Effect) -> None:
        """Put something on the agenda; of two things due at once the earlier entry goes first."""
        heapq.heappush(self._lines, (when, next(self._order), effect))

    def settle(self, now: datetime) -> None:
        """Let everything happen that is due by now."""
        while self._lines and self._lines[0][0] <= now:
            when, _, effect = heapq.heappop(self._lines)
            effect(when)


class Run:
    """A job under way: it passes its milestones, and ends when the last one is behind it.

    `take` takes hold of what the job works on, or refuses; `release` lets it go, whichever way the
    job ends. What came of earlier milestones stays: a plan that fails while starting its machines
    leaves them failed over.
    """

    def __init__(
        self,
        agenda: Agenda,
        job: Job,
        milestones: list[Milestone],
        take: Callable[[], None],
        release: Effect,
    ) -> None:
        self.job = job
        self._agenda = agenda
        self._take = take
        self._release = release
        self._milestones = [
            *sorted(milestones, key=lambda milestone: milestone.after),
            Milestone(job.length, self._complete),
        ]
        self._fated: Effect | None = None
        self._passed = 0
        self._turn = 0

    def begin(self, fate: Fate | None) -> None:
        """Start the job, and see to it that it meets its fate two fifths of the way along."""
        self._take()
        moment = self.job.length * 0.4
        if fate == "warn_job":
            self.job.warning = recipes.name_taken(self.job.target_name)
        elif fate in _ENDINGS:
            self._insert(Milestone(moment, lambda when: self.finish(_ENDINGS[fate], when)))
        elif fate == "suspend_job":
            self._insert(Milestone(moment, self.pause))
        elif fate == "forget_job":
            self._insert(Milestone(moment, self._forget))
        self._wait_for_next()

    def finish(self, state: State, when: datetime, error: JobError | None = None) -> None:
        """End the job and let go of what it held; a failed one has an error in any case."""
        if state == "Failed" and error is None:
            error = recipes.failure(self.job.title, self.job.target_name)
        self._end(state, when, error)

    def pause(self, when: datetime, action: str = "") -> None:
        """Stop at this point until a person resumes the job, having done what is asked."""
        self.job.state, self.job.paused, self.job.waits_for = "Suspended", when, action
        self.job.paused_at = self._milestones[self._passed - 1].after
        self._turn += 1

    def resume(self, when: datetime, comments: str = "") -> None:
        """Go on where the job stopped; the wait does not count."""
        job = self.job
        if job.paused is None:
            raise ValueError(f"Job {job.job_id} does not wait for anybody.")
        if job.waits_for:
            job.observations[job.waits_for] = comments
        job.waits.append((job.paused_at, when - job.paused))
        job.paused, job.state, job.waits_for = None, "InProgress", ""
        self._wait_for_next()

    def restart(self, when: datetime) -> None:
        """Do the whole job once more, under the same id; fate does not strike twice.

        Jobs inside it that have begun before are not run again.
        """
        self._take()
        job = self.job
        self._milestones = [each for each in self._milestones if each.effect is not self._fated]
        job.state, job.ended, job.error = "InProgress", None, None
        job.started, job.complete = when, False
        job.waits.clear()
        job.observations.clear()
        self._passed = 0
        self._wait_for_next()

    def _forget(self, when: datetime) -> None:
        self.job.forgotten = True

    def _complete(self, when: datetime) -> None:
        self.job.complete = True
        self._end("Failed" if self.job.setbacks else "Succeeded", when, None)

    def _end(self, state: State, when: datetime, error: JobError | None) -> None:
        self.job.end(state, when, error)
        self._turn += 1
        self._release(when)

    def _insert(self, milestone: Milestone) -> None:
        self._fated = milestone.effect
        self._milestones = sorted([*self._milestones, milestone], key=lambda each: each.after)

    def _wait_for_next(self) -> None:
        self._turn += 1
        turn = self._turn
        milestone = self._milestones[self._passed]
        due = self.job.moment(milestone.after)

        def pass_it(when: datetime) -> None:
            if turn != self._turn:
                return
            self._passed += 1
            milestone.effect(when)
            if turn == self._turn:
                self._wait_for_next()

        self._agenda.add(due, pass_it)


_ENDINGS: dict[Fate | None, State] = {"fail_job": "Failed", "cancel_job": "Cancelled"}

"""Jobs and their steps: a timetable, and how far along it the clock is.

A job does nothing by itself. Its steps have lengths; what each step looks like is worked out from
the time that has passed. A job ends when somebody (the world's agenda) says so: at the end of its
timetable, or earlier when it fails, is cancelled or has to wait for a person.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Literal, NamedTuple

from sandbox.vault.names import JsonObject

State = Literal["NotStarted", "InProgress", "Suspended", "Succeeded", "Failed", "Cancelled"]
Fate = Literal["fail_job", "cancel_job", "suspend_job", "warn_job", "slow_job"]


class JobLink(NamedTuple):
    """A step that is itself a job: what the step says about it."""

    job_id: str
    title: str
    scenario: str
    target_id: str
    target_name: str


class Group(NamedTuple):
    """A step made of steps, and what kind of group the service calls it."""

    kind: str
    name: str = ""
    plan_group: str = ""


@dataclass(frozen=True)
class Step:
    """One line of a job's timetable; `seconds` counts for a step without children only."""

    task_id: str
    name: str
    title: str
    seconds: float = 0.0
    skipped: bool = False
    kind: str = "TaskDetails"
    link: JobLink | None = None
    group: Group | None = None
    children: tuple["Step", ...] = ()
    in_order: bool = False

    @property
    def length(self) -> float:
        """Seconds the step takes: its children one after the other, or all at once."""
        if self.skipped:
            return 0.0
        if self.children:
            lengths = [child.length for child in self.children]
            return sum(lengths) if self.in_order else max(lengths)
        return self.seconds

    def slower(self, factor: float) -> "Step":
        """The same step, taking so many times as long."""
        children = tuple(child.slower(factor) for child in self.children)
        return replace(self, seconds=self.seconds * factor, children=children)

    def starts(self, begins: float) -> Iterator[tuple["Step", float]]:
        """Tell each child with the second at which it begins."""
        for child in self.children:
            yield child, begins
            begins += child.length if self.in_order else 0.0


class JobError(NamedTuple):
    """Why a job failed, in the service's words."""

    code: str
    message: str
    causes: str
    advice: str
    provider_code: int


@dataclass
class Job:
    """One job of the vault."""

    job_id: str
    scenario: str
    title: str
    target_id: str
    target_name: str
    target_kind: str
    steps: tuple[Step, ...]
    started: datetime
    client_request_id: str
    correlation_id: str
    details: JsonObject = field(default_factory=dict)
    affected: JsonObject = field(default_factory=dict)
    result_id: str = ""
    state: State = "InProgress"
    ended: datetime | None = None
    paused: datetime | None = None
    idle: timedelta = field(default_factory=timedelta)
    error: JobError | None = None
    warning: JobError | None = None
    fate: Fate | None = None
    inner: bool = False  # part of another job

    @property
    def length(self) -> float:
        """Seconds the whole timetable takes."""
        return sum(step.length for step in self.steps)

    @property
    def over(self) -> bool:
        """Whether nothing more will happen."""
        return self.ended is not None

    @property
    def allowed_actions(self) -> list[str]:
        """What a person may do to the job now; nothing to a job inside another."""
        if self.inner:
            return []
        if self.state == "Suspended":
            return ["Resume", "Cancel"]
        if self.state == "InProgress":
            return ["Cancel"]
        return ["Restart"] if self.state == "Failed" else []

    def elapsed(self, now: datetime) -> float:
        """Seconds of the timetable that have been worked through."""
        until = self.ended or self.paused or now
        return (until - self.started - self.idle).total_seconds()

    def end(self, state: State, when: datetime, error: JobError | None = None) -> None:
        """Stop the job for good."""
        if self.over:
            raise ValueError(f"Job {self.job_id} is over already.")
        self.state, self.ended, self.error = state, when, error
        self.paused = None

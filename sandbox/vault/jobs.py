"""Jobs and their steps: a timetable, and how far along it the clock is.

A job does nothing by itself. Its steps have lengths; what each step looks like is worked out from
the time that has passed. A job ends when somebody (the world's agenda) says so: at the end of its
timetable, or earlier when it fails, is cancelled or has to wait for a person.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Literal, NamedTuple

from sandbox.vault.names import JsonObject, VaultName

State = Literal["NotStarted", "InProgress", "Suspended", "Succeeded", "Failed", "Cancelled"]
Fate = Literal["fail_job", "cancel_job", "suspend_job", "warn_job", "slow_job", "forget_job"]


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


class JobError(NamedTuple):
    """Why a job failed, in the service's words."""

    code: str
    message: str
    causes: str
    advice: str
    provider_code: int


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
    error: JobError | None = None  # how the step ends, where it ends badly and the job goes on
    told: JsonObject | None = None  # more of its custom details

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

    def within(self, begins: float) -> Iterator[tuple["Step", float]]:
        """Tell the step and every step inside it, each with the second at which it begins."""
        yield self, begins
        for child, at in self.starts(begins):
            yield from child.within(at)

    @property
    def errors(self) -> list[JobError]:
        """What went wrong in the step and inside it, without ending the job."""
        inside = [error for child in self.children for error in child.errors]
        return [self.error, *inside] if self.error else inside


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
    vault: VaultName
    details: JsonObject = field(default_factory=dict)
    state: State = "InProgress"
    ended: datetime | None = None
    paused: datetime | None = None
    paused_at: float = 0.0  # the second of the timetable
    waits: list[tuple[float, timedelta]] = field(default_factory=list)  # when, and how long
    waits_for: str = ""  # the action a person has to complete
    observations: dict[str, str] = field(default_factory=dict)  # what people said, by action
    error: JobError | None = None
    warning: JobError | None = None
    fate: Fate | None = None
    inner: bool = False  # part of another job
    forgotten: bool = False  # neither listed nor read any more; it goes on, its events stay
    complete: bool = False  # every step was gone through, whether well or not

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

    @property
    def setbacks(self) -> list[JobError]:
        """What goes wrong on the way without ending the job."""
        return [error for step in self.steps for error in step.errors]

    @property
    def errors(self) -> list[JobError]:
        """Everything that is wrong with the job, once it is over."""
        if not self.over:
            return []
        return [self.error] if self.error else self.setbacks

    def timetable(self) -> Iterator[tuple[Step, float]]:
        """Tell every step, those inside others too, with the second at which it begins."""
        begins = 0.0
        for step in self.steps:
            yield from step.within(begins)
            begins += step.length

    def elapsed(self, now: datetime) -> float:
        """Seconds of the timetable that have been worked through."""
        if self.complete:
            return self.length
        if self.paused is not None:
            return self.paused_at
        until = self.ended or now
        return (until - self.started - self.waited()).total_seconds()

    def waited(self, before: float = float("inf")) -> timedelta:
        """How long the job waited for people before that second of its timetable."""
        return sum((length for at, length in self.waits if at < before), timedelta())

    def moment(self, second: float) -> datetime:
        """When that second of the timetable was, or will be."""
        return self.started + self.waited(second) + timedelta(seconds=second)

    def end(self, state: State, when: datetime, error: JobError | None = None) -> None:
        """Stop the job for good."""
        if self.over:
            raise ValueError(f"Job {self.job_id} is over already.")
        if self.paused is not None:
            self.waits.append((self.paused_at, when - self.paused))
        self.state, self.ended, self.error = state, when, error
        self.paused, self.waits_for = None, ""

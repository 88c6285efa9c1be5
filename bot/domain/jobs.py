"""Site Recovery jobs, their steps and their errors, in our words.

States stay Azure's: one that we have never seen is shown as it is.
"""

from datetime import datetime
from typing import Final, Literal

from bot.domain.data import Data
from bot.domain.machines import vault_of
from bot.domain.scenarios import scenario_words

RUNNING_JOB_STATES: Final = frozenset({"NotStarted", "InProgress", "Suspended", "Cancelling"})
GOOD_JOB_STATES: Final = frozenset(
    {"Succeeded", "CompletedWithInformation", "CompletedWithWarnings"}
)
CANCELLED_JOB_STATES: Final = frozenset({"Cancelled", "Canceled"})
MANUAL: Final = "ManualActionTaskDetails"


class JobStep(Data):
    """One task of a job; nested tasks carry their depth."""

    name: str
    state: str
    """Azure's state, or `Skipped`."""
    id: str = ""
    """What Azure calls the task."""
    kind: str = ""
    """Azure's sort of task, such as `ManualActionTaskDetails`."""
    instructions: str = ""
    """What a manual action asks a person to do."""
    depth: int = 0
    started: datetime | None = None
    ended: datetime | None = None

    @property
    def asks(self) -> bool:
        """Whether it is a manual action that waits for a person now."""
        return self.kind == MANUAL and self.state in {"Suspended", "InProgress"}


class JobError(Data):
    """What went wrong in a job, in Azure's words."""

    code: str
    message: str
    causes: str = ""
    action: str = ""


class Job(Data):
    """A Site Recovery job."""

    sort: Literal["job"] = "job"
    id: str
    name: str
    """Its guid."""
    scenario: str
    state: str
    words: str = ""
    """Azure's stateDescription."""
    target: str = ""
    started: datetime | None = None
    ended: datetime | None = None
    activity: str = ""
    """'<client-request-id> ActivityId: <correlation id>'; only a GET of the job has it."""
    steps: tuple[JobStep, ...] = ()
    errors: tuple[JobError, ...] = ()
    actions: tuple[str, ...] = ()
    moved_to: str = ""
    """The item's new id, when the job moved it to another container."""

    @property
    def label(self) -> str:
        """What people call it: `failover of vm-web01`."""
        words = scenario_words(self.scenario)
        words = words[:1].lower() + words[1:]
        return f"{words} of {self.target}" if self.target else f"{words} job"

    @property
    def vault(self) -> str:
        """The id of the vault that it runs in."""
        return vault_of(self.id)

    @property
    def asks(self) -> JobStep | None:
        """The manual action that it waits for, if it does."""
        if "Resume" not in self.actions:
            return None
        return next((step for step in self.steps if step.asks), None)

    @property
    def running(self) -> bool:
        """Whether Azure still works on it; an unknown state without an end time counts as so."""
        if self.state in RUNNING_JOB_STATES:
            return True
        known_end = GOOD_JOB_STATES | CANCELLED_JOB_STATES | {"Failed"}
        return self.ended is None and self.state not in known_end

    @property
    def good(self) -> bool:
        """Whether it ended well."""
        return not self.running and self.state in GOOD_JOB_STATES

    @property
    def cancelled(self) -> bool:
        """Whether it was cancelled, by us or outside."""
        return not self.running and self.state in CANCELLED_JOB_STATES

    def begun_by(self, client_request_id: str) -> bool:
        """Whether this job was started by the call with that client-request-id."""
        return self.activity.casefold().startswith(client_request_id.casefold())

"""What was done to a vault without us: which jobs count, and how ours are told from the others.

Our own log is the witness: before anything is sent, an entry names the client request id that
Azure will keep with the job. A job that no entry knows was begun by somebody else, or is a step of
another job.
"""

from collections.abc import Iterable
from typing import Final

from bot.domain.audit import BOT, Entry, Fact
from bot.domain.data import Data
from bot.domain.jobs import Job
from bot.domain.scenarios import scenario_words

WATCHED: Final = frozenset(
    {
        "UnplannedFailover",
        "UnplannedFailoverProtectionCluster",
        "PlannedFailover",
        "CommitFailover",
        "CancelFailover",
        "ChangePit",
        "TestFailover",
        "TestFailoverCleanup",
        "SwitchReplicationGroupProtection",
        "ReprotectReplicationGroup",
        "ReverseReplication",
        "Failback",
        "DisableDr",
        "PurgeVm",
    }
)
"""Azure's names of what nobody should do to a machine past the bot."""

_NOT_BEGUN_BY_US: Final = frozenset({"cancel-job", "resume-job"})
"""Operations on a job that somebody else may well have started."""


class Source(Data):
    """Where a job comes from, as far as Azure says."""

    activity: str
    """'<client-request-id> ActivityId: <correlation id>'."""
    inner: tuple[str, ...] = ()
    """The names of the jobs that are steps of this one."""
    nested: bool = False
    """Whether it has steps that may be jobs, named already or not."""


class Ours(Data):
    """What our log says we began."""

    client_request_ids: frozenset[str] = frozenset()
    jobs: frozenset[str] = frozenset()

    def began(self, job: str, activity: str) -> bool:
        """Whether a job was begun by one of our requests."""
        by_us = activity.split(" ", 1)[0].casefold() in self.client_request_ids
        return by_us or job.casefold() in self.jobs


def ours(entries: Iterable[Entry]) -> Ours:
    """Gather what some entries say that we began."""
    sent: set[str] = set()
    jobs: set[str] = set()
    for entry in entries:
        fact = entry.data
        if not fact.type.startswith("request.") or fact.operation in _NOT_BEGUN_BY_US:
            continue
        crid = fact.correlation.get("client_request_id", "")
        sent.add(crid.casefold())
        jobs.add(fact.correlation.get("job", "").casefold())
        if crid and fact.operation == "restart-job":  # what runs again keeps its name
            jobs.add(fact.target_id.rpartition("/")[2].casefold())
    return Ours(client_request_ids=frozenset(sent - {""}), jobs=frozenset(jobs - {""}))


def fact_of(job: Job, source: Source, policy: str) -> Fact:
    """Write down for the audit log that somebody did something past us."""
    what = scenario_words(job.scenario)
    target = job.target or "the vault"
    began = job.started.isoformat(timespec="seconds") if job.started else ""
    said = f" Azure's activity of it: {source.activity}." if source.activity else ""
    return Fact(
        type="outside.job",
        subject=job.name,
        actor=BOT,
        operation=job.scenario,
        target=job.target,
        target_id=job.id,
        after=job.state,
        policy=policy,
        correlation={"job": job.name, "activity": source.activity, "started": began},
        words=f"{what} of {target} was started past the bot: no request is behind it.{said}",
    )

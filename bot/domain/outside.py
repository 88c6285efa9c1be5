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
from bot.domain.vaults import Event

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

DISABLES: Final = frozenset({"DisableDr", "PurgeVm"})
"""What takes a machine out of the vault."""

MOVES: Final = frozenset({"SwitchReplicationGroupProtection", "ReprotectReplicationGroup"})
"""What may take its item away for a moment, to put it elsewhere in the vault."""

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


def told_by(event: Event) -> Job | None:
    """Return the job that an event tells about, as far as it tells; None when it tells of none."""
    if not event.job:
        return None
    return Job(
        id=event.job,
        name=event.job.rpartition("/")[2],
        scenario=event.scenario,
        state=event.state,
        words=event.words,
        target=event.about,
        started=event.at,
    )


class Ours(Data):
    """What our log says we began."""

    client_request_ids: dict[str, str] = {}
    """Each with the request that sent it."""
    jobs: dict[str, str] = {}
    """The names of jobs, each with the request that it belongs to."""
    stopped: frozenset[str] = frozenset()
    """The names of the jobs that a request had cancelled."""
    restarted: frozenset[str] = frozenset()
    """The names of the jobs that a request had run again."""

    def behind(self, job: str, activity: str = "") -> str:
        """Return the request that began a job, '' when none of ours did."""
        sent = self.client_request_ids.get(activity.split(" ", 1)[0].casefold(), "")
        return sent or self.jobs.get(job.casefold(), "")


def ours(entries: Iterable[Entry]) -> Ours:
    """Gather what some entries say that we began."""
    sent: dict[str, str] = {}
    jobs: dict[str, str] = {}
    done: dict[str, set[str]] = {"cancel-job": set(), "restart-job": set()}
    for entry in entries:
        fact = entry.data
        if not fact.type.startswith("request."):
            continue
        crid = fact.correlation.get("client_request_id", "")
        name = fact.target_id.rpartition("/")[2].casefold()
        if crid and fact.operation in done:
            done[fact.operation].add(name)
        if fact.operation in _NOT_BEGUN_BY_US:
            continue
        sent[crid.casefold()] = fact.subject
        jobs[fact.correlation.get("job", "").casefold()] = fact.subject
        if crid and fact.operation == "restart-job":  # what runs again keeps its name
            jobs[name] = fact.subject
    return Ours(
        client_request_ids={one: request for one, request in sent.items() if one},
        jobs={one: request for one, request in jobs.items() if one},
        stopped=frozenset(done["cancel-job"]),
        restarted=frozenset(done["restart-job"]),
    )


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


def cancelled(job: Job, request: str, policy: str) -> Fact:
    """Write down that somebody cancelled a job of a request, past us."""
    ended = job.ended.isoformat(timespec="seconds") if job.ended else ""
    return Fact(
        type="outside.cancel",
        subject=request,
        actor=BOT,
        operation=job.scenario,
        target=job.target,
        target_id=job.id,
        after=job.state,
        policy=policy,
        correlation={"job": job.name, "ended": ended},
        words=f"The job of {request} was cancelled past the bot: no request asked for that.",
    )


def again(job: Job, request: str, policy: str) -> Fact:
    """Write down that somebody ran a job again that had failed, past us."""
    began = job.started.isoformat(timespec="seconds") if job.started else ""
    whose = f" It was begun by {request}." if request else ""
    return Fact(
        type="outside.restart",
        subject=request or job.name,
        actor=BOT,
        operation=job.scenario,
        target=job.target,
        target_id=job.id,
        after=job.state,
        policy=policy,
        correlation={"job": job.name, "started": began},
        words=f"A job that had failed was run again past the bot: {job.label}.{whose}",
    )


def vanished(name: str, item: str, policy: str) -> Fact:
    """Write down that a machine is not in its vault any more, with no job seen that took it out."""
    return Fact(
        type="outside.machine",
        subject=name,
        actor=BOT,
        target=name,
        target_id=item,
        policy=policy,
        words=f"{name} is not protected any more: it has gone from the vault, and no job that "
        "disables its replication was seen.",
    )

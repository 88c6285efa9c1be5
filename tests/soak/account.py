"""The account of a soak: what happened, and whether the promises were kept when all was calm.

*Lost* is a request that was approved and has neither ended nor says why it has not. *Doubled* is
one for which Azure began more than one job, or a job that no request is behind. A card is *untrue*
when it shows another state than its request, or its request another one than the vault.
"""

from collections import Counter, defaultdict
from dataclasses import dataclass, field

from bot.domain.audit import first_broken
from bot.domain.request import Request, State
from sandbox.vault.jobs import Job
from tests.crashes import promises
from tests.world import World

_AS_ITS_JOB = {
    State.SUCCEEDED: "Succeeded",
    State.FAILED: "Failed",
    State.CANCELLED: "Cancelled",
}
_SENT = frozenset({State.SUBMITTING, State.RUNNING, *_AS_ITS_JOB})


@dataclass
class Account:
    """What is reported of a soak."""

    requests: int = 0
    states: Counter[str] = field(default_factory=Counter)
    decisions: int = 0
    """Votes, denials and withdrawals that counted."""
    refusals: int = 0
    jobs: int = 0
    entries: int = 0
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    untrue: list[str] = field(default_factory=list)
    leaked: list[str] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)
    """What is wrong with the audit log."""
    second_cards: int = 0
    """Cards that were posted once more, because Slack's answer or its reader was lost."""
    told_twice: int = 0

    @property
    def kept(self) -> bool:
        """Whether every promise was kept."""
        return not (self.lost or self.doubled or self.untrue or self.leaked or self.broken)


async def requests_of(world: World) -> list[Request]:
    """Read every request that there is."""
    requests = world.bot.redis.requests
    return await requests.load_many(await requests.newest_ids(100_000))


def unfinished(request: Request) -> bool:
    """Whether a worker still has something to do about a request by itself."""
    if request.state is State.UNKNOWN:
        return True
    approved = request.state is State.APPROVED and not request.needs_nod
    return approved or request.watching or request.state in {State.SUBMITTING, State.RUNNING}


async def account(world: World) -> Account:
    """Look at every request, every job, every card, every key and every entry."""
    requests, made = await requests_of(world), Account()
    made.requests = len(requests)
    made.states = Counter(one.state.value for one in requests)
    await _audit(world, requests, made)
    _execution(world, requests, made)
    for one in requests:
        made.untrue += [f"{one.id}: {wrong}" for wrong in await promises.untrue_card(world, one)]
        made.told_twice += await promises.lines_told_twice(world, one)
        made.second_cards += promises.cards_of(world, one) - 1
    dirty = await world.bot.redis.cards.dirty()
    made.untrue += [f"{one}: it still waits to be drawn" for one in dirty]
    made.leaked = await promises.left_over(world.bot)
    return made


async def _audit(world: World, requests: list[Request], made: Account) -> None:
    entries = await world.entries()
    made.entries = len(entries)
    wrong = first_broken(entries, await world.bot.redis.audit.head())
    made.broken += [wrong] if wrong else []
    kinds = Counter(entry.type.removeprefix("dr.") for entry in entries)
    decisive = ("request.vote", "request.approve", "request.deny", "request.withdraw")
    made.decisions = sum(kinds[kind] for kind in decisive)
    made.refusals = kinds["click.refused"]
    changes = Counter(one.subject for one in entries if one.type.startswith("dr.request."))
    for request in requests:
        if changes[request.id] != request.rev:
            made.broken.append(
                f"{request.id}: {request.rev} changes, {changes[request.id]} entries"
            )
        people = [vote.person.id for vote in request.approvals]
        if len(set(people)) != len(people) or request.asker.id in people:
            made.broken.append(f"{request.id}: a vote counts that must not: {people}")


def _execution(world: World, requests: list[Request], made: Account) -> None:
    begun: dict[str, list[Job]] = defaultdict(list)
    for job in world.vault.jobs:
        if not job.inner:
            begun[job.client_request_id].append(job)
            made.jobs += 1
    for request in requests:
        jobs = [job for one in request.attempts for job in begun.pop(one.client_request_id, [])]
        names = [job.job_id for job in jobs]
        if len(jobs) > 1:
            made.doubled.append(f"{request.id} ({request.state}): Azure began {names}")
        ended = not request.open  # it may still be watched
        explained = request.why and (request.needs_nod or request.state is State.UNKNOWN)
        if not (ended or explained or request.state is State.WAITING):
            made.lost.append(f"{request.id} is {request.state}: {request.why or 'no word'}")
        if wrong := _disagrees(request, jobs):
            made.untrue.append(f"{request.id}: {wrong}")
    strangers = [job for jobs in begun.values() for job in jobs]
    made.doubled += [f"nobody asked for {job.scenario} of {job.target_name}" for job in strangers]


def _disagrees(request: Request, jobs: list[Job]) -> str:
    """Say where a request shows something else than what is true in the vault."""
    expected = _AS_ITS_JOB.get(request.state)
    states = [job.state for job in jobs]
    if expected and request.job and states != [expected]:
        return f"it has {request.state}, its jobs are {states}"
    if request.state not in _SENT | {State.UNKNOWN, State.VOID} and jobs:
        return f"it is {request.state}, but Azure has {states}"
    return ""

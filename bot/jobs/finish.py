"""Ending what ran: how the job ended, and what its target is now, read again where it is then."""

from collections.abc import Awaitable, Callable
from typing import Any, Final

from bot import forecasts
from bot.domain.audit import BOT
from bot.domain.candidates import Candidate
from bot.domain.catalogue import Ground
from bot.domain.jobs import Job
from bot.domain.machines import A2A, Machine
from bot.domain.operations import CATALOGUE
from bot.domain.request import Request, Step, take
from bot.domain.targets import provider_of
from bot.errors import AzureRefused, NotNow
from bot.inventory import members_of
from bot.lifecycle import Move, change, fact_of
from bot.messages.blocks import duration
from bot.messages.measures import span
from bot.metrics import JOBS
from bot.runtime import Bot

_BEGIN: Final = frozenset({"reprotect", "protect"})
"""The operations whose job ends when the replication has begun, long before the machine is safe."""


ReadMachine = Callable[[str], Awaitable[Machine]]
"""Reads a machine as it is now; raises `AzureRefused` with status 404 when it is gone."""


async def finish(bot: Bot, request: Request, job: Job, read: ReadMachine) -> None:
    """Write down how the job ended, and what its target is now."""
    operation = CATALOGUE[request.operation]
    after = await _ground_after(bot, request, job, read)
    what = f"{operation.title} of {request.name}"
    place: dict[str, Any] = {"target_id": after.target.id, "after": after} if after else {}
    seconds = _seconds(job)
    if operation.succeeded(job):
        if isinstance(request.target, Candidate):
            place = {"target_id": request.sends.resource} | place
        took = f" in {duration(seconds)}" if seconds is not None else ""
        machine = _machine(after)
        where = f" It runs in {machine.here}." if machine else ""
        words = f"{what} succeeded{took}.{where}"
        begun = request.operation in _BEGIN and isinstance(request.target, Machine | Candidate)
        watching = begun and not (machine and settled(machine))
        if watching:
            words += " It is not protected yet; I say when it is."
        if watching and machine:
            await _begun(bot, request, machine)
        await step(bot, request, Step.SUCCEED, words, job=job, watching=watching, **place)
        if seconds is not None:
            JOBS.labels(request.operation, Step.SUCCEED).observe(seconds)
            await bot.redis.shelf.took(request.operation, provider_of(request.target), seconds)
        return
    why, advice = _what_went_wrong(job)
    end = Step.CANCEL if job.cancelled else Step.FAIL
    words = f"{what} {'was cancelled' if job.cancelled else 'failed'}. {why}"
    await step(bot, request, end, words, job=job, why=why, advice=advice, **place)
    if seconds is not None:
        JOBS.labels(request.operation, end).observe(seconds)


def _seconds(job: Job) -> int | None:
    """Return how long a job took."""
    return round((job.ended - job.started).total_seconds()) if job.ended and job.started else None


async def _ground_after(bot: Bot, request: Request, job: Job, read: ReadMachine) -> Ground | None:
    """Read what a request was about as it is now; None when it is not to be found."""
    if isinstance(request.target, Machine):
        machine = await _machine_after(read, request, request.target, job)
        return Ground(target=machine) if machine else None
    if isinstance(request.target, Candidate):
        item = await _first(read, [request.sends.resource])
        return Ground(target=item) if item else None
    if isinstance(request.target, Job):
        return Ground(target=job)
    plan = await bot.azure.plan(request.target_id)
    try:
        return Ground(target=plan, machines=await members_of(bot, plan))
    except NotNow:
        return Ground(target=plan)


async def _machine_after(
    read: ReadMachine, request: Request, machine: Machine, job: Job
) -> Machine | None:
    """Read the machine where it is now: a reprotect moves it to another container."""
    places = [job.moved_to] if job.moved_to else []
    if request.operation == "reprotect" and machine.provider == A2A:
        places.append(f"{machine.recovery_container}/replicationProtectedItems/{machine.item}")
    return await _first(read, [*places, machine.id])


async def _first(read: ReadMachine, places: list[str]) -> Machine | None:
    for place in places:
        try:
            return await read(place)
        except AzureRefused as error:
            if error.status != 404:
                raise
    return None


async def watch(bot: Bot, request: Request, read: ReadMachine) -> None:
    """Look after a machine that has begun to replicate until it is protected."""
    machine = await read(request.target_id)
    was = _machine(request.after)
    if machine == was:
        return
    done = settled(machine)
    changed = was is None or was.state != machine.state
    words = f"{machine.name}: {machine.state_words}." if changed else ""
    if done:
        again = " again" if request.operation == "reprotect" else ""
        words = (
            f"{machine.name} is protected{again}: it replicates {machine.here} → {machine.there}."
        )
        words += await _unprotected_for(bot, request, machine)
    after = Ground(target=machine)
    await step(bot, request, Step.OBSERVE, words, says=done, after=after, watching=not done)
    if done:
        await bot.redis.tending.cover(machine)


async def _begun(bot: Bot, request: Request, machine: Machine) -> None:
    """Remember which reprotect is to protect a machine again, and since when."""
    known, sent = await bot.redis.tending.exposed(machine), request.submission
    if known and sent:
        now = known.model_copy(update={"reprotect": request.id, "reprotect_at": sent.at})
        await bot.redis.tending.expose(machine, now)


async def _unprotected_for(bot: Bot, request: Request, machine: Machine) -> str:
    """Say how long it was unprotected, and remember how long it took to protect it again."""
    known, sent = await bot.redis.tending.exposed(machine), request.submission
    now = (await bot.redis.requests.snapshot()).now
    if sent:
        await forecasts.protected(bot, machine, max(0, now - sent.at) // 1000)
    return f" It was unprotected for {span(max(0, now - known.since) // 1000)}." if known else ""


def _machine(ground: Ground | None) -> Machine | None:
    return ground.target if ground and isinstance(ground.target, Machine) else None


def settled(machine: Machine) -> bool:
    """Whether it is protected."""
    return machine.state == "Protected"


def _what_went_wrong(job: Job) -> tuple[str, str]:
    """Return Azure's own words on why a job did not succeed, and its advice."""
    if not job.errors and job.good:
        return "The job ended by itself before that.", ""
    if not job.errors:
        return f"Azure says: {job.words or job.state}.", ""
    first = job.errors[0]
    causes = f" Possible causes: {first.causes}" if first.causes else ""
    code = f" ({first.code})" if first.code else ""
    return f"{first.message}{code}{causes}", first.action


async def step(
    bot: Bot, seen: Request, kind: Step, words: str, *, says: bool = False, **changes: Any
) -> None:
    """Make a step on what was seen, if the request is still as it was."""

    def decide(request: Request, now: int) -> Move | None:
        if request.rev != seen.rev:
            return None
        after = take(request, kind, **changes)
        if not after.open and not after.closed_at:
            after = after.model_copy(update={"closed_at": now})
        fact = fact_of(kind, request, after, BOT, words)
        if says:
            fact = fact.model_copy(update={"after": "protected"})
        return Move(request=after, fact=fact)

    await change(bot, seen.id, decide)

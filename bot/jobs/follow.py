"""Following what runs: one job list per vault and look, one GET for each job that is shown.

A request ends only on its job's own final state; then the machine is read again, where it is then,
and shown as it is. A reprotected machine is watched on until it is protected.
"""

import asyncio
import logging
from typing import Any, Final

from bot.domain.audit import BOT
from bot.domain.machines import A2A, Job, JobStep, Machine, same_id
from bot.domain.operations import CATALOGUE
from bot.domain.request import Request, State, Step, take
from bot.errors import AzureRefused, OtherVersion, Tampered
from bot.jobs.reconcile import look_for_job, proved_absent
from bot.lifecycle import Move, change, disown, fact_of
from bot.messages.blocks import duration
from bot.messages.lines import progress
from bot.runtime import Bot

SUBMITTER_LOST: Final = 45_000
"""Milliseconds after which a submission without an outcome has lost its worker."""
SLOWEST: Final = 60.0
"""Seconds: however slow Azure asks us to be, an end is to be on the card within ninety."""
SOON: Final = 1.0
SHOWN: Final = 20
"""So many running jobs of one vault are shown step by step; more only when their state changes."""
_SILENCE: Final = 20_000
"""Milliseconds after which a card is drawn again, so that silence can be told from death."""

log = logging.getLogger(__name__)


async def follow_vault(bot: Bot, vault: str) -> float | None:
    """Look once after everything that runs in a vault; returns when to look again, or None."""
    followed = await bot.redis.requests.followed()
    ids = sorted(one for one, where in followed.items() if same_id(where, vault))
    requests = [one for one in await _readable(bot, ids) if one.followed]
    if not requests:
        return None
    now = (await bot.redis.requests.snapshot()).now
    running = [one for one in requests if one.state is State.RUNNING]
    listed = {job.name.casefold(): job for job in await bot.azure.jobs(vault)} if running else {}
    in_detail = len(running) <= SHOWN
    results = await asyncio.gather(
        *(_look(bot, one, listed, now, in_detail) for one in requests), return_exceptions=True
    )
    failures = [one for one in results if isinstance(one, BaseException)]
    if failures:
        raise failures[0]
    return _pace(bot, requests)


async def _readable(bot: Bot, ids: list[str]) -> list[Request]:
    """Read requests; one that is not ours is disowned, so that nobody looks after it again."""
    found = await bot.redis.requests.load_many(ids)
    for lost in set(ids) - {one.id for one in found}:
        try:
            await bot.redis.requests.load(lost)
        except Tampered as error:
            await disown(bot, lost, error)
        except OtherVersion as error:
            log.warning("%s is left to the others: %s", lost, error.sentence)
    return found


def _pace(bot: Bot, requests: list[Request]) -> float:
    asked = [_pace_of(one) for one in requests]
    return max(bot.settings.reread_pause, min([SLOWEST, *asked]))


def _pace_of(request: Request) -> float:
    """As Azure asked; soon, and without asking Azure, while a worker still submits."""
    if request.state is State.SUBMITTING or request.submission is None:
        return SOON
    return float(request.submission.pace)


async def _look(
    bot: Bot, request: Request, listed: dict[str, Job], now: int, in_detail: bool
) -> None:
    """Do for one request what its state calls for; one that Azure refuses holds up no other."""
    try:
        if request.state is State.SUBMITTING:
            await _submitter_lost(bot, request, now)
        elif request.state is State.UNKNOWN:
            await _find_out(bot, request, now)
        elif request.state is State.RUNNING:
            await _run_on(bot, request, listed, now, in_detail)
        elif request.watching:
            await _watch(bot, request)
    except AzureRefused as error:
        await _refused(bot, request, error)


async def _refused(bot: Bot, request: Request, error: AzureRefused) -> None:
    """Say once what Azure does not let us see, and go on as far as that is possible."""
    why = f"Azure does not let the bot see how it goes: {error.sentence}"
    log.warning("%s: %s", request.id, why)
    if request.state is State.RUNNING and request.why != why:
        await _step(bot, request, Step.PROGRESS, f"{why} Look in the portal.", why=why)
    elif request.watching:
        await _step(bot, request, Step.OBSERVE, f"{why} Look in the portal.", watching=False)


async def _submitter_lost(bot: Bot, request: Request, now: int) -> None:
    if request.submission is None or now - request.submission.at < SUBMITTER_LOST:
        return
    why = "The worker that was submitting it stopped before it could write down Azure's answer."
    await _step(bot, request, Step.LOSE, why, why=why)


async def _find_out(bot: Bot, request: Request, now: int) -> None:
    job = await look_for_job(bot, request)
    if job:
        words = f"Found it: Azure had accepted it as job {job.name}."
        await _step(bot, request, Step.FIND, words, job=job, why="")
    elif await proved_absent(bot, request, now):
        why = "Azure has no job of it, and the machine is as it was."
        words = f"{why} It never started; it can be submitted again."
        await _step(bot, request, Step.ABSENT, words, why=why, needs_nod=True)


async def _run_on(
    bot: Bot, request: Request, listed: dict[str, Job], now: int, in_detail: bool
) -> None:
    known = request.job
    assert known is not None  # noqa: S101 - a running request has a job
    seen = listed.get(known.name.casefold())
    if seen and seen.state == known.state and not in_detail:
        return
    job = await bot.azure.job(request.machine.vault, known.name)
    if not job.running:
        await _finish(bot, request, job)
    elif job != known:
        await _step(bot, request, Step.PROGRESS, _news(known, job), job=job, why="")
    else:
        await bot.redis.cards.touch(request.id, now, after=_SILENCE)


async def _finish(bot: Bot, request: Request, job: Job) -> None:
    """Write down how the job ended, and what the machine is now."""
    machine = await _machine_after(bot, request, job)
    title = CATALOGUE[request.operation].title
    took = duration((job.ended - job.started).total_seconds()) if job.ended and job.started else ""
    place: dict[str, Any] = {"machine_id": machine.id, "after": machine} if machine else {}
    if job.good:
        where = f" It runs in {machine.here}." if machine else ""
        words = (
            f"{title} of {request.machine.name} succeeded{f' in {took}' if took else ''}.{where}"
        )
        watching = request.operation == "reprotect" and not _settled(machine)
        if watching:
            words += " It is not protected yet; I say when it is."
        await _step(bot, request, Step.SUCCEED, words, job=job, watching=watching, **place)
        if job.ended and job.started:
            seconds = round((job.ended - job.started).total_seconds())
            await bot.redis.shelf.took(request.operation, request.machine.provider, seconds)
        return
    why, advice = _what_went_wrong(job)
    step = Step.CANCEL if job.cancelled else Step.FAIL
    words = (
        f"{title} of {request.machine.name} {'was cancelled' if job.cancelled else 'failed'}. {why}"
    )
    await _step(bot, request, step, words, job=job, why=why, advice=advice, **place)


async def _machine_after(bot: Bot, request: Request, job: Job) -> Machine | None:
    """Read the machine where it is now: a reprotect moves it to another container."""
    places = [job.moved_to] if job.moved_to else []
    machine = request.machine
    if request.operation == "reprotect" and machine.provider == A2A:
        places.append(f"{machine.recovery_container}/replicationProtectedItems/{machine.item}")
    places.append(machine.id)
    for place in places:
        try:
            return await bot.azure.machine(place)
        except AzureRefused as error:
            if error.status != 404:
                raise
    return None


async def _watch(bot: Bot, request: Request) -> None:
    """Look after a reprotected machine until it is protected."""
    machine = await bot.azure.machine(request.machine_id)
    if machine == request.after:
        return
    settled = _settled(machine)
    was = request.after
    changed = was is None or was.state != machine.state
    words = f"{machine.name}: {machine.state_words}." if changed else ""
    if settled:
        words = (
            f"{machine.name} is protected again: it replicates {machine.here} → {machine.there}."
        )
    await _step(
        bot, request, Step.OBSERVE, words, after=machine, watching=not settled, says=settled
    )


def _settled(machine: Machine | None) -> bool:
    return machine is not None and machine.state == "Protected"


def _news(before: Job, after: Job) -> str:
    """Name the steps that ended since the last look, or where it is when none did."""
    was = {(step.name, step.depth): step.state for step in before.steps}
    ended = [
        f"{step.name}: {_ending(step)}"
        for step in after.steps
        if step.ended and step.state != "Skipped" and was.get((step.name, step.depth)) != step.state
    ]
    return f"{'; '.join(ended)}." if ended else f"Azure is at {progress(after.steps)}."


def _ending(step: JobStep) -> str:
    word = {"Succeeded": "done"}.get(step.state, step.state)
    if step.started and step.ended:
        return f"{word} in {duration((step.ended - step.started).total_seconds())}"
    return word


def _what_went_wrong(job: Job) -> tuple[str, str]:
    """Return Azure's own words on why a job did not succeed, and its advice."""
    if not job.errors:
        return f"Azure says: {job.words or job.state}.", ""
    first = job.errors[0]
    causes = f" Possible causes: {first.causes}" if first.causes else ""
    code = f" ({first.code})" if first.code else ""
    return f"{first.message}{code}{causes}", first.action


async def _step(
    bot: Bot, seen: Request, step: Step, words: str, *, says: bool = False, **changes: Any
) -> None:
    """Make a step on what was seen, if the request is still as it was."""

    def decide(request: Request, now: int) -> Move | None:
        if request.rev != seen.rev:
            return None
        after = take(request, step, **changes)
        if not after.open and not after.closed_at:
            after = after.model_copy(update={"closed_at": now})
        fact = fact_of(step, request, after, BOT, words)
        if says:
            fact = fact.model_copy(update={"after": "protected"})
        return Move(request=after, fact=fact)

    await change(bot, seen.id, decide)

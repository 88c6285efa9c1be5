"""Following what runs: one job list per vault and look, one GET for each job that is shown.

A request ends only on its job's own final state; then the machine is read again, where it is then,
and shown as it is. A reprotected machine is watched on until it is protected.
"""

import asyncio
import logging
from typing import Final

from bot.domain.fleets import root
from bot.domain.jobs import Job, JobStep
from bot.domain.machines import same_id
from bot.domain.request import Request, State, Step
from bot.errors import AzureRefused, OtherVersion, Tampered
from bot.jobs.finish import finish, step, watch
from bot.jobs.reconcile import look_for_job, proved_absent
from bot.lifecycle import disown
from bot.messages.blocks import duration
from bot.messages.lines import progress
from bot.runtime import Bot

SUBMITTER_LOST: Final = 45_000
"""Milliseconds after which a submission without an outcome has lost its worker."""
SLOWEST: Final = 60.0
"""Seconds: however slow Azure asks us to be, an end is to be on the card within ninety."""
SOON: Final = 1.0
FINDING: Final = 5.0
"""Seconds between two looks for a job whose answer was lost."""
SHOWN: Final = 20
"""So many running jobs of one vault are shown step by step; more only when their state changes."""
_CATCH_UP: Final = 120_000
"""Milliseconds within which Azure is believed to show that a job was restarted."""
_GONE: Final = 404
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
    if request.state is State.UNKNOWN:
        return FINDING
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
            await watch(bot, request)
    except AzureRefused as error:
        await _refused(bot, request, error)


async def _refused(bot: Bot, request: Request, error: AzureRefused) -> None:
    """Say once what Azure does not let us see, and go on as far as that is possible."""
    why = f"Azure does not let the bot see how it goes: {error.sentence}"
    log.warning("%s: %s", request.id, why)
    if request.state is State.RUNNING and request.why != why:
        await step(bot, request, Step.PROGRESS, f"{why} Look in the portal.", why=why)
    elif request.watching:
        await step(bot, request, Step.OBSERVE, f"{why} Look in the portal.", watching=False)


async def _submitter_lost(bot: Bot, request: Request, now: int) -> None:
    if request.submission is None or now - request.submission.at < SUBMITTER_LOST:
        return
    why = "The worker that was submitting it stopped before it could write down Azure's answer."
    await step(bot, request, Step.LOSE, why, why=why)


async def _find_out(bot: Bot, request: Request, now: int) -> None:
    job = await look_for_job(bot, request)
    if job:
        words = f"Found it: Azure had accepted it as job {job.name}."
        await step(bot, request, Step.FIND, words, job=job, why="")
    elif request.job is None and await proved_absent(bot, request, now):
        why = "Azure has no job of it, and the machine is as it was."
        words = f"{why} It never started; it can be submitted again."
        await step(bot, request, Step.ABSENT, words, why=why, needs_nod=True)


async def _run_on(
    bot: Bot, request: Request, listed: dict[str, Job], now: int, in_detail: bool
) -> None:
    known = request.job
    assert known is not None  # noqa: S101 - a running request has a job
    seen = listed.get(known.name.casefold())
    if seen and seen.state == known.state and not in_detail:
        return
    try:
        job = await bot.azure.job(request.target.vault, known.name)
    except AzureRefused as error:
        if error.status != _GONE or seen:
            raise
        await _job_gone(bot, request, known)
        return
    if not job.running and not _still_as_it_was(request, job, now):
        await finish(bot, request, job)
    elif job != known:
        await step(bot, request, Step.PROGRESS, _news(known, job), job=job, why="")
    else:
        await bot.redis.cards.touch(root(request.id), now, after=_SILENCE)


async def _job_gone(bot: Bot, request: Request, job: Job) -> None:
    """Say that nobody can tell any more how it goes; should the job turn up, it is followed."""
    why = f"Azure does not know the job {job.name} any more, which it had accepted."
    words = f"{why} How it goes is to be seen in the portal alone."
    await step(bot, request, Step.LOSE, words, why=why)


def _still_as_it_was(request: Request, job: Job, now: int) -> bool:
    """Whether a job that was just restarted is still shown as the failed one that it was."""
    before, submission = request.target, request.submission
    if not isinstance(before, Job) or submission is None or now > submission.at + _CATCH_UP:
        return False
    return (job.state, job.ended) == (before.state, before.ended)


def _news(before: Job, after: Job) -> str:
    """Name the steps that ended since the last look, or where it is when none did."""
    was = {_place(step): step.state for step in before.steps}
    ended = [
        f"{one.name}: {_ending(one)}"
        for one in after.steps
        if one.ended and one.state != "Skipped" and was.get(_place(one)) != one.state
    ]
    if (asked := after.asks) and not before.asks:
        ended.append(f"it waits for somebody to do this: {asked.name}")
    return f"{'; '.join(ended)}." if ended else f"Azure is at {progress(after.steps)}."


def _place(step: JobStep) -> tuple[str, str, int]:
    return step.id, step.name, step.depth


def _ending(one: JobStep) -> str:
    word = {"Succeeded": "done"}.get(one.state, one.state)
    if one.started and one.ended:
        return f"{word} in {duration((one.ended - one.started).total_seconds())}"
    return word

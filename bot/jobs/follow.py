"""Following what runs: one job list per vault and look, one GET for each job that is shown.

What is kept of each request beside the requests tells which of them have changed by that list; only
those are read. A request ends only on its job's own final state; then the machine is read again,
where it is then, and shown as it is. A reprotected machine is watched on until it is protected.
"""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from typing import Final

from bot.domain.fleets import root
from bot.domain.jobs import Job, JobStep
from bot.domain.looks import Look, due, few_alone, look_of, pace
from bot.domain.machines import Machine
from bot.domain.operations import CATALOGUE
from bot.domain.request import Request, State, Step
from bot.errors import AzureRefused, OtherVersion, Tampered
from bot.jobs.finish import finish, step, watch
from bot.jobs.reconcile import look_for_job, proved_absent
from bot.jobs.view import View
from bot.lifecycle import disown
from bot.messages.blocks import duration
from bot.messages.lines import progress
from bot.runtime import Bot
from bot.slices import slices

_MANY: Final = 50
"""Of so many requests that have changed, the machines are read as one list."""
_AT_MOST: Final = 200
"""So many requests are dealt with in one look; the next follows at once."""
_AT_ONCE: Final = 25
_CATCH_UP: Final = 120_000
"""Milliseconds within which Azure is believed to show that a job was restarted."""
_GONE: Final = 404
_SILENCE: Final = 20_000
"""Milliseconds after which a card is drawn again, so that silence can be told from death."""

log = logging.getLogger(__name__)


async def follow_vault(bot: Bot, vault: str) -> float | None:
    """Look once after everything that runs in a vault; returns when to look again, or None."""
    looks = await bot.redis.following.at(vault)
    if not looks:
        await bot.redis.following.leave(vault)
        return None
    now = (await bot.redis.requests.snapshot()).now
    shown = few_alone(looks)
    view = View(bot, vault, now, shown, await _jobs(bot, vault, looks))
    changed = [
        one async for some in slices(sorted(looks)) for one in some if _changed(view, looks[one])
    ]
    view.many = len(changed) > _MANY
    await _look_at(view, changed[:_AT_MOST])
    for one in sorted({root(one) for one in looks.keys() - changed}):
        await bot.redis.cards.touch(one, now, after=_SILENCE)
    if len(changed) > _AT_MOST:
        return bot.settings.reread_pause
    expected = await _expected(bot, looks)
    wait = pace(looks, lambda look: expected.get((look.operation, look.provider)), now)
    return max(bot.settings.reread_pause, wait)


async def _jobs(bot: Bot, vault: str, looks: Mapping[str, Look | None]) -> Mapping[str, Job]:
    """List the jobs of a vault, if that is of use for anything."""
    of_use = {State.RUNNING, State.UNKNOWN}
    if not any(one is None or one.state in of_use for one in looks.values()):
        return {}
    return {job.name.casefold(): job for job in await bot.azure.jobs(vault)}


def _changed(view: View, look: Look | None) -> bool:
    job = view.job(look.job) if look else None
    return due(look, job, view.now, shown=view.shown)


async def _expected(
    bot: Bot, looks: Mapping[str, Look | None]
) -> Mapping[tuple[str, str], int | None]:
    """Return how long each kind of job that runs usually takes."""
    kinds = {
        (look.operation, look.provider)
        for look in looks.values()
        if look and look.state is State.RUNNING
    }
    return {kind: await bot.redis.shelf.expected(*kind) for kind in kinds}


async def _look_at(view: View, ids: list[str]) -> None:
    """Do for each request what it calls for; raises the first failure when all had their turn."""
    failures: list[BaseException] = []
    async for some in slices(ids, _AT_ONCE):
        requests = [one for one in await _readable(view, some) if one.followed]
        results = await asyncio.gather(
            *(_look(view, one) for one in requests), return_exceptions=True
        )
        failures += [one for one in results if isinstance(one, BaseException)]
    if failures:
        raise failures[0]


async def _readable(view: View, ids: Sequence[str]) -> list[Request]:
    """Read requests; one that is not ours is disowned, so that nobody looks after it again."""
    bot = view.bot
    found = await bot.redis.requests.load_many(ids)
    for lost in set(ids) - {one.id for one in found}:
        try:
            await bot.redis.requests.load(lost)
        except Tampered as error:
            await disown(bot, lost, error)
            await bot.redis.following.lose(lost, view.vault)
        except OtherVersion as error:
            log.warning("%s is left to the others: %s", lost, error.sentence)
    return found


async def _look(view: View, request: Request) -> None:
    """Do for one request what its state calls for; one that Azure refuses holds up no other."""
    try:
        if request.state is State.SUBMITTING:
            await _submitter_lost(view, request)
        elif request.state is State.UNKNOWN:
            await _find_out(view, request)
        elif request.state is State.RUNNING:
            await _run_on(view, request)
        elif request.watching:
            await watch(view.bot, request, view.machine)
    except AzureRefused as error:
        await _refused(view.bot, request, error)


async def _refused(bot: Bot, request: Request, error: AzureRefused) -> None:
    """Say once what Azure does not let us see, and go on as far as that is possible."""
    why = f"Azure does not let the bot see how it goes: {error.sentence}"
    log.warning("%s: %s", request.id, why)
    if request.state is State.RUNNING and request.why != why:
        await step(bot, request, Step.PROGRESS, f"{why} Look in the portal.", why=why)
    elif request.watching:
        await step(bot, request, Step.OBSERVE, f"{why} Look in the portal.", watching=False)


async def _submitter_lost(view: View, request: Request) -> None:
    if not due(look_of(request), None, view.now, shown=view.shown):
        return
    why = "The worker that was submitting it stopped before it could write down Azure's answer."
    await step(view.bot, request, Step.LOSE, why, why=why)


async def _find_out(view: View, request: Request) -> None:
    bot, jobs = view.bot, view.jobs.values()
    job = await look_for_job(bot, request, jobs)
    if job:
        words = f"Found it: Azure had accepted it as job {job.name}."
        await step(bot, request, Step.FIND, words, job=job, why="")
    elif request.job is None and await proved_absent(bot, request, jobs, view.now):
        why = "Azure has no job of it, and the machine is as it was."
        words = f"{why} It never started; it can be submitted again."
        await step(bot, request, Step.ABSENT, words, why=why, needs_nod=True)


async def _run_on(view: View, request: Request) -> None:
    known = request.job
    assert known is not None  # noqa: S101 - a running request has a job
    listed = view.job(known.name)
    if listed and _suffices(request, listed):
        await finish(view.bot, request, listed, view.machine)
        return
    try:
        job = await view.bot.azure.job(request.target.vault, known.name)
    except AzureRefused as error:
        if error.status != _GONE or listed:
            raise
        await _job_gone(view.bot, request, known)
        return
    if not job.running and not _still_as_it_was(request, job, view.now):
        await finish(view.bot, request, job, view.machine)
    elif job != known:
        await step(view.bot, request, Step.PROGRESS, _news(known, job), job=job, why="")
    else:
        await view.bot.redis.cards.touch(root(request.id), view.now, after=_SILENCE)


def _suffices(request: Request, listed: Job) -> bool:
    """Whether what a list says of a job is all that has to be known of its end.

    Of one of many machines it is, when it went well and the machine stayed where it was: its steps
    are shown to nobody.
    """
    operation = CATALOGUE[request.operation]
    stays = isinstance(request.target, Machine) and request.operation != "reprotect"
    return look_of(request).part and stays and not listed.running and operation.succeeded(listed)


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

"""Finding out what became of a call whose answer was lost: evidence, never a second try.

Site Recovery stores our client request id as the beginning of the job's `activityId`, which only
a GET of the job shows. A job that carries it is ours. That there is none is believed only when the
time in which it could still appear has passed and the machine itself is idle.
"""

from collections.abc import Iterable
from typing import Final

from bot.domain.catalogue import Ground
from bot.domain.jobs import Job
from bot.domain.machines import Machine
from bot.domain.plans import Plan
from bot.domain.request import Request, Submission
from bot.domain.targets import busy_with
from bot.errors import AzureRefused, NotNow
from bot.inventory import members_of, reread
from bot.runtime import Bot

SKEW: Final = 120
"""Seconds that Azure's clock and Redis' may be apart."""
GRACE: Final = 10 + 30 + 300
"""Seconds after the intent in which a job may still turn up: our own limit before the POST, the
POST's timeout, and Azure's lists being late."""


async def look_for_job(bot: Bot, request: Request, jobs: Iterable[Job]) -> Job | None:
    """Return the job that this request's latest attempt started, or None when none is to be seen.

    `jobs` are those of its vault now. However often it is looked for, each job that is not ours is
    read once.
    Raises `Unavailable` when Azure cannot be asked.
    """
    submission = request.submission
    if submission is None:
        return None
    if isinstance(request.target, Job):
        return await _changed(bot, request.target)
    vault = request.target.vault
    for job in _candidates(jobs, request, submission):
        activity = await bot.azure.activity(vault, job.name)
        if job.model_copy(update={"activity": activity}).begun_by(submission.client_request_id):
            return await bot.azure.job(vault, job.name)
    return None


async def proved_absent(bot: Bot, request: Request, jobs: Iterable[Job], now: int) -> bool:
    """Whether it is certain that the latest attempt started nothing; `now` is in milliseconds, and
    `jobs` are those of its vault then."""
    submission = request.submission
    if submission is None or now < submission.at + GRACE * 1000:
        return False
    if isinstance(request.target, Job):
        return await _changed(bot, request.target) is None
    around = _candidates(jobs, request, submission)
    if any(not job.ended or job.ended.timestamp() >= submission.at / 1000 for job in around):
        return False  # something ran on it since: not by us, as far as we can see
    return await _idle_and_as_it_was(bot, request.ground)


async def _idle_and_as_it_was(bot: Bot, before: Ground) -> bool:
    """Whether nothing runs on a machine, or a plan and its machines, and all is as it was."""
    try:
        target = await reread(bot, before.target)
        machines = await members_of(bot, target) if isinstance(target, Plan) else ()
    except (AzureRefused, NotNow):
        return False
    then = [one for one in (before.target, *before.machines) if isinstance(one, Machine)]
    now = [one for one in (target, *machines) if isinstance(one, Machine)]
    idle = not busy_with(target) and not any(machine.scenario for machine in now)
    return idle and [_standing(one) for one in then] == [_standing(one) for one in now]


async def _changed(bot: Bot, before: Job) -> Job | None:
    """Return the job that a request is about when it is no longer as it was, else None.

    What is done to a job leaves no job of its own to look for.
    """
    now = await bot.azure.job(before.vault, before.name)
    return now if (now.state, now.started) != (before.state, before.started) else None


def _candidates(jobs: Iterable[Job], request: Request, submission: Submission) -> list[Job]:
    """Return the jobs on this machine or plan since the intent, whoever started them.

    A little before it counts as since: the clocks differ, and a short job of ours may seem to have
    ended before it was asked for.
    """
    earliest = submission.at / 1000 - SKEW
    name = request.name.casefold()
    return [
        job
        for job in jobs
        if job.target.casefold() in {name, ""}
        and not (job.started and job.started.timestamp() < earliest)
    ]


def _standing(machine: Machine) -> tuple[str, str, str]:
    return machine.state, machine.active, machine.test_state

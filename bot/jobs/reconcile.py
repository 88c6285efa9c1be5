"""Finding out what became of a call whose answer was lost: evidence, never a second try.

Site Recovery stores our client request id as the beginning of the job's `activityId`, which only
a GET of the job shows. A job that carries it is ours. That there is none is believed only when the
time in which it could still appear has passed and the machine itself is idle.
"""

from typing import Final

from bot.domain.machines import Job, Machine
from bot.domain.request import Request, Submission
from bot.errors import AzureRefused
from bot.runtime import Bot

SKEW: Final = 120
"""Seconds that Azure's clock and Redis' may be apart."""
GRACE: Final = 10 + 30 + 300
"""Seconds after the intent in which a job may still turn up: our own limit before the POST, the
POST's timeout, and Azure's lists being late."""


async def look_for_job(bot: Bot, request: Request) -> Job | None:
    """Return the job that this request's latest attempt started, or None when none is to be seen.

    Raises `Unavailable` when Azure cannot be asked.
    """
    submission = request.submission
    if submission is None:
        return None
    for job in await _candidates(bot, request, submission):
        whole = await bot.azure.job(request.machine.vault, job.name)
        if whole.begun_by(submission.client_request_id):
            return whole
    return None


async def proved_absent(bot: Bot, request: Request, now: int) -> bool:
    """Whether it is certain that the latest attempt started nothing; `now` is in milliseconds."""
    submission = request.submission
    if submission is None or now < submission.at + GRACE * 1000:
        return False
    jobs = await _candidates(bot, request, submission)
    if any(not job.ended or job.ended.timestamp() >= submission.at / 1000 for job in jobs):
        return False  # something ran on the machine since: not by us, as far as we can see
    try:
        machine = await bot.azure.machine(request.machine_id)
    except AzureRefused:
        return False
    return not machine.scenario and _standing(machine) == _standing(request.machine)


async def _candidates(bot: Bot, request: Request, submission: Submission) -> list[Job]:
    """Return the jobs on this machine since the intent, whoever started them.

    A little before it counts as since: the clocks differ, and a short job of ours may seem to have
    ended before it was asked for.
    """
    earliest = submission.at / 1000 - SKEW
    name = request.machine.name.casefold()
    return [
        job
        for job in await bot.azure.jobs(request.machine.vault)
        if job.target.casefold() in {name, ""}
        and not (job.started and job.started.timestamp() < earliest)
    ]


def _standing(machine: Machine) -> tuple[str, str, str]:
    return machine.state, machine.active, machine.test_state

"""What a look at a vault has to know of each request, and which of them have to be read for it."""

from collections.abc import Callable, Mapping
from typing import Final

from bot.domain.data import Data
from bot.domain.jobs import Job
from bot.domain.progress import FEW
from bot.domain.request import Request, State
from bot.domain.targets import provider_of

SUBMITTER_LOST: Final = 45_000
"""Milliseconds after which a submission without an outcome has lost its worker."""
SOON: Final = 1.0
UNHURRIED: Final = 10.0
"""Seconds between two looks while one of many is submitted, whose first step nobody waits for."""
FINDING: Final = 5.0
"""Seconds between two looks for a job whose answer was lost."""
SLOWEST: Final = 60.0
"""Seconds: however slow we may be, an end is to be on the card within ninety."""
LATE: Final = 30_000
"""Milliseconds within which a job that was just begun may be missing on Azure's list."""
_WORKED_ON: Final = frozenset({"NotStarted", "InProgress"})


class Look(Data):
    """One request, as far as a look at its vault needs it."""

    state: State
    job: str = ""
    """The guid of its job."""
    seen: str = ""
    """The state in which the job was seen last."""
    pace: int = 20
    """Seconds between two looks, as Azure asked."""
    at: int = 0
    """When it was submitted, in milliseconds."""
    operation: str = ""
    provider: str = ""
    part: bool = False
    """Whether it is one of many machines, whose steps nobody is shown."""


def look_of(request: Request) -> Look:
    """Say in short what a look has to know of a request."""
    submission, job = request.submission, request.job
    return Look(
        state=request.state,
        job=job.name if job else "",
        seen=job.state if job else "",
        pace=submission.pace if submission else 20,
        at=submission.at if submission else 0,
        operation=request.operation,
        provider=provider_of(request.target) if not request.fleet else "",
        part=bool(request.parent) and request.among > FEW,
    )


def due(look: Look | None, job: Job | None, now: int, *, shown: bool) -> bool:
    """Whether a request has to be read, from what Azure's list says of its job.

    `shown` says that people are shown the steps of single jobs; no list has those. What cannot be
    read is due as well, for then somebody has to find out why.
    """
    if look is None:
        return True
    if look.state is State.SUBMITTING:
        return now >= look.at + SUBMITTER_LOST
    if look.state is not State.RUNNING or (shown and not look.part):
        return True
    if job is None:
        return now > look.at + LATE
    if look.part and {look.seen, job.state} <= _WORKED_ON:
        return False
    return job.state != look.seen or not job.running


def few_alone(looks: Mapping[str, Look | None]) -> bool:
    """Whether so few run by themselves that people are shown the steps of each."""
    return sum(not (look and look.part) for look in looks.values()) <= FEW


def pace(
    looks: Mapping[str, Look | None], expected: Callable[[Look], int | None], now: int
) -> float:
    """Return in how many seconds to look again.

    As Azure asked; after twice that while all that runs has not had half of its usual time by then,
    and nobody is shown its steps; sooner while a worker still submits, and for a job that is looked
    for. `expected` says how many seconds such a job usually takes.
    """
    shown = few_alone(looks)
    return min([SLOWEST, *(_pace(one, expected, now, shown=shown) for one in looks.values())])


def _pace(
    look: Look | None, expected: Callable[[Look], int | None], now: int, *, shown: bool
) -> float:
    if look is None:
        return SLOWEST
    if look.state is State.SUBMITTING:
        return UNHURRIED if look.part else SOON
    if look.state is State.UNKNOWN:
        return FINDING
    if shown and not look.part:
        return float(look.pace)
    twice = 2.0 * look.pace
    half = look.at + (expected(look) or 0) * 500
    return twice if now + twice * 1000 < half else float(look.pace)

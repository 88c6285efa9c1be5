"""The clocks that matter: how long people and Azure took, and what was lost, out of a request.

Whole seconds, from what the request has kept; None is a clock that never ran. Times that come from
outside, such as when an event was declared, are in milliseconds, as they are in a request.

    declared ──deciding──► asked ──approving──► approved ──executing──► done ──validating──► works
    └────────────────────────────── the true RTO ───────────────────────────────────────────┘
"""

from collections.abc import Iterable, Mapping
from typing import Final

from bot.domain.data import Data
from bot.domain.machines import Machine
from bot.domain.request import Request, State

FAILS_OVER: Final = frozenset({"failover", "failback", "planned-failover"})
"""The operations after which a machine runs on the other side, and is not protected there."""
VALIDATED: Final = FAILS_OVER | {"change-point"}
"""The operations after which people and checks say whether the machine works."""


class Clocks(Data):
    """How long each part took, in seconds; the one that runs has what it took so far."""

    deciding: int | None = None
    """From the declaration, or the outage, until somebody asked."""
    approving: int | None = None
    """From there until it was approved."""
    executing: int | None = None
    """From there until Azure's job was done."""
    validating: int | None = None
    """From there until somebody said that it works."""
    running: str = ""
    """The name of the one that still runs; '' when none does."""


class Loss(Data):
    """How much data a failover lost."""

    seconds: int
    exact: bool
    """Whether it is known by the recovery point; else it is the most that it can be."""


class Against(Data):
    """What was measured, beside what was aimed at."""

    seconds: int
    objective: int | None = None
    """None when the policy names none."""

    @property
    def met(self) -> bool | None:
        """Whether it was reached; None when there is nothing to reach."""
        return None if self.objective is None else self.seconds <= self.objective


def failed_over_at(request: Request) -> int:
    """Return the moment of failover in milliseconds: when Azure began; 0 before that."""
    if request.operation not in FAILS_OVER:
        return 0
    if request.job and request.job.started:
        return round(request.job.started.timestamp() * 1000)
    return request.submission.at if request.submission and request.job else 0


def done_at(request: Request) -> int:
    """Return when Azure's job was done, however it ended, in milliseconds; 0 before that."""
    if request.job and request.job.ended:
        return round(request.job.ended.timestamp() * 1000)
    return request.closed_at if request.attempts or request.fleet else 0


def clocks(request: Request, now: int, declared_at: int = 0, validated_at: int = 0) -> Clocks:
    """Read every clock of a request, as of `now`.

    `validated_at` is when it was said to work where the request does not know: of one machine of
    several, the whole does.
    """
    deciding = _between(declared_at, request.asked_at)
    if not request.approved_at:
        if request.open:
            waiting = _between(request.asked_at, now)
            return Clocks(deciding=deciding, approving=waiting, running="approving")
        return Clocks(deciding=deciding)
    approving = _between(request.asked_at, request.approved_at)
    done = done_at(request)
    if request.open or not done:
        executing = _between(request.approved_at, now) if request.open else None
        running = "executing" if request.open else ""
        return Clocks(deciding=deciding, approving=approving, executing=executing, running=running)
    until = validated_at or works_since(request)
    waits = may_be_validated(request) and not until
    return Clocks(
        deciding=deciding,
        approving=approving,
        executing=_between(request.approved_at, done),
        validating=_between(done, until or now) if until or waits else None,
        running="validating" if waits else "",
    )


def true_rto(request: Request, declared_at: int = 0, validated_at: int = 0) -> int | None:
    """Return the seconds until the machine was back: since declared, or asked; None before that.

    Until somebody said that it works, or until the job was done when nobody has.
    """
    if request.state is not State.SUCCEEDED or request.operation not in FAILS_OVER:
        return None
    until = max(validated_at or works_since(request), done_at(request))
    return _between(declared_at or request.asked_at, until)


def rto_of_several(
    requests: Iterable[Request],
    objectives: Mapping[str, int | None],
    declared_at: int = 0,
    validated_at: int = 0,
) -> dict[str, Against]:
    """Return the true RTO of each machine that is back, with its objective, by its request's id."""
    measured = {one.id: true_rto(one, declared_at, validated_at) for one in requests}
    return {
        request_id: Against(seconds=seconds, objective=objectives.get(request_id))
        for request_id, seconds in measured.items()
        if seconds is not None
    }


def data_lost(request: Request, failover_at: int = 0) -> Loss | None:
    """Return how much data is lost: from the recovery point to the moment of failover.

    Of the latest point, which Azure makes itself, only the most is known: what had been replicated
    when the machine was read last. `failover_at` is that moment where the request is not the
    failover itself, as for another recovery point. None when nothing is known.
    """
    at = failover_at or failed_over_at(request)
    if not at or request.operation == "planned-failover":
        return None
    if point := request.ground.point:
        return Loss(seconds=max(0, round(at / 1000 - point.at.timestamp())), exact=True)
    machines = [request.target] if isinstance(request.target, Machine) else request.ground.machines
    known = [_replicated_until(one, request.read_at) for one in machines]
    found = [until for until in known if until is not None]
    return Loss(seconds=max(0, round(at / 1000 - min(found))), exact=False) if found else None


def commit_open_since(request: Request) -> int:
    """Return since when a failover may be committed, in milliseconds; 0 when it never was done.

    Whether it still can be is for the machine to say, as it is now.
    """
    done = request.state is State.SUCCEEDED and request.operation in FAILS_OVER
    return done_at(request) if done else 0


def unprotected_since(request: Request) -> int:
    """Return since when what failed over is not protected; 0 when it did not, or is again."""
    done = request.state is State.SUCCEEDED and not request.protected_at
    return failed_over_at(request) if done else 0


def unprotected_for(request: Request, now: int) -> int | None:
    """Return for how long it is, or was, unprotected; None when it did not fail over."""
    if request.state is not State.SUCCEEDED or not (since := failed_over_at(request)):
        return None
    return _between(since, request.protected_at or now)


def may_be_validated(request: Request) -> bool:
    """Whether somebody can say of it whether it works."""
    return request.state is State.SUCCEEDED and request.operation in VALIDATED


def works_since(request: Request) -> int:
    """Return since when people say that it works, without a doubt since; 0 when they do not."""
    since = 0
    for one in request.validations:
        if not one.check:
            since = (since or one.at) if one.works else 0
    return since


def _replicated_until(machine: Machine, read_at: int) -> float | None:
    """Return until when what a machine wrote had arrived, by what Azure said last."""
    if machine.rpo_seconds is None:
        return None
    read = machine.rpo_at.timestamp() if machine.rpo_at else read_at / 1000
    return read - machine.rpo_seconds


def _between(since: int, until: int) -> int | None:
    return max(0, (until - since) // 1000) if since and until else None

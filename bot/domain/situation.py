"""What was asked for in an incident and what became of it: which machines are where, and how safe.

Everything follows from the requests as they are; nothing is read and nothing is remembered.
"""

from collections.abc import Iterable, Mapping, Sequence

from bot.domain.data import Data
from bot.domain.machines import Machine
from bot.domain.measures import FAILS_OVER, failed_over_at, true_rto, works_since
from bot.domain.objectives import Objective, objective_of
from bot.domain.operations import CATALOGUE
from bot.domain.plans import Plan
from bot.domain.request import Request, State

_AWAY = frozenset({"failover", "planned-failover"})
_BACK = frozenset({"failback", "cancel-failover"})
_PROTECTS = frozenset({"reprotect", "cancel-failover"})


class Doing(Data):
    """Something that goes on, or that waits."""

    request: str
    """The id of its request; of one machine of several, that of the whole."""
    title: str
    """`Failover of vm-web01`."""
    state: State
    since: int
    """When that began, in milliseconds."""


class Moved(Data):
    """A machine that was failed over."""

    name: str
    at: int
    where: str = ""
    """The name of the region where it runs now, where that was read."""


class Back(Data):
    """How long it took until something was back, since the incident was declared."""

    name: str
    seconds: int
    objective: int | None = None
    """What the policy aims at; None when it says nothing."""

    @property
    def late(self) -> bool:
        """Whether that was more than was aimed at."""
        return self.objective is not None and self.seconds > self.objective


class Failed(Data):
    """What did not work."""

    request: str
    title: str
    why: str = ""


class Situation(Data):
    """What was done in an incident so far."""

    waiting: tuple[Doing, ...] = ()
    """What waits for votes, or to be sent."""
    running: tuple[Doing, ...] = ()
    """What Azure works on, the longest first."""
    moved: tuple[Moved, ...] = ()
    """Machines that were failed over and did not come back, in that order."""
    unprotected: tuple[Moved, ...] = ()
    """Machines that were moved and do not replicate yet, each with since when."""
    failed: tuple[Failed, ...] = ()
    back: tuple[Back, ...] = ()
    """What was failed over, each with its true RTO, the longest first."""
    deciding: int | None = None
    """The seconds from the declaration until somebody asked for something."""
    requests: tuple[Request, ...] = ()
    """Everything that was asked for, the oldest first."""

    @property
    def going_on(self) -> tuple[Doing, ...]:
        """All that is not at its end yet."""
        return (*self.running, *self.waiting)

    @property
    def approvers(self) -> tuple[str, ...]:
        """The ids of those whose approvals counted, in the order of their first."""
        votes = [vote for one in self.requests for vote in one.approvals]
        votes.sort(key=lambda vote: vote.at)
        return tuple(dict.fromkeys(vote.person.id for vote in votes))


def situation(
    requests: Iterable[Request],
    parts: Sequence[Request],
    declared_at: int = 0,
    objectives: Sequence[Objective] = (),
) -> Situation:
    """Tell what became of some requests; `parts` are those of the ones for several machines."""
    whole = tuple(sorted(requests, key=lambda one: one.asked_at))
    units = [*(one for one in whole if not one.fleet), *parts]
    units.sort(key=lambda one: (one.closed_at or 2**63, one.asked_at))
    moved: dict[str, Moved] = {}
    bare: dict[str, Moved] = {}
    for one in units:
        if one.state is State.SUCCEEDED:
            _settle(one, moved, bare)
    ended = [one for one in units if one.state in {State.FAILED, State.CANCELLED, State.VOID}]
    going = [one for one in whole if one.open]
    running = [_doing(one) for one in going if one.state not in {State.WAITING, State.APPROVED}]
    return Situation(
        waiting=tuple(_doing(one) for one in going if one.state in {State.WAITING, State.APPROVED}),
        running=tuple(sorted(running, key=lambda one: one.since)),
        moved=tuple(moved.values()),
        unprotected=tuple(bare.values()),
        failed=tuple(
            Failed(request=one.parent or one.id, title=title_of(one), why=one.full_why)
            for one in ended
        ),
        back=_back(units, {one.id: one for one in whole}, declared_at, objectives),
        deciding=(whole[0].asked_at - declared_at) // 1000 if whole and declared_at else None,
        requests=whole,
    )


def title_of(request: Request) -> str:
    """Name a request: `Failover of vm-web01`."""
    return f"{CATALOGUE[request.operation].title} of {request.name}"


def _back(
    units: Iterable[Request],
    wholes: Mapping[str, Request],
    declared_at: int,
    objectives: Sequence[Objective],
) -> tuple[Back, ...]:
    found: list[Back] = []
    for one in units:
        whole = wholes.get(one.parent)
        seconds = true_rto(one, declared_at, works_since(whole) if whole else 0)
        if seconds is not None:
            aim = objective_of(objectives, one)
            found.append(Back(name=one.name, seconds=seconds, objective=aim.rto if aim else None))
    return tuple(sorted(found, key=lambda one: -one.seconds))


def _settle(one: Request, moved: dict[str, Moved], bare: dict[str, Moved]) -> None:
    """Take over what a request that succeeded did to its machines."""
    for machine in _machines(one):
        name, at = machine.name, one.closed_at
        where = machine.here if one.after else ""
        if one.operation in _AWAY:
            moved[name] = Moved(name=name, at=at, where=where)
        elif one.operation in _BACK:
            moved.pop(name, None)
        if one.operation in _PROTECTS:
            if not one.watching:
                bare.pop(name, None)
        elif one.operation in FAILS_OVER and not one.protected_at:
            bare[name] = Moved(name=name, at=failed_over_at(one) or at, where=where)


def _machines(one: Request) -> tuple[Machine, ...]:
    ground = one.after or one.ground
    if isinstance(ground.target, Machine):
        return (ground.target,)
    if isinstance(ground.target, Plan):
        return ground.machines or one.ground.machines
    return ()


def _doing(one: Request) -> Doing:
    begun = one.submission.at if one.submission else one.approved_at
    since = one.asked_at if one.state is State.WAITING else begun or one.asked_at
    return Doing(request=one.id, title=title_of(one), state=one.state, since=since)

"""Recovery points: computed from the clock, never stored.

A machine that replicates has a crash-consistent point at every full hour of the last 24 hours
(application-consistent at every fourth) and one every five minutes of the last hour. The same
moment always gives the same id. Machines of a consistency group share those of the full hours.
From a failover on, the list stands still so that the point can be changed; after commit the old
direction's points are gone; after a reprotect new ones begin with the first moment at which the
machine is protected again.
"""

from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from sandbox.vault.machines import Machine
from sandbox.vault.names import guid
from sandbox.vault.states import COPYING, FIRST_POINT

HISTORY = timedelta(hours=24)
FREQUENT = timedelta(hours=1)


class Point(NamedTuple):
    """One recovery point of a machine."""

    name: str
    time: datetime
    kind: str
    shared: bool = False  # made at the same moment on every machine of a consistency group


def points(machine: Machine, now: datetime) -> list[Point]:
    """List the points of a machine, oldest first."""
    if machine.points_deleted or machine.protection_state in (COPYING, FIRST_POINT):
        return []
    until = _end(machine, now)
    since = max(until - HISTORY, machine.replicating_since)
    moments = {
        *_every(timedelta(hours=1), since, until),
        *_every(timedelta(minutes=5), max(since, until - FREQUENT), until),
    }
    if not moments:
        moments = {machine.replicating_since}
    return [_point(machine, moment) for moment in sorted(moments)]


def latest(machine: Machine, now: datetime, kind: str = "", shared: bool = False) -> Point | None:
    """The newest point, or the newest of a kind, or of those that the group shares."""
    found = [
        point
        for point in points(machine, now)
        if kind in ("", point.kind) and (point.shared or not shared)
    ]
    return found[-1] if found else None


def find(machine: Machine, name: str, now: datetime) -> Point | None:
    """The point of that name, when the machine has it."""
    folded = name.casefold()
    return next((point for point in points(machine, now) if point.name == folded), None)


def point_id(machine: Machine, point: Point) -> str:
    """Say the id of a point the way the service says it."""
    return f"{machine.item_id}/recoveryPoints/{point.name}"


def _end(machine: Machine, now: datetime) -> datetime:
    if machine.failed_over is None or machine.active_location == "Primary":
        return now - timedelta(seconds=machine.rpo_seconds)
    lag = machine.rpo_when_failed_over
    return machine.failed_over - timedelta(seconds=machine.rpo_seconds if lag is None else lag)


def _every(gap: timedelta, since: datetime, until: datetime) -> list[datetime]:
    midnight = datetime(until.year, until.month, until.day, tzinfo=UTC)
    moment = midnight + gap * int((until - midnight) / gap)
    found = []
    while moment >= since:
        found.append(moment)
        moment -= gap
    return found


def _point(machine: Machine, moment: datetime) -> Point:
    on_the_fourth_hour = moment.hour % 4 == 0 and _on_the_hour(moment)
    kind = "ApplicationConsistent" if on_the_fourth_hour else "CrashConsistent"
    name = guid("point", machine.item_name, machine.home.region, moment.isoformat())
    return Point(name, moment, kind, bool(machine.multi_vm_group) and _on_the_hour(moment))


def _on_the_hour(moment: datetime) -> bool:
    return (moment.minute, moment.second) == (0, 0)

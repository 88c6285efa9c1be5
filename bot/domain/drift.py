"""What is no longer as it was when people approved, from old to new, in words that they read.

`facts` is what must still be so, and goes into the fingerprint; `drift` says what of it is not.
The RPO and the health change by themselves, as far as the policy lets them: `watched` is what it
watches of them, and `worse` says what went further.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import zip_longest
from typing import Final

from bot.domain.candidates import Candidate
from bot.domain.catalogue import Ground
from bot.domain.data import Data
from bot.domain.machines import Learnt, Machine
from bot.domain.plans import Plan, PlanAction, PlanGroup
from bot.domain.targets import facts_of
from bot.domain.terms import Terms
from bot.domain.times import span

_POINT: Final = "recovery point"
_CONTENT: Final = "its groups and actions"
_HEALTHS: Final = ("Normal", "Warning", "Critical")


class Change(Data):
    """One thing that is not as it was; without old and new, `what` is a whole sentence."""

    what: str
    before: str = ""
    after: str = ""

    @property
    def words(self) -> str:
        """`state: Protected → Failover committed`, or the sentence without its full stop."""
        if not (self.before or self.after):
            return self.what.removesuffix(".")
        return f"{self.what}: {self.before or 'none'} → {self.after or 'none'}"


def facts(ground: Ground) -> dict[str, str]:
    """Return what must still be so when the request is carried out, by the name people read."""
    return (
        (own := facts_of(ground.target))
        | _of_machines(ground.machines, own)
        | {_POINT: ground.point.id.casefold() if ground.point else ""}
    )


def drift(before: Ground, after: Ground) -> tuple[Change, ...]:
    """Say what is no longer as it was; empty when nothing is."""
    was, now = facts(before), facts(after)
    shown_was, shown_now = _shown(before), _shown(after)
    found: list[Change] = []
    for name in was | now:
        old, new = was.get(name, ""), now.get(name, "")
        if old == new:
            continue
        if name == _CONTENT and (regrouped := list(_regrouped(before, after))):
            found += regrouped
            continue
        said = shown_was.get(name, old), shown_now.get(name, new)
        if said[0] != said[1]:  # else two that people call the same differ in what Azure calls them
            old, new = said
        found.append(Change(what=name, before=old, after=new))
    return tuple(found)


def sent_otherwise(before: Ground, after: Ground) -> tuple[Change, ...]:
    """Say why another call would be sent although the target is as it was."""
    was, now = _learnt(before), _learnt(after)
    found = [
        Change(what=title, before=was.get(title, ""), after=now.get(title, ""))
        for title in was | now
        if was.get(title) != now.get(title)
    ]
    return tuple(found) or (Change(what="what would be sent to Azure changed"),)


def gone_point(ground: Ground) -> Change:
    """Say that Azure no longer has the recovery point that was approved."""
    return Change(what=_POINT, before=_point(ground), after="gone")


def watched(ground: Ground, terms: Terms) -> dict[str, list[str]]:
    """Return what the terms watch of each machine, as it is on this ground."""
    if terms.rpo_may_grow is None and terms.health_may_worsen:
        return {}
    return {
        one.item.casefold(): [
            "" if terms.rpo_may_grow is None else str(_rpo(one)),
            "" if terms.health_may_worsen else one.health,
        ]
        for one in _machines(ground)
    }


def worse(terms: Terms, before: Ground, after: Ground) -> tuple[Change, ...]:
    """Say which machines may lose more data, or are worse replicated, than the terms let them.

    What Azure does not tell is taken for the worse: an RPO that is unknown now has grown, and a
    health that is no word we know is worse than one that is. One that was unknown when people
    approved cannot have grown.
    """
    was = {one.item.casefold(): one for one in _machines(before)}
    several = isinstance(after.target, Plan)
    found: list[Change] = []
    for now in _machines(after):
        old = was.get(now.item.casefold())
        if old is None:
            continue
        whose = f"{now.name}: " if several else ""
        if terms.rpo_may_grow is not None and _grown(old, now, terms.rpo_may_grow):
            found.append(
                Change(what=f"{whose}RPO", before=_span(_rpo(old)), after=_span(_rpo(now)))
            )
        if (
            not terms.health_may_worsen
            and _rank(now, 3) > _rank(old, 0)
            and now.health != old.health
        ):
            found.append(
                Change(
                    what=f"{whose}replication health",
                    before=old.health or "unknown",
                    after=now.health or "unknown",
                )
            )
    return tuple(found)


def _of_machines(machines: tuple[Machine, ...], others: Iterable[str]) -> dict[str, str]:
    """Say how each machine of a plan is; two of one name, or of another fact's, are told apart."""
    often = Counter([*(machine.name.casefold() for machine in machines), *others, _POINT])
    return {
        f"{one.name} ({one.item})"
        if often[one.name.casefold()] > 1
        else one.name: f"{one.state}, runs in {one.here}"
        for one in machines
    }


def _shown(ground: Ground) -> dict[str, str]:
    """Return facts as people call them, where that is not what Azure calls them."""
    shown = {_POINT: _point(ground)} if ground.point else {}
    match ground.target:
        case Machine() as one:
            where = one.container.rpartition("/")[2]
            shown |= {"machine": f"{one.item} in {where}", "state": one.state_words}
            shown |= {"runs in": one.here}
        case Candidate() as one:
            disks = ", ".join(disk.name or disk.id.rpartition("/")[2] for disk in one.volumes)
            shown |= {"protected in": one.container.rpartition("/")[2], "its disks": disks}
    return shown


def _point(ground: Ground) -> str:
    if ground.point is None:
        return ""
    return f"{ground.point.sort_words}, of {ground.point.at:%Y-%m-%d %H:%M:%S} UTC"


def _learnt(ground: Ground) -> dict[str, str]:
    way = ground.way_back
    if way is None:
        return {}
    disks = {f"disk {one.name or one.id}": _last(one.cache_account) or "there" for one in way.disks}
    return disks | {one.title: _label(one) for one in way.learnt}


def _label(one: Learnt) -> str:
    return one.label or _last(one.value)


def _last(resource_id: str) -> str:
    return resource_id.rpartition("/")[2]


def _regrouped(before: Ground, after: Ground) -> Iterator[Change]:
    """Say what is different about the groups of a plan: machines, their order, actions."""
    if not (isinstance(before.target, Plan) and isinstance(after.target, Plan)):
        return
    names = {one.item.casefold(): one.name for one in (*before.machines, *after.machines)}
    was, now = _groups(before.target), _groups(after.target)
    for title in was | now:
        yield from _of_group(title, was.get(title, _NONE), now.get(title, _NONE), names)


_NONE: Final = PlanGroup(kind="")


def _groups(plan: Plan) -> dict[str, PlanGroup]:
    """Call each group as people do: those that start machines are counted."""
    boots, named = 0, {}
    for group in plan.groups:
        title = f"the {group.kind.lower()}"
        if group.kind == "Boot":
            boots += 1
            title = f"group {boots}"
        named[title] = group
    return named


def _of_group(
    title: str, was: PlanGroup, now: PlanGroup, names: dict[str, str]
) -> Iterator[Change]:
    old = [names.get(_last(item).casefold(), _last(item)) for item in was.items]
    new = [names.get(_last(item).casefold(), _last(item)) for item in now.items]
    for name in dict.fromkeys([*old, *new]):
        if (name in old) != (name in new):
            there = "in it" if name in old else "not in it"
            gone = "not in it" if name in old else "in it"
            yield Change(what=f"{title}, {name}", before=there, after=gone)
    if old != new and sorted(old) == sorted(new):
        yield Change(what=f"{title}, order", before=", ".join(old), after=", ".join(new))
    for when, some, others in (
        ("before", was.before, now.before),
        ("after", was.after, now.after),
    ):
        for one, other in zip_longest(_actions(some), _actions(others), fillvalue=""):
            if one != other:
                yield Change(what=f"{title}, action {when} it", before=one, after=other)


def _actions(some: tuple[PlanAction, ...]) -> list[str]:
    return [
        f"“{one.name}” ({', '.join(filter(None, (one.kind, *one.operations)))})"
        + (f" {one.words}" if one.words else "")
        for one in some
    ]


def _machines(ground: Ground) -> tuple[Machine, ...]:
    return (ground.target,) if isinstance(ground.target, Machine) else ground.machines


def _rpo(machine: Machine) -> int | None:
    """Return the RPO of a machine that is replicated; that of one that failed over is stale."""
    return machine.rpo_seconds if machine.active == "Primary" else None


def _grown(old: Machine, now: Machine, most: int) -> bool:
    before, after = _rpo(old), _rpo(now)
    if before is None:
        return False
    return after is None or after - before > most


def _rank(machine: Machine, unknown: int) -> int:
    return _HEALTHS.index(machine.health) if machine.health in _HEALTHS else unknown


def _span(seconds: int | None) -> str:
    """Write an RPO as people say it: to the second while it is short."""
    if seconds is None:
        return "unknown"
    minutes, rest = divmod(seconds, 60)
    if minutes < 10 and rest:
        return f"{minutes} min {rest:02d} s" if minutes else f"{rest} s"
    return span(minutes)

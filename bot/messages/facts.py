"""The facts of a card: what it is about, the way it goes, who asked, and what is chosen."""

from collections.abc import Iterator

from bot.domain.candidates import Candidate
from bot.domain.fleets import Fleet
from bot.domain.jobs import Job
from bot.domain.machines import Machine, segment
from bot.domain.plans import Plan
from bot.domain.points import by_id
from bot.domain.request import Request, State
from bot.messages import lines
from bot.messages.blocks import code, duration, esc, mention, moment

Pairs = list[tuple[str, str]]


def facts(request: Request) -> Pairs:
    """Return the fields of a card, each with its title."""
    pairs = _about(request)
    pairs.append(("Asked by", f"{mention(request.asker.id)}, {moment(request.asked_at)}"))
    pairs += _chosen(request)
    if held := request.terms.overrides:
        said = ", ".join(f"{esc(one.name)} (until {moment(one.until)})" for one in held)
        pairs.append(("Overrides the freeze", f":snowflake: {said}"))
    if passed := request.terms.locks:
        said = ", ".join(
            f"{esc(one.id)} of {mention(one.by.id)} (until {moment(one.until)})" for one in passed
        )
        pairs.append(("Overrides the lock", f":lock: {said}"))
    if request.state is not State.WAITING and request.approvals:
        names = ", ".join(map(lines.voter, request.approvals))
        pairs.append(("Approved by", names))
    return pairs


def _about(request: Request) -> Pairs:
    way = ("Way", lines.way(request))
    match request.target:
        case Machine() as machine:
            name = f"{esc(machine.name)} ({esc(machine.provider)})\n{lines.whereabouts(machine)}"
            return [("Machine", name), way, ("Replication", lines.health(machine))]
        case Plan() as plan:
            count = f"{len(request.ground.machines)} in {len(plan.boots)} groups"
            where = f"in {esc(segment(plan.vault, 'vaults'))}"
            providers = ", ".join(plan.providers)
            return [
                ("Recovery plan", f"{esc(plan.name)} ({esc(providers)})\n{where}"),
                way,
                ("Machines", count),
            ]
        case Fleet() as fleet:
            found = dict.fromkeys(one.vault for one in fleet.members)
            vaults = ", ".join(dict.fromkeys(segment(one, "vaults") for one in found))
            count = f"{len(fleet.members)}: {code(fleet.words)}\nin {esc(vaults)}"
            return [("Machines", count), way]
        case Job() as job:
            return [("Job", f"{esc(job.label)}\n{esc(job.name)}"), ("It is", esc(job.state))]
        case Candidate() as found:
            where = f"{found.group or found.here} in {segment(found.vault, 'vaults')}"
            name = f"{esc(found.name)} ({esc(found.provider)})\n{esc(where)}"
            return [("Machine", name), way, ("Disks", _volumes(found))]


def _volumes(found: Candidate) -> str:
    count = len(found.volumes)
    size = f", {found.gigabytes} GB" if found.gigabytes else ""
    return f"{count or 'not told'}{size}"


def _chosen(request: Request) -> Pairs:
    pairs: Pairs = []
    arguments = request.arguments
    target = request.target
    if isinstance(target, Machine) and not by_id(request.operation, target):
        if request.open:
            pairs.append(("What is sent home", lines.sent_home(target, arguments)))
        return pairs
    if "point" in arguments and request.open:
        pairs.append(("Recovery point", lines.point(request.ground, arguments, request.read_at)))
        pairs.append(("Data lost", _data_lost(request)))
    if shutdown := arguments.get("shutdown"):
        left = {"yes": "is shut down first, if it can be reached", "no": "is left as it is"}
        pairs.append(("Source", left[shutdown]))
    if request.operation == "test-failover":
        network = arguments.get("network") or _test_network(request)
        pairs.append(("Network of the copy", esc(network.rpartition("/")[2])))
    return pairs


def _test_network(request: Request) -> str:
    target = request.target
    machines = [target] if isinstance(target, Machine) else request.ground.machines
    return next((machine.test_network for machine in machines if machine.test_network), "its own")


def _data_lost(request: Request) -> str:
    """How much data is lost; of several machines, where it is worst."""
    if isinstance(request.target, Machine):
        return lines.data_lost(request.ground, request.read_at)
    rpos = list(_rpos(request))
    known = [(rpo, name) for name, rpo in rpos if rpo is not None]
    if not known:
        return "unknown: Azure reports no RPO for them"
    worst, whose = max(known, key=lambda one: one[0])
    unknown = f"; unknown for {len(rpos) - len(known)}" if len(known) < len(rpos) else ""
    return f"at most about {duration(worst)} ({esc(whose)}){unknown}"


def _rpos(request: Request) -> Iterator[tuple[str, int | None]]:
    if request.fleet:
        yield from ((member.name, member.rpo_seconds) for member in request.fleet.members)
    yield from ((machine.name, machine.rpo_seconds) for machine in request.ground.machines)

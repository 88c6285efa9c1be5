"""The commands that only look. Each is one function from who asks to plain data.

They change nothing, and only the person who asked sees the answer.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable
from typing import Final

from bot.access import require_look, standing
from bot.domain.catalogue import Operation
from bot.domain.data import Data
from bot.domain.grammar import parse
from bot.domain.jobs import Job
from bot.domain.machines import Machine, Point, segment
from bot.domain.offers import offered, why_not
from bot.domain.operations import CATALOGUE
from bot.domain.policy import includes
from bot.domain.request import State
from bot.domain.verbs import TargetKind, Verb, describe
from bot.domain.votes import why_not_approve, why_not_ask
from bot.drafts import draft
from bot.errors import Ambiguous, AzureRefused, Misunderstood, NotNow, Unavailable
from bot.fleets import draft_fleet
from bot.inventory import everything, find, ground
from bot.queries.found import (
    Fleet,
    HelpPage,
    JobList,
    MachineStatus,
    Overview,
    PointList,
    Preview,
    Readiness,
    RequestList,
    Trail,
)
from bot.runtime import Bot
from bot.targets import Selection, find_target, rule_for

_REQUEST: Final = re.compile(r"^R-[0-9A-Z]{6}$", re.IGNORECASE)
_RECENT: Final = 10
_ENTRIES: Final = 20
_SEARCHED: Final = 2000
"""So many of the newest entries are searched for a machine's name."""

Query = Callable[..., Awaitable[Data]]


VERBS: Final[dict[str, Verb]] = {name: one.verb for name, one in CATALOGUE.items()}
"""Every command there is, the ones that change something first."""


def query(*, target: TargetKind | None, target_required: bool = False) -> Callable[[Query], Query]:
    """Enter a function among the verbs."""

    def enter(function: Query) -> Query:
        verb = describe(function, target=target, target_required=target_required)
        VERBS[verb.name] = verb
        return function

    return enter


@query(target="machine")
async def status(bot: Bot, user_id: str, target: str) -> Data:
    """Show one machine in full, or what needs attention among all.

    For a machine: where it runs, its health and RPO, the newest recovery points, what runs on it,
    and what can be asked for now.
    """
    await require_look(bot, user_id)
    if not target:
        return await _fleet(bot, detailed=False)
    machine = await find(bot, target)
    open_id = await bot.redis.requests.open_for(machine.id)
    return MachineStatus(
        machine=machine,
        points=await _points(bot, machine),
        job=await _current_job(bot, machine),
        request=await bot.redis.requests.load(open_id) if open_id else None,
        offers=tuple(one.name for one in offered(machine)),
    )


@query(target=None)
async def list_(bot: Bot, user_id: str, _target: str) -> Data:
    """List every machine with its state, region, health and RPO."""
    await require_look(bot, user_id)
    return await _fleet(bot, detailed=True)


@query(target="machine", target_required=True)
async def points(bot: Bot, user_id: str, target: str) -> Data:
    """List the recovery points of a machine, with their age and their ids."""
    await require_look(bot, user_id)
    machine = await find(bot, target)
    return PointList(machine=machine, points=await bot.azure.points(machine.id))


@query(target="machine")
async def ready(bot: Bot, user_id: str, target: str) -> Data:
    """Say what speaks against failing a machine over, or which machines are not ready.

    Looks at health, RPO, agent, disks, network, a forgotten test cleanup and the last test.
    """
    await require_look(bot, user_id)
    if target:
        return Readiness(machines=(await find(bot, target),), troubles=(), one=True)
    inventory = await everything(bot)
    return Readiness(machines=inventory.machines, troubles=inventory.troubles, one=False)


@query(target="machine")
async def jobs(bot: Bot, user_id: str, target: str) -> Data:
    """List what Azure runs, and what ended or failed lately, of all or one machine."""
    await require_look(bot, user_id)
    lists = await asyncio.gather(*(bot.azure.jobs(vault) for vault in bot.vaults))
    wanted = target.casefold()
    found = [
        (vault, job)
        for vault, listed in zip(bot.vaults, lists, strict=True)
        for job in listed
        if not wanted or job.target.casefold() == wanted
    ]
    found.sort(key=lambda one: (not one[1].running, -_began(one[1])))
    whole = await asyncio.gather(
        *(bot.azure.job(vault, job.name) for vault, job in found[:_RECENT] if _telling(job))
    )
    by_name = {job.name: job for job in whole}
    shown = tuple(by_name.get(job.name, job) for _, job in found[:_RECENT])
    return JobList(subject=target, jobs=shown, more=max(0, len(found) - _RECENT))


@query(target=None)
async def requests(bot: Bot, user_id: str, _target: str) -> Data:
    """List the open requests, and the latest that ended."""
    await require_look(bot, user_id)
    open_ones = await bot.redis.requests.load_many(await bot.redis.requests.open_ids())
    newest = await bot.redis.requests.load_many(await bot.redis.requests.newest_ids(_RECENT * 3))
    recent = [one for one in newest if not one.open]
    return RequestList(open=tuple(open_ones), recent=tuple(recent[:_RECENT]))


@query(target="machine or request")
async def audit(bot: Bot, user_id: str, target: str) -> Data:
    """Show the newest entries of the audit log, of all, a machine, or a request.

    The whole log is read and checked on the command line: dr audit verify, dr audit export.
    """
    await require_look(bot, user_id)
    if _REQUEST.match(target):
        wanted = target.upper()
        steps = await bot.redis.audit.of_request(wanted)
        if not steps:
            raise NotNow(f"There is no request {wanted}.", "/dr requests lists them.")
        refusals = [o for o in await bot.redis.audit.newest(_SEARCHED) if o.subject == wanted]
        entries = {one.sequence: one for one in (*steps, *refusals)}
        newest = sorted(entries.values(), key=lambda one: one.sequence, reverse=True)
        return Trail(subject=wanted, entries=tuple(newest[:_ENTRIES]))
    found = await bot.redis.audit.newest(_SEARCHED if target else _ENTRIES)
    if target:
        wanted = target.casefold()
        found = [one for one in found if one.data.target.casefold() == wanted]
    return Trail(subject=target, entries=tuple(found[:_ENTRIES]))


@query(target="line", target_required=True)
async def preview(bot: Bot, user_id: str, target: str) -> Data:
    """Show what a command would ask for, who could approve it and what Azure would be sent.

    Nothing is asked, stored or sent.
    """
    await require_look(bot, user_id)
    command = parse(target, VERBS)
    operation = CATALOGUE.get(command.verb)
    if operation is None:
        raise Misunderstood(f"/dr {command.verb} changes nothing, so there is no preview of it.")
    try:
        meant = await find_target(bot, operation, command.targets)
    except Ambiguous as error:
        matches = ", ".join(label for _, label in error.matches)
        raise NotNow(error.sentence, f"Type one of them: {matches}.") from error
    rule = await rule_for(bot, operation, meant)
    if rule is None:
        raise NotNow(f"No rule of the policy speaks of {operation.name} on that.")
    who = await standing(bot, user_id, rule.may_ask, fresh=False)
    not_by_them = why_not_ask(rule.may_ask, who) or ""
    if isinstance(meant, Selection):
        drafted = await draft_fleet(bot, operation, command, meant, rule, who.person)
        return Preview(request=drafted.request, why_not=not_by_them, drafts=drafted.drafts)
    if reason := why_not(operation, meant):
        raise reason
    base = await ground(bot, operation, meant, command.options)
    request = await draft(bot, operation, command, base, rule, who.person)
    return Preview(request=request, why_not=not_by_them)


@query(target="command")
async def help_(_bot: Bot, _user_id: str, target: str) -> Data:
    """Explain the commands, or one of them."""
    if target and target.casefold() not in VERBS:
        raise Misunderstood(f"There is no command “{target}”.", "Type /dr help to see them all.")
    return HelpPage(names=(target.casefold(),) if target else tuple(VERBS))


async def overview(bot: Bot, user_id: str) -> Overview:
    """Say what waits for a person, what runs, and what they can do: the answer to `/dr` alone."""
    person = await require_look(bot, user_id)
    open_ones = await bot.redis.requests.load_many(await bot.redis.requests.open_ids())
    waiting = [one for one in open_ones if one.state is State.WAITING]
    lists = [one.terms.may_approve for one in waiting]
    rules = [rule.may_ask for rule in bot.policy.rules]
    who = await standing(bot, user_id, *lists, *rules, fresh=False)
    return Overview(
        person=person,
        waiting_for_me=tuple(one for one in waiting if why_not_approve(one, who) is None),
        running=tuple(one for one in open_ones if one.state is not State.WAITING),
        mine=tuple(one for one in waiting if one.asker.id == user_id),
        may_ask=tuple(
            name
            for name, one in CATALOGUE.items()
            if any(
                includes(rule.may_ask, user_id, who.groups)
                for rule in bot.policy.rules
                if _speaks_of(rule.operations, one)
            )
        ),
    )


def _telling(job: Job) -> bool:
    """Whether the steps and errors of a job are worth a reading of their own."""
    return job.running or not job.good


def _began(job: Job) -> float:
    return job.started.timestamp() if job.started else 0.0


def _speaks_of(operations: tuple[str, ...], one: Operation) -> bool:
    return "*" in operations or one.name in operations


async def _fleet(bot: Bot, *, detailed: bool) -> Fleet:
    inventory = await everything(bot)
    return Fleet(machines=inventory.machines, troubles=inventory.troubles, detailed=detailed)


async def _points(bot: Bot, machine: Machine) -> tuple[Point, ...]:
    """Return the newest points and the newest app-consistent one; none when Azure is silent."""
    try:
        points = await bot.azure.points(machine.id)
    except (AzureRefused, Unavailable):
        return ()
    app = next((one for one in points if one.kind == "ApplicationConsistent"), None)
    newest = list(points[:3])
    return tuple(newest + ([app] if app and app not in newest else []))


async def _current_job(bot: Bot, machine: Machine) -> Job | None:
    """Read what Azure runs on the machine now."""
    name = segment(machine.job, "replicationJobs")
    if not name or name == "None":
        return None
    try:
        return await bot.azure.job(machine.vault, name)
    except (AzureRefused, Unavailable):
        return None

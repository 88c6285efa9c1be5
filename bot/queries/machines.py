"""Looking at machines: one in full, all of them, their recovery points, and the vaults."""

import asyncio

from bot.access import require_look
from bot.domain.arguments import Page
from bot.domain.data import Data
from bot.domain.fleets import root
from bot.domain.jobs import Job
from bot.domain.machines import Machine, Point, same_id, segment
from bot.domain.measures import commit_open_since
from bot.domain.offers import offered
from bot.domain.request import Request
from bot.domain.rolls import select
from bot.domain.validating import to_be_committed
from bot.domain.vaults import VaultHealth
from bot.domain.windows import Exposed
from bot.errors import AzureRefused, DrError, Misunderstood, Unavailable
from bot.forecasts import exposed
from bot.inventory import everything, find
from bot.locks import locks_now
from bot.queries.found import Fleet, MachineStatus, PointList, VaultList, VaultView
from bot.queries.registry import query
from bot.refusals import Type
from bot.runtime import Bot


@query(target="machine")
async def status(bot: Bot, user_id: str, target: str) -> Data:
    """Show one machine in full, or what needs attention among all.

    For a machine: where it runs and where it stands on its way out and home, its health and RPO,
    what Azure says is wrong with it, its agent, its recovery points, the machines that it belongs
    together with, what runs on it, and what can be asked for now.
    """
    await require_look(bot, user_id)
    if not target:
        inventory = await everything(bot)
        return Fleet(
            machines=inventory.machines,
            troubles=inventory.troubles,
            detailed=False,
            unprotected=await bot.redis.tending.all_exposed(inventory.machines),
        )
    if target.casefold().startswith("plan:"):
        raise Misunderstood(
            Type.ANOTHER_COMMAND, f"{target} is a plan.", f"Type: /dr plan {target[5:]}"
        )
    machine = await find(bot, target)
    points, job, beside = await asyncio.gather(
        _points(bot, machine), _current_job(bot, machine), _companions(bot, machine)
    )
    unprotected = await exposed(bot, machine)
    return MachineStatus(
        unprotected=unprotected,
        commit_since=await _commit_since(bot, machine, unprotected),
        machine=machine,
        points=points,
        job=job,
        request=await _open_request(bot, machine),
        offers=tuple(one.name for one in offered(machine)),
        together=tuple(one.name for one in beside if one.together == machine.together != ""),
        locks=tuple(one for one in await locks_now(bot) if one.holds(machine)),
        nodes=tuple(one.name for one in beside if one.cluster == machine.cluster != ""),
    )


async def _commit_since(bot: Bot, machine: Machine, known: Exposed | None) -> int:
    """Return since when the failover of a machine waits to be committed."""
    if known is None or not to_be_committed(machine):
        return 0
    request = await bot.redis.requests.load(known.request)
    return commit_open_since(request) if request else 0


@query(target="filters")
async def list_(bot: Bot, user_id: str, target: str, *, page: Page = "1") -> Data:
    """List machines with their state, region, health and RPO: all, or those that are meant.

    A filter is a name or a pattern (vm-web*), tag:app=shop, region:westeurope (where it runs now),
    vault:<name>, state:<word>, health:critical or provider:a2a. Names add up, the others narrow
    down.
    """
    await require_look(bot, user_id)
    words = target.split()
    inventory = await everything(bot)
    meant, strange = select(words, inventory.rolls)
    return Fleet(
        machines=meant,
        troubles=inventory.troubles,
        detailed=True,
        filters=tuple(words),
        unmatched=strange,
        page=int(page),
    )


@query(target="machine", target_required=True)
async def points(bot: Bot, user_id: str, target: str) -> Data:
    """List the recovery points of a machine, with their age and their ids."""
    await require_look(bot, user_id)
    machine = await find(bot, target)
    return PointList(machine=machine, points=await bot.azure.points(machine.id))


@query(target=None)
async def vaults(bot: Bot, user_id: str, _target: str) -> Data:
    """Show the vaults: where they are, what is in them, how they are, and what cannot be read."""
    await require_look(bot, user_id)
    return VaultList(vaults=tuple(await asyncio.gather(*(_vault(bot, v) for v in bot.vaults))))


async def _vault(bot: Bot, vault: str) -> VaultView:
    machines, location, health = await asyncio.gather(
        bot.azure.machines(vault, fresh=False),
        bot.azure.around.location(vault),
        bot.azure.around.health(vault),
        return_exceptions=True,
    )
    troubles = []
    for about, answer in (("machines", machines), ("place", location), ("health", health)):
        if isinstance(answer, DrError):
            troubles.append(f"Its {about} could not be read: {answer.sentence}")
        elif isinstance(answer, BaseException):
            raise answer
    return VaultView(
        id=vault,
        machines=None if isinstance(machines, BaseException) else machines,
        location=location if isinstance(location, str) else "",
        health=health if isinstance(health, VaultHealth) else None,
        by_container=bot.azure.reads_by_container(vault),
        troubles=tuple(troubles),
    )


async def _points(bot: Bot, machine: Machine) -> tuple[Point, ...] | None:
    """Return the recovery points, the newest first; None when Azure is silent."""
    try:
        return await bot.azure.points(machine.id)
    except (AzureRefused, Unavailable):
        return None


async def _open_request(bot: Bot, machine: Machine) -> Request | None:
    """Return the request that keeps it; for one of several that is not let go yet, the whole."""
    open_id = await bot.redis.requests.open_for(machine.id)
    found = await bot.redis.requests.load_many([open_id, root(open_id)]) if open_id else []
    return next((one for one in found if one.open), None)


async def _current_job(bot: Bot, machine: Machine) -> Job | None:
    """Read what Azure runs on the machine now."""
    name = segment(machine.job, "replicationJobs")
    if not name or name == "None":
        return None
    try:
        return await bot.azure.job(machine.vault, name)
    except (AzureRefused, Unavailable):
        return None


async def _companions(bot: Bot, machine: Machine) -> tuple[Machine, ...]:
    """Return the other machines of its vault, when it belongs together with some of them."""
    if not machine.together and not machine.cluster:
        return ()
    try:
        listed = await bot.azure.machines(machine.vault, fresh=False)
    except (AzureRefused, Unavailable):
        return ()
    return tuple(one for one in listed if not same_id(one.id, machine.id))

"""Which open request keeps a machine, a plan or a job, as people see it."""

from bot.domain.candidates import Candidate
from bot.domain.catalogue import Operation
from bot.domain.fleets import root
from bot.domain.jobs import Job
from bot.domain.machines import Machine, same_id
from bot.domain.plans import Plan
from bot.domain.request import Request
from bot.domain.targets import claim_of, name_of
from bot.errors import NotNow, Tampered
from bot.lifecycle import disown
from bot.refusals import Ask
from bot.runtime import Bot


async def already_open(
    bot: Bot, operation: Operation, target: Machine | Plan | Job | Candidate
) -> Request | None:
    """Return the open request that asks the same; raises `NotNow` when it asks something else."""
    request = await _holder_of(bot, claim_of(target, operation.name), name_of(target))
    if request is None or _asks(request, operation, target.id):
        return request
    raise taken_by(name_of(target), request)


async def holder(bot: Bot, machine: Machine) -> Request | None:
    """Return the open request that keeps a machine."""
    return await _holder_of(bot, machine.id, machine.name)


def taken_by(name: str, request: Request) -> NotNow:
    """Say that an open request keeps something, and how that ends."""
    return NotNow(
        Ask.TAKEN,
        f"{name} already has an open request: {request.id}, a {request.operation} that is "
        f"{request.state}.",
        "Let it end, or have it withdrawn: its card shows what can be done.",
    )


def _asks(request: Request, operation: Operation, target: str) -> bool:
    return request.operation == operation.name and same_id(request.target_id, target)


async def _holder_of(bot: Bot, target: str, name: str) -> Request | None:
    """Return the open request that keeps something, as people see it; one of ours only."""
    open_id = await bot.redis.requests.open_for(target)
    if not open_id:
        return None
    try:
        own = await bot.redis.requests.load(open_id)
        if own and own.open and own.parent:
            found = await bot.redis.requests.load_many([own.parent])
            return found[0] if found else own  # the whole was altered, and this one goes on
        return await bot.redis.requests.load(root(open_id))
    except Tampered as error:
        await disown(bot, open_id, error, (target, name))
        return None

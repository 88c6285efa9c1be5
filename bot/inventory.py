"""The machines of all vaults, by name, and the ground that an operation stands on."""

from collections import Counter
from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from bot import candidates
from bot.domain.candidates import Candidate
from bot.domain.catalogue import Ground, Operation
from bot.domain.jobs import Job
from bot.domain.machines import Machine, Point, as_id, segment
from bot.domain.offers import why_not_all
from bot.domain.plans import Plan, members
from bot.domain.points import by_id, choose
from bot.domain.rolls import Alike, Roll, Rolls, everybody, named, nearly_named
from bot.domain.targets import Target
from bot.errors import Ambiguous, AzureRefused, NotNow, Unavailable
from bot.every_vault import of_every_vault
from bot.onsets import onset
from bot.refusals import Name
from bot.runtime import Bot
from bot.slices import slices
from bot.ways_back import way_back

_AT_ONCE: Final = 32
"""So many names are compared with a mistyped one before others have their turn."""


@dataclass(frozen=True)
class Inventory:
    """What all vaults said, and which of them said nothing."""

    rolls: tuple[Roll, ...]
    troubles: tuple[str, ...] = ()
    """One sentence for each vault that could not be read."""

    @property
    def machines(self) -> tuple[Machine, ...]:
        """All of them, in the order of their names."""
        return everybody(self.rolls)


async def everything(bot: Bot, *, fresh: bool = False) -> Inventory:
    """Read all vaults at once; a vault in trouble does not hide the others.

    A list of the last seconds will do, unless `fresh`: what is decided on is read by itself.
    """
    rolls, troubles = await of_every_vault(
        bot, lambda vault: bot.azure.rolls.get(vault, fresh=fresh)
    )
    return Inventory(rolls=tuple(rolls.values()), troubles=troubles)


async def find(bot: Bot, name: str) -> Machine:
    """Find exactly one machine and read it afresh.

    Raises `Ambiguous` with the matches when several are meant, when the name is only near one, or
    when a vault that may know the name too did not answer; `NotNow` when nothing is near it;
    `Unavailable` when nothing is and a vault did not answer.
    """
    inventory = await everything(bot)
    found = named(name, inventory.rolls)
    if not found and not inventory.troubles:  # it may have been protected since it was listed
        inventory = await everything(bot, fresh=True)
        found = named(name, inventory.rolls)
    if len(found) == 1 and inventory.troubles and not _says_where(name):
        raise Ambiguous(
            f"Another machine may be called {name}: {' '.join(inventory.troubles)} Is it this one?",
            [(found[0].id, f"{found[0].name}{_which(found[0], several_vaults=True)}")],
        )
    if len(found) == 1:
        try:
            return await bot.azure.machine(found[0].id)
        except AzureRefused as error:
            if error.status != 404:
                raise
        inventory = await everything(bot, fresh=True)  # it moved since it was listed
        found = named(name, inventory.rolls)
        if len(found) == 1:
            return await bot.azure.machine(found[0].id)
    if len(found) > 1:
        raise Ambiguous(f"{len(found)} machines are called {name}. Which one?", _choices(found))
    if inventory.troubles:
        raise Unavailable(f"{name} was not found, but {' '.join(inventory.troubles)}")
    if near := await nearly(name, inventory.rolls):
        raise Ambiguous(f"No machine is called {name}. Did you mean one of these?", _choices(near))
    said = (
        "That machine is in no vault any more." if as_id(name) else f"No machine is called {name}."
    )
    raise NotNow(Name.NO_MACHINE, said, "/dr list shows them all.")


async def nearly(name: str, rolls: Rolls) -> tuple[Machine, ...]:
    """Return the machines that somebody who typed this may have meant, the likeliest first.

    Thousands of names are compared a few at a time, so that nobody else waits for it.
    """
    names = dict.fromkeys(one for roll in rolls for one in roll.names)
    alike = Alike(name.casefold())
    async for some in slices(list(names), _AT_ONCE):
        alike.show(some)
    return nearly_named(name, rolls, alike.names)


def which(machine: Machine, rolls: Rolls) -> str:
    """Say what tells a machine from others of its name; '' when there are none."""
    twins = [one for roll in rolls for one in roll.named(machine.name)]
    several_vaults = len({one.vault.casefold() for one in twins}) > 1
    return _which(machine, several_vaults) if len(twins) > 1 else ""


async def members_of(bot: Bot, plan: Plan) -> tuple[Machine, ...]:
    """Read the machines of a plan as they are now.

    Raises `NotNow` when one cannot be found, or when there is none.
    """
    if not plan.items:
        raise NotNow(
            Name.EMPTY_PLAN, f"{plan.name} has no machines.", "Add them to the plan in the portal."
        )
    found = members(plan, await bot.azure.machines(plan.vault))
    if len(found) < len(plan.items):
        raise NotNow(
            Name.EMPTY_PLAN,
            f"{len(plan.items) - len(found)} of the {len(plan.items)} machines of {plan.name} "
            "cannot be found in its vault.",
            "Name the machines themselves, or mend the plan in the portal.",
        )
    return found


async def reread(bot: Bot, target: Target) -> Machine | Plan | Job | Candidate:
    """Read a target as it is now; raises `AzureRefused` with status 404 when it is gone."""
    match target:
        case Machine():
            return await bot.azure.machine(target.id)
        case Plan():
            return await bot.azure.plan(target.id)
        case Job():
            return await bot.azure.job(target.vault, target.name)
        case Candidate():
            return await candidates.reread(bot, target)
    raise TypeError(f"a {target.sort} is read machine by machine")


async def ground(
    bot: Bot,
    operation: Operation,
    target: Machine | Plan | Job | Candidate,
    arguments: Mapping[str, str],
    *,
    in_bulk: bool = False,
    points: Awaitable[tuple[Point, ...]] | None = None,
) -> Ground:
    """Read what an operation stands on; raises `NotNow` or `Missing`.

    For one machine of many, `in_bulk`, recovery points are read only when one has to be chosen.
    `points` are being read already, where the caller could tell that they will be needed.
    """
    if isinstance(target, Plan):
        return await _plan_ground(bot, operation, target)
    if isinstance(target, Job):
        return Ground(target=target)
    if isinstance(target, Candidate):
        candidate, way = await onset(bot, target, arguments)
        return Ground(target=candidate, way_back=way)
    if "way back" in operation.reads:
        return Ground(target=target, way_back=await way_back(bot, target, arguments))
    if not reads_points(operation, target, arguments, in_bulk=in_bulk):
        return Ground(target=target)
    choice = _choice(operation, target, arguments)
    try:
        found = await (points or bot.azure.points(target.id))
    except (AzureRefused, Unavailable):
        if choice != "latest":
            raise
        return Ground(target=target)
    now = (await bot.redis.requests.snapshot()).now
    point = choose(choice, found, target, datetime.fromtimestamp(now / 1000, UTC))
    return Ground(target=target, point=point, points=len(found))


def reads_points(
    operation: Operation, target: Target, arguments: Mapping[str, str], *, in_bulk: bool
) -> bool:
    """Whether an operation on a machine stands on its recovery points."""
    if not isinstance(target, Machine) or "points" not in operation.reads:
        return False
    return not in_bulk or _choice(operation, target, arguments) != "latest"


def _choice(operation: Operation, machine: Machine, arguments: Mapping[str, str]) -> str:
    return arguments.get("point", "latest") if by_id(operation.name, machine) else "latest"


async def _plan_ground(bot: Bot, operation: Operation, plan: Plan) -> Ground:
    base = Ground(target=plan, machines=await members_of(bot, plan))
    if reason := why_not_all(operation, base):
        raise reason
    return base


def _choices(machines: Sequence[Machine]) -> list[tuple[str, str]]:
    """Name each machine so that two of one name can be told apart."""
    twins = Counter(machine.name.casefold() for machine in machines)
    vaults = len({machine.vault.casefold() for machine in machines})
    return [
        (m.id, m.name + (_which(m, vaults > 1) if twins[m.name.casefold()] > 1 else ""))
        for m in machines
    ]


def _which(machine: Machine, several_vaults: bool) -> str:
    vault = f"@{segment(machine.vault, 'vaults')}" if several_vaults else ""
    return f"{vault} ({machine.source_group or machine.here})"


def _says_where(name: str) -> bool:
    """Whether a name says which vault it means, or is an id."""
    return "@" in name or bool(as_id(name))

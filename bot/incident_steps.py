"""The door for incidents: a step, saved together with its audit entry, or nothing at all.

A step is decided from the incident as it is at that moment, and decided again when somebody else
was faster; after it the board is drawn again.
"""

from collections.abc import Callable

from bot import arranged
from bot.access import actor
from bot.domain.audit import BOT, Actor, Fact
from bot.domain.incidents import LIFE, Incident
from bot.domain.people import Person
from bot.errors import NotNow
from bot.gateways.redis import Kept, Snapshot
from bot.incidents import redraw
from bot.lifecycle import arrange, disown_records
from bot.refusals import Inc
from bot.runtime import Bot

Decide = Callable[[Incident, int], tuple[Incident, Fact] | None]
"""From an incident and Redis' time to what it becomes and the entry; None for nothing to do."""


class _NothingToDoError(Exception):
    """It is as it should be already."""


async def begin(bot: Bot, make: Callable[[tuple[Incident, ...], int], Incident]) -> Incident:
    """Declare an incident; `make` is given those there are, and raises when there is to be none.

    It is called again when somebody else wrote meanwhile, and its record gets its number here.
    """
    made: list[Incident] = []

    async def decide(before: Snapshot) -> tuple[Fact, tuple[Kept, ...]]:
        found = await arranged.incidents(bot)
        new = make(found.holding, before.now)
        fact = fact_of(bot, "declare", new, actor(new.by), _declared(new), after="open")
        one, kept = _kept(bot, new, before)
        made.append(one)
        return fact, (kept,)

    found = await arranged.incidents(bot)
    await disown_records(bot, found.strange)
    await bot.redis.books.drop(arranged.INCIDENTS, found.over)
    await arrange(bot, decide)
    await redraw(bot, made[-1].id)
    return made[-1]


async def step(bot: Bot, incident_id: str, decide: Decide) -> Incident:
    """Make one step; returns the incident as it is then. Raises `NotNow` when there is none."""
    seen: list[Incident] = []

    async def written(before: Snapshot) -> tuple[Fact, tuple[Kept, ...]]:
        found = await arranged.incidents(bot)
        one = next((one for one in found.holding if one.id == incident_id), None)
        if one is None:
            raise NotNow(Inc.NONE_OPEN, f"There is no incident {incident_id}.")
        seen.append(one)
        decided = decide(one, before.now)
        if decided is None:
            raise _NothingToDoError
        after, kept = _kept(bot, decided[0], before, was=found.raw[incident_id])
        seen.append(after)
        return decided[1], (kept,)

    try:
        await arrange(bot, written)
    except _NothingToDoError:
        return seen[-1]
    await redraw(bot, incident_id)
    return seen[-1]


def fact_of(
    bot: Bot,
    what: str,
    incident: Incident,
    who: Actor | Person = BOT,
    words: str = "",
    *,
    after: str = "",
    **correlation: str,
) -> Fact:
    """Write down what a step did to an incident, for the audit log."""
    return Fact(
        type=f"incident.{what}",
        subject=incident.id,
        actor=actor(who) if isinstance(who, Person) else who,
        operation=what,
        target=incident.title,
        before="" if what == "declare" else "open" if incident.open else "closed",
        after=after,
        policy=bot.policy.version,
        correlation={name: value for name, value in correlation.items() if value},
        words=words,
    )


def _declared(incident: Incident) -> str:
    region = f" for {incident.region_name}" if incident.region_name else ""
    count = incident.down_count
    ran = f" {count:,} machine{'' if count == 1 else 's'} ran there." if incident.region else ""
    return f"{incident.by.name} declared {incident.title}{region}.{ran}"


def _kept(bot: Bot, incident: Incident, before: Snapshot, was: str = "") -> tuple[Incident, Kept]:
    """Return the record as it is written now: with the number of its entry, and its new end."""
    update = {"entry": before.sequence + 1, "until": before.now + LIFE}
    one = incident.model_copy(update=update)
    now = bot.redis.books.sealed(arranged.INCIDENTS, one, one.id)
    kept = Kept(book=arranged.INCIDENTS, id=one.id, was=was, now=now, expires=one.until)
    return one, kept

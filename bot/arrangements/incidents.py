"""Declaring an incident, saying something in it, and closing it.

Who may declare and close is the policy's; a note is for whoever may look. Nothing here asks
anything of Azure but which machines run where.
"""

import asyncio
from collections.abc import Iterable, Sequence
from typing import Final

from bot.access import actor, require_look, standing
from bot.arrangements.made import (
    NowClosed,
    NowDeclared,
    NowNoted,
    NowSnoozed,
    NowUpdated,
    StillGoingOn,
)
from bot.arrangements.registry import Order, arrangement
from bot.boards import draw
from bot.domain.audit import Fact
from bot.domain.data import Data
from bot.domain.incidents import (
    NAMED,
    Declaration,
    Incident,
    Standing,
    Update,
    checked,
    named_first,
    read_declaration,
    read_update,
    same_region,
    there_already,
)
from bot.domain.machines import Machine
from bot.domain.people import Person, why_nobody
from bot.domain.policy import includes
from bot.drafts import new_id
from bot.errors import NotAllowed, NotNow, Unavailable
from bot.incident_steps import begin, fact_of, step
from bot.incidents import load, meant_in, so_far
from bot.inventory import everything
from bot.lifecycle import note as write_down
from bot.refusals import Inc
from bot.runtime import Bot

_PATIENCE: Final = 5.0
"""Seconds that somebody who declares an incident waits for Azure."""
_LOOKS: Final = 6
"""So often it is looked whether a worker has made the channel meanwhile."""
_SOON: Final = 1.0
"""Seconds that are worth waiting for that; longer is when Slack is away."""
_OWNERS: Final = "The owners of the policy file can change who may."


class _ThereError(Exception):
    """There is one already."""

    def __init__(self, incident: Incident) -> None:
        super().__init__(incident.id)
        self.incident = incident


@arrangement(target="declaration", lets=lambda policy: policy.may_declare)
async def declare(bot: Bot, order: Order) -> Data:
    """Declare an incident: it gets a channel, a board and a timeline.

    The title stands in quotation marks; region: names what is down as the vaults call it, and
    channel:here takes over the channel in which that is typed. A region has one open incident, and
    so has a channel: declaring again leads there. What is asked for in its channel belongs to it.
    """
    who = await _let(bot, order.user, bot.policy.may_declare, "declare")
    said = read_declaration(order.command.line)
    code, name, machines = await _region(bot, said)

    def make(found: tuple[Incident, ...], now: int) -> Incident:
        still = [one for one in found if one.open]
        if there := there_already(still, code, said.title, order.channel):
            raise _ThereError(there)
        return Incident(
            id=new_id("I"), entry=0, title=said.title, region=code, region_name=name,
            down=tuple(one.name for one in machines[:NAMED]), down_count=len(machines),
            by=who, at=now, here=order.channel if said.here else "",
            due=_next_due(bot, now), until=now,
        )  # fmt: skip

    try:
        incident = await begin(bot, make)
    except _ThereError as error:
        return NowDeclared(incident=error.incident, already=True)
    return NowDeclared(incident=await _housed(bot, incident), already=False)


async def _housed(bot: Bot, incident: Incident) -> Incident:
    """Have its channel made at once, by us or by a faster worker; else that comes later."""
    for _ in range(_LOOKS):
        wait = await draw(bot, incident.id)
        incident = await load(bot, incident.id) or incident
        if incident.channel or wait is None or wait > _SOON:
            break
        await asyncio.sleep(wait)
    return incident


@arrangement(target="note", lets=lambda policy: policy.may_look)
async def note(bot: Bot, order: Order) -> Data:
    """Put something into the timeline of the incident of this channel.

    Elsewhere the id of the incident comes first: /dr note I-7K2M9P the database is open.
    """
    who = await require_look(bot, order.user)
    wanted, words = named_first(order.command.line)
    incident = await meant_in(bot, order.channel, wanted, closed=True)
    return NowNoted(incident=await add_note(bot, incident.id, who, words))


async def noted(
    bot: Bot, incident_id: str, who: Person, words: str, *, link: str, author: str
) -> Data:
    """Put a message of somebody into a timeline."""
    incident = await add_note(bot, incident_id, who, words, link=link, author=author)
    return NowNoted(incident=incident)


async def add_note(
    bot: Bot, incident_id: str, who: Person, words: str, *, link: str = "", author: str = ""
) -> Incident:
    """Put words into a timeline; `link` and `author` are of the message that had them."""
    words = checked(words, "note")
    said = f"{author} wrote: {words}" if author else words

    def decide(one: Incident, _now: int) -> tuple[Incident, Fact]:
        fact = fact_of(bot, "note", one, who, f"{who.name} noted: {said}", link=link)
        after = one.model_copy(update={"notes": one.notes + 1})
        return after, fact.model_copy(update={"reason": said, "after": fact.before})

    return await step(bot, incident_id, decide)


@arrangement(target="update", target_required=False, lets=lambda policy: policy.may_declare)
async def update(bot: Bot, order: Order) -> Data:
    """Say how things stand: conditions, actions, needs. Without words a form opens.

    It stands on the board, is told to the channel, and the next one is due some time later.
    """
    who = await _let(bot, order.user, bot.policy.may_declare, "report on")
    wanted, words = named_first(order.command.line)
    incident = await meant_in(bot, order.channel, wanted)
    seen = incident.latest.at if incident.latest else 0
    return await write_update(bot, incident.id, who, read_update(words), seen)


async def may_update(bot: Bot, user: str, channel: str, wanted: str = "") -> Incident:
    """Return the incident that somebody wants to report on, who may; raises like `update`."""
    await _let(bot, user, bot.policy.may_declare, "report on")
    return await meant_in(bot, channel, wanted)


async def update_by_form(bot: Bot, user: str, incident_id: str, said: Update, seen: int) -> Data:
    """Take an update out of a form, which goes on from the update of the time `seen`."""
    who = await _let(bot, user, bot.policy.may_declare, "report on")
    return await write_update(bot, incident_id, who, said, seen)


async def write_update(bot: Bot, incident_id: str, who: Person, said: Update, seen: int) -> Data:
    """Put an update on the board, and say who else wrote one since `seen`."""
    others: list[str] = []

    def decide(one: Incident, now: int) -> tuple[Incident, Fact]:
        _refuse_closed(one)
        others.clear()
        if one.latest and one.latest.at > seen and one.latest.by.id != who.id:
            others.append(one.latest.by.name)
        latest = Standing(by=who, at=now, update=said)
        fact = fact_of(bot, "update", one, who, f"{who.name} reported: {said.words}", after="open")
        after = one.model_copy(update={"latest": latest, "due": _next_due(bot, now)})
        return after, fact.model_copy(update={"reason": said.words})

    incident = await step(bot, incident_id, decide)
    return NowUpdated(incident=incident, meanwhile="".join(others[:1]))


async def snooze(bot: Bot, user: str, incident_id: str, seconds: int) -> Data:
    """Put the next update off."""
    who = await _let(bot, user, bot.policy.may_declare, "report on")
    if seconds not in bot.policy.incident.snooze:
        raise NotNow(Inc.NONE_OPEN, "The policy does not have that pause any more.")

    def decide(one: Incident, now: int) -> tuple[Incident, Fact]:
        _refuse_closed(one)
        words = f"{who.name} put the next update off by {seconds // 60} min."
        after = one.model_copy(update={"due": now + seconds * 1000})
        return after, fact_of(bot, "snooze", one, who, words, after="open")

    return NowSnoozed(incident=await step(bot, incident_id, decide))


@arrangement(target="closing", target_required=False, lets=lambda policy: policy.may_close)
async def close(bot: Bot, order: Order) -> Data:
    """Close the incident of this channel, with a summary.

    While requests of it go on it is not closed, and they are named; a button closes it anyway.
    """
    wanted, words = named_first(order.command.line)
    await _let(bot, order.user, bot.policy.may_close, "close")
    incident = await meant_in(bot, order.channel, wanted)
    return await close_it(bot, order.user, incident.id, words)


async def close_it(
    bot: Bot, user: str, incident_id: str, words: str, *, anyway: bool = False
) -> Data:
    """Close an incident; what goes on in it comes back to be decided on, unless `anyway`."""
    who = await _let(bot, user, bot.policy.may_close, "close")
    if words:
        words = checked(words, "close")
    incident = await load(bot, incident_id)
    if incident is None:
        raise NotNow(Inc.NONE_OPEN, f"There is no incident {incident_id}.")
    _refuse_closed(incident)
    known = await so_far(bot, incident)
    if known.going_on and not anyway:
        kept = {"user": user, "incident": incident.id, "words": words}
        word = await bot.redis.shelf.stash(kept)
        return StillGoingOn(incident=incident, going_on=known.going_on, word=word)
    left = [one.request for one in known.going_on]

    def decide(one: Incident, now: int) -> tuple[Incident, Fact]:
        _refuse_closed(one)
        update = {"closed_at": now, "closed_by": who, "closing": words, "due": 0}
        after = one.model_copy(update=update)
        still = f" These went on: {', '.join(left[:10])}." if left else ""
        said = (
            f"{who.name} closed {one.title}: {_count(len(known.requests), 'request')}, "
            f"{len(known.moved)} failed over, {len(known.unprotected)} unprotected.{still}"
        )
        fact = fact_of(bot, "close", one, who, said, after="closed")
        return after, fact.model_copy(update={"reason": words})

    return NowClosed(incident=await step(bot, incident.id, decide))


async def close_anyway(bot: Bot, user: str, word: str) -> Data:
    """Close an incident although something goes on in it, as somebody was offered."""
    kept = await bot.redis.shelf.stashed(word)
    if kept is None or kept.get("user") != user or "incident" not in kept:
        raise NotNow(Inc.NONE_OPEN, "That offer has expired.", "Type /dr close again.")
    return await close_it(bot, user, kept["incident"], kept["words"], anyway=True)


async def may_close(bot: Bot, user: str, incident_id: str) -> Incident:
    """Return the incident that somebody wants to close, who may; raises like `close`."""
    await _let(bot, user, bot.policy.may_close, "close")
    return await meant_in(bot, "", incident_id)


def _count(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def _next_due(bot: Bot, now: int) -> int:
    terms = bot.policy.incident
    return now + terms.update_every * 1000 if terms.remind else 0


def _refuse_closed(one: Incident) -> None:
    if not one.open:
        by = f" by {one.closed_by.name}" if one.closed_by else ""
        raise NotNow(
            Inc.CLOSED, f"{one.id} is closed{by} already.", "What is still to say fits in /dr note."
        )


async def _let(bot: Bot, user: str, may: tuple[str, ...], verb: str) -> Person:
    """Return somebody whom a list lets do something; raises `NotAllowed`, written down."""
    who = await standing(bot, user, may)
    reason = why_nobody(who.person, who.home_teams)
    if not reason and not includes(may, who.person.id, who.groups):
        whose = ", ".join(may) or "nobody"
        reason = NotAllowed(
            Inc.NOT_TO_DECLARE,
            f"The policy does not let you {verb} incidents; it lets {whose}.",
            _OWNERS,
        )
    if reason:
        fact = Fact(
            type="incident.refused",
            subject="incident",
            actor=actor(who.person),
            operation=verb,
            policy=bot.policy.version,
            correlation={"code": reason.refusal.id},
            words=f"{who.person.name} tried to {verb} an incident and was refused: "
            f"{reason.sentence}",
        )
        await write_down(bot, fact)
        raise reason
    return who.person


async def _region(bot: Bot, said: Declaration) -> tuple[str, str, Sequence[Machine]]:
    """Find the region that is meant, and the machines that run there; '' where none is named.

    Nobody waits for Azure on such a night: where a vault does not answer, the region is believed.
    """
    if not said.region:
        return "", "", ()
    try:
        async with asyncio.timeout(_PATIENCE):
            found = await everything(bot)
    except (Unavailable, TimeoutError):
        return said.region.casefold(), said.region, ()
    machines = found.machines
    names = _regions(machines)
    for code, name in names.items():
        if same_region(code, said.region) or same_region(name, said.region):
            return code, name, [one for one in machines if same_region(one.runs_in, code)]
    if found.troubles:
        return said.region.casefold(), said.region, ()
    known = ", ".join(f"{name} (region:{code})" for code, name in names.items())
    raise NotNow(
        Inc.NO_REGION,
        f"No machine of the vaults is in {said.region[:60]!r}, nor goes there.",
        f"There are {known}. Without region: an incident is about no region."
        if known
        else "Leave region: out.",
    )


def _regions(machines: Iterable[Machine]) -> dict[str, str]:
    """Return every region that the vaults know, with its name."""
    found: dict[str, str] = {}
    for one in machines:
        for code in (one.primary_region, one.recovery_region, one.home_region):
            if code:
                found.setdefault(code, one.region_names.get(code, code))
    return dict(sorted(found.items()))

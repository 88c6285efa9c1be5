"""The channel of an incident and the board in it: made, furnished and kept true.

Like a card, a board is drawn from what is stored, never from what happened, and its thread tells
the audit entries of the incident in order. What Slack does not let the bot do with the channel is
remembered and said; the work, the record and the board never wait for it.
"""

import logging
import uuid
from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from bot.cards import place_for
from bot.domain.audit import Fact
from bot.domain.incidents import Incident, Place, channel_names
from bot.domain.lists import handles
from bot.domain.situation import Situation
from bot.errors import SlackRefused, Unavailable
from bot.gateways.redis.cards import CardRecord
from bot.incident_steps import fact_of, step
from bot.incidents import all_incidents, load, so_far
from bot.messages import incident_thread
from bot.messages.incident import announcement, board, topic
from bot.runtime import Bot

_GONE: Final = frozenset(
    {"channel_not_found", "is_archived", "not_in_channel", "restricted_action", "missing_scope"}
)
"""What Slack says of a channel that cannot be posted to."""
_BOARD_GONE: Final = frozenset({"message_not_found", "thread_not_found"})
_BUSY: Final = 0.5
_SLACK_AWAY: Final = 5.0
_NOWHERE: Final = 60.0
_TOPIC_PAUSE: Final = 60_000
"""Milliseconds between two topics: each is a message in the channel, and Slack allows few."""
_APART: Final = 60_000
"""Milliseconds that Slack's clock and that of Redis may be apart."""

Furnish = Callable[[], Awaitable[object]]

log = logging.getLogger(__name__)


async def draw(bot: Bot, incident_id: str) -> float | None:
    """Bring the channel of an incident and its board up to date.

    Returns the seconds after which it wants to be called again, None when all is done.
    """
    holder = uuid.uuid4().hex
    if not await bot.redis.cards.lock(incident_id, holder):
        return _BUSY
    try:
        return await _draw(bot, incident_id, holder)
    except Unavailable as error:
        log.warning("the board of %s waits: %s", incident_id, error.sentence)
        return error.retry_after or _SLACK_AWAY
    except SlackRefused as error:
        log.error("the board of %s cannot be shown: %s", incident_id, error.sentence)  # noqa: TRY400
        return _NOWHERE
    finally:
        await bot.redis.cards.unlock(incident_id, holder)


async def _draw(bot: Bot, incident_id: str, holder: str) -> float | None:
    dirty = await bot.redis.cards.became_dirty(incident_id)
    incident = await load(bot, incident_id)
    if incident is None:
        await bot.redis.cards.clean(incident_id, dirty)
        return None
    if not dirty:
        return None
    if not incident.channel:
        incident = await _housed(bot, incident)
    try:
        if wait := await _show(bot, incident, holder):
            return wait
    except SlackRefused as error:
        if error.code not in _GONE or incident.place == "default":
            raise
        await _move(bot, incident, error.code)
        return _BUSY
    await bot.redis.cards.clean(incident_id, dirty)
    return _BUSY if await bot.redis.cards.became_dirty(incident_id) else None


async def _show(bot: Bot, incident: Incident, holder: str) -> float:
    """Post or edit the board, hang up what belongs to it, and tell its thread the news.

    Returns the seconds to wait until the budget lets the board be edited.
    """
    done = await bot.redis.rooms.done(incident.id)
    record = await bot.redis.cards.record(incident.id)
    now = (await bot.redis.requests.snapshot()).now
    known = await so_far(bot, incident)
    message = board(incident, known, now, _missing(done))
    if record.ts and record.channel == incident.channel:
        wait = await bot.redis.cards.wait_before_edit(
            incident.id, pause=bot.settings.card_pause, milestone=record.rev != incident.entry
        )
        if wait:
            return wait
        try:
            await bot.slack.update(record.channel, record.ts, message)
        except SlackRefused as error:
            if error.code not in _BOARD_GONE:
                raise
            record = await _post(bot, incident, record, known, now)
    else:
        record = await _post(bot, incident, record, known, now)
    await bot.redis.cards.shown(incident.id, record, incident.entry)
    failed = await _furnish(bot, incident, record, known, now, done)
    await _tell(bot, incident, record, known, holder)
    if failed:  # the board says what is missing
        await bot.redis.cards.redraw(incident.id, now + 1)
    return 0


async def _post(
    bot: Bot, incident: Incident, before: CardRecord, known: Situation, now: int
) -> CardRecord:
    done = await bot.redis.rooms.done(incident.id)
    message = board(incident, known, now, _missing(done))
    channel, ts = await bot.slack.post(incident.channel, message)
    if not await bot.redis.cards.posted(incident.id, before, channel, ts):
        await bot.slack.delete(channel, ts)
    return await bot.redis.cards.record(incident.id)


async def _housed(bot: Bot, incident: Incident) -> Incident:
    """Give an incident a channel: the one it adopts, a new one, or else the default channel."""
    channel, place, trouble = await _adopted(bot, incident.here) if incident.here else ("", "", "")
    if not incident.here:
        channel, trouble = await _made(bot, incident)
        place = "made"
    if trouble:
        channel, place = await place_for(bot, ""), "default"
    return await _record(bot, incident, channel, place, trouble)


async def _made(bot: Bot, incident: Incident) -> tuple[str, str]:
    """Make a channel; returns its id, or why there is none."""
    terms = bot.policy.incident
    for name in channel_names(terms.channel, incident):
        try:
            return await bot.slack.make_channel(name, private=terms.private), ""
        except SlackRefused as error:
            if error.code != "name_taken":
                return "", f"Slack did not let the bot make the channel #{name} ({error.code})."
        if found := await _ours(bot, name, incident):
            return found, ""
    return "", f"The channel #{name} is there already, and it is not the bot's."


async def _ours(bot: Bot, name: str, incident: Incident) -> str:
    """Return the id of a channel that was made for this incident, whose maker died; else ''."""
    found = await bot.slack.channel(f"#{name}", fresh=True)
    home = await bot.slack.home()
    if found is None or not found.member or found.creator != home.user:
        return ""
    taken = {one.channel for one in await all_incidents(bot)}
    fresh = found.created * 1000 >= incident.at - _APART
    return found.id if fresh and found.id not in taken else ""


async def _adopted(bot: Bot, channel: str) -> tuple[str, Place, str]:
    """Go into the channel that an incident adopts; returns its id, or why that cannot be."""
    found = await bot.slack.channel(channel, fresh=True)
    if found is None:
        return "", "", "The bot cannot see the channel in which that was typed: invite it there."
    if found.archived or found.shared:
        why = "is archived" if found.archived else "is shared with another organisation"
        return "", "", f"The channel #{found.name} {why}."
    if not found.member:
        try:
            await bot.slack.join(channel)
        except SlackRefused as error:
            return "", "", f"The bot could not go into #{found.name} ({error.code}): invite it."
    return found.id, "adopted", ""


async def _move(bot: Bot, incident: Incident, code: str) -> Incident:
    """Go on in the default channel, where the incident's own cannot be used any more."""
    channel = await place_for(bot, "")
    trouble = f"Its channel cannot be posted to any more ({code})."
    return await _record(bot, incident, channel, "default", trouble)


async def _record(
    bot: Bot, incident: Incident, channel: str, place: Place, trouble: str
) -> Incident:
    def decide(one: Incident, _now: int) -> tuple[Incident, Fact] | None:
        if one.channel != incident.channel:
            return None  # somebody else was faster
        after = one.model_copy(update={"channel": channel, "place": place, "trouble": trouble})
        what = {"made": "has a channel of its own", "adopted": "has this channel"}.get(place, "")
        words = f"{one.title} {what}." if what else f"{trouble} It goes on in the default channel."
        return after, fact_of(bot, "channel", one, words=words, after=place, channel=channel)

    return await step(bot, incident.id, decide)


async def _furnish(
    bot: Bot,
    incident: Incident,
    record: CardRecord,
    known: Situation,
    now: int,
    done: Mapping[str, str],
) -> bool:
    """Do what is not done yet about the channel; returns whether Slack refused any of it."""
    where = incident.channel
    works: dict[str, Furnish] = {f"pin {record.ts}": lambda: bot.slack.pin(where, record.ts)}
    if incident.place in {"made", "adopted"}:
        works["invite"] = lambda: _invite(bot, incident)
        works["bookmark Board"] = lambda: _bookmark(bot, record, "Board", "")
        for title, link in bot.policy.incident.bookmarks.items():
            works[f"bookmark {title}"] = lambda t=title, a=link: _bookmark(bot, record, t, a)  # type: ignore[misc]
    if incident.place == "made":  # one that was there has a topic of its own
        line = topic(incident, known)
        said, _, at = done.get("topic", "").rpartition(" ")
        late = not incident.open or now - int(at or 0) >= _TOPIC_PAUSE
        if said != line and late:
            works["topic"] = lambda: bot.slack.set_topic(where, line)
    works[f"announced {where}"] = lambda: _announce(bot, incident)
    failed = False
    for what, work in works.items():
        if what in done and what != "topic":
            continue
        outcome = f"{topic(incident, known)} {now}" if what == "topic" else ""
        try:
            await work()
        except SlackRefused as error:
            if error.code in _GONE - {"missing_scope", "restricted_action"}:
                raise
            log.warning("%s of %s: %s", what, incident.id, error.code)
            outcome = outcome if what == "topic" else f"!{error.code}"
            failed = failed or what not in done
        await bot.redis.rooms.did(incident.id, what, outcome, incident.until)
    return failed


def _missing(done: Mapping[str, str]) -> dict[str, str]:
    """Return what Slack refused about the channel, each with Slack's word for it."""
    return {what: how[1:] for what, how in done.items() if how.startswith("!")}


async def _invite(bot: Bot, incident: Incident) -> None:
    """Invite whom the policy names, and whoever declared it."""
    listed = bot.policy.invited
    groups = await bot.slack.groups(handles(listed))
    people = [one for one in listed if not one.startswith("@")]
    people += [user for members in groups.values() for user in sorted(members)]
    await bot.slack.invite(incident.channel, list(dict.fromkeys([incident.by.id, *people])))


async def _bookmark(bot: Bot, record: CardRecord, title: str, link: str) -> None:
    address = link or await bot.slack.link(record.channel, record.ts)
    if address:
        await bot.slack.bookmark(record.channel, title, address)


async def _announce(bot: Bot, incident: Incident) -> None:
    """Say in the default channel that there is an incident, where, and what is wrong with that."""
    default = await place_for(bot, "")
    if default != incident.channel or incident.trouble:
        await bot.slack.post(default, announcement(incident))


async def _tell(
    bot: Bot, incident: Incident, record: CardRecord, known: Situation, holder: str
) -> None:
    """Tell the thread what it has not been told yet, in order."""
    told = record.told
    for entry in await bot.redis.audit.of_request(incident.id, skip=told):
        said = incident_thread.line(entry, incident, known, bot.policy.incident.snooze)
        if said:
            if not await bot.redis.cards.hold_on(incident.id, holder):
                raise Unavailable("Somebody else draws it meanwhile.")
            await bot.slack.post(record.channel, said[0], thread=record.ts, broadcast=said[1])
        told += 1
        await bot.redis.cards.told(incident.id, record, told)

"""The ways into an incident beside its commands: its forms, its buttons, and the shortcut."""

import re
from collections.abc import Mapping
from typing import Any, Final

from bot.access import admit, person, require_look
from bot.arrangements import incidents
from bot.domain.grammar import parse, tidy
from bot.domain.incidents import LONGEST_WORDS, named_first, update_of
from bot.errors import Misunderstood, NotNow, SlackRefused
from bot.incidents import meant_in
from bot.messages.blocks import Message, clip
from bot.messages.incident_forms import CLOSING, close_form, update_form
from bot.queries import VERBS
from bot.queries.incidents import timeline
from bot.refusals import Gone
from bot.runtime import Bot
from handlers import ask_form
from handlers.commands import Said
from handlers.pictures import show

_TS: Final = re.compile(r"[0-9]{1,12}\.[0-9]{1,8}")
_UPDATE: Final = "update"
_LONGEST: Final = LONGEST_WORDS - 100
"""So much is taken of a message, for its author's name stands before it."""


async def run(bot: Bot, said: Said) -> Message | None:
    """Carry out what somebody typed; `/dr update` without words opens its form."""
    wanted = wants_form(said.text)
    if wanted is None:
        return await ask_form.run(bot, said)
    await admit(bot, said.user, said.channel, "command")
    incident = await incidents.may_update(bot, said.user, said.channel, wanted)
    await bot.slack.open_view(said.trigger, update_form(incident))
    return None


async def open_update(bot: Bot, user: str, incident_id: str, trigger: str) -> None:
    """Open the form for an update, for somebody who may write one."""
    incident = await incidents.may_update(bot, user, "", incident_id)
    await bot.slack.open_view(trigger, update_form(incident))


async def open_close(bot: Bot, user: str, incident_id: str, trigger: str) -> None:
    """Open the form in which an incident is closed, for somebody who may."""
    incident = await incidents.may_close(bot, user, incident_id)
    await bot.slack.open_view(trigger, close_form(incident))


async def snooze(bot: Bot, user: str, value: str) -> Message:
    """Put the next update off; the value says by how many seconds, and of which incident."""
    seconds, _, incident = value.partition(":")
    if not seconds.isdecimal():
        raise NotNow(Gone.BUTTON, "This button is too old to be used.", "Type /dr update instead.")
    return show(await incidents.snooze(bot, user, incident, int(seconds)))


async def close_anyway(bot: Bot, user: str, word: str) -> Message:
    """Close an incident although something goes on in it."""
    return show(await incidents.close_anyway(bot, user, word))


async def show_timeline(bot: Bot, user: str, incident: str) -> Message:
    """Show everything of an incident, to whoever may look."""
    return show(await timeline(bot, user, incident))


async def updated(
    bot: Bot, user: str, channel: str, incident: str, seen: int, filled: Mapping[str, str]
) -> Message:
    """Take an update out of a form that was sent."""
    await admit(bot, user, channel, "click")
    said = update_of({name: tidy(words) for name, words in filled.items()})
    return show(await incidents.update_by_form(bot, user, incident, said, seen))


async def closed(
    bot: Bot, user: str, channel: str, incident: str, filled: Mapping[str, str]
) -> Message:
    """Close an incident by a form that was sent."""
    await admit(bot, user, channel, "click")
    words = tidy(filled.get(CLOSING, ""))
    return show(await incidents.close_it(bot, user, incident, words))


async def add_message(bot: Bot, user: str, channel: str, message: Mapping[str, Any]) -> Message:
    """Put a message into the timeline: its text as plain text, its author, and where it stands."""
    await admit(bot, user, channel, "click")
    who = await require_look(bot, user)
    incident = await meant_in(bot, channel, closed=True)
    words = clip(tidy(str(message.get("text") or "")), _LONGEST)
    ts = str(message.get("ts") or "")
    link = await bot.slack.link(channel, ts) if _TS.fullmatch(ts) else ""
    author = await _author(bot, message)
    return show(await incidents.noted(bot, incident.id, who, words, link=link, author=author))


async def _author(bot: Bot, message: Mapping[str, Any]) -> str:
    """Return who wrote a message, by the name that Slack has for them now."""
    user = str(message.get("user") or "")
    if not user or message.get("bot_id"):
        return clip(tidy(str(message.get("username") or "")), 80) or "an app"
    try:
        return (await person(bot, user, fresh=False)).name
    except SlackRefused:
        return tidy(user)


async def channel_of(bot: Bot, incident: str) -> str:
    """Return the channel of an incident, where whoever sent a form is told of it."""
    return (await meant_in(bot, "", incident, closed=True)).channel


def wants_form(text: str) -> str | None:
    """Return which incident somebody wants to report on in a form: '' for the one of the channel.

    None when they typed something else.
    """
    try:
        command = parse(text, VERBS)
    except Misunderstood:
        return None
    if command.verb != _UPDATE:
        return None
    wanted, words = named_first(command.line)
    return None if words else wanted

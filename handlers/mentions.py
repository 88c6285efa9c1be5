"""What people write to the bot: `@dr status vm-web01`, in channels and in threads.

The same grammar and the same authorization as for `/dr`, which does not work in threads. What was
found is answered in the thread, for all who are in it; what is for one person only is whispered
to them, and a form, which needs more than a mention, is offered with a button.
"""

import re
from typing import Final

from bot.access import admit
from bot.arrangements import VERBS
from bot.domain.break_glass import strict, unwrapped
from bot.domain.data import Data
from bot.domain.grammar import parse
from bot.domain.lists import EVERYONE
from bot.domain.operations import CATALOGUE
from bot.errors import Misunderstood, SlackRefused
from bot.messages import answers
from bot.messages.blocks import Message
from bot.messages.buttons import CHOOSE, FILL_IN, RUN
from bot.runtime import Bot
from handlers import commands, deliveries, incidents
from handlers.ask_form import LACKING
from handlers.commands import Said

_FOR_ONE: Final = frozenset({"", "help", "doctor", "policy", "preview"})
"""What is about the person who asks, or of use to them alone."""
_LEADING: Final = re.compile(r"^\s*/dr\b")
"""What people write out of habit."""


class Mention(Data):
    """A message in which somebody mentioned the bot."""

    user: str
    channel: str
    text: str
    """As Slack sends it, with the mention in it and HTML entities."""
    ts: str
    thread: str
    """The message that the thread hangs on: the mention itself where there is none yet."""


async def run(bot: Bot, said: Mention) -> Message | None:
    """Carry out what somebody wrote to the bot, once for each message.

    Answers in the thread; returns what is for the one who wrote it alone. Raises our errors.
    """
    if not await bot.redis.shelf.first_time(f"mention:{said.channel}:{said.ts}", _REMEMBERED):
        return None
    home = await bot.slack.home()
    if said.user == home.user:
        return None
    text = meant(said.text, home.user)
    if incidents.wants_form(text) is not None:
        await admit(bot, said.user, said.channel, "command")
        return answers.form_offered("An update says how the incident stands.", text)
    try:
        answer = await commands.run(
            bot, Said(user=said.user, channel=said.channel, text=text, trigger="")
        )
    except Misunderstood as error:
        if error.refusal not in LACKING or len(text) > _LONGEST:
            raise
        return answers.form_offered(error.sentence, text)
    if _is_for_one(bot, text, answer):
        return answer
    try:
        await bot.slack.post(said.channel, answer, thread=said.thread)
    except SlackRefused:
        return answer
    return None


async def whisper(bot: Bot, said: Mention, message: Message) -> None:
    """Tell whoever wrote it, where they wrote it; a thread that is not there yet has nobody."""
    thread = said.thread if said.thread != said.ts else ""
    await deliveries.whisper(bot, said.channel, said.user, message, thread)


def meant(text: str, bot_user: str) -> str:
    """Return what was written without the mentions of the bot, wherever they stand."""
    mention = re.compile(rf"<@{re.escape(bot_user)}(?:\|[^<>]*)?>")
    return _LEADING.sub("", mention.sub(" ", text)).strip()


_REMEMBERED: Final = 900
_LONGEST: Final = 1900
"""Slack keeps no more with a button."""


def _is_for_one(bot: Bot, text: str, answer: Message) -> bool:
    """Whether an answer is whispered: what not everybody may see is not said aloud."""
    command = unwrapped(parse(text, VERBS), strict(VERBS))
    if command.verb in _FOR_ONE or _offers_choice(answer):
        return True
    looks = command.verb not in CATALOGUE and not VERBS[command.verb].arranges
    return looks and EVERYONE not in bot.policy.may_look


def _offers_choice(answer: Message) -> bool:
    """Whether it has buttons that only one person can go on with."""
    ids = [
        str(element.get("action_id", ""))
        for block in answer.blocks
        for element in (*block.get("elements", ()), block.get("accessory") or {})
    ]
    personal = tuple(one.action_id for one in (CHOOSE, FILL_IN, RUN))
    return any(one.startswith(personal) for one in ids)

"""The form for a command that lacks its target or its reason: opened, and suggested in.

What is chosen in it and what becomes of it when it is sent is in `sent_form`.
"""

import asyncio
from dataclasses import replace
from typing import Final

from bot import asking
from bot.access import admit
from bot.arrangements import VERBS
from bot.domain.break_glass import unwrapped
from bot.domain.grammar import LONGEST_NAME, Command, parse, tidy
from bot.domain.operations import CATALOGUE
from bot.domain.suggestions import Suggested
from bot.domain.verbs import Verb
from bot.errors import DrError, Misunderstood, NotNow, SlackRefused
from bot.forms import bare_form, form_for
from bot.gateways.redis import NO_ANSWER
from bot.messages.answers import try_again
from bot.messages.ask_form import Kept, ask_form, loading, suggestions, trouble, without_form
from bot.messages.blocks import Block, Message
from bot.refusals import Gone, Pol, Type
from bot.runtime import Bot
from bot.suggestions import prepare, suggest
from handlers import commands
from handlers.commands import Said, stash, typed_in, unstash

NOTHING: Final = suggestions(Suggested())
"""What is answered to somebody who is offered nothing."""
_AT_ONCE: Final = 0.7
"""Seconds after which a window is opened, whatever is still being looked at."""
LACKING: Final = frozenset({Type.WANTS_NAME, Type.WANTS_REASON, Pol.WANTS_REASON})
"""What a form can ask for."""


async def run(bot: Bot, said: Said) -> Message | None:
    """Carry out what somebody typed; where it lacks a target or a reason, open the form for it."""
    try:
        return await commands.run(bot, said)
    except Misunderstood as error:
        command = _unfinished(said.text) if error.refusal in LACKING else None
        if command is None or not said.trigger:
            raise
        return await open_form(bot, said, command, error)


async def open_again(bot: Bot, user: str, word: str, trigger: str) -> Message | None:
    """Open the form of a command that was sent and came to nothing, with all that was filled in."""
    command, found = await unstash(bot, user, word)
    said = Said(user=user, channel=found["channel"], text="", trigger=trigger)
    return await open_form(bot, said, command, NotNow(Gone.FORM, "The form could not be opened."))


async def open_form(bot: Bot, said: Said, command: Command, error: DrError) -> Message | None:
    """Open the form for somebody who may ask.

    A window comes at once: where it takes longer to see what it shows, it says so until then. One
    that does not open leaves it at the `error`, with a button to try it again.
    """
    allowed = asyncio.ensure_future(asking.may_ask_anything(bot, said.user, command))
    prepare(bot)
    try:
        word = await stash(bot, said.user, said.channel, command)
        kept = Kept(
            word=word,
            verb=command.verb,
            channel=said.channel,
            glass=command.glass,
            also=command.also,
            place=await _place(bot, said),
        )
        title = CATALOGUE[command.verb].title
        done, _ = await asyncio.wait({allowed}, timeout=_AT_ONCE)
        if done:
            allowed.result()
        whole = bool(done) and not command.targets
        first = ask_form(bare_form(bot, kept, command)) if whole else loading(kept, title)
        try:
            view, shown = await bot.slack.open_view(said.trigger, first)
        except SlackRefused:
            await allowed
            return try_again(error, word)
        if whole:
            return None
        why = trouble(error) if error.refusal is Pol.WANTS_REASON else ()
        await _fill(bot, said.user, kept, command, allowed, (view, shown), why)
    finally:
        allowed.cancel()
    return None


async def suggested(bot: Bot, user: str, kept: Kept, typed: str) -> Block:
    """Return what somebody who types into the form may choose from; raises like a click."""
    await admit(bot, user, await typed_in(bot, kept.word), "suggestion")
    command, _ = await unstash(bot, user, kept.word)
    return suggestions(await suggest(bot, user, command, tidy(typed)[:LONGEST_NAME]))


async def _fill(
    bot: Bot,
    user: str,
    kept: Kept,
    command: Command,
    allowed: "asyncio.Future[None]",
    window: tuple[str, str],
    before: tuple[Block, ...],
) -> None:
    """Put the form in the place of the window that said that it is being looked at."""
    view, shown = window
    title = CATALOGUE[command.verb].title
    try:
        await allowed
        filled = ask_form(await form_for(bot, user, kept, command, before=before))
    except DrError as error:
        filled = without_form(kept, title, error)
    except NO_ANSWER:
        filled = without_form(kept, title, NotNow(Gone.FORM, "The store did not answer."))
    shown = await bot.slack.update_view(view, filled, shown)
    if view and shown:
        await bot.redis.forms.show(view, shown)


async def _place(bot: Bot, said: Said) -> str:
    """Return the name of the channel that the card goes to, for somebody who is not in it."""
    if not said.elsewhere:
        return ""
    channel = await bot.slack.channel(said.channel)
    return channel.name if channel else said.channel


def _unfinished(text: str) -> Command | None:
    """Read a command that asks for something and lacks its target or its reason; else None."""
    verbs = {name: _lenient(verb) for name, verb in VERBS.items()}
    command = unwrapped(parse(text, verbs), verbs)
    return command if command.verb in CATALOGUE else None


def _lenient(verb: Verb) -> Verb:
    return replace(
        verb, target_required=False, reason="none" if verb.reason == "none" else "optional"
    )

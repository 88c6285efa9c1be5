"""The form for a command that was typed without its target: opened, suggested in, and sent."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from bot import asking
from bot.access import admit
from bot.arrangements import VERBS
from bot.domain.break_glass import strict, unwrapped
from bot.domain.grammar import LONGEST_NAME, Command, parse, reason_of, tidy
from bot.domain.operations import CATALOGUE
from bot.domain.suggestions import Suggested
from bot.domain.verbs import Verb
from bot.errors import Misunderstood, SlackRefused
from bot.messages.ask_form import REASON, TARGET, ask_form, suggestions, with_place
from bot.messages.blocks import Block, Message
from bot.refusals import Type
from bot.runtime import Bot
from bot.suggestions import picked, prepare, suggest
from handlers import commands
from handlers.commands import Said, stash, typed_in, unstash

NOTHING: Final = suggestions(Suggested())
"""What is answered to somebody who is offered nothing."""


async def run(bot: Bot, said: Said) -> Message | None:
    """Carry out what somebody typed; where a target is all that it lacks, open the form for it."""
    try:
        return await commands.run(bot, said)
    except Misunderstood as error:
        command = _without_target(said.text) if error.refusal is Type.WANTS_NAME else None
        if command is None:
            raise
        await _open(bot, said, command, error)
        return None


async def suggested(bot: Bot, user: str, word: str, typed: str) -> Block:
    """Return what somebody who types into the form may choose from; raises like a click."""
    await admit(bot, user, await typed_in(bot, word), "suggestion")
    command, _ = await unstash(bot, user, word)
    return suggestions(await suggest(bot, user, command, tidy(typed)[:LONGEST_NAME]))


async def sent(bot: Bot, user: str, word: str, filled: Mapping[str, str]) -> Message:
    """Go on with a command as if it had been typed whole."""
    await admit(bot, user, await typed_in(bot, word), "click")
    command, kept = await unstash(bot, user, word)
    reason = reason_of(filled.get(REASON, ""), _verb(command))
    target = f"id:{await picked(bot, filled[TARGET])}"
    whole = command.model_copy(update={"targets": (target,), "reason": reason})
    return await commands.ask(bot, user, kept["channel"], whole)


async def _open(bot: Bot, said: Said, command: Command, error: Misunderstood) -> None:
    """Open the form for somebody who may ask; one that does not open leaves it at the sentence."""
    await asking.may_ask_anything(bot, said.user, command)
    prepare(bot)
    word = await stash(bot, said.user, said.channel, command)
    required = _verb(command).reason == "required"
    title = CATALOGUE[command.verb].title
    form = ask_form(word, title, command.reason, reason_required=required)
    if said.elsewhere:
        channel = await bot.slack.channel(said.channel)
        form = with_place(form, channel.name if channel else said.channel)
    try:
        await bot.slack.open_view(said.trigger, form)
    except SlackRefused:
        raise error from None


def _without_target(text: str) -> Command | None:
    """Read a command on machines that lacks its target; None when it is something else."""
    verbs = {name: _lenient(verb) for name, verb in VERBS.items()}
    command = unwrapped(parse(text, verbs), verbs)
    operation = CATALOGUE.get(command.verb)
    return command if operation and operation.about == "machine" else None


def _lenient(verb: Verb) -> Verb:
    return replace(
        verb, target_required=False, reason="none" if verb.reason == "none" else "optional"
    )


def _verb(command: Command) -> Verb:
    """Return what a command has to say: whoever breaks the glass says why."""
    return (strict(VERBS) if command.glass else VERBS)[command.verb]

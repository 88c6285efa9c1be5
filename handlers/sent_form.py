"""What becomes of the form for an operation: drawn anew when something is chosen, and asked for
when it is sent.

Whatever is wrong is said under the field that it belongs to, as long as Slack waits for it; later
it is whispered, with a button that opens the form again. Nothing typed is ever lost.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from bot import asking
from bot.access import admit
from bot.arrangements import VERBS
from bot.asking import Asked
from bot.domain.break_glass import strict
from bot.domain.data import Data
from bot.domain.grammar import Command, reason_of
from bot.domain.operations import CATALOGUE
from bot.errors import DrError, Missing, Misunderstood, NotNow, Refused, SlackRefused
from bot.forms import form_for
from bot.messages.answers import sorry, try_again
from bot.messages.ask_fields import option_of
from bot.messages.ask_form import (
    REASON,
    TARGET,
    Kept,
    ask_form,
    because,
    by_option,
    errors,
    options_in,
    reopened,
    stale,
    still_looking,
    trouble,
    unaskable,
)
from bot.messages.blocks import Block, Message
from bot.refusals import Code, Gone, Now, Pol, Type
from bot.runtime import Bot
from bot.suggestions import picked
from handlers import commands
from handlers.commands import stash

_SOON: Final = 0.5
"""Seconds after which a form says that it is being looked at, in the place of what it said."""
_TRIES: Final = 5
_PAUSE: Final = 0.2
_ANOTHER: Final = "This belongs to what was chosen before. Choose again."
_CONFLICT: Final = "hash_conflict"
_UNDER: Final[Mapping[Code, str]] = {
    Type.WANTS_REASON: REASON,
    Type.REASON_TOO_LONG: REASON,
    Pol.WANTS_REASON: REASON,
    Now.NO_POINT: "point",
}
"""Under which field a refusal is said that the target has nothing to do with."""


class Window(Data):
    """A form that is open: what it brings back, what is filled in, and what is known of it."""

    id: str
    hash: str
    kept: Kept
    filled: dict[str, str]
    """By block."""
    view: dict[str, Any] = {}
    """All that Slack says of it."""
    at: float = 0.0
    """When the choice was made, by Slack's clock."""

    @property
    def blocks(self) -> dict[str, str]:
        """The block of each field."""
        return {option_of(block): block for block in self.filled}


@dataclass(frozen=True)
class Verdict:
    """What becomes of a form that was sent."""

    errors: Mapping[str, str] = field(default_factory=dict)
    """What is wrong, by block."""
    view: Block | None = None
    """The form anew, where it has to ask for more."""
    asked: Asked | None = None
    trouble: DrError | None = None
    """What was the matter, in words for whoever is no longer at the form."""
    command: Command | None = None


async def changed(bot: Bot, user: str, window: Window) -> None:
    """Draw a form anew after something was chosen in it; a newer choice is left alone."""
    if not await bot.redis.forms.chose(window.id, window.at):
        return
    try:
        await admit(bot, user, window.kept.channel, "suggestion")
        command, kept, late = await _taken_up(bot, user, window.kept)
    except Refused as error:
        form = await _refused(bot, user, window, error)
        await _show(bot, window, form)
        return
    drawing = asyncio.ensure_future(_drawn(bot, user, kept, command, window.filled, late=late))
    try:
        done, _ = await asyncio.wait({drawing}, timeout=_SOON)
        waiting = still_looking(window.view, kept, CATALOGUE[kept.verb].title)
        if not done and waiting:
            await _show(bot, window, waiting)
        await _show(bot, window, await drawing)
    finally:
        drawing.cancel()


async def sent(bot: Bot, user: str, window: Window) -> Verdict:
    """Ask for what a form says, as if it had been typed whole."""
    given = window.filled
    wrong = unaskable(by_option(given))
    wrong |= {option_of(one): _ANOTHER for one in stale(given) if given[one]}
    if wrong:
        return Verdict(errors=errors(wrong, window.blocks))
    command: Command | None = None
    kept = window.kept
    try:
        await admit(bot, user, kept.channel, "click")
        command, kept, late = await _taken_up(bot, user, kept)
        if late:
            form = await _drawn(bot, user, kept, command, given, late=True)
            return Verdict(view=form, trouble=_expired(), command=command)
        command, wrong = await _whole(bot, command, given)
        if wrong:
            why = Misunderstood(Type.WRONG_VALUE, " ".join(wrong.values()))
            return Verdict(errors(wrong, window.blocks), trouble=why, command=command)
        return Verdict(asked=await asking.ask(bot, user, command, kept.channel))
    except Missing as error:
        assert command is not None  # noqa: S101 - it was asked for
        if all(one in window.blocks for one in error.what):
            found = errors(dict.fromkeys(error.what, error.sentence), window.blocks)
            return Verdict(found, trouble=error, command=command)
        form = ask_form(await form_for(bot, user, kept, command))
        return Verdict(view=form, trouble=error, command=command)
    except Refused as error:
        found = errors({_UNDER.get(error.refusal, TARGET): str(error)}, window.blocks)
        return Verdict(found, trouble=error, command=command)
    except DrError as error:
        return Verdict(trouble=error, command=command)


async def told(bot: Bot, user: str, window: Window, verdict: Verdict) -> Message:
    """Say what became of a form to whoever sent it, when it is closed."""
    if verdict.asked:
        return await commands.told(bot, verdict.asked)
    error = verdict.trouble or NotNow(Gone.FORM, "This form could not be read.")
    if verdict.command is None:
        return sorry(error)
    word = await stash(bot, user, window.kept.channel, verdict.command)
    return try_again(error, word)


async def _drawn(
    bot: Bot, user: str, kept: Kept, command: Command, filled: Mapping[str, str], *, late: bool
) -> Block:
    """Draw the form with what is filled in by now."""
    before = (reopened(),) if late else ()
    try:
        command, _ = await _whole(bot, command, filled)
    except DrError as error:
        before = (*before, *trouble(error))
    return ask_form(await form_for(bot, user, kept, command, before=before))


async def _refused(bot: Bot, user: str, window: Window, error: Refused) -> Block:
    """Draw the form for somebody whom it does not serve any more; what is filled in stays."""
    command = _anew(window.kept)
    form = await form_for(bot, user, window.kept, command, before=trouble(error))
    return ask_form(form)


async def _show(bot: Bot, window: Window, form: Block) -> None:
    """Show a form, unless something newer was chosen meanwhile.

    An older answer may have been shown since: then the newest choice is shown in its place.
    """
    known = window.hash
    for _ in range(_TRIES):
        if not await bot.redis.forms.is_newest(window.id, window.at):
            return
        known = await bot.redis.forms.shown(window.id) or known
        try:
            shown = await bot.slack.update_view(window.id, form, known)
        except SlackRefused as error:
            if error.code != _CONFLICT:
                raise
            await asyncio.sleep(_PAUSE)  # whoever has shown it is about to say so
        else:
            if shown:
                await bot.redis.forms.show(window.id, shown)
            return


async def _taken_up(bot: Bot, user: str, kept: Kept) -> tuple[Command, Kept, bool]:
    """Take up the command of a form; where it has expired, begin it anew for whoever still may.

    The last says whether it had. Raises `NotNow` for somebody else's.
    """
    found = await bot.redis.shelf.stashed(kept.word)
    if found is None:
        command = _anew(kept)
        await asking.may_ask_anything(bot, user, command)
        word = await stash(bot, user, kept.channel, command)
        return command, kept.model_copy(update={"word": word}), True
    if found["user"] != user:
        raise _expired()
    return Command.model_validate_json(found["command"]), kept, False


def _anew(kept: Kept) -> Command:
    options = {one.name: one.default for one in CATALOGUE[kept.verb].verb.options}
    return Command(verb=kept.verb, options=options, also=kept.also, glass=kept.glass)


def _expired() -> NotNow:
    return NotNow(Gone.FORM, "This form was open for too long.", "Open it again and send it.")


async def _whole(
    bot: Bot, command: Command, filled: Mapping[str, str]
) -> tuple[Command, dict[str, str]]:
    """Put what is filled in into a command; the second is what is wrong with which field.

    Raises `NotNow` where what was chosen is gone, or `Unavailable`.
    """
    verb = (strict(VERBS) if command.glass else VERBS)[command.verb]
    said, wrong = by_option(filled), dict[str, str]()
    options = dict(command.options)
    for option in verb.options:
        value = options_in(said).get(option.name)
        if value is None:
            continue
        try:
            options[option.name] = option.argument.check(value) if value else option.default
        except Misunderstood as error:
            wrong[option.name] = str(error)
    reason = command.reason
    try:
        reason = reason_of(because(said), verb)
    except Misunderstood as error:
        wrong[REASON] = str(error)
    targets = command.targets
    if mark := said.get(TARGET, ""):
        chosen = CATALOGUE[command.verb].about != "candidate"
        targets = (f"id:{await picked(bot, mark)}" if chosen else mark,)
    update = {"targets": targets, "options": options, "reason": reason}
    return command.model_copy(update=update), wrong

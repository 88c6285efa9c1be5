"""What the form for an operation shows: the target as it is now, its recovery points and networks,
and what would be asked with what is filled in.

The same is read as for a request; nothing is asked, stored or sent.
"""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final

from bot import previews
from bot.domain.catalogue import Operation
from bot.domain.grammar import Command
from bot.domain.machines import Machine, Point
from bot.domain.operations import CATALOGUE
from bot.domain.plans import Plan
from bot.domain.suggestions import Suggestion, mark_of
from bot.errors import Ambiguous, DrError, Missing
from bot.inventory import reads_points, which
from bot.messages.ask_fields import Around, fields_for
from bot.messages.ask_form import Form, Kept, trouble
from bot.messages.blocks import Block
from bot.messages.card import would_be
from bot.previews import Preview
from bot.runtime import Bot
from bot.targets import Meant, Selection, find_target, means_several

_AGE: Final = 10.0
_NETWORK: Final = "network"


@dataclass(frozen=True)
class _Looked:
    """What was found of a command that is being put together."""

    target: Machine | Plan | None = None
    points: tuple[Point, ...] = ()
    preview: Preview | None = None
    trouble: DrError | None = None
    named: str = ""
    """What was typed, where it means several machines that cannot be chosen."""


async def form_for(
    bot: Bot, user: str, kept: Kept, command: Command, *, before: Sequence[Block] = ()
) -> Form:
    """Read what a command means by now, and put together the form for it.

    Whatever speaks against it is shown in the form; `before` stands above that.
    """
    operation = CATALOGUE[command.verb]
    looked = await _look(bot, user, operation, command)
    now = datetime.fromtimestamp((await bot.redis.requests.snapshot()).now / 1000, UTC)
    target = looked.target
    machine = target if isinstance(target, Machine) else None
    lacking = None
    if isinstance(looked.trouble, Missing):
        lacking = {one: looked.trouble.choices.get(one, ()) for one in looked.trouble.what}
    around = Around(
        mark=mark_of(target) if target else "",
        machine=machine,
        points=looked.points,
        networks=_networks(bot, operation, target),
        lacking=lacking,
    )
    form = bare_form(bot, kept, command)
    return replace(
        form,
        target=_chosen(bot, target) or form.target,
        named=looked.named or form.named,
        fields=fields_for(operation.name, operation.verb.options, command.options, around, now),
        shown=(*before, *_shown(looked)),
    )


def bare_form(bot: Bot, kept: Kept, command: Command) -> Form:
    """Put together the form for a command of whose target nothing is known yet."""
    operation = CATALOGUE[command.verb]
    options = operation.verb.options
    now = datetime.now(UTC)
    return Form(
        kept=kept,
        title=operation.title,
        kind=operation.about,
        named=command.target if _not_chosen(operation, command) else "",
        fields=fields_for(operation.name, options, command.options, Around(), now),
        reason=command.reason,
        reason_required=operation.verb.reason == "required" or command.glass,
        templates=bot.policy.reasons.templates,
    )


async def _look(bot: Bot, user: str, operation: Operation, command: Command) -> _Looked:
    if not command.targets:
        return _Looked()
    try:
        meant = await find_target(bot, operation, command.targets, command.options)
    except DrError as error:
        return _Looked(trouble=error)
    points = asyncio.create_task(_points(bot, operation, meant))
    try:
        target = meant if isinstance(meant, Machine | Plan) else None
        named = meant.words if isinstance(meant, Selection) else ""
        try:
            preview = await previews.preview_of(bot, user, operation, command, meant)
        except DrError as error:
            return _Looked(target, await points, trouble=error, named=named)
        return _Looked(target, await points, preview, named=named)
    finally:
        points.cancel()


async def _points(bot: Bot, operation: Operation, meant: Meant) -> tuple[Point, ...]:
    """Read the recovery points to choose from; none, where Azure does not say."""
    takes = any(one.name == "point" for one in operation.verb.options)
    if (
        not takes
        or not isinstance(meant, Machine)
        or not reads_points(operation, meant, {}, in_bulk=False)
    ):
        return ()
    with suppress(DrError):  # the preview says it where it matters
        return await bot.azure.points(meant.id)
    return ()


def _networks(bot: Bot, operation: Operation, target: Machine | Plan | None) -> tuple[str, ...]:
    """Return the networks for tests that are known: its own, then those of others over there."""
    if target is None or not any(one.name == _NETWORK for one in operation.verb.options):
        return ()
    roll = bot.azure.rolls.newest(target.vault, _AGE)
    others = roll.machines if roll else ()
    if isinstance(target, Machine):
        known = [target, *(one for one in others if one.there == target.there)]
    else:
        known = list(others)
    return tuple(dict.fromkeys(one.test_network for one in known if one.test_network))


def _not_chosen(operation: Operation, command: Command) -> bool:
    """Whether what was typed is not to be chosen in the form."""
    words = command.targets
    return bool(words) and (operation.about == "candidate" or means_several(words))


def _chosen(bot: Bot, target: Machine | Plan | None) -> Suggestion | None:
    if target is None:
        return None
    vaults = [bot.azure.rolls.newest(vault, _AGE) for vault in bot.vaults]
    rolls = [roll for roll in vaults if roll]
    twins = which(target, rolls) if isinstance(target, Machine) else ""
    return Suggestion(target, twins, able=True)


def _shown(looked: _Looked) -> tuple[Block, ...]:
    """Draw what would be asked, or why it cannot be."""
    if looked.preview:
        found = looked.preview
        return tuple(would_be(found.request, found.why_not, already=found.already))
    if looked.trouble is None:
        return ()
    error = looked.trouble
    if isinstance(error, Ambiguous):
        names = ", ".join(label for _, label in error.matches)
        error = DrError(error.sentence, f"Choose one above: {names}.")
    return trouble(error)

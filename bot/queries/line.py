"""What a line means that is looked at and not carried out: its operation and its target."""

from bot.domain.break_glass import unwrapped
from bot.domain.catalogue import Operation
from bot.domain.grammar import Command, parse
from bot.domain.operations import CATALOGUE
from bot.errors import Ambiguous, Misunderstood, NotNow
from bot.queries.registry import VERBS, without_reason
from bot.refusals import Name, Type
from bot.runtime import Bot
from bot.targets import Meant, find_target


async def meant_by(bot: Bot, line: str, else_: str) -> tuple[Operation, Command, Meant]:
    """Read a command that changes something and find what it is about.

    Raises `Misunderstood`, with `else_` for a command that changes nothing, and `NotNow` where
    several matches would be offered to choose from: there is nothing to go on with here.
    """
    verbs = without_reason()
    command = unwrapped(parse(line, verbs), verbs)
    operation = CATALOGUE.get(command.verb)
    if operation is None:
        if VERBS[command.verb].arranges:
            raise Misunderstood(
                Type.NEEDS_NO_APPROVAL, f"/dr {command.verb} needs no request, so {else_}."
            )
        raise Misunderstood(
            Type.CHANGES_NOTHING, f"/dr {command.verb} changes nothing, so {else_}."
        )
    try:
        meant = await find_target(bot, operation, command.targets, command.options)
    except Ambiguous as error:
        matches = ", ".join(label for _, label in error.matches)
        raise NotNow(Name.TWINS, error.sentence, f"Type one of them: {matches}.") from error
    return operation, command, meant

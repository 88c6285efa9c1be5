"""Drafting a request: everything that is frozen into it, before anybody is asked or told."""

import secrets
from typing import Final

from bot.domain.catalogue import Call, Ground, Operation
from bot.domain.fleets import Fleet
from bot.domain.grammar import Command
from bot.domain.people import Person
from bot.domain.request import Request, fingerprint
from bot.domain.terms import Terms
from bot.runtime import Bot

_ALPHABET: Final = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
"""Letters and digits that cannot be mistaken for each other."""


def new_id(kind: str = "R") -> str:
    """Make up the id of a request, or of another kind of thing."""
    return f"{kind}-" + "".join(secrets.choice(_ALPHABET) for _ in range(6))


async def draft(
    bot: Bot, operation: Operation, command: Command, base: Ground, terms: Terms, asker: Person
) -> Request:
    """Write the request that a command would make; nothing is stored.

    Raises `Missing` when a person has to say more.
    """
    now = (await bot.redis.requests.snapshot()).now
    call = None if isinstance(base.target, Fleet) else operation.call(base, command.options)
    return write(operation, command, base, call, terms, asker, request_id=new_id(), now=now)


def write(
    operation: Operation,
    command: Command,
    base: Ground,
    call: Call | None,
    terms: Terms,
    asker: Person,
    *,
    request_id: str,
    now: int,
    parent: str = "",
    among: int = 0,
) -> Request:
    """Put together a request of what was read and built."""
    return Request(
        id=request_id,
        parent=parent,
        among=among,
        operation=operation.name,
        target_id=base.target.id,
        arguments=command.options,
        ground=base,
        call=call,
        terms=terms,
        fingerprint=fingerprint(operation.name, command.options, base, call, terms, asker),
        reason=command.reason,
        asker=asker,
        channel="",
        asked_at=now,
        expires_at=now + terms.request_lifetime * 1000,
    )

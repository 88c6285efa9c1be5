"""Drafting a request: everything that is frozen into it, before anybody is asked or told."""

import secrets
from typing import Final

from bot.domain.catalogue import Ground, Operation
from bot.domain.grammar import Command
from bot.domain.people import Person
from bot.domain.policy import Rule
from bot.domain.request import Request, Terms, fingerprint
from bot.runtime import Bot

_ALPHABET: Final = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
"""Letters and digits that cannot be mistaken for each other."""


async def draft(
    bot: Bot, operation: Operation, command: Command, base: Ground, rule: Rule, asker: Person
) -> Request:
    """Write the request that a command would make; nothing is stored.

    Raises `Missing` when a person has to say more.
    """
    now = (await bot.redis.requests.snapshot()).now
    terms = Terms(
        rule=rule.name,
        policy=bot.policy.version,
        approvals=rule.approvals,
        may_ask=rule.may_ask,
        may_approve=rule.may_approve,
        request_lifetime=rule.request_lifetime,
        approval_lifetime=rule.approval_lifetime,
    )
    call = operation.call(base, command.options)
    return Request(
        id="R-" + "".join(secrets.choice(_ALPHABET) for _ in range(6)),
        operation=operation.name,
        machine_id=base.machine.id,
        arguments=command.options,
        ground=base,
        call=call,
        terms=terms,
        fingerprint=fingerprint(operation.name, command.options, base, call, terms, asker),
        reason=command.reason,
        asker=asker,
        channel="",
        asked_at=now,
        expires_at=now + rule.request_lifetime * 1000,
    )

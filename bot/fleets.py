"""Several machines in one request: what would be asked for each, and for all of them together.

The request for the whole holds the frozen list, which people vote on. For each machine there is a
draft beside it, sealed like it, with the machine, the call and the digest of its own; when the
whole is approved, the drafts become requests that go the way of any other.
"""

import asyncio
from datetime import UTC, datetime
from typing import Final

from bot.domain.catalogue import Call, Ground, Operation
from bot.domain.data import Data, digest
from bot.domain.fleets import Fleet, LeftOut, Member, child
from bot.domain.grammar import Command
from bot.domain.machines import Machine
from bot.domain.people import Person
from bot.domain.readiness import Weight, concerns
from bot.domain.request import Request
from bot.domain.terms import Terms
from bot.drafts import new_id, write
from bot.errors import NotNow
from bot.inventory import ground
from bot.refusals import Now
from bot.runtime import Bot
from bot.targets import Selection

_AT_ONCE: Final = 16
"""So many machines are read at the same time."""


class Drafted(Data):
    """A request for several machines that was not made yet, and what belongs to it."""

    request: Request
    drafts: tuple[Request, ...]


async def draft_fleet(
    bot: Bot, operation: Operation, command: Command, chosen: Selection, terms: Terms, asker: Person
) -> Drafted:
    """Write the request for several machines; nothing is stored.

    A machine of which it turns out only now that it cannot is left out, and named. Raises
    `NotNow` when none is left, `Missing` when a person has to say more.
    """
    now = (await bot.redis.requests.snapshot()).now
    request_id = new_id()
    grounds, unable = await _grounds(bot, operation, command, chosen)
    drafts = [
        write(
            operation,
            command,
            base,
            call,
            terms,
            asker,
            request_id=child(request_id, number),
            now=now,
            parent=request_id,
            among=len(grounds),
        )
        for number, (base, call) in enumerate(grounds, 1)
    ]
    fleet = Fleet(
        id=_id_of(operation, drafts),
        words=chosen.words,
        members=tuple(_member(one, operation) for one in drafts),
        left_out=chosen.left_out + unable,
        notes=chosen.notes,
    )
    base = Ground(target=fleet)
    whole = write(operation, command, base, None, terms, asker, request_id=request_id, now=now)
    return Drafted(request=whole, drafts=tuple(drafts))


async def _grounds(
    bot: Bot, operation: Operation, command: Command, chosen: Selection
) -> tuple[list[tuple[Ground, Call]], tuple[LeftOut, ...]]:
    gate = asyncio.Semaphore(_AT_ONCE)

    async def read(machine: Machine) -> tuple[Ground, Call] | LeftOut:
        async with gate:
            try:
                base = await ground(bot, operation, machine, command.options, in_bulk=True)
                return base, operation.call(base, command.options)
            except NotNow as error:
                return LeftOut(name=machine.name, why=error.sentence)

    found = await asyncio.gather(*(read(machine) for machine in chosen.machines))
    grounds = [one for one in found if not isinstance(one, LeftOut)]
    unable = tuple(one for one in found if isinstance(one, LeftOut))
    if not grounds:
        raise NotNow(
            Now.NONE_CAN, f"None of the machines can: {' '.join(one.why for one in unable[:5])}"
        )
    return grounds, unable


def _member(draft: Request, operation: Operation) -> Member:
    machine = draft.ground.machine
    asked = datetime.fromtimestamp(draft.asked_at / 1000, UTC)
    found = concerns(machine, asked) if operation.judged else ()
    risks = [one.sentence for one in found if one.weight is not Weight.NOTE]
    return Member(
        request=draft.id,
        id=machine.id,
        name=machine.name,
        vault=machine.vault,
        provider=machine.provider,
        here=machine.here,
        there=machine.there,
        state_words=machine.state_words,
        health=machine.health,
        rpo_seconds=machine.rpo_seconds,
        together=machine.together,
        cluster=machine.cluster,
        risk=risks[0] if risks else "",
        fingerprint=draft.fingerprint,
    )


def _id_of(operation: Operation, drafts: list[Request]) -> str:
    ids = sorted(one.target_id.casefold() for one in drafts)
    return f"fleet:{digest([operation.name, *ids])[:32]}"

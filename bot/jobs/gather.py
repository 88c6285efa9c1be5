"""Several machines: letting each of them go when the whole is approved, and ending the whole.

From its draft, sealed when somebody asked, each machine gets a request that begins as approved by
the same votes. From then on it is a request like any other. The whole ends when the last of them
has ended: well, if all of them ended well.
"""

import logging
from collections import Counter
from typing import Final

from bot.domain.audit import BOT
from bot.domain.catalogue import Ground
from bot.domain.fleets import Fleet, Member
from bot.domain.machines import Machine
from bot.domain.operations import CATALOGUE
from bot.domain.request import OPEN, Request, State, Step, take
from bot.errors import Tampered
from bot.lifecycle import Move, change, create, disown, fact_of
from bot.runtime import Bot

_AGAIN: Final = "Look at those that did not, and ask for them again by their names."

log = logging.getLogger(__name__)


async def gather(bot: Bot, request_id: str) -> float | None:
    """Do for several machines what is due: release them, or end the whole."""
    whole = await bot.redis.requests.load(request_id)
    if whole is None or (fleet := whole.fleet) is None:
        return None
    if whole.state is State.APPROVED:
        whole = await _release(bot, whole)
    if whole.state is State.RUNNING:
        await let_go_all(bot, whole, fleet)
        await _end(bot, whole, fleet)
    return None


async def _release(bot: Bot, whole: Request) -> Request:
    """Say first that they go: from then on nobody can withdraw the whole between two of them."""

    def decide(request: Request, _now: int) -> Move | None:
        if request.state is not State.APPROVED:
            return None
        after = take(request, Step.RELEASE)
        words = f"{request.name} are submitted, at the pace that Azure allows."
        return Move(
            request=after,
            fact=fact_of(Step.RELEASE, request, after, BOT, words),
            in_time=True,
        )

    return await change(bot, whole.id, decide)


async def let_go_all(bot: Bot, whole: Request, fleet: Fleet) -> None:
    """Make the requests of all machines that have none yet."""
    begun = await bot.redis.requests.results(whole.id)
    for member in fleet.members:
        if member.request not in begun:
            await _let_go(bot, whole, member)


async def _let_go(bot: Bot, whole: Request, member: Member) -> None:
    """Make the request of one machine; nothing happens when it is there already.

    A draft that is not the one that was approved is left alone: the end of the whole says so.
    """
    try:
        draft = await bot.redis.requests.drafted(whole.id, member.request)
    except Tampered as error:
        await disown(bot, member.request, error, (member.id, member.name))
        return
    if draft is None or draft.fingerprint != member.fingerprint:
        log.error("the draft of %s is not what was approved", member.request)
        return
    ready = take(
        draft,
        Step.APPROVE,
        votes=whole.votes,
        approved_at=whole.approved_at,
        expires_at=whole.expires_at,
        channel=whole.channel,
    )
    words = f"Approved with {whole.id}."
    await create(bot, ready, fact_of(Step.APPROVE, draft, ready, BOT, words, whole.reason))


async def _end(bot: Bot, whole: Request, fleet: Fleet) -> None:
    """End the whole when every machine's request has ended."""
    outcomes = await bot.redis.requests.results(whole.id)
    if any(one.state in OPEN for one in outcomes.values()):
        return
    ids = [member.request for member in fleet.members]
    parts = {one.id: one for one in await bot.redis.requests.load_many(ids)}
    if any(one.open for one in parts.values()):
        return
    states = Counter(str(parts[one].state) if one in parts else "lost" for one in ids)
    good = states[State.SUCCEEDED]
    machines = _machines_after([parts[one] for one in ids if one in parts])
    title = f"{CATALOGUE[whole.operation].title} of {whole.name}"
    counted = ", ".join(f"{count} {state}" for state, count in states.most_common())
    words = f"{title} has ended: {counted}."

    def decide(request: Request, now: int) -> Move | None:
        if request.state is not State.RUNNING:
            return None
        step = Step.SUCCEED if good == len(ids) else Step.FAIL
        why = "" if good == len(ids) else f"{good} of {len(ids)} machines succeeded: {counted}."
        after = take(
            request,
            step,
            closed_at=now,
            why=why,
            advice="Look at those that did not, in the thread, and ask for them again."
            if why
            else "",
            after=Ground(target=fleet, machines=machines),
        )
        return Move(request=after, fact=fact_of(step, request, after, BOT, words))

    await change(bot, whole.id, decide)


def _machines_after(parts: list[Request]) -> tuple[Machine, ...]:
    """Return the machines as they were read when the request of each had ended."""
    return tuple(
        one.after.target for one in parts if one.after and isinstance(one.after.target, Machine)
    )

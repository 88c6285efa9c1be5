"""Looking after what was failed over: checks, the commit window, and whether it is protected again.

The machine itself is asked, so it makes no difference who committed or protected it, in Slack or
past the bot. Each look does what is due and may be repeated; what people are told is written down.
"""

import logging
from collections.abc import Mapping, Sequence
from typing import Final

from bot.domain.audit import BOT
from bot.domain.checks import Check
from bot.domain.machines import Machine
from bot.domain.measures import FAILS_OVER, done_at, failed_over_at
from bot.domain.objectives import subjects_of
from bot.domain.request import Request, State, Step, take
from bot.domain.validating import machines_of, with_word
from bot.domain.validations import Validation
from bot.domain.windows import Exposed
from bot.errors import AzureRefused, Refused, Tampered
from bot.gateways.checks import attempt
from bot.jobs.finish import settled
from bot.jobs.windows import Window
from bot.lifecycle import Move, change, fact_of
from bot.messages.measures import span
from bot.moved import found_again
from bot.runtime import Bot

_OFTEN: Final = 20_000
_SELDOM: Final = 120_000
"""Milliseconds between two looks: in the first hour, and from then on."""
_HOUR: Final = 3_600_000
_LONGEST: Final = 60 * 24 * _HOUR
"""Milliseconds after which nobody looks after it any more, however it stands."""
_FEW: Final = 5
"""So many machines are read one by one; of more the list of their vault is."""
_CHECKS_AT_ONCE: Final = 10
_BUSY: Final = 1.0

log = logging.getLogger(__name__)


async def tend(bot: Bot, request_id: str) -> float | None:
    """Look once after what a request has failed over; what comes later is on the agenda."""
    async with bot.redis.reminders.alone(f"{request_id}:tending") as still:
        if still is None:
            return _BUSY
        try:
            await _tend(bot, request_id)
        except (Tampered, Refused) as error:
            log.warning("%s is not looked after: %s", request_id, error.sentence)
            await bot.redis.tending.leave(request_id)
        return None


async def _tend(bot: Bot, request_id: str) -> None:
    seen = await bot.redis.requests.snapshot(request_id)
    whole, now = seen.request, seen.now
    if whole is None:
        await bot.redis.tending.leave(request_id)
        return
    # Should this look be broken off, another one follows.
    since = done_at(whole) or whole.approved_at
    pause = _OFTEN if now - since < _HOUR else _SELDOM
    await bot.redis.tending.look_again(request_id, now + pause)
    parts = await _parts(bot, whole)
    try:
        machines = await _machines(bot, parts)
    except AzureRefused as error:
        log.warning("the machines of %s cannot be read: %s", request_id, error.sentence)
        return
    checking = [await _check(bot, part, now) for part in parts]
    protected = [await _protection(bot, part, _of(part, machines), now) for part in parts]
    open_ones = True
    if not whole.open:
        await _whole_is_protected(bot, whole, protected)
        open_ones = await Window(bot, whole, now).tend(list(machines.values()))
    done = not whole.open and all(protected) and not open_ones and not any(checking)
    if done or now - since > _LONGEST:
        await bot.redis.tending.leave(request_id)


async def _parts(bot: Bot, whole: Request) -> list[Request]:
    """Return the requests that failed something over: itself, or those of its machines."""
    if whole.fleet is None:
        return [whole]
    begun = await bot.redis.requests.results(whole.id)
    good = [one for one, outcome in begun.items() if outcome.state is State.SUCCEEDED]
    return await bot.redis.requests.load_many(sorted(good))


async def _machines(bot: Bot, parts: Sequence[Request]) -> dict[str, Machine]:
    """Read the machines as they are now, by their items; those that are gone are left out."""
    known = [one for part in parts for one in machines_of(part.after)]
    if len(known) <= _FEW:
        found = [await found_again(bot, one) for one in known]
        return {_key(one): one for one in found if one}
    listed = [await bot.azure.machines(vault) for vault in {one.vault for one in known}]
    wanted = {_key(one) for one in known}
    return {_key(one): one for some in listed for one in some if _key(one) in wanted}


def _key(machine: Machine) -> str:
    return f"{machine.vault}|{machine.item}".casefold()


def _of(part: Request, machines: Mapping[str, Machine]) -> list[Machine]:
    found = (machines.get(_key(one)) for one in machines_of(part.after))
    return [one for one in found if one]


async def _protection(bot: Bot, part: Request, machines: Sequence[Machine], now: int) -> bool:
    """Say whether a part is protected again, and write it down when that is new."""
    if part.operation not in FAILS_OVER or part.protected_at:
        return True
    since = failed_over_at(part)
    for one in machines:
        if settled(one) and await _watched(bot, one):
            return False  # whoever watches it says so first
        if settled(one):
            await bot.redis.tending.cover(one)
        elif await bot.redis.tending.exposed(one) is None:
            await bot.redis.tending.expose(one, Exposed(since=since, request=part.id))
    if machines and not all(map(settled, machines)):
        return False
    if not machines:  # disabled, or moved where nobody can tell: there is nothing to wait for
        for one in machines_of(part.after):
            await bot.redis.tending.cover(one)
        return True
    words = f"{part.name} is protected again; it was unprotected for {span((now - since) // 1000)}."
    await _observe(bot, part, words, now)
    return True


async def _watched(bot: Bot, machine: Machine) -> bool:
    """Whether a reprotect of ours still watches a machine."""
    known = await bot.redis.tending.exposed(machine)
    ours = await bot.redis.requests.load(known.reprotect) if known and known.reprotect else None
    return bool(ours and ours.watching)


async def _whole_is_protected(bot: Bot, whole: Request, protected: Sequence[bool]) -> None:
    """Say once of several machines that all of them are protected again."""
    if whole.fleet is None or whole.state is not State.SUCCEEDED or whole.protected_at:
        return
    if protected and all(protected) and whole.operation in FAILS_OVER:
        now = (await bot.redis.requests.snapshot()).now
        words = f"All of the {len(protected)} machines are protected again."
        await _observe(bot, whole, words, now)


async def _observe(bot: Bot, seen: Request, words: str, now: int) -> None:
    def decide(request: Request, _now: int) -> Move | None:
        if request.protected_at or request.state is not State.SUCCEEDED:
            return None
        after = take(request, Step.OBSERVE, protected_at=now)
        return Move(request=after, fact=fact_of(Step.OBSERVE, request, after, BOT, words))

    await change(bot, seen.id, decide)


async def _check(bot: Bot, part: Request, now: int) -> bool:
    """Try the checks that are due; returns whether any is to be tried again."""
    known = {one.check for one in part.validations}
    subjects = subjects_of(part)
    due = [
        one
        for one in bot.policy.checks
        if one.name not in known and any(one.reaches(subject) for subject in subjects)
    ]
    again = [await _try(bot, part, one, now) for one in due[:_CHECKS_AT_ONCE]]
    return any(again) or len(due) > _CHECKS_AT_ONCE


async def _try(bot: Bot, part: Request, check: Check, now: int) -> bool:
    """Try one check and write down how it ended; returns whether it has time left to be good."""
    found = await attempt(check, sandbox=bot.settings.sandbox)
    if not found.good and now < done_at(part) + check.within * 1000:
        return True

    def decide(request: Request, at: int) -> Move | None:
        if any(one.check == check.name for one in request.validations):
            return None
        one = Validation(works=found.good, at=at, check=check.name, note=found.words)
        after = take(request, Step.VALIDATE, validations=with_word(request.validations, one))
        how = "is good" if found.good else "is bad"
        words = f"The check “{check.name}” of {request.name} {how}: {found.words}."
        fact = fact_of(Step.VALIDATE, request, after, BOT, words)
        said = {"check": check.name, "works": "yes" if found.good else "no"}
        return Move(
            request=after, fact=fact.model_copy(update={"correlation": fact.correlation | said})
        )

    await change(bot, part.id, decide)
    return False

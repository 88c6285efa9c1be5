"""Several machines: letting each of them go when the whole is approved, and ending the whole.

From its draft, sealed when somebody asked, each machine gets a request that begins as approved by
the same votes. From then on it is a request like any other. The whole ends when the last of them
has ended: well, if all of them ended well.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from bot.domain.audit import BOT, Fact
from bot.domain.catalogue import Ground
from bot.domain.fleets import Fleet, Member
from bot.domain.machines import Machine, bare
from bot.domain.operations import CATALOGUE
from bot.domain.request import OPEN, Outcome, Request, State, Step, take
from bot.errors import Tampered
from bot.jobs.milestones import mark
from bot.jobs.pace import line_up
from bot.lifecycle import Move, change, create, create_parts, disown, fact_of
from bot.runtime import Bot
from bot.slices import slices

_LOST: Final = "lost"
_AT_ONCE: Final = 25
"""So many requests are made, or read, together."""
_A_DAY: Final = 24 * 3600


async def gather(bot: Bot, request_id: str) -> float | None:
    """Do for several machines what is due: release them, or end the whole."""
    whole = await bot.redis.requests.load(request_id)
    if whole is None or (fleet := whole.fleet) is None:
        return None
    if whole.state is State.APPROVED:
        whole = await _release(bot, whole)
    if whole.state is State.RUNNING:
        outcomes = await let_go_all(bot, whole, fleet)
        await mark(bot, whole, fleet, outcomes)
        await _end(bot, whole, fleet, outcomes)
    return None


async def _release(bot: Bot, whole: Request) -> Request:
    """Say first that they go: from then on nobody can withdraw the whole between two of them."""

    def decide(request: Request, _now: int) -> Move | None:
        if request.state is not State.APPROVED:
            return None
        after = take(request, Step.RELEASE)
        words = f"Submitting {request.name}, at the pace that Azure allows."
        return Move(
            request=after,
            fact=fact_of(Step.RELEASE, request, after, BOT, words),
            in_time=True,
        )

    return await change(bot, whole.id, decide)


async def let_go_all(bot: Bot, whole: Request, fleet: Fleet) -> dict[str, Outcome]:
    """Make the requests of all machines that have none yet; returns how each machine stands."""
    begun = await bot.redis.requests.results(whole.id)
    waiting = [member for member in fleet.members if member.request not in begun]
    async for some in slices(waiting, _AT_ONCE):
        await _let_go(bot, whole, some)
    return await bot.redis.requests.results(whole.id) if waiting else begun


async def _let_go(bot: Bot, whole: Request, members: Sequence[Member]) -> None:
    """Make the requests of some machines, in their order, and put them in line.

    Nothing happens to one that is there already. A record that is not what was approved is
    disowned; the end of the whole says so, too.
    """
    ready = []
    for member in members:
        try:
            if await bot.redis.requests.load(member.request) is None:
                ready.append(await _ready(bot, whole, member))
        except Tampered as error:
            await _disown(bot, member, error)
    made = await create_parts(bot, ready)
    for one, fact in ready:
        if one.id not in made:
            await create(bot, one, fact)
    await line_up(bot, [one for one, _ in ready])


async def _ready(bot: Bot, whole: Request, member: Member) -> tuple[Request, Fact]:
    """Turn what was approved for one machine into its request, approved by the same votes."""
    draft = await bot.redis.requests.drafted(whole.id, member.request)
    if draft is None or draft.fingerprint != member.fingerprint:
        raise Tampered(
            f"What was approved for {member.name} ({member.request}) is no longer there, or was "
            "altered outside the bot.",
            "Nothing will be done with it; ask again.",
        )
    ready = take(
        draft,
        Step.APPROVE,
        votes=whole.votes,
        approved_at=whole.approved_at,
        expires_at=whole.expires_at,
        channel=whole.channel,
    )
    words = f"Approved with {whole.id}."
    return ready, fact_of(Step.APPROVE, draft, ready, BOT, words, whole.reason)


async def _disown(bot: Bot, member: Member, error: Tampered) -> None:
    if await bot.redis.shelf.first_time(f"disowned:{member.request}", _A_DAY):
        await disown(bot, member.request, error, (member.id, member.name))


async def _end(bot: Bot, whole: Request, fleet: Fleet, outcomes: Mapping[str, Outcome]) -> None:
    """End the whole when every machine's request has ended."""
    ids = [member.request for member in fleet.members]
    parts = await _ended(bot, ids, outcomes)
    if parts is None:
        return
    states = Counter(str(parts[one].state) if one in parts else _LOST for one in ids)
    good = states[State.SUCCEEDED]
    machines = tuple(after for one in ids if one in parts and (after := parts[one].after))
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
            advice=_advice(states) if why else "",
            after=Ground(target=fleet, machines=machines),
        )
        return Move(request=after, fact=fact_of(step, request, after, BOT, words))

    await change(bot, whole.id, decide)


@dataclass(frozen=True)
class _Ended:
    """What is kept in mind of the request of one machine: a thousand whole ones are forty MiB."""

    state: State
    after: Machine | None
    """The machine as it was read when its request had ended."""


async def _ended(
    bot: Bot, ids: list[str], outcomes: Mapping[str, Outcome]
) -> dict[str, _Ended] | None:
    """Read the requests of all machines; None as soon as one of them is still open.

    Those that may be open are read first. A record that is gone or not ours counts as ended: it
    would keep the others for ever; one that another version wrote does not.
    """
    closed = {one for one, outcome in outcomes.items() if outcome.state not in OPEN}
    ids = sorted(ids, key=lambda one: one in closed)
    parts: dict[str, _Ended] = {}
    async for some in slices(ids, _AT_ONCE):
        found = await bot.redis.requests.load_many(some)
        if any(one.open for one in found):
            return None
        parts |= {one.id: _Ended(one.state, _machine_after(one)) for one in found}
        for missing in set(some) - set(parts):
            if await _is_there(bot, missing):
                return None
    return parts


async def _is_there(bot: Bot, request_id: str) -> bool:
    """Whether a request is there after all; raises `OtherVersion`."""
    try:
        return await bot.redis.requests.load(request_id) is not None
    except Tampered:
        return False


def _advice(states: Counter[str]) -> str:
    lost = "Nobody can tell what became of those that are lost: look in the portal. "
    again = "Look at those that did not, in the thread, and ask for them again."
    return f"{lost if states[_LOST] else ''}{again}"


def _machine_after(part: Request) -> Machine | None:
    after = part.after.target if part.after else None
    return bare(after) if isinstance(after, Machine) else None

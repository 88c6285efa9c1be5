"""While a failover is not committed people are reminded, and nothing is committed by itself."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.domain.request import Request
from sandbox.people import Message
from tests.stories.test_past_the_bot import by_hand
from tests.stories.test_what_a_rule_asks import RULE, under
from tests.world import World, until

FAILOVER = "Failover of vm-web01"
COMMIT = "Commit of vm-web01"
NOT_COMMITTED = "is not committed"
MINUTE = 60_000


@pytest.fixture
async def failed_over(redis_url: str, tmp_path: Path) -> AsyncIterator[World]:
    """Give a world in which vm-web01 was failed over, and people are reminded every hour."""
    policy = f'{RULE}[commit]\nremind_every = "1h"\nhold = "3h"\n'
    async with under(redis_url, tmp_path, policy) as world:
        await world.asked()
        await world.approved(FAILOVER)
        await world.started("UnplannedFailover")
        await world.done(FAILOVER, "Succeeded", "What next?")
        yield world


async def pass_(world: World, minutes: int) -> Request:
    """Let so many minutes pass since Azure was done with the failover, and somebody look."""
    ids = await world.bot.redis.requests.newest_ids(9)
    requests = await world.bot.redis.requests.load_many(ids)
    [request] = [one for one in requests if one.operation == "failover"]
    assert request.job is not None
    now = (await world.bot.redis.requests.snapshot()).now
    job = request.job.model_copy(update={"ended": None})
    await world.rewrite(request, closed_at=now - minutes * MINUTE, job=job)
    await world.bot.redis.tending.look_again(request.id, 0)
    return request


async def reminders(world: World) -> list[Message]:
    """Read the reminders that stand in the channel."""
    return [one for one in await world.alice.messages() if NOT_COMMITTED in one.words]


async def test_people_are_reminded_and_the_next_reminder_takes_its_place(
    failed_over: World,
) -> None:
    """Once an hour, told to the channel, with all that is needed to decide."""
    world = failed_over
    await pass_(world, 61)
    first = await world.alice.sees(NOT_COMMITTED, "vm-web01", "Data lost", "Hold for 3 h")
    assert first.broadcast
    assert world.posts("failoverCommit") == 0
    await pass_(world, 125)

    async def replaced() -> bool:
        found = await reminders(world)
        return len(found) == 1 and found[0].ts != first.ts

    await until(replaced, "the second reminder does not take the place of the first")
    assert (await world.kinds()).count("request.remind") == 2


async def test_who_holds_it_is_not_reminded_meanwhile(failed_over: World) -> None:
    """Alice holds it; the hours that pass until then bring no other one, and the log has it."""
    world = failed_over
    await pass_(world, 61)
    await world.alice.sees(NOT_COMMITTED)
    await world.alice.presses("Hold for 3 h", on=NOT_COMMITTED)
    await world.told(world.alice, "Nobody is reminded to commit")
    request = await pass_(world, 125)

    async def looked_at() -> bool:
        now = (await world.bot.redis.requests.snapshot()).now
        return request.id not in await world.bot.redis.tending.agenda(now)

    await until(looked_at, "nobody looks after it")
    kinds = await world.kinds()
    assert (kinds.count("request.remind"), kinds.count("request.hold")) == (1, 1)


async def test_a_person_without_a_say_cannot_hold_it(failed_over: World) -> None:
    """Erin may look, and no more."""
    world = failed_over
    await pass_(world, 61)
    await world.alice.sees(NOT_COMMITTED)
    await world.erin.presses("Hold for 3 h", on=NOT_COMMITTED)
    await world.told(world.erin, "You are not among those who may ask for or approve this")


async def test_the_reminder_asks_for_the_commit_and_ends_with_it(failed_over: World) -> None:
    """Its button makes a request like any other; when that is done, there is nothing left."""
    world = failed_over
    await pass_(world, 61)
    await world.alice.sees(NOT_COMMITTED)
    await world.alice.presses("Commit", on=NOT_COMMITTED)
    await world.alice.sees(COMMIT, "0 of 2")
    assert world.posts("failoverCommit") == 0
    await world.approved(COMMIT)
    await world.started("CommitFailover")
    await world.done("Commit of vm-web01 succeeded")
    await pass_(world, 70)
    await world.alice.sees("is settled", "vm-web01", "Nothing is asked of you now")
    assert not await reminders(world)


async def test_a_commit_past_the_bot_ends_it_as_well(failed_over: World) -> None:
    """Somebody commits in the portal; the machine says so."""
    world = failed_over
    await pass_(world, 61)
    await world.alice.sees(NOT_COMMITTED)
    await by_hand(world, "vm-web01", "failoverCommit")
    world.clock.advance(600)
    await pass_(world, 70)
    await world.alice.sees("is settled", "vm-web01")

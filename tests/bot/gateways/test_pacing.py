"""The pace of changes: who may go, in which order, and what Azure's answers teach about it."""

from collections.abc import AsyncIterator

import pytest

from bot.domain.forecast import Pace
from bot.gateways.redis import opened
from bot.gateways.redis.answers import run
from bot.gateways.redis.pacing import BURST, FEW, PER_SECOND, Pacing, Place, bucket
from tests.world import until

AT_ONCE = 50
UNHEARD = 10
SLOW = 9
"""Fewer than so many are refilled while a test looks, on however slow a machine."""
SUB = "sub"


@pytest.fixture
async def pacing(redis_url: str) -> AsyncIterator[Pacing]:
    """Give the lines of an empty store."""
    async with opened(redis_url, b"k" * 32) as redis:
        yield redis.pacing


def alone(who: str, order: int = 1) -> Place:
    """Return the place of a request for one machine."""
    return Place(who=who, order=order, among=1)


def parts(whole: str, count: int, order: int = 0) -> list[Place]:
    """Return the places of a request for many machines."""
    return [Place(who=f"{whole}.{n}", order=order + n, among=1000) for n in range(1, count + 1)]


async def spend(pacing: Pacing, left: int) -> None:
    """Let Azure say that only so many changes are left."""
    await pacing.told(SUB, "R-earlier", left)


async def all_gone(pacing: Pacing, count: int) -> list[str]:
    """Answer whoever goes at once, until so many have gone; returns them in order."""
    gone: list[str] = []

    async def enough() -> bool:
        going, _ = await pacing.next(SUB)
        for who in going:
            gone.append(who)
            await pacing.told(SUB, who)
        return len(gone) >= count

    await until(enough, f"only {len(gone)} of {count} have gone", pause=0.0)
    return gone


async def test_who_comes_alone_goes_at_once(pacing: Pacing) -> None:
    """Nobody waits, so there is no line; who asks again meanwhile is the same one."""
    assert await pacing.take(SUB, alone("R-1"))
    assert await pacing.take(SUB, alone("R-1"))
    assert await pacing.next(SUB) == ([], None)


async def test_a_burst_goes_at_once_and_the_rest_at_the_pace(pacing: Pacing) -> None:
    """Two hundred do not wait for Azure; the others are a tenth of a second apart."""
    await spend(pacing, BURST)
    await pacing.line_up(SUB, parts("R-1", BURST + 100))
    gone = await all_gone(pacing, BURST)
    going, wait = await pacing.next(SUB)
    assert len(gone) + len(going) < BURST + 100, "a hundred more must take ten seconds"
    assert wait is not None
    assert 0 < wait <= 1 / PER_SECOND
    assert 0 < (await pacing.pace(SUB)).last <= 100 / PER_SECOND


async def test_the_order_is_that_of_the_approvals(pacing: Pacing) -> None:
    """However they came in line: by approval, then by the number of the machine."""
    later, first = parts("R-later", 3, order=5000), parts("R-first", 12)
    await pacing.hold(SUB, 0)
    await pacing.line_up(SUB, later)
    await pacing.line_up(SUB, first[6:])
    await pacing.line_up(SUB, first[:6])
    gone = await all_gone(pacing, 15)
    assert gone == [place.who for place in [*first, *later]]


async def test_a_single_one_does_not_stand_behind_a_thousand(pacing: Pacing) -> None:
    """The line of the few and that of the many take turns while both wait."""
    await pacing.line_up(SUB, parts("R-whole", 1000))
    await pacing.next(SUB)
    assert not await pacing.take(SUB, alone("R-urgent", 10_000))
    for number in range(1, UNHEARD + 1):
        await pacing.told(SUB, f"R-whole.{number}")
    going, _ = await pacing.next(SUB)
    assert "R-urgent" in going[:2]
    assert set(going) - {"R-urgent"} == {f"R-whole.{UNHEARD + n}" for n in range(1, UNHEARD)}


async def test_a_few_machines_stand_in_the_short_line(pacing: Pacing) -> None:
    """One request for as many as are called few, and one for one more."""
    await pacing.hold(SUB, 30)
    few = Place(who="R-few.1", order=2, among=FEW)
    many = Place(who="R-many.1", order=1, among=FEW + 1)
    await pacing.line_up(SUB, [few])
    await pacing.line_up(SUB, [many])
    waiting = await pacing.waiting([SUB, "other"])
    assert waiting == {SUB: {"R-few.1", "R-many.1"}}
    await pacing.leave(SUB, "R-few.1")
    assert await pacing.waiting([SUB]) == {SUB: {"R-many.1"}}


async def test_only_so_many_are_under_way(pacing: Pacing) -> None:
    """Who is urgent waits behind those alone; each that has ended makes room for one."""
    await spend(pacing, BURST)
    await pacing.line_up(SUB, parts("R-1", BURST))
    going, _ = await pacing.next(SUB)
    assert len(going) == AT_ONCE
    assert (await pacing.next(SUB))[0] == []
    await pacing.told(SUB, going[0])
    assert (await pacing.next(SUB))[0] == [f"R-1.{AT_ONCE + 1}"]


async def test_a_bucket_nobody_has_heard_of_is_tried_with_care(pacing: Pacing) -> None:
    """Others may have emptied it: the first go alone, until an answer says what is left."""
    await pacing.line_up(SUB, parts("R-1", BURST))
    going, _ = await pacing.next(SUB)
    assert len(going) == UNHEARD
    await pacing.told(SUB, going[0], 3 + UNHEARD - 1)
    assert 3 <= len((await pacing.next(SUB))[0]) < 3 + SLOW


@pytest.mark.parametrize("left", [0, 3, 40])
async def test_what_azure_says_is_left_is_believed(pacing: Pacing, left: int) -> None:
    """Others use the same allowance: no more go than it says, and then as fast as it refills."""
    await spend(pacing, left)
    await pacing.line_up(SUB, parts("R-1", BURST))
    going, wait = await pacing.next(SUB)
    assert left <= len(going) < left + SLOW
    assert wait is not None
    assert wait <= 1 / PER_SECOND


async def test_those_under_way_count_against_what_is_left(pacing: Pacing) -> None:
    """Azure has not seen them yet when it says so."""
    await spend(pacing, BURST)
    await pacing.line_up(SUB, parts("R-1", BURST))
    going, _ = await pacing.next(SUB)
    await pacing.told(SUB, going[0], len(going) + 4)
    for who in going[1:]:
        await pacing.told(SUB, who)
    assert 5 <= len((await pacing.next(SUB))[0]) < 5 + SLOW


async def test_an_answer_never_makes_it_faster_than_the_bucket(pacing: Pacing) -> None:
    """A number within the bucket corrects downwards only: an older answer may come late."""
    await spend(pacing, 2)
    await spend(pacing, 150)
    await pacing.line_up(SUB, parts("R-1", BURST))
    assert len((await pacing.next(SUB))[0]) < 2 + SLOW


async def test_a_larger_allowance_is_used_but_for_its_last_part(pacing: Pacing) -> None:
    """Where Azure says that more than a bucket is left, as it did by the hour, more go at once."""
    await spend(pacing, 1199)
    await pacing.line_up(SUB, parts("R-1", 1200))
    gone = await all_gone(pacing, 1199 - BURST)
    assert len(gone) <= 1199 - BURST + AT_ONCE


async def test_a_hold_stops_everybody_and_keeps_the_order(pacing: Pacing) -> None:
    """Told to wait, nobody goes before; a shorter word does not shorten a longer one."""
    await pacing.line_up(SUB, parts("R-1", 3))
    await pacing.hold(SUB, 20)
    await pacing.hold(SUB, 1)
    going, wait = await pacing.next(SUB)
    assert going == []
    assert wait is not None
    assert 19 < wait <= 20
    assert not await pacing.take(SUB, alone("R-2"))
    assert 19 < (await pacing.pace(SUB)).last <= 21


async def test_subscriptions_do_not_hold_each_other_up(pacing: Pacing) -> None:
    """Each has a bucket of its own, whatever the casing of its id."""
    await pacing.hold("SUB", 30)
    assert not await pacing.take(SUB, alone("R-1"))
    assert await pacing.take("other", alone("R-1"))


async def test_who_sends_nothing_gives_it_back(pacing: Pacing, redis_url: str) -> None:
    """A void or withdrawn one costs the others nothing, in line or when it was its turn."""
    await pacing.line_up(SUB, parts("R-1", UNHEARD + 1))
    going, _ = await pacing.next(SUB)
    for who in going:
        await pacing.leave(SUB, who)
        await pacing.leave(SUB, who)
    async with opened(redis_url, b"k" * 32) as redis:
        state: dict[str, str] = await run(redis.client.hgetall(bucket(SUB)))
    assert float(state["left"]) == BURST
    assert (await pacing.next(SUB))[0] == [f"R-1.{UNHEARD + 1}"]


async def test_who_died_on_the_way_does_not_keep_its_place(pacing: Pacing, redis_url: str) -> None:
    """One that never told how it ended is forgotten after a minute."""
    await spend(pacing, BURST)
    await pacing.line_up(SUB, parts("R-1", AT_ONCE + 1))
    going, _ = await pacing.next(SUB)
    async with opened(redis_url, b"k" * 32) as redis:
        long_ago = dict.fromkeys(going, 1)
        await redis.client.zadd(f"{bucket(SUB)}:under-way", long_ago)
    assert (await pacing.next(SUB))[0] == [f"R-1.{AT_ONCE + 1}"]


async def test_how_long_the_lines_are_can_be_asked(pacing: Pacing) -> None:
    """So that a card can say when the last is sent; asking takes no place."""
    assert await pacing.pace(SUB) == Pace(queued=0, last=0, free=BURST, per_second=PER_SECOND)
    await spend(pacing, 0)
    await pacing.line_up(SUB, parts("R-1", 100))
    found = await pacing.pace("SUB")
    assert (found.queued, found.free) == (100, 0)
    assert 0 < found.last <= 100 / PER_SECOND

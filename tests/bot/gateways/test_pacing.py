"""The pace of changes: a burst at once, then one after the other, in the order of asking."""

import itertools
from collections.abc import AsyncIterator

import pytest

from bot.domain.forecast import Pace
from bot.gateways.redis import opened
from bot.gateways.redis.pacing import BURST, PER_SECOND, Pacing
from tests.world import until


@pytest.fixture
async def pacing(redis_url: str) -> AsyncIterator[Pacing]:
    """Give the queues of an empty store."""
    async with opened(redis_url, b"k" * 32) as redis:
        yield redis.pacing


async def test_a_burst_goes_at_once_and_the_rest_in_order(pacing: Pacing) -> None:
    """Two hundred do not wait; the further ones wait a tenth of a second longer each."""
    waits = [await pacing.take("sub", f"R-{number}") for number in range(BURST + 30)]
    assert waits[:BURST] == [0] * BURST
    rest = waits[BURST:]
    assert rest == sorted(rest)
    assert all(wait <= (n + 1) / PER_SECOND for n, wait in enumerate(rest))
    assert rest[-1] > 1, "thirty more than the burst must take seconds"


async def test_who_asks_again_keeps_the_place(pacing: Pacing) -> None:
    """And is let through when its time has come, without a new place being given."""
    for number in range(BURST + 20):
        await pacing.take("sub", f"R-{number}")
    first = await pacing.take("sub", "R-late")
    assert 0 < await pacing.take("sub", "R-late") <= first

    async def through() -> bool:
        return await pacing.take("sub", "R-late") == 0

    await until(through, "its time never came")


async def test_subscriptions_do_not_hold_each_other_up(pacing: Pacing) -> None:
    """Each has a bucket of its own, whatever the casing of its id."""
    await pacing.hold("SUB", 30)
    assert await pacing.take("sub", "R-1") > 29
    assert await pacing.take("other", "R-1") == 0


async def test_azure_s_word_is_kept(pacing: Pacing) -> None:
    """Told to wait, nobody who comes goes before; a shorter word does not shorten a longer one."""
    await pacing.hold("sub", 20)
    await pacing.hold("sub", 1)
    waits = [await pacing.take("sub", f"R-{number}") for number in range(3)]
    assert all(19 < wait <= 20 + n / PER_SECOND for n, wait in enumerate(waits))


async def test_who_waits_already_waits_for_a_later_word_too(pacing: Pacing) -> None:
    """A place before the end of a hold moves behind it; the order and the pace are kept."""
    await pacing.hold("sub", 1)
    waiting = ["R-third", "R-first", "R-second"]
    before = [await pacing.take("sub", who) for who in waiting]
    assert all(0 < wait <= 2 for wait in before)
    await pacing.hold("sub", 20)
    late = await pacing.take("sub", "R-late")
    after = [await pacing.take("sub", who) for who in waiting]
    assert 19 < after[0] <= 20
    gaps = [two - one for one, two in itertools.pairwise([*after, late])]
    assert all(gap == pytest.approx(1 / PER_SECOND, abs=0.09) for gap in gaps)


async def test_a_place_far_behind_a_hold_stays(pacing: Pacing) -> None:
    """Only who would go too early is moved."""
    await pacing.hold("sub", 20)
    place = await pacing.take("sub", "R-1")
    await pacing.hold("sub", 5)
    assert place - 1 < await pacing.take("sub", "R-1") <= place


async def test_how_long_the_queue_is_can_be_asked(pacing: Pacing) -> None:
    """So that a card can say when the last is sent; asking takes no place."""
    assert await pacing.pace("sub") == Pace(queued=0, last=0, free=BURST, per_second=PER_SECOND)
    for number in range(BURST + 30):
        await pacing.take("sub", f"R-{number}")
    found = await pacing.pace("SUB")
    assert 0 < found.queued <= 30
    assert 0 < found.last <= 30 / PER_SECOND
    assert found.free == 0

"""Whoever asks at the same time shares one reading; nobody who needs news is given old ones."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from bot.errors import Unavailable
from bot.gateways.azure import Azure
from bot.gateways.azure.listings import LIFE, LONGEST, Listings, life_of
from sandbox.vault import Vault
from tests.world import until

HERE, THERE = "/vaults/here", "/vaults/there"


class Shelf:
    """A far end that answers when a test lets it, each time with another number."""

    def __init__(self) -> None:
        self.begun: list[str] = []
        self.answer = asyncio.Event()
        self.broken = False

    async def read(self, place: str) -> int:
        """Wait for the word to answer."""
        self.begun.append(place)
        number = len(self.begun)
        await self.answer.wait()
        if self.broken:
            raise Unavailable("It does not answer.")
        return number

    async def reading(self, count: int) -> None:
        """Wait until so many readings have begun."""
        await until(lambda: len(self.begun) >= count, f"{count} readings have not begun")


def pages_read(vault: Vault) -> int:
    """Count the pages of machines that Azure was asked for."""
    return sum(one.path.endswith("/replicationProtectedItems") for one in vault.journal)


@pytest.fixture
def shelf() -> Shelf:
    """Give a far end."""
    return Shelf()


@pytest.fixture
async def lists(shelf: Shelf) -> AsyncIterator[Listings[int]]:
    """Give its listings, and end what runs."""
    found = Listings(shelf.read)
    yield found
    await found.close()


async def test_all_who_ask_at_once_share_a_reading(shelf: Shelf, lists: Listings[int]) -> None:
    """Those who need it fresh, too: it begins when all have asked."""
    shelf.answer.set()
    asked = [lists.get(HERE, fresh=bool(n % 2)) for n in range(50)]
    assert set(await asyncio.gather(*asked)) == {1}
    assert shelf.begun == [HERE]


async def test_who_needs_it_fresh_shares_no_reading_that_began_before(
    shelf: Shelf, lists: Listings[int]
) -> None:
    """They share the next one; whoever is content with less shares the one that runs."""
    first = asyncio.create_task(lists.get(HERE, fresh=True))
    await shelf.reading(1)
    late = [asyncio.create_task(lists.get(HERE, fresh=True)) for _ in range(20)]
    content = asyncio.create_task(lists.get(HERE, fresh=False))
    shelf.answer.set()
    assert (await first, await content) == (1, 1)
    assert set(await asyncio.gather(*late)) == {2}
    assert len(shelf.begun) == 2


async def test_two_who_need_it_fresh_one_after_the_other_read_twice(
    shelf: Shelf, lists: Listings[int]
) -> None:
    """And whoever is content with less is given the newest, without a reading."""
    shelf.answer.set()
    assert await lists.get(HERE, fresh=True) == 1
    assert await lists.get(HERE, fresh=True) == 2
    assert await lists.get(HERE, fresh=False) == 2


async def test_a_reading_that_fails_fails_for_all_and_is_not_kept(
    shelf: Shelf, lists: Listings[int]
) -> None:
    """The next one is a new attempt; what was read before stays known."""
    shelf.answer.set()
    assert await lists.get(HERE, fresh=True) == 1
    shelf.broken = True
    answers = await asyncio.gather(
        *(lists.get(HERE, fresh=True) for _ in range(5)), return_exceptions=True
    )
    assert all(isinstance(one, Unavailable) for one in answers)
    assert lists.newest(HERE, age=60) == 1
    shelf.broken = False
    assert await lists.get(HERE, fresh=True) == 3


async def test_who_stops_waiting_does_not_stop_it_for_the_others(
    shelf: Shelf, lists: Listings[int]
) -> None:
    """Not even whoever began it."""
    first = asyncio.create_task(lists.get(HERE, fresh=True))
    await shelf.reading(1)
    other = asyncio.create_task(lists.get(HERE, fresh=False))
    await asyncio.sleep(0)
    first.cancel()
    shelf.answer.set()
    assert await other == 1
    assert first.cancelled()


async def test_a_reading_that_nobody_waits_for_may_fail(
    shelf: Shelf, lists: Listings[int], caplog: pytest.LogCaptureFixture
) -> None:
    """Nothing is said about it behind everybody's back, and the next one is read."""
    assert lists.newest(HERE, age=60) is None
    await shelf.reading(1)
    shelf.broken = True
    shelf.answer.set()
    with pytest.raises(Unavailable):
        await lists.get(HERE, fresh=False)
    shelf.broken = False
    assert await lists.get(HERE, fresh=False) == 2
    assert not caplog.records


async def test_the_newest_is_given_at_once_and_read_anew_behind(
    shelf: Shelf, lists: Listings[int]
) -> None:
    """However slow the far end is; once the answer is there, that is the newest."""
    shelf.answer.set()
    assert await lists.get(HERE, fresh=True) == 1
    shelf.answer.clear()
    assert lists.newest(HERE, age=60) == 1
    assert lists.newest(HERE, age=0) == 1
    await shelf.reading(2)
    assert lists.newest(HERE, age=0) == 1
    shelf.answer.set()
    await until(lambda: lists.newest(HERE, age=60) == 2, "it was not read anew")


async def test_one_place_does_not_wait_for_another(shelf: Shelf, lists: Listings[int]) -> None:
    """Each has its own reading."""
    here = asyncio.create_task(lists.get(HERE, fresh=True))
    there = asyncio.create_task(lists.get(THERE, fresh=True))
    await shelf.reading(2)
    shelf.answer.set()
    assert {await here, await there} == {1, 2}
    assert sorted(shelf.begun) == [HERE, THERE]


async def test_fifty_people_cost_azure_one_reading(azure: Azure, vault: Vault) -> None:
    """Over the wire: as many pages as one list has."""
    lists = await asyncio.gather(
        *(azure.machines(vault.resource_id, fresh=bool(n % 2)) for n in range(50))
    )
    assert all(one == lists[0] for one in lists)
    for_all = pages_read(vault)
    await azure.machines(vault.resource_id)
    assert pages_read(vault) == 2 * for_all


@pytest.mark.parametrize(
    ("took", "life"), [(0.0, LIFE), (LIFE / 6, LIFE), (2.0, 12.0), (30.0, LONGEST)]
)
def test_what_is_large_is_read_less_often(took: float, life: float) -> None:
    """A list that takes long to read is shown for longer, but for a minute at most."""
    assert life_of(took) == life

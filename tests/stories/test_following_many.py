"""Many machines at once: Azure is asked no more than is needed to know how they go."""

from collections.abc import AsyncIterator

import pytest

from tests.world import MINUTE, World, inhabited

MANY = 60
WHOLE = f"Failover of {MANY} machines"


@pytest.fixture
async def farm(redis_url: str) -> AsyncIterator[World]:
    """Give a world whose vault has many machines of one kind."""
    async with inhabited(redis_url, machines=MANY) as world:
        yield world


def reads(world: World, kind: str, *, since: int) -> tuple[int, int]:
    """Count the lists of a kind of thing, and the reads of single ones, that the vault has seen."""
    paths = [one.path for one in world.vault.journal[since:] if one.method == "GET"]
    lists = sum(path.endswith(f"/{kind}") for path in paths)
    return lists, sum(f"/{kind}/" in path for path in paths)


async def test_the_end_of_many_is_read_off_lists(farm: World) -> None:
    """One job that failed is read for what went wrong; the others, and the machines, are listed."""
    farm.vault.fail_next_job("vm-0007", "UnplannedFailover")
    await farm.alice.types("/dr failover vm-0* because West Europe is down")
    await farm.alice.sees(WHOLE, "0 of 2")
    await farm.approved(WHOLE)
    await farm.started("UnplannedFailover", MANY)
    await farm.alice.sees(WHOLE, "60 running", within=30)
    since = len(farm.vault.journal)
    farm.clock.advance(10 * MINUTE)
    await farm.alice.sees(WHOLE, "59 of 60 machines succeeded", within=30)
    assert farm.posts("unplannedFailover") == MANY
    lists, single = reads(farm, "replicationJobs", since=since)
    assert single == 1
    assert lists >= 1
    lists, single = reads(farm, "replicationProtectedItems", since=since)
    assert single == 0
    assert 1 <= lists <= 8, "a list comes in pages"

"""A world in which nothing runs in the background, for stories that compare what is recorded."""

from collections.abc import AsyncIterator

import pytest

from tests.world import World, inhabited


@pytest.fixture
async def quiet(redis_url: str) -> AsyncIterator[World]:
    """Give a world with a web front and no worker."""
    async with inhabited(redis_url, worker=False) as world:
        yield world

"""The bell: what is called for once is heard once, and nonsense in its key does no harm."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from bot.gateways.redis import Call, Redis, opened
from bot.gateways.redis.bell import DRAW, SUBMIT
from bot.gateways.redis.keys import BELL

ONE = Call(task=SUBMIT, what="R-1")
OTHER = Call(task=DRAW, what="/a/vault with a space", after=100, again=True)


@pytest.fixture
async def redis(redis_url: str) -> AsyncIterator[Redis]:
    """Open an empty store."""
    async with opened(redis_url, b"k" * 32) as store:
        yield store


async def test_what_is_called_for_twice_is_heard_once(redis: Redis) -> None:
    """In the order in which it was called for first, with everything that was said."""
    await redis.bell.ring(ONE)
    await redis.bell.ring(OTHER, ONE)
    assert await redis.bell.heard(1) == [ONE, OTHER]
    assert await redis.bell.heard(0.01) == []


async def test_what_is_heard_can_be_called_for_again(redis: Redis) -> None:
    """Whoever took it has it; another call is another."""
    await redis.bell.ring(ONE)
    assert await redis.bell.heard(1) == [ONE]
    await redis.bell.ring(ONE)
    assert await redis.bell.heard(1) == [ONE]


@pytest.mark.parametrize(
    "written", ["", "draw", "draw once R-1", "draw once ² R-1", "a b 99999999 c"]
)
async def test_what_nobody_rang_is_not_heard(redis: Redis, written: str) -> None:
    """Somebody who may write to Redis wrote it; the next call is heard all the same."""
    client: Any = redis.client
    await client.zadd(BELL, {written: 1})
    await redis.bell.ring(ONE)
    assert await redis.bell.heard(1) == [ONE]


async def test_who_listens_is_counted(redis: Redis, redis_url: str) -> None:
    """Each once, however often it listens; who only rings is not."""
    async with opened(redis_url, b"k" * 32) as second, opened(redis_url, b"k" * 32) as third:
        await third.bell.ring(ONE)
        assert await third.bell.listeners() == 0
        for _ in range(2):
            await redis.bell.heard(0.01)
            await second.bell.heard(0.01)
        assert await third.bell.listeners() == 2

"""What every test may have: a real Redis server, empty, and a world that lives on it."""

import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import redis

from sandbox import valkey
from tests.world import World, inhabited

_FOREVER = -1
_LASTING = (
    "{dr}:request:",
    "{dr}:card:",
    "{dr}:audit",
    "{dr}:requests",
    "{dr}:took:",
)
"""Keys that are the record itself, and are meant to stay."""


@pytest.fixture(scope="session")
def redis_server() -> Iterator[str]:
    """Give the address of a Redis server: `REDIS_URL`, or one that is started for the tests."""
    if url := os.environ.get("REDIS_URL"):
        yield url
        return
    with valkey.running() as server:
        yield server.url


@pytest.fixture
def redis_url(redis_server: str) -> Iterator[str]:
    """Give an empty database, and make sure that nothing which should expire would stay."""
    with redis.Redis.from_url(redis_server, decode_responses=True) as client:
        client.flushdb()
        yield redis_server
        stray = [
            key
            for key in client.scan_iter("{dr}:*")
            if not key.startswith(_LASTING) and client.ttl(key) == _FOREVER
        ]
        client.flushdb()
    assert not [key for key in stray if not key.startswith(_OPEN)], f"keys for ever: {stray}"


_OPEN = (
    "{dr}:target:",
    "{dr}:outbox",
    "{dr}:following",
    "{dr}:cards:dirty",
    "{dr}:unreviewed",
)
"""Keys that last as long as something is open, which a story may well leave so."""


@pytest.fixture
async def world(redis_url: str) -> AsyncIterator[World]:
    """Give a world with the policy as shipped."""
    async with inhabited(redis_url) as inhabited_world:
        yield inhabited_world


@pytest.fixture
async def whole(redis_url: str) -> AsyncIterator[World]:
    """Give a world whose vault has every sort of machine, and recovery plans."""
    async with inhabited(redis_url, estate="full") as inhabited_world:
        yield inhabited_world


@pytest.fixture
async def quiet(redis_url: str) -> AsyncIterator[World]:
    """Give a world with a web front and no worker, in which nothing happens by itself."""
    async with inhabited(redis_url, worker=False) as inhabited_world:
        yield inhabited_world


@pytest.fixture(autouse=True)
def own_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep what a test puts into the environment from the next one."""
    for name in ("IDENTITY_ENDPOINT", "IDENTITY_HEADER"):
        monkeypatch.setenv(name, os.environ.get(name, ""))


@pytest.fixture(scope="session")
def checkout() -> Path:
    """Give the folder of the checkout."""
    return Path(__file__).parent.parent

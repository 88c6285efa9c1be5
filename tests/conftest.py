"""What every test may have: a real Redis server, empty, and a world that lives on it."""

import os
from collections.abc import AsyncIterator, Generator, Iterator
from pathlib import Path

import pytest
import redis

from sandbox import valkey
from tests import trouble
from tests.world import World, inhabited


def pytest_configure(config: pytest.Config) -> None:
    """Settle the seed once for all processes of the suite."""
    config.addinivalue_line("markers", "calm(reason): there is no trouble behind this story")
    if weather := trouble.read(os.environ):
        os.environ[trouble.SEED] = str(weather.seed)


def pytest_report_header() -> str | None:
    """Say which trouble there is."""
    weather = trouble.read(os.environ)
    return f"trouble: {_again(weather)}" if weather else None


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Say beside a failure how to meet the same trouble again."""
    report = yield
    weather = trouble.read(os.environ)
    if report.failed and weather:
        report.sections.append(("Trouble", f"{_again(weather)} makes the same again."))
    return report


def _again(weather: trouble.Weather) -> str:
    return f"{trouble.SEED}={weather.seed} {trouble.RATE}={weather.rate:g}"


@pytest.fixture(autouse=True)
def sky(request: pytest.FixtureRequest) -> Iterator[None]:
    """Let the weather of the suite come over a story, unless it is marked `calm`."""
    weather = trouble.read(os.environ)
    calm = request.node.get_closest_marker("calm")
    trouble.SKY.weather = None if calm or not weather else weather.over(request.node.nodeid)
    yield
    trouble.SKY.weather = None


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
    "{dr}:followed",
    "{dr}:states",
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

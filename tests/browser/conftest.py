"""A browser for each test; without one, the tests are skipped, and say why."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack

import pytest
from playwright.async_api import Browser, Error

from tests.browser.window import Window, chromium, launched
from tests.world import World

Opens = Callable[[str], Awaitable[Window]]


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    """Give a browser."""
    path = chromium()
    if path is None:
        pytest.skip("no Chromium is on the path (Debian: apt-get install chromium)")
    async with AsyncExitStack() as stack:
        try:
            one = await stack.enter_async_context(launched(path))
        except Error as error:
            pytest.skip(f"{path} does not start here: {error.message.splitlines()[0]}")
        yield one


@pytest.fixture
async def opens(world: World, browser: Browser) -> AsyncIterator[Opens]:
    """Open windows in front of the world, and see afterwards that no script failed in any."""
    windows: list[Window] = []
    address = world.environment["SLACK_API_URL"].removesuffix("/api/")

    async def open_as(name: str) -> Window:
        windows.append(await Window.opened(browser, address, name))
        return windows[-1]

    yield open_as
    assert not [wrong for one in windows for wrong in one.wrong]

"""The gallery in a browser: everything is drawn, light and dark, wide and narrow."""

import re
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, Page, expect

from sandbox.clock import Clock
from sandbox.server import serve
from sandbox.workspace import Workspace
from tests.gallery import KINDS, NAMES
from tests.gallery.reviewed import FOLDER


@pytest.fixture
async def page(browser: Browser) -> AsyncIterator[Page]:
    """Open the gallery in front of one kind, in all its looks; no script fails on it."""
    wrong: list[str] = []
    workspace = Workspace(Clock(), gallery=FOLDER)
    async with serve(workspace.application()) as address:
        page = await browser.new_page()
        page.on("pageerror", lambda error: wrong.append(str(error)))
        await page.goto(f"{address}/gallery?colours=both&width=both#cards/failover")
        await expect(page.get_by_role("article")).to_have_count(len(KINDS["cards/failover"]))
        yield page
    assert wrong == []


async def test_every_example_is_drawn_in_all_its_looks(page: Page) -> None:
    """Nothing is unknown to the page, Slack takes everything, and nothing is wider than its box."""
    await page.get_by_role("link", name="all").click()
    await expect(page.locator(".example-look")).to_have_count(4 * len(NAMES))
    await expect(page.locator(".unknown")).to_have_count(0)
    await expect(page.locator(".example-wrong")).to_have_count(0)
    wide = """() => [...document.querySelectorAll('.example-look')]
        .filter((look) => look.scrollWidth > look.clientWidth)
        .map((look) => `${look.closest('.example').dataset.example} ${look.className}`)"""
    assert await page.evaluate(wide) == []


async def test_a_press_asks_and_sends_nothing(page: Page) -> None:
    """The dialog is the one that people get; behind it, the page says that nothing happened."""
    card = page.get_by_role("article", name="cards/failover/waiting", exact=True)
    await card.get_by_role("button", name="Approve", exact=True).first.click()
    dialog = page.get_by_role("dialog", name="Approve: Failover of vm-web01?")
    await dialog.get_by_role("button", name="Approve", exact=True).click()
    await expect(page.get_by_text("Nothing is sent from the gallery.")).to_be_visible()


async def test_the_views_are_chosen_by_keyboard(page: Page) -> None:
    """And the address says what was chosen, so that it can be passed on."""
    await page.get_by_role("radio", name="light", exact=True).focus()
    await page.keyboard.press("ArrowRight")
    await expect(page.locator(".look-light")).to_have_count(0)
    await expect(page).to_have_url(re.compile("colours=dark"))

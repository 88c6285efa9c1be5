"""A person's window: the sandbox's page in headless Chromium, seen as one of its people.

The browser is the machine's own: `DR_BROWSER`, or a Chromium on the path. Playwright's own download
is not used.
"""

import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

from playwright.async_api import Browser, Locator, Page, async_playwright, expect

from tests import trouble

_NAMES: Final = ("chromium", "chromium-browser", "google-chrome")
_QUIET: Final = (
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
"""A browser for tests asks nobody else for anything."""
_PATIENCE: Final = 15_000
_MOST_TABS: Final = 150


def chromium() -> str | None:
    """Return the path of a browser on this machine, if there is one."""
    if named := os.environ.get("DR_BROWSER"):
        return named
    return next(filter(None, map(shutil.which, _NAMES)), None)


@asynccontextmanager
async def launched(path: str) -> AsyncIterator[Browser]:
    """Start a browser, and end it."""
    expect.set_options(timeout=_PATIENCE * trouble.patience())
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=[*_QUIET])
        try:
            yield browser
        finally:
            await browser.close()


@dataclass
class Window:
    """The page, open as one person; whatever goes wrong on it is kept."""

    page: Page
    name: str
    wrong: list[str]

    @classmethod
    async def opened(cls, browser: Browser, address: str, name: str) -> "Window":
        """Open the page as somebody, in a window that shares nothing with the others."""
        context = await browser.new_context(locale="en-GB", timezone_id="UTC")
        page = await context.new_page()
        window = cls(page, name, [])
        page.on("pageerror", lambda error: window.wrong.append(str(error)))
        await page.goto(f"{address}/?as={name.lower()}")
        await expect(window.composer).to_be_visible()
        return window

    @property
    def composer(self) -> Locator:
        """The field for messages and commands."""
        return self.page.get_by_role("textbox", name=f"Message #incidents as {self.name}")

    def card(self, title: str) -> Locator:
        """The newest message with that title."""
        heading = self.page.get_by_role("heading", name=title, exact=True)
        return self.page.locator("#messages article").filter(has=heading).last

    async def types(self, text: str) -> None:
        """Type into the channel and send it."""
        await self.composer.click()
        await self.page.keyboard.type(text)
        await self.page.keyboard.press("Enter")

    async def presses(self, label: str, *, on: str) -> None:
        """Press a button of a card, with the mouse."""
        await self.card(on).get_by_role("button", name=label, exact=True).click()

    async def agrees(self, title: str, label: str) -> None:
        """Press a button of the dialog that asks back."""
        dialog = self.page.get_by_role("dialog", name=title)
        await dialog.get_by_role("button", name=label, exact=True).click()
        await expect(dialog).to_be_hidden()

    async def tabs_to(self, label: str, *, within: Locator) -> None:
        """Press Tab, and nothing else, until a button there has the focus."""
        wanted = within.get_by_role("button", name=label, exact=True)
        await expect(wanted).to_be_visible()
        for _ in range(_MOST_TABS):
            await self.page.keyboard.press("Tab")
            if await wanted.evaluate("node => node === document.activeElement"):
                return
        raise AssertionError(f"no Tab leads to {label}")

    async def reads(self, *words: str, on: str) -> None:
        """Wait until the card says all of this."""
        for one in words:
            await expect(self.card(on)).to_contain_text(one)

"""A form on the page: filled in by keyboard alone, while what it shows changes."""

from playwright.async_api import Locator, expect

from tests.browser.conftest import Opens
from tests.browser.window import Window
from tests.world import World

FAILOVER = "Failover of vm-web01"


async def test_a_failover_is_asked_for_by_keyboard_alone(world: World, opens: Opens) -> None:
    """The picker has the focus; what is typed stays where it is when the preview comes."""
    alice = await opens("Alice")
    await alice.types("/dr failover")
    dialog = alice.page.get_by_role("dialog", name="Failover", exact=True)
    await expect(dialog).to_contain_text("this shows what would be asked")
    await _choose(alice, "vm-web01")
    reason = dialog.get_by_label("Why?")
    await _tab_to(alice, reason)
    await alice.page.keyboard.type("West Europe is ")
    await expect(dialog).to_contain_text("vm-web01 (A2A)")
    await alice.page.keyboard.type("down")
    await expect(reason).to_have_value("West Europe is down")
    await expect(reason).to_be_focused()
    await _tab_to(alice, dialog.get_by_role("radio", name="No"), back=True)
    await alice.page.keyboard.press("ArrowUp")
    await expect(dialog).to_contain_text("is shut down first")
    await expect(reason).to_have_value("West Europe is down")
    await alice.tabs_to("Ask for approval", within=dialog)
    await alice.page.keyboard.press("Enter")
    await expect(dialog).to_be_hidden()
    await alice.reads("0 of 2", "West Europe is down", on=FAILOVER)
    assert (await world.request()).arguments["shutdown"] == "yes"


async def test_what_is_wrong_is_read_at_its_field(opens: Opens) -> None:
    """The first field with a complaint has the focus, and the form stays."""
    alice = await opens("Alice")
    await alice.types("/dr test-failover")
    dialog = alice.page.get_by_role("dialog", name="Test failover", exact=True)
    await expect(dialog).to_contain_text("this shows what would be asked")
    await _choose(alice, "vm-web01")
    await expect(dialog).to_contain_text("needs a virtual network")
    await alice.tabs_to("Ask for approval", within=dialog)
    await alice.page.keyboard.press("Enter")
    network = dialog.get_by_label("Virtual network")
    await expect(network).to_be_focused()
    await expect(dialog).to_be_visible()


async def _choose(window: Window, label: str) -> None:
    """Open the picker that has the focus, type, and take what is found."""
    await window.page.keyboard.press("Enter")
    await window.page.keyboard.type(label)
    await expect(window.page.get_by_role("option", name=label).first).to_be_visible()
    await window.page.keyboard.press("Enter")


async def _tab_to(window: Window, wanted: Locator, *, back: bool = False) -> None:
    """Press Tab, and nothing else, until a field has the focus."""
    for _ in range(20):
        await window.page.keyboard.press("Shift+Tab" if back else "Tab")
        if await wanted.evaluate("node => node === document.activeElement"):
            return
    raise AssertionError("no Tab leads there")

"""Three people in three windows: what one does, all see, with the mouse or by keyboard alone."""

from playwright.async_api import expect

from tests.browser.conftest import Opens
from tests.browser.window import Window
from tests.world import MINUTE, World

FAILOVER = "Failover of vm-web01"
COMMIT = "Commit of vm-web01"


async def approves_with_the_mouse(window: Window, title: str) -> None:
    """Press Approve, and agree to the question."""
    await window.presses("Approve", on=title)
    await window.agrees(f"Approve: {title}?", "Approve")


async def approves_by_keyboard(window: Window, title: str) -> None:
    """Reach the button with Tab, press it with Enter, and agree in the same way."""
    await window.tabs_to("Approve", within=window.card(title))
    await window.page.keyboard.press("Enter")
    dialog = window.page.get_by_role("dialog", name=f"Approve: {title}?")
    await expect(dialog.get_by_role("button", name="Not now")).to_be_focused()
    await window.tabs_to("Approve", within=dialog)
    await window.page.keyboard.press("Enter")
    await expect(dialog).to_be_hidden()


async def test_three_people_move_a_machine_and_commit_it(world: World, opens: Opens) -> None:
    """Alice asks, Bo approves with the mouse and Carla by keyboard alone; all see how it ends."""
    alice, bo, carla = [await opens(name) for name in ("Alice", "Bo", "Carla")]
    await alice.types("/dr failover vm-web01 because West Europe is down")
    for one in (alice, bo, carla):
        await one.reads("0 of 2 so far", "West Europe is down", on=FAILOVER)

    await bo.presses("Approve", on=FAILOVER)
    await bo.agrees(f"Approve: {FAILOVER}?", "Not now")
    await carla.reads("0 of 2 so far", on=FAILOVER)
    await approves_with_the_mouse(bo, FAILOVER)
    await alice.reads("1 of 2 so far", on=FAILOVER)
    assert world.posts("unplannedFailover") == 0
    await approves_by_keyboard(carla, FAILOVER)
    await world.started("UnplannedFailover")

    world.clock.advance(10 * MINUTE)
    for one in (alice, bo, carla):
        await one.reads("Succeeded", "runs in North Europe", "What next?", on=FAILOVER)

    await alice.presses("Commit", on=FAILOVER)
    for one in (alice, bo, carla):
        await one.reads("0 of 2 so far", "Deletes", on=COMMIT)
    await approves_with_the_mouse(bo, COMMIT)
    await approves_by_keyboard(carla, COMMIT)
    await world.started("CommitFailover")
    world.clock.advance(10 * MINUTE)
    for one in (alice, bo, carla):
        await one.reads("Succeeded", on=COMMIT)
    assert world.vault.machine("vm-web01").region == "northeurope"

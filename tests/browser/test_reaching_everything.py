"""The page without a mouse and without eyes: reached with Tab, named, seen, and read out."""

from dataclasses import dataclass
from typing import Any, Final

from playwright.async_api import Page, expect

from tests.browser.conftest import Opens
from tests.browser.window import Window
from tests.world import World

FAILOVER: Final = "Failover of vm-web01"
_MOST: Final = 200

MARK = """() => {
  const wanted = 'a[href], button, input, textarea, select, [tabindex="0"]';
  return [...document.querySelectorAll(wanted)].filter((node) => {
    if (node.disabled || node.tabIndex < 0) return false;
    return node.checkVisibility({ visibilityProperty: true, opacityProperty: false });
  }).map((node, place) => { node.dataset.mark = place; return node.outerHTML.slice(0, 160); });
}"""
"""Number what can be reached by Tab, as the document has it."""

HERE = """() => {
  const node = document.activeElement;
  const frame = node.closest('.composer-box') ?? node;
  const seen = (one) => {
    const style = getComputedStyle(one);
    const outlined = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0;
    return outlined || style.boxShadow !== 'none';
  };
  return { mark: node.dataset.mark ?? '', body: node === document.body,
           seen: seen(node) || seen(frame), html: node.outerHTML.slice(0, 160) };
}"""
"""Say what has the focus, and whether somebody can see that."""


@dataclass(frozen=True)
class Stop:
    """Where Tab came to rest."""

    mark: str
    name: str
    role: str
    seen: bool
    html: str


async def stops(page: Page) -> list[Stop]:
    """Press Tab until it comes round again, past the end of the page to its beginning."""
    session = await page.context.new_cdp_session(page)
    await session.send("DOM.enable")
    await session.send("Accessibility.enable")
    found: dict[str, Stop] = {}
    for _ in range(_MOST):
        await page.keyboard.press("Tab")
        here = await page.evaluate(HERE)
        if here["body"]:
            continue
        if here["mark"] in found:
            break
        role, name = await _spoken(session)
        found[here["mark"]] = Stop(here["mark"], name, role, here["seen"], here["html"])
    return [*found.values()]


async def _spoken(session: Any) -> tuple[str, str]:
    """Read the role and the name that a screen reader gets of what has the focus."""
    node = await session.send("Runtime.evaluate", {"expression": "document.activeElement"})
    tree = await session.send(
        "Accessibility.getPartialAXTree",
        {"objectId": node["result"]["objectId"], "fetchRelatives": False},
    )
    [spoken] = tree["nodes"][:1]
    return spoken.get("role", {}).get("value", ""), spoken.get("name", {}).get("value", "")


async def sound(page: Page) -> list[Stop]:
    """Make sure that Tab reaches everything, that it has a name and that the focus is seen."""
    for _ in range(3):  # a card that is drawn anew on the way has to be looked at once more
        there = await page.evaluate(MARK)
        reached = await stops(page)
        marks = {one.mark for one in reached}
        missed = [html for place, html in enumerate(there) if str(place) not in marks]
        if not missed:
            break
    assert not missed, missed
    assert not [one for one in reached if not one.name.strip()]
    assert not [one for one in reached if not one.seen]
    return reached


async def asked(window: Window) -> None:
    """Have a card on the page, and an answer that only its reader sees."""
    await window.types("/dr failover vm-web01 because West Europe is down")
    await window.reads("0 of 2 so far", on=FAILOVER)
    await expect(window.page.get_by_text("Only visible to you").first).to_be_visible()


async def test_everything_is_reached_by_tab_named_and_seen(world: World, opens: Opens) -> None:
    """In a channel with a card and its buttons, a private answer, and a thread."""
    alice = await opens("Alice")
    await asked(alice)
    await alice.composer.fill("a draft, so that it can be sent")
    names = {one.name for one in await sound(alice.page)}
    assert {"Approve", "Deny", "Withdraw", "Send"} <= names
    await alice.presses("Reply in thread", on=FAILOVER)
    await expect(alice.page.get_by_role("region", name="Thread")).to_be_visible()
    await sound(alice.page)


async def test_a_form_is_filled_in_without_a_mouse(world: World, opens: Opens) -> None:
    """Out of the menu of a card; Escape leaves it, and what was typed goes to the card."""
    bo = await opens("Bo")
    alice = await opens("Alice")
    await asked(alice)
    for leaves in (True, False):
        await _opens_the_form(bo)
        dialog = bo.page.get_by_role("dialog", name="Deny")
        field = dialog.get_by_role("textbox", name="Why?")
        await expect(field).to_be_focused()
        if leaves:
            await bo.page.keyboard.press("Escape")
            await expect(dialog).to_be_hidden()
            continue
        await bo.page.keyboard.type("West Europe is up again")
        await bo.tabs_to("Deny", within=dialog)
        await bo.page.keyboard.press("Enter")
        await expect(dialog).to_be_hidden()
    await alice.reads("Denied", "West Europe is up again", on=FAILOVER)


async def _opens_the_form(window: Window) -> None:
    await window.tabs_to("More actions", within=window.card(FAILOVER))
    await window.page.keyboard.press("Enter")
    await expect(window.page.get_by_role("menuitem", name="Deny with a reason…")).to_be_visible()
    await window.page.keyboard.press("Enter")


async def test_new_messages_are_read_out(world: World, opens: Opens) -> None:
    """By a live region, with the sentence that stands for the card."""
    bo = await opens("Bo")
    alice = await opens("Alice")
    await asked(alice)
    live = bo.page.locator("[aria-live=polite]")
    await expect(live).to_contain_text(FAILOVER)
    await expect(live).to_contain_text("waits for approval: 0 of 2 approvals")

"""`python -m tests.browser.pictures`: take the pictures of the README and of docs/tour.md again.

Each is of the demo's own sandbox and policy, in a window that is drawn with whatever fonts the
machine has: `fonts-inter` and `fonts-noto-color-emoji` of Debian are those of the pictures.
"""

import asyncio
import os
import sys
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, Final

from playwright.async_api import Browser, expect

from sandbox import valkey
from tests.browser.window import Window, chromium, launched
from tests.world import World, inhabited, until

FOLDER: Final = Path(__file__).parents[2] / "docs/pictures"
_POLICY: Final = Path(__file__).parents[2] / "handlers/demo_policy.toml"
_MANY: Final = 300
_FAILED: Final = 12
_WHY: Final = "because West Europe is down"

Scene = Callable[[World, Window], Awaitable[None]]


async def shot(window: Window, title: str, name: str) -> None:
    """Take a picture of the newest message of that title, as it is in the channel."""
    card = window.card(title)
    await expect(card).to_be_visible()
    await window.page.mouse.move(0, 0)
    await card.screenshot(path=FOLDER / f"{name}.png")


async def waiting(world: World, window: Window) -> None:
    """Show a whole window, with a card that has one of its two votes."""
    title = "Failover of vm-web01"
    await window.types(f"/dr failover vm-web01 {_WHY}, see INC-4711")
    await window.reads("0 of 2", on=title)
    await world.bo.presses("Approve", on=title)
    await window.reads("1 of 2", on=title)
    await window.page.mouse.move(0, 0)
    await window.page.screenshot(path=FOLDER / "waiting.png")


async def looks(world: World, window: Window) -> None:
    """Show what is ready and what is not, and one machine."""
    world.vault.machine("vm-test01").test_state = "WaitingForCompletion"
    for line, title, name in (
        ("ready all", "Not ready", "ready"),
        ("status vm-db01", "vm-db01", "status"),
    ):
        await window.types(f"/dr {line}")
        await shot(window, title, name)


async def several(world: World, window: Window) -> None:
    """Show one card for several machines."""
    await window.types(f"/dr failover vm-web* vm-app* vm-test01 {_WHY}")
    card = await world.alice.sees("0 of 2", "left out")
    await shot(window, str(card.blocks[0]["text"]["text"]), "several")


async def two_lists(world: World, window: Window) -> None:
    """Show a rule with two needs."""
    title = "Failover of vm-db01"
    await window.types(f"/dr failover vm-db01 {_WHY}")
    await window.reads("0 of 2", on=title)
    await world.bo.presses("Approve", on=title)
    await world.bo.fills(typed="vm-db01")
    await world.bo.submits()
    await window.reads("1 of 2", on=title)
    await shot(window, title, "two-lists")


async def plan(world: World, window: Window) -> None:
    """Show a recovery plan that waits for a manual action."""
    title = "Failover of plan-erp"
    await window.types(f"/dr failover plan:plan-erp {_WHY}")
    await world.alice.sees(title, "0 of 2")
    await world.approved(title)
    await world.started("UnplannedFailover")
    world.clock.advance(600)
    await window.reads("Waits for somebody", on=title)
    await shot(window, title, "plan")


async def void(world: World, window: Window) -> None:
    """Show what somebody did in the portal while people voted."""
    title = "Failover of vm-web01"
    await window.types(f"/dr failover vm-web01 {_WHY}")
    await window.reads("0 of 2", on=title)
    await world.bo.presses("Approve", on=title)
    world.vault.machine("vm-web01").protection_state = "UnplannedFailoverCommitted"
    await world.carla.presses("Approve", on=title)
    await window.reads("Void", on=title)
    await shot(window, title, "void")


async def break_glass(world: World, window: Window) -> None:
    """Show what was done with fewer votes, and is not reviewed yet."""
    title = "Break-glass failover of vm-app01"
    await window.types(f"/dr breakglass failover vm-app01 {_WHY} and nobody else answers")
    await world.alice.sees(title, "0 of 1")
    await world.bo.presses("Approve", on=title)
    await world.started("UnplannedFailover")
    world.clock.advance(600)
    spoken = f"rotating light {title}"  # as its heading is read out
    await window.reads("Succeeded", "Not reviewed yet", on=spoken)
    await shot(window, spoken, "break-glass")


async def board(world: World, window: Window) -> None:
    """Show very many machines half way."""
    title = f"Failover of {_MANY} machines"
    for number in range(1, _FAILED + 1):
        world.vault.fail_next_job(f"vm-{number:04}", "UnplannedFailover")
    await world.bot.redis.shelf.took("failover", "A2A", 140)
    await window.types(f"/dr failover vm-0* {_WHY}")
    await world.alice.sees(title, "0 of 2")
    await world.approved(title)

    async def half_way() -> bool:
        world.clock.advance(2)
        outcomes = await world.bot.redis.requests.results((await world.request()).id)
        return sum(one.state in {"succeeded", "failed"} for one in outcomes.values()) > _MANY // 2

    await until(half_way, "it does not get half way", within=180, pause=0.3)
    await asyncio.sleep(3)  # what has happened is on the card a moment later
    await shot(window, title, "board")


async def incident(world: World, window: Window) -> None:
    """Show the board of an incident in the middle of it."""
    channels = world.workspace.core.state.channels
    count = len(channels)
    await window.types('/dr declare "West Europe down" region:westeurope')
    await until(lambda: len(channels) > count, "no channel was made")
    name = list(channels.values())[-1].name
    await world.alice.sees("Since declared", channel=name)
    for machine in ("vm-web01", "vm-web02"):
        await world.alice.types(f"/dr failover {machine} {_WHY}", name)
    for person in (world.bo, world.carla):
        await person.presses("Approve", on="Failover of vm-web01", channel=name)
    await world.started("UnplannedFailover")
    world.clock.advance(600)
    await world.alice.sees("Longest unprotected", channel=name)
    said = "conditions: West Europe is dark actions: the web tier moves needs: somebody for the ERP"
    await world.carla.types(f"/dr update {said}", name)
    await world.alice.sees("Since declared", "Needs:", "Waiting:", channel=name)
    await window.page.get_by_text(name, exact=True).first.click()
    await shot(window, "West Europe down", "incident")


async def form(world: World, window: Window) -> None:
    """Show a form that is filled in, with what it would ask for."""
    await window.page.set_viewport_size({"width": 1110, "height": 1500})
    await window.types("/dr failover vm-web01 --point app")
    await world.alice.modal()
    dialog = window.page.get_by_role("dialog")
    await expect(dialog).to_contain_text("It would need 2")
    await dialog.evaluate("one => one.style.setProperty('max-height', 'none')")
    await window.page.mouse.move(0, 0)
    await dialog.screenshot(path=FOLDER / "form.png")


SCENES: Final[dict[str, Scene]] = {
    "waiting": waiting,
    "looks": looks,
    "form": form,
    "several": several,
    "two-lists": two_lists,
    "plan": plan,
    "void": void,
    "break-glass": break_glass,
    "board": board,
    "incident": incident,
}


async def take(browser: Browser, name: str) -> None:
    """Set one scene in a world of its own, and take its pictures."""
    given: dict[str, Any] = {"estate": "full", "machines": _MANY if name == "board" else 0}
    with tempfile.TemporaryDirectory() as folder, valkey.running(Path(folder) / "v") as server:
        async with inhabited(server.url, {"DR_POLICY": str(_POLICY)}, **given) as world:
            address = world.environment["SLACK_API_URL"].removesuffix("/api/")
            window = await Window.opened(browser, address, "Alice")
            whole = name == "waiting"  # else the card alone, which has to be in sight as a whole
            size = {"width": 1280 if whole else 1110, "height": 860 if whole else 1400}
            await window.page.set_viewport_size(size)  # type: ignore[arg-type]  # a plain dict
            await SCENES[name](world, window)
            await window.page.context.close()


async def main(names: list[str]) -> None:
    """Take all pictures, or those of some scenes."""
    path = chromium()
    if path is None:
        sys.exit("No Chromium is on the path.")
    async with launched(path) as browser:
        for name in names or SCENES:
            await take(browser, name)
            print(name)  # noqa: T201 - it tells whoever started it


if __name__ == "__main__":
    for name in ("IDENTITY_ENDPOINT", "IDENTITY_HEADER"):
        os.environ.setdefault(name, "")
    asyncio.run(main(sys.argv[1:]))

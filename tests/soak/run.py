"""One soak from its beginning to its account."""

import asyncio
import json
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sandbox.people import PersonError
from sandbox.vault.machines import Machine
from tests.soak.account import Account, account, requests_of, unfinished
from tests.soak.faults import Faults
from tests.soak.people import Operators
from tests.soak.stage import Stage, staged

HANDS: Final = 8
_CALM_SECONDS: Final = 180.0
"""Seconds that everything gets to end once trouble has calmed."""
_ON_PURPOSE: Final = ("redis.exceptions.", "ConnectionError", "ConnectionResetError", "OSError")
_WEIGH_EVERY: Final = 5.0


@dataclass
class Soaked:
    """How a soak went."""

    seed: int
    seconds: float
    calmed: float
    """Seconds that it took after trouble had calmed."""
    done: Counter[str]
    struck: Counter[str]
    memory: dict[str, list[tuple[int, int]]]
    account: Account
    said: list[str]
    """What our processes said that nobody expected."""

    @property
    def kept(self) -> bool:
        """Whether every promise was kept."""
        return self.account.kept and not self.said


async def soak(
    seconds: float, seed: int, machines: int = 200, progress: Callable[[str], None] | None = None
) -> Soaked:
    """Let people and trouble do what they want for so long; then calm down, and look."""
    tell = progress or (lambda _line: None)
    with tempfile.TemporaryDirectory(prefix="dr-soak-") as folder:
        async with staged(Path(folder), seed, machines) as stage:
            names = [one.friendly_name for one in _healthy(stage)]
            operators, faults = Operators(stage, names, HANDS), Faults(stage)
            over = asyncio.Event()
            working = [
                asyncio.create_task(work)
                for work in (operators.work(over), faults.work(over), _weigh(stage, over, tell))
            ]
            try:
                await _first_failure(working, seconds)
            finally:
                over.set()
                await asyncio.gather(*working)
            began = time.monotonic()
            await _calm_down(stage, tell)
            stage.weigh()
            return Soaked(
                seed=seed,
                seconds=seconds,
                calmed=time.monotonic() - began,
                done=operators.done,
                struck=faults.struck,
                memory=stage.memory,
                account=await account(stage.world),
                said=_unexpected(Path(folder)),
            )


async def _first_failure(working: list["asyncio.Task[None]"], seconds: float) -> None:
    """Wait so long; a worker of the soak itself that fails ends it at once."""
    done, _ = await asyncio.wait(working, timeout=seconds, return_when=asyncio.FIRST_EXCEPTION)
    for task in done:
        task.result()


async def _weigh(stage: Stage, over: asyncio.Event, tell: Callable[[str], None]) -> None:
    began = time.monotonic()
    while not over.is_set():
        with suppress(TimeoutError):
            await asyncio.wait_for(over.wait(), _WEIGH_EVERY)
        stage.weigh()
        jobs = len(stage.world.vault.jobs)
        tell(f"{time.monotonic() - began:4.0f} s: {jobs} jobs")


async def _calm_down(stage: Stage, tell: Callable[[str], None]) -> None:
    """Give everything time to end; people press what waits for them."""
    deadline = time.monotonic() + _CALM_SECONDS
    while time.monotonic() < deadline:
        for card in stage.cards("Submit again"):
            with suppress(PersonError):
                await stage.press("bo", "Submit again", card)
        requests = await requests_of(stage.world)
        left = [one for one in requests if unfinished(one) or one.needs_nod]
        dirty = await stage.world.bot.redis.cards.dirty()
        if not left and not dirty:
            return
        tell(f"calm: {len(left)} requests are under way, {len(dirty)} cards wait to be drawn")
        await asyncio.sleep(1.0)


def _healthy(stage: Stage) -> list[Machine]:
    return [one for one in stage.world.vault.machines if one.friendly_name.startswith("vm-0")]


def _unexpected(folder: Path) -> list[str]:
    """What the processes logged with a traceback, but for a Redis that was away on purpose."""
    found = []
    for log in sorted(folder.glob("*.log")):
        for line in log.read_text("utf-8", "replace").splitlines():
            try:
                said = json.loads(line).get("exception", "")
            except ValueError:
                said = line if "Traceback" in line else ""
            last = said.rstrip().rpartition("\n")[2]
            if said and not last.startswith(_ON_PURPOSE):
                found.append(f"{log.name}: {said[-1500:]}")
    return found

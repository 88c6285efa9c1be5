"""Becoming a process of the bot that ends, or freezes, at one chosen boundary of its own.

The bot's code is the real one. Its clocks run faster here: how long a lock, a lease or a lost
submission lasts is shortened, in the same order, so that hundreds of deaths can be waited for.
"""

import asyncio
import importlib
import json
import os
import signal
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from bot.settings import Settings
from handlers.logs import configure
from handlers.web import serve
from handlers.worker import work
from tests.crashes.boundaries import Phase, Point, watch
from tests.world import hurried

PROCESSES: Final = {"worker": work, "web": serve}

QUICKER: Final[Mapping[tuple[str, str], Any]] = {
    ("bot.gateways.redis.cards", "_LOCK_MS"): 1_500,
    ("bot.gateways.redis.cards", "MINUTE"): 2_000,
    ("bot.access", "_PER_MINUTE"): dict.fromkeys(("command", "click", "suggestion"), 1_200),
    ("bot.cards", "_SLACK_AWAY"): 0.5,
    ("bot.jobs.submit", "CLAIM_LIFETIME"): 1_000,
    ("bot.jobs.submit", "_RETRY"): 0.5,
    ("bot.gateways.azure", "POST_TIMEOUT"): 1.5,
    ("bot.domain.looks", "SUBMITTER_LOST"): 3_000,
    ("bot.domain.looks", "SOON"): 0.25,
    ("bot.domain.looks", "FINDING"): 0.25,
    ("bot.jobs.reconcile", "GRACE"): 5,
    ("bot.settling", "GRACE"): 5,
    ("bot.gateways.engine", "RESEEDING"): 1,
    ("bot.jobs.sweep", "_LEFT_LYING"): 500,
}
"""What is shortened, and to how much of its own unit; people are as much faster, too."""
QUICKER_TIMES: Final = {
    ("bot.gateways.engine", "REDELIVERY"): 1.0,
    ("bot.jobs.tasks", "SWEEP_EVERY"): 0.5,
    ("bot.jobs.tasks", "RETRY"): 0.5,
}
"""The same for what is a `timedelta`, in seconds."""


def quicken() -> None:
    """Let this process's clocks run faster; a name that is gone is an error."""
    for (module, name), value in QUICKER.items():
        _replace(module, name, value)
    for (module, name), seconds in QUICKER_TIMES.items():
        _replace(module, name, type(getattr(importlib.import_module(module), name))(0, seconds))


def _replace(module: str, name: str, value: Any) -> None:
    place = importlib.import_module(module)
    if not hasattr(place, name):
        raise LookupError(f"{module} has no {name} any more; name what took its place.")
    setattr(place, name, value)


class Fate:
    """Counts the boundaries that are passed once it is armed, and acts at the chosen one."""

    def __init__(self, trace: Path | None, at: Point | None, number: int) -> None:
        self.armed = False
        self._trace = trace.open("a", buffering=1) if trace else None
        self._at = at
        self._number = number
        self._passed: Counter[tuple[str, str, Phase]] = Counter()

    def pass_by(self, who: str, what: str, phase: Phase) -> None:
        """Pass a boundary; it may be the last thing that this process does."""
        if not self.armed:
            return
        self._passed[who, what, phase] += 1
        point = Point(who, what, phase, self._passed[who, what, phase])
        if self._trace:
            self._trace.write(json.dumps(point) + "\n")
        if point == self._at:
            os.kill(os.getpid(), self._number)


def become(name: str, environment: Mapping[str, str], how: Mapping[str, Any]) -> None:
    """Be `dr <name>` until told to stop.

    `how` may name the file that gets the `trace`, the point to act `at`, the `signal` to send
    itself there, and whether boundaries count from the start or from SIGUSR1 on (`armed`).
    """
    os.environ.clear()
    os.environ.update(environment)
    quicken()
    trace = Path(str(how["trace"])) if how.get("trace") else None
    at = Point(*how["at"]) if how.get("at") else None
    fate = Fate(trace, at, int(how.get("signal", signal.SIGKILL)))
    fate.armed = bool(how.get("armed", True))
    if trace or at:
        watch(fate.pass_by)
    settings = hurried(Settings.read(os.environ))
    configure("INFO")
    asyncio.run(_until_told(name, settings, fate))


async def _until_told(name: str, settings: Settings, fate: Fate) -> None:
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()

    def arm() -> None:
        fate.armed = True

    loop.add_signal_handler(signal.SIGTERM, stopping.set)
    loop.add_signal_handler(signal.SIGUSR1, arm)
    await PROCESSES[name](settings, stopping)

"""Lists that are read once for everybody who asks at the same time, and kept for a moment.

One reading of a place runs at a time, and all who wait for it share it. Who needs a fresh list is
never given one whose reading began before they asked: they share the next reading, which begins
when the one that runs has ended.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

LIFE: Final = 3.0
"""Seconds for which a list may be shown again, at least."""
LONGEST: Final = 60.0
_TIMES: Final = 6
"""So many times as long as its reading took may a list be shown: large ones are read less often."""

Listed = TypeVar("Listed")


@dataclass
class _Kept(Generic[Listed]):
    at: float
    what: Listed
    life: float


class _Reading(Generic[Listed]):
    """A reading that runs, or that waits for the one before it."""

    task: asyncio.Task[Listed]
    begun = False


class Listings(Generic[Listed]):
    """The lists of all places (vaults, say), each read by `read`."""

    def __init__(self, read: Callable[[str], Awaitable[Listed]]) -> None:
        self._read = read
        self._kept: dict[str, _Kept[Listed]] = {}
        self._lines: dict[str, list[_Reading[Listed]]] = {}

    async def get(self, place: str, *, fresh: bool) -> Listed:
        """Return the list of a place; one of the last seconds will do, unless `fresh`.

        Raises what the reading raised, to all who share it; nothing is kept of one that failed.
        Whoever stops waiting does not stop it for the others.
        """
        kept = self._kept.get(place)
        if kept and not fresh and time.monotonic() - kept.at < kept.life:
            return kept.what
        return await asyncio.shield(self._reading(place, fresh=fresh).task)

    def newest(self, place: str, age: float) -> Listed | None:
        """Return what was last read of a place, however old, and None when nothing was yet.

        It is read anew behind whoever asks, once it is older than `age` seconds.
        """
        kept = self._kept.get(place)
        if kept is None or time.monotonic() - kept.at >= age:
            self._reading(place, fresh=False)
        return kept.what if kept else None

    async def close(self) -> None:
        """End what is being read."""
        tasks = [one.task for line in self._lines.values() for one in line]
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)

    def _reading(self, place: str, *, fresh: bool) -> _Reading[Listed]:
        """Find the reading to wait for, or begin one."""
        line = self._lines.setdefault(place, [])
        if line and not fresh:
            return line[0]
        if not line or line[-1].begun:
            reading = _Reading[Listed]()
            before = line[-1].task if line else None
            reading.task = asyncio.create_task(self._carry_out(place, reading, before))
            reading.task.add_done_callback(_looked_at)
            line.append(reading)
        return line[-1]

    async def _carry_out(
        self, place: str, reading: _Reading[Listed], before: asyncio.Task[Listed] | None
    ) -> Listed:
        try:
            if before:
                await asyncio.wait([before])
            reading.begun = True
            began = time.monotonic()
            found = await self._read(place)
            now = time.monotonic()
            self._kept[place] = _Kept(now, found, life_of(now - began))
            return found
        finally:
            self._lines[place].remove(reading)


def life_of(took: float) -> float:
    """Return for how many seconds a list may be shown whose reading took so many."""
    return max(LIFE, min(LONGEST, _TIMES * took))


def _looked_at(task: asyncio.Task[Listed]) -> None:
    """Take note of how a reading failed that nobody waits for any more."""
    if not task.cancelled():
        task.exception()

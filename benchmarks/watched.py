"""A worker of ours whose event loop is watched: `python -m benchmarks.watched FILE`.

SIGUSR1 begins the watch. When the worker ends, how long its loop ever stood still since then is
written to the file, in milliseconds.
"""

import asyncio
import gc
import os
import signal
import sys
import time
from pathlib import Path
from typing import Final

from bot.settings import Settings
from handlers.logs import configure
from handlers.worker import work

_LOOK: Final = 0.005
"""Seconds between two looks; what is later than that was held up."""


def main() -> None:
    """Work as `dr worker` does, until told to stop."""
    settings = Settings.read(os.environ)
    configure(settings.log_level)
    gc.freeze()
    longest = asyncio.run(_watched(settings))
    Path(sys.argv[1]).write_text(f"{longest * 1000:.1f}\n", "utf-8")


async def _watched(settings: Settings) -> float:
    stopping, begun = asyncio.Event(), asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopping.set)
    asyncio.get_running_loop().add_signal_handler(signal.SIGUSR1, begun.set)
    working = asyncio.create_task(work(settings, stopping))
    longest = 0.0
    while not working.done():
        asleep = time.monotonic()
        await asyncio.sleep(_LOOK)
        if begun.is_set() and not stopping.is_set():
            longest = max(longest, time.monotonic() - asleep - _LOOK)
    await working
    return longest


if __name__ == "__main__":
    main()

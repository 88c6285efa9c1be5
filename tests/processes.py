"""The bot's own processes, started as an operator starts them, for stories about their end."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.world import until

_KEPT = ("PATH", "HOME", "TMPDIR", "LANG")
_STOP_SECONDS = 15.0


@dataclass
class Started:
    """A process of ours."""

    process: subprocess.Popen[bytes]
    log: Path

    @property
    def said(self) -> str:
        """Everything it has written so far."""
        return self.log.read_text("utf-8")

    def signal(self, number: signal.Signals) -> None:
        """Send it a signal."""
        self.process.send_signal(number)

    def kill(self) -> None:
        """End it as a power cut would."""
        self.process.kill()
        self.process.wait(_STOP_SECONDS)

    async def exits(self, within: float = _STOP_SECONDS) -> int:
        """Wait for its end; returns its exit code."""
        await until(
            lambda: self.process.poll() is not None,
            f"it does not end; it said:\n{self.said}",
            within=within,
        )
        return int(self.process.returncode)


@asynccontextmanager
async def started(
    name: str, environment: Mapping[str, str], folder: Path, *, ready: str = ""
) -> AsyncIterator[Started]:
    """Run `dr <name>`, wait until its log holds the word `ready`, and stop it at the end."""
    log = folder / f"{'-'.join(name.split()[:2])}-{time.monotonic_ns()}.log"
    kept = {key: os.environ[key] for key in _KEPT if key in os.environ}
    with log.open("wb") as out:
        process = subprocess.Popen(  # noqa: ASYNC220 - it only forks; the waiting is done elsewhere
            [sys.executable, "-m", "handlers", *name.split()],
            env=kept | dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
        )
    one = Started(process, log)
    try:
        if ready:
            await until(lambda: _is_ready(one, ready), f"{name} is not ready:\n{one.said}")
        yield one
    finally:
        await asyncio.to_thread(_end, process)


def _is_ready(one: Started, ready: str) -> bool:
    assert one.process.poll() is None, f"it ended with {one.process.returncode}:\n{one.said}"
    return ready in one.said


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.send_signal(signal.SIGCONT)
        process.terminate()
        try:
            process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
    process.wait(_STOP_SECONDS)


async def run(
    name: str, environment: Mapping[str, str], folder: Path, *, within: float = 15.0
) -> tuple[int, str]:
    """Run `dr <name>` to its end; returns its exit code and everything it said."""
    async with started(name, environment, folder) as one:
        return await one.exits(within), one.said

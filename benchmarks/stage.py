"""Everything the benchmark needs, started on loopback and stopped again, in this order.

A Valkey server that writes every change to disk, the sandbox, the real `dr web`, the yardsticks.
"""

import asyncio
import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

import aiohttp

from benchmarks.yardsticks import BOLT, COUNT, RAW, SINK
from sandbox import valkey
from tests.ports import free_port

_START_SECONDS: Final = 30.0
_STOP_SECONDS: Final = 15.0


@dataclass(frozen=True)
class Stage:
    """Where everything is."""

    ours: str
    bolt: str
    raw: str
    sink: str
    count: str
    secret: str
    redis_url: str


@asynccontextmanager
async def set_up() -> AsyncIterator[Stage]:
    """Start everything; stop everything, the server last."""
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="dr-bench-")))
        server = stack.enter_context(valkey.running(folder / "valkey"))
        log = stack.enter_context((folder / "log").open("wb"))
        announcement = folder / "sandbox.json"
        sandbox = ["sandbox", "--announce", str(announcement)]
        stack.enter_context(_process(sandbox, os.environ, log.fileno()))
        await _until(announcement.exists, folder / "log")
        told: dict[str, str] = json.loads(announcement.read_text("utf-8"))
        port, other = free_port(), free_port()
        environment = _environment(told, server.url, port)
        stack.enter_context(_process(["handlers", "web"], environment, log.fileno()))
        yardsticks = ["benchmarks.yardsticks", str(other)]
        stack.enter_context(_process(yardsticks, environment, log.fileno()))
        base, beside = f"http://127.0.0.1:{port}", f"http://127.0.0.1:{other}"
        for url in (f"{base}/readyz", beside + COUNT):
            await _until(partial(_answers, url), folder / "log")
        yield Stage(
            ours=f"{base}/slack/events",
            bolt=beside + BOLT,
            raw=beside + RAW,
            sink=beside + SINK,
            count=beside + COUNT,
            secret=told["signing_secret"],
            redis_url=server.url,
        )


def _environment(told: Mapping[str, str], redis_url: str, port: int) -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("AZURE_", "SLACK_", "DR_"))}
    return kept | {
        "DR_SANDBOX": "1",
        "SLACK_API_URL": told["slack_api_url"],
        "SLACK_BOT_TOKEN": told["bot_token"],
        "SLACK_SIGNING_SECRET": told["signing_secret"],
        "AZURE_RESOURCE_MANAGER_URL": told["vault"],
        "IDENTITY_ENDPOINT": told["identity_endpoint"],
        "IDENTITY_HEADER": told["identity_header"],
        "REDIS_URL": redis_url,
        "PORT": str(port),
        "DR_VAULTS": told["vault_id"],
        "DR_CHANNEL": f"#{told['incident_channel']}",
    }


@contextmanager
def _process(module: list[str], environment: Mapping[str, str], log: int) -> Iterator[None]:
    """Run a module of ours as a process, and end it with the block."""
    running = subprocess.Popen(
        [sys.executable, "-m", *module],
        env=dict(environment),
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=log,
        start_new_session=True,
    )
    try:
        yield
    finally:
        running.send_signal(signal.SIGTERM)
        try:
            running.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            running.kill()
            running.wait()


async def _until(condition: Callable[[], bool | Awaitable[bool]], log: Path) -> None:
    """Wait for a condition; end with what the processes said when it does not come."""
    deadline = asyncio.get_running_loop().time() + _START_SECONDS
    while True:
        result = condition()
        if result if isinstance(result, bool) else await result:
            return
        if asyncio.get_running_loop().time() > deadline:
            raise SystemExit(f"It did not start:\n{_tail(log)}")
        await asyncio.sleep(0.05)


def _tail(log: Path) -> str:
    return log.read_text("utf-8", "replace")[-2000:]


async def _answers(url: str) -> bool:
    try:
        async with aiohttp.ClientSession() as session, session.get(url) as answer:
            return answer.status == 200
    except aiohttp.ClientError:
        return False

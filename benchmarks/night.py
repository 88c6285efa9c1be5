"""A night on which hundreds of machines go at once: the far end, `dr web` and some workers.

All of them are processes of their own, as they would be, on loopback; a Valkey server writes every
change to disk before it answers. What reached Azure is read from the sandbox, which counts for
itself.
"""

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import aiohttp

from sandbox import valkey
from sandbox.people import People
from tests.ports import free_port

_START_SECONDS: Final = 60.0
_STOP_SECONDS: Final = 20.0


@dataclass(frozen=True)
class Post:
    """A change as the sandbox saw it."""

    path: str
    status: int
    at: float
    """Seconds since the epoch."""


@dataclass
class Night:
    """Where everything is, and what Azure has seen."""

    page: str
    """Where the people of the workspace are."""
    vault: str
    vault_id: str
    people: People
    environment: Mapping[str, str]
    session: aiohttp.ClientSession
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)
    stall: float = 0.0
    """For how many milliseconds a worker's loop stood still at most; known when all have ended."""
    posts: list[Post] = field(default_factory=list)
    throttled_reads: int = 0
    _seen: int = 0

    async def look(self) -> None:
        """Read what the sandbox has answered since the last look."""
        query = {"since": str(self._seen)}
        async with self.session.get(f"{self.vault}/__seen", params=query) as answer:
            seen: list[dict[str, Any]] = await answer.json()
        self._seen += len(seen)
        for one in seen:
            if one["method"] != "GET":
                self.posts.append(Post(one["path"], one["status"], one["at"]))
            self.throttled_reads += one["method"] == "GET" and one["status"] == 429

    def watch(self) -> None:
        """Have the loops of the workers watched from now on."""
        for worker in self.workers:
            worker.send_signal(signal.SIGUSR1)

    def note_stall(self, file: Path) -> None:
        """Read what a worker wrote at its end."""
        if file.exists():
            self.stall = max(self.stall, float(file.read_text("utf-8")))

    @property
    def accepted(self) -> list[Post]:
        """The changes that Azure began."""
        return [post for post in self.posts if post.status == 202]


@asynccontextmanager
async def fallen(machines: int, *, workers: int = 0, retry_after: int = 1) -> AsyncIterator[Night]:
    """Start everything; stop everything, the server last. Without workers there is no bot."""
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="dr-night-")))
        log = stack.enter_context((folder / "log").open("wb"))
        start = _Starter(folder / "log", log.fileno())
        port = free_port()
        announcement = folder / "sandbox.json"
        sandbox = ["sandbox", "--announce", str(announcement), "--machines", str(machines)]
        sandbox += ["--retry-after", str(retry_after)]
        sandbox += ["--deliver-to", f"http://127.0.0.1:{port}/slack/events"]
        await stack.enter_async_context(start.process(sandbox, os.environ))
        await start.until(announcement.exists)
        told: dict[str, str] = json.loads(announcement.read_text("utf-8"))
        session = await stack.enter_async_context(aiohttp.ClientSession())
        people = await stack.enter_async_context(People(told["workspace"], patience=10))
        night = Night(told["workspace"], told["vault"], told["vault_id"], people, told, session)
        if workers:
            server = stack.enter_context(valkey.running(folder / "valkey"))
            night.environment = environment = _environment(told, server.url, port)
            for number in range(workers):
                file = folder / f"stall-{number}"
                stack.callback(night.note_stall, file)
                worker = start.process(["benchmarks.watched", str(file)], environment)
                night.workers.append(await stack.enter_async_context(worker))
            await stack.enter_async_context(start.process(["handlers", "web"], environment))
            await start.until(lambda: start.log.read_text("utf-8").count("working") >= workers)
            await start.until(lambda: _listens(port))
        yield night


class _Starter:
    """Starts modules of ours as processes, each ended with its block."""

    def __init__(self, log: Path, out: int) -> None:
        self.log = log
        self._out = out

    @asynccontextmanager
    async def process(
        self, module: list[str], environment: Mapping[str, str]
    ) -> AsyncIterator[subprocess.Popen[bytes]]:
        running = subprocess.Popen(  # noqa: ASYNC220 - it only forks
            [sys.executable, "-m", *module],
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=self._out,
            stderr=self._out,
            start_new_session=True,
        )
        try:
            yield running
        finally:
            running.send_signal(signal.SIGTERM)
            try:
                await asyncio.to_thread(running.wait, _STOP_SECONDS)
            except subprocess.TimeoutExpired:
                running.kill()
                running.wait()

    async def until(self, condition: Callable[[], bool]) -> None:
        """Wait for a condition; end with what the processes said when it does not come."""
        deadline = asyncio.get_running_loop().time() + _START_SECONDS
        while not condition():
            if asyncio.get_running_loop().time() > deadline:
                said = self.log.read_text("utf-8", "replace")[-2000:]
                raise SystemExit(f"It did not start:\n{said}")
            await asyncio.sleep(0.05)


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


def _listens(port: int) -> bool:
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", port)) == 0

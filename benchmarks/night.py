"""A night on which hundreds of machines go at once: the far end, `dr web` and some workers.

All of them are processes of their own, as they would be, on loopback; a Valkey server writes every
change to disk before it answers. What reached Azure is read from the sandbox, which counts for
itself.
"""

import signal
import subprocess
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp

from benchmarks.stage import answers, set_up
from sandbox.people import People
from tests.ports import free_port


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

    people: People
    environment: Mapping[str, str]
    session: aiohttp.ClientSession
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)
    stall: float = 0.0
    """For how many milliseconds a worker's loop stood still at most; known when all have ended."""
    posts: list[Post] = field(default_factory=list)
    throttled_reads: int = 0
    _seen: int = 0

    @property
    def vault(self) -> str:
        """The address of Azure Resource Manager."""
        return self.environment["AZURE_RESOURCE_MANAGER_URL"]

    @property
    def vault_id(self) -> str:
        """The resource id of the vault."""
        return self.environment["DR_VAULTS"]

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
    port = free_port()
    options = ("--machines", str(machines), "--retry-after", str(retry_after))
    delivery = ("--deliver-to", f"http://127.0.0.1:{port}/slack/events")
    async with AsyncExitStack() as stack:
        stage = stack.enter_context(set_up(*options, *delivery))
        stage.sync("always")
        session = await stack.enter_async_context(aiohttp.ClientSession())
        people = await stack.enter_async_context(People(stage.page, patience=10))
        night = Night(people, {**stage.environment, "PORT": str(port)}, session)
        for number in range(workers):
            file = stage.folder / f"stall-{number}"
            stack.callback(night.note_stall, file)
            worker = stage.process("benchmarks.watched", str(file))
            night.workers.append(stack.enter_context(worker))
        if workers:
            stack.enter_context(stage.process("handlers", "web", PORT=str(port)))
            stage.until(lambda: stage.said.count("working") >= workers, pause=0.05)
            stage.until(lambda: answers(port, "/readyz"), pause=0.05)
        yield night

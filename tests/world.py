"""The world of a story: a workspace full of people, a vault, and the bot between them.

Everything is real except the far ends: the bot's own web front and worker run here, over real
sockets and a real Redis server. Time in the vault stands still until a story moves it.
"""

import asyncio
import os
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any

from bot.runtime import Bot, opened
from bot.settings import Settings
from handlers.web import serve as serve_web
from handlers.worker import work
from sandbox.clock import Clock
from sandbox.people import Message, People, Person
from sandbox.server import serve
from sandbox.vault import Vault
from sandbox.workspace import Workspace
from tests.ports import free_port

MINUTE = 60.0


@dataclass
class World:
    """What a story can reach."""

    people: People
    vault: Vault
    workspace: Workspace
    clock: Clock
    settings: Settings
    environment: Mapping[str, str]
    bot: Bot
    """A third process's view, for stories that must look into the store."""

    @property
    def alice(self) -> Person:
        """On call; may ask."""
        return self.people.alice

    @property
    def bo(self) -> Person:
        """May approve."""
        return self.people.bo

    @property
    def carla(self) -> Person:
        """May ask and approve."""
        return self.people.carla

    @property
    def dmitri(self) -> Person:
        """May approve."""
        return self.people.dmitri

    @property
    def erin(self) -> Person:
        """A member in no group."""
        return self.people.erin

    async def approved(self, title: str) -> None:
        """Have Bo and Carla approve the newest card of that title."""
        await self.bo.presses("Approve", on=title)
        await self.carla.presses("Approve", on=title)

    async def started(self, scenario: str, count: int = 1) -> None:
        """Wait until the vault has begun so many jobs of a scenario."""
        await until(
            lambda: sum(job.scenario == scenario for job in self.vault.jobs) >= count,
            f"the vault has not begun {count} {scenario}: {[j.scenario for j in self.vault.jobs]}",
        )

    async def done(self, *words: str, minutes: float = 10) -> Message:
        """Let the vault finish what runs, and wait until the channel says so."""
        self.clock.advance(minutes * MINUTE)
        return await self.alice.sees(*words)

    def posts(self, action: str) -> int:
        """Count the POSTs of an action that the vault has seen."""
        return sum(s.method == "POST" and s.path.endswith(f"/{action}") for s in self.vault.journal)


async def until(condition: Any, otherwise: str, *, within: float = 15.0) -> None:
    """Wait for a condition; fail with a sentence when it does not come."""
    deadline = asyncio.get_running_loop().time() + within
    while True:
        result = condition()
        if asyncio.iscoroutine(result):
            result = await result
        if result:
            return
        if asyncio.get_running_loop().time() > deadline:
            raise AssertionError(otherwise)
        await asyncio.sleep(0.01)


@asynccontextmanager
async def sandboxed(
    redis_url: str, extra: Mapping[str, str] | None = None
) -> AsyncIterator[tuple[Workspace, Vault, str, dict[str, str]]]:
    """Start a workspace and a vault; yields them, the page's address and the bot's environment."""
    clock = Clock.by_hand()
    workspace, vault = Workspace(Clock()), Vault(clock)
    port = free_port()
    async with AsyncExitStack() as stack:
        page = await stack.enter_async_context(serve(workspace.application()))
        arm = await stack.enter_async_context(serve(vault.application()))
        workspace.deliver_to(f"http://127.0.0.1:{port}/slack/events")
        yield (
            workspace,
            vault,
            page,
            {
                "DR_SANDBOX": "1",
                "SLACK_API_URL": f"{page}/api/",
                "SLACK_BOT_TOKEN": workspace.bot_token,
                "SLACK_APP_TOKEN": workspace.app_token,
                "SLACK_SIGNING_SECRET": workspace.signing_secret,
                "AZURE_RESOURCE_MANAGER_URL": arm,
                "IDENTITY_ENDPOINT": f"{arm}/msi/token",
                "IDENTITY_HEADER": vault.identity_header,
                "REDIS_URL": redis_url,
                "PORT": str(port),
                "DR_VAULTS": vault.resource_id,
                "DR_CHANNEL": "#incidents",
                **(extra or {}),
            },
        )


@asynccontextmanager
async def inhabited(redis_url: str, extra: Mapping[str, str] | None = None) -> AsyncIterator[World]:
    """Start everything in this process, and stop it in reverse."""
    async with sandboxed(redis_url, extra) as (workspace, vault, page, environment):
        os.environ |= {name: environment[name] for name in ("IDENTITY_ENDPOINT", "IDENTITY_HEADER")}
        settings = hurried(Settings.read(environment))
        stopping = asyncio.Event()
        running = [
            asyncio.create_task(serve_web(settings, stopping)),
            asyncio.create_task(work(settings, stopping)),
        ]
        try:
            async with People(page) as people, opened(settings) as bot:
                await _listening(settings.port, running)
                yield World(people, vault, workspace, vault.clock, settings, environment, bot)
        finally:
            stopping.set()
            await asyncio.gather(*running)


def hurried(settings: Settings) -> Settings:
    """Let the bot look and draw as fast as it can."""
    return settings.model_copy(update={"card_pause": 0.0, "reread_pause": 0.05})


async def _listening(port: int, running: list[asyncio.Task[None]]) -> None:
    async def answers() -> bool:
        for task in running:
            if task.done():
                task.result()
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            return False
        writer.close()
        await writer.wait_closed()
        return True

    await until(answers, "the web front does not listen")

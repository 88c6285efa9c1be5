"""The world of a story: a workspace full of people, a vault, and the bot between them.

Everything is real except the far ends: the bot's own web front and worker run here, over real
sockets and a real Redis server. Time in the vault stands still until a story moves it.
"""

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any

from bot.domain.audit import BOT, Entry, Fact
from bot.domain.request import Request
from bot.gateways.redis import Write
from bot.runtime import Bot, opened
from bot.settings import Settings
from handlers.socket import connect
from handlers.web import serve as serve_web
from handlers.worker import work
from sandbox.clock import Clock
from sandbox.people import Message, People, Person
from sandbox.server import serve
from sandbox.vault import Vault
from sandbox.vault.front import EstateName
from sandbox.workspace import Workspace
from tests import trouble
from tests.ports import free_port
from tests.secrets import content, found, listening_to_the_log

MINUTE = 60.0
_FOR_EVER = -1
"""What Redis says of a key that does not expire."""


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

    async def asked(self, machine: str = "vm-web01", operation: str = "failover") -> Message:
        """Have Alice ask in the incident channel; returns the card."""
        await self.alice.types(f"/dr {operation} {machine} because West Europe is down")
        return await self.alice.sees(f"{operation.capitalize()} of {machine}", "0 of 2")

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

    async def told(self, person: Person, *words: str, channel: str = "incidents") -> Message:
        """Wait until a person reads something that nobody else sees."""
        message = await person.sees(*words, channel=channel)
        assert message.ephemeral, f"everybody can read {message.words!r}"
        for other in (self.alice, self.bo, self.carla, self.dmitri, self.erin):
            seen = {one.ts for one in await other.messages(channel)}
            assert other.name == person.name or message.ts not in seen
        return message

    async def request(self) -> Request:
        """Read the newest request from the store."""
        newest = await self.bot.redis.requests.newest_ids(1)
        found = await self.bot.redis.requests.load(newest[0])
        assert found is not None
        return found

    async def rewrite(self, request: Request, **changes: object) -> None:
        """Change a stored request behind everybody's back, under its seal: to move time, say."""
        verdict = "moved"
        while verdict in {"moved", "contended"}:
            before = await self.bot.redis.requests.snapshot(request.id)
            assert before.request is not None
            after = before.request.model_copy(update={**changes, "rev": before.request.rev + 1})
            fact = Fact(type="story.rewrites", subject=request.id, actor=BOT, after=after.state)
            write = Write(fact=fact, request=after)
            verdict, _ = await self.bot.redis.requests.write(before, write)
        assert verdict == "done", verdict

    async def entries(self) -> list[Entry]:
        """Read the whole audit log, oldest first."""
        return [entry async for entry in self.bot.redis.audit.everything()]

    async def kinds(self) -> list[str]:
        """Read what sorts of entries the audit log holds behind its first, oldest first.

        The first one says under which policy the bot began.
        """
        kinds = [entry.type.removeprefix("dr.") for entry in await self.entries()]
        assert kinds[:1] == ["policy.change"]
        return kinds[1:]

    async def record(self) -> dict[str, str]:
        """Read everything that Redis keeps for good, by key."""
        client: Any = self.bot.redis.client
        keys = sorted([key async for key in client.scan_iter("{dr}:*")])
        kept = [key for key in keys if await client.ttl(key) == _FOR_EVER]
        return {key: repr(await content(client, key)) for key in kept}

    def posts(self, action: str) -> int:
        """Count the POSTs of an action that the vault has seen."""
        return sum(s.method == "POST" and s.path.endswith(f"/{action}") for s in self.vault.journal)


async def until(
    condition: Any, otherwise: str, *, within: float = 15.0, pause: float = 0.01
) -> None:
    """Wait for a condition, looking after each pause; fail with a sentence if it never comes."""
    deadline = asyncio.get_running_loop().time() + within * trouble.patience()
    while True:
        result = condition()
        if asyncio.iscoroutine(result):
            result = await result
        if result:
            return
        if asyncio.get_running_loop().time() > deadline:
            raise AssertionError(otherwise)
        await asyncio.sleep(pause)


@asynccontextmanager
async def sandboxed(
    redis_url: str,
    extra: Mapping[str, str] | None = None,
    estate: EstateName = "shop",
    clock: Clock | None = None,
    machines: int = 0,
) -> AsyncIterator[tuple[Workspace, Vault, str, dict[str, str]]]:
    """Start a workspace and a vault; yields them, the page's address and the bot's environment."""
    clock = clock or Clock.by_hand()
    vault = Vault(clock, estate=estate, extra_machines=machines)
    workspace = Workspace(Clock())
    port = free_port()
    if trouble.SKY.weather:
        trouble.SKY.weather.behind(workspace, vault)
    async with AsyncExitStack() as stack:
        redis_url = await stack.enter_async_context(trouble.network(redis_url))
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
async def inhabited(
    redis_url: str,
    extra: Mapping[str, str] | None = None,
    *,
    front: bool = True,
    worker: bool = True,
    socket: bool = False,
    estate: EstateName = "shop",
    clock: Clock | None = None,
    machines: int = 0,
) -> AsyncIterator[World]:
    """Start everything in this process, and stop it in reverse.

    Stories about processes of their own leave the front or the worker out; with `socket` the
    front is the one of Socket Mode. The `full` estate has every sort of machine, and plans; any has
    as many healthy `machines` more as are wanted. Time in the vault stands still, unless there is
    a `clock`.
    """
    sandbox = sandboxed(redis_url, extra, estate, clock, machines)
    async with sandbox as (workspace, vault, page, environment):
        os.environ |= {name: environment[name] for name in ("IDENTITY_ENDPOINT", "IDENTITY_HEADER")}
        settings = hurried(Settings.read(environment))
        async with AsyncExitStack() as stack:
            ears = stack.enter_context(listening_to_the_log())
            if worker:
                await stack.enter_async_context(working(settings))
            if front and socket:
                workspace.deliver_to(None)
                await stack.enter_async_context(connected(settings, workspace))
            elif front:
                await stack.enter_async_context(listening(settings))
            people = await stack.enter_async_context(People(page, trouble.patience()))
            bot = await stack.enter_async_context(opened(settings))
            yield World(people, vault, workspace, vault.clock, settings, environment, bot)
            said = await found(ears, workspace, vault, environment, bot.redis.client)
            assert not said, f"secrets were written down: {said[:3]}"


@asynccontextmanager
async def listening(settings: Settings) -> AsyncIterator[None]:
    """Run a web front."""
    async with _running(serve_web, settings) as task:
        await until(lambda: _answers(settings.port, task), "the web front does not listen")
        yield


@asynccontextmanager
async def connected(settings: Settings, workspace: Workspace) -> AsyncIterator[None]:
    """Run a front over Socket Mode."""
    async with _running(connect, settings) as task:
        await until(
            lambda: _still(task) and workspace.socket.connections,
            "the front does not open a connection",
        )
        yield


@asynccontextmanager
async def working(settings: Settings) -> AsyncIterator[None]:
    """Run a worker."""
    async with _running(work, settings):
        yield


def hurried(settings: Settings) -> Settings:
    """Let the bot look and draw as fast as it can."""
    return settings.model_copy(update={"card_pause": 0.0, "reread_pause": 0.05})


@asynccontextmanager
async def _running(
    process: Callable[[Settings, asyncio.Event], Coroutine[Any, Any, None]], settings: Settings
) -> AsyncIterator[asyncio.Task[None]]:
    stopping = asyncio.Event()
    task = asyncio.create_task(process(settings, stopping))
    try:
        yield task
    finally:
        stopping.set()
        await task


def _still(task: asyncio.Task[None]) -> bool:
    """Whether a process of ours runs; raises what ended it."""
    if task.done():
        task.result()
    return True


async def _answers(port: int, task: asyncio.Task[None]) -> bool:
    _still(task)
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.close()
    await writer.wait_closed()
    return True

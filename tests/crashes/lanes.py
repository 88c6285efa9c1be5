"""A lane: a world with a Redis server of its own, in which one request after the other is tried.

What a run leaves behind in the engine is taken away before the next one, as if the worker of the
next had found a fresh machine; requests and the audit log stay, and go on growing.
"""

import itertools
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

from bot.cards import draw
from bot.domain.request import Request, State
from bot.gateways.redis.keys import BELL
from sandbox import valkey
from sandbox.clock import Clock
from sandbox.people import PersonError
from sandbox.screen import labelled
from tests.crashes.promises import shown
from tests.crashes.zygote import Zygote
from tests.ports import free_port
from tests.world import World, inhabited, until

HURRY = 200.0
"""So many times less of its time does the vault's work take."""
PATIENCE = 60.0
"""Seconds that anything may take on a busy machine."""
MACHINES = 60
"""So many runs fit into one world."""


@dataclass
class Lane:
    """One world, the server that it lives on, and the machines that nobody has used yet."""

    world: World
    server: valkey.Valkey
    zygote: Zygote
    port: int
    """Where a front of another process may listen."""
    machines: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))

    @property
    def environment(self) -> dict[str, str]:
        """What a process of the bot is told here."""
        return {**self.world.environment, "PORT": str(self.port)}

    def next_machine(self) -> str:
        """Name a machine on which nothing has been done yet."""
        return f"vm-{next(self.machines):04}"

    def deliver_to(self, port: int) -> None:
        """Have Slack deliver to the front on another port."""
        self.world.workspace.deliver_to(f"http://127.0.0.1:{port}/slack/events")

    async def clear_engine(self) -> None:
        """Forget what the engine of an earlier run was about to do, and every script."""
        client: Any = self.world.bot.redis.client
        await client.script_flush()
        for key in [BELL, *[key async for key in client.scan_iter("dr-engine*")]]:
            await client.delete(key)

    async def asked(self, machine: str) -> Request:
        """Have Alice ask for a failover; its card is there, and nobody works yet."""
        world = self.world
        with suppress(PersonError):  # on a busy machine the acknowledgement may come too late
            await world.alice.types(f"/dr failover {machine} because West Europe is down")
        await until(lambda: self.find(machine), f"{machine} was not asked for", within=PATIENCE)
        request = await self.find(machine)
        assert request is not None
        await until(lambda: self.has_card(request), "there is no card", within=PATIENCE)
        return request

    async def find(self, machine: str) -> Request | None:
        """Read the newest request for a machine."""
        requests = self.world.bot.redis.requests
        for request_id in await requests.newest_ids(3):
            found = await requests.load(request_id)
            if found and found.name == machine:
                return found
        return None

    async def load(self, request_id: str) -> Request:
        """Read a request."""
        found = await self.world.bot.redis.requests.load(request_id)
        assert found is not None
        return found

    async def press(self, who: str, label: str, request: Request) -> None:
        """Have somebody press a button of a request's card; raises what they would be told."""
        card = await shown(self.world, request)
        button = labelled(card.buttons, label)
        assert button is not None, f"there is no {label} on the card"
        place = {"channel": card.channel, "ts": card.ts}
        ids = {"block_id": button.block_id, "action_id": button.action_id}
        await self.world.people.named(who)._do("press", {**place, **ids})

    async def approved_by(self, who: str, request: Request, votes: int) -> None:
        """Have somebody approve, and wait until it is counted."""
        with suppress(PersonError):
            await self.press(who, "Approve", request)

        async def counted() -> bool:
            return len((await self.load(request.id)).approvals) == votes

        await until(counted, f"the vote of {who} was not counted", within=PATIENCE)

    async def has_card(self, request: Request) -> bool:
        """Whether a request has a card that is up to date."""
        record = await self.world.bot.redis.cards.record(request.id)
        return bool(record.ts) and await self.is_clean(request)

    async def is_clean(self, request: Request) -> bool:
        """Whether everything of a request has been drawn and told."""
        return not await self.world.bot.redis.cards.became_dirty(request.id)

    async def redraw(self, request: Request) -> None:
        """Draw a card as a worker would."""
        await draw(self.world.bot, request.id)

    async def is_in(self, request: Request, *states: State) -> bool:
        """Whether a request is in one of some states."""
        return (await self.load(request.id)).state in states


@asynccontextmanager
async def lane(zygote: Zygote) -> AsyncIterator[Lane]:
    """Open a world with a front and without a worker."""
    async with AsyncExitStack() as stack:
        server = stack.enter_context(valkey.running())
        async with zygote.opening:
            clock = Clock(hurry=HURRY)
            inside = inhabited(server.url, worker=False, clock=clock, machines=MACHINES)
            world = await stack.enter_async_context(inside)
        yield Lane(world, server, zygote, free_port())

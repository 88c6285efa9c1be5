"""The stage of a soak: a vault of two hundred machines, fronts and workers as real processes.

The processes reach Redis over a network that can fail; who keeps the account reaches it directly.
Slack delivers to one front, and to the other one when that is known to be away.
"""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Final

from sandbox import valkey
from sandbox.clock import Clock
from sandbox.redis_proxy import Network, between
from sandbox.screen import Message, labelled
from tests.crashes.zygote import Launched, Zygote, bred
from tests.ports import free_port
from tests.world import World, inhabited, until

HURRY: Final = 150.0
"""So many times less of its time does the vault's work take."""
ROLES: Final = ("web 1", "web 2", "worker 1", "worker 2")
_PAGE: Final = os.sysconf("SC_PAGE_SIZE")
_LEAST: Final = 20
"""So many machines are in the vault anyhow."""


@dataclass
class Stage:
    """Everything that takes part."""

    world: World
    server: valkey.Valkey
    network: Network
    zygote: Zygote
    dice: Random
    ports: dict[str, int] = field(default_factory=dict)
    """Where the fronts listen, by role."""
    processes: dict[str, Launched] = field(default_factory=dict)
    memory: dict[str, list[tuple[int, int]]] = field(default_factory=dict)
    """Of each role and life: what it took up when it was ready, and at last, in KiB."""

    async def start(self, role: str) -> None:
        """Start the process of a role, and wait until it works."""
        environment = {**self.world.environment, "REDIS_URL": self.network.url}
        name, _, _ = role.partition(" ")
        if name == "web":
            self.ports[role] = free_port()
            environment["PORT"] = str(self.ports[role])
        word = {"web": "listening", "worker": '"working"'}[name]
        one = self.processes[role] = await self.zygote.launch(name, environment)
        await until(
            lambda: one.ended.is_set() or word in one.said, f"{role} does not start", within=60
        )
        size = resident(one.pid)
        self.memory.setdefault(role, []).append((size, size))
        if name == "web":
            self.deliver_to(role)

    def deliver_to(self, role: str) -> None:
        """Have Slack deliver to a front."""
        address = f"http://127.0.0.1:{self.ports[role]}/slack/events"
        self.world.workspace.deliver_to(address)

    def avoid(self, role: str) -> None:
        """Have Slack deliver to the other front, where this one is a front."""
        for other in self.ports:
            if role in self.ports and other != role:
                self.deliver_to(other)

    def weigh(self) -> None:
        """Look how much memory each process takes up now."""
        for role, one in self.processes.items():
            size = resident(one.pid)
            if size and not one.ended.is_set():
                lives = self.memory[role]
                lives[-1] = (lives[-1][0], size)

    def cards(self, *labels: str) -> list[Message]:
        """The cards in the channel that have a button of one of these labels."""
        channel = self.world.workspace.channel("incidents")
        posts = self.world.workspace.core.state.posts[channel.id].values()
        messages = [
            Message(post.ts, channel.id, None, False, False, "", post.text, post.blocks)
            for post in posts
            if post.text.startswith("R-") and not post.is_reply and post.only_for is None
        ]
        return [one for one in messages if any(labelled(one.buttons, each) for each in labels)]

    async def press(self, who: str, label: str, card: Message) -> None:
        """Have somebody press a button on a card; raises what they would read if it failed."""
        button = labelled(card.buttons, label)
        if button is None:
            return
        where = {"channel": card.channel, "ts": card.ts}
        ids = {"block_id": button.block_id, "action_id": button.action_id}
        await self.world.people.named(who)._do("press", {**where, **ids})


@asynccontextmanager
async def staged(folder: Path, seed: int, machines: int) -> AsyncIterator[Stage]:
    """Set it up, with all processes at work; at the end everything is gone."""
    async with AsyncExitStack() as stack:
        server = stack.enter_context(valkey.running())
        network = await stack.enter_async_context(between(server.url))
        zygote = await stack.enter_async_context(bred(folder))
        inside = inhabited(
            server.url,
            front=False,
            worker=False,
            clock=Clock(hurry=HURRY),
            machines=max(0, machines - _LEAST),
        )
        world = await stack.enter_async_context(inside)
        stage = Stage(world, server, network, zygote, Random(seed))
        await asyncio.gather(*(stage.start(role) for role in ROLES))
        try:
            yield stage
        finally:
            await asyncio.gather(*(one.stop() for one in stage.processes.values()))


def resident(pid: int) -> int:
    """How much memory a process takes up, in KiB; 0 when that cannot be told."""
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * _PAGE // 1024
    except (OSError, IndexError):
        return 0

"""What the vault's web server works with: the world, and how it treats those who ask."""

import asyncio
from dataclasses import dataclass
from datetime import datetime
from random import Random

from sandbox.clock import Clock
from sandbox.vault.identity import Tokens
from sandbox.vault.limits import Limits
from sandbox.vault.polls import Results
from sandbox.vault.roles import Role
from sandbox.vault.trouble import Trouble
from sandbox.vault.world import World


@dataclass(frozen=True)
class Seen:
    """One request the vault has seen; `status` is 0 where it closed the connection instead."""

    method: str
    path: str
    body: object
    client_request_id: str
    at: datetime
    status: int


class Front:
    """The vault seen from its web server."""

    def __init__(self, clock: Clock, seed: int = 7, extra_machines: int = 0) -> None:
        self.clock = clock
        self.world = World.seeded(clock, seed, extra_machines)
        self.trouble = Trouble(Random(seed + 1))
        self.limits = Limits(clock)
        self.tokens = Tokens()
        self.role: Role = "full"
        self.operation_results: Results = "item"
        self.journal: list[Seen] = []
        self.closing = asyncio.Event()

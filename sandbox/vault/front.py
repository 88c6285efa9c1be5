"""What the web server works with: the worlds of two vaults, and how it treats those who ask."""

import asyncio
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from random import Random
from typing import Literal

from sandbox.clock import Clock
from sandbox.vault.estate_full import full
from sandbox.vault.estate_second import second
from sandbox.vault.estate_shop import shop
from sandbox.vault.identity import Tokens
from sandbox.vault.limits import Limits
from sandbox.vault.names import fold
from sandbox.vault.polls import Results
from sandbox.vault.roles import Rights, Role
from sandbox.vault.trouble import Trouble
from sandbox.vault.world import World

EstateName = Literal["shop", "full"]
_ESTATES = {"shop": shop, "full": full}


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
    """The vaults seen from their one web server: two of them, each in its own subscription."""

    def __init__(
        self,
        clock: Clock,
        seed: int = 7,
        extra_machines: int = 0,
        estate: EstateName = "shop",
    ) -> None:
        self.clock = clock
        self.world = World.seeded(clock, seed, partial(_ESTATES[estate], extra=extra_machines))
        self.worlds = (self.world, World.seeded(clock, seed + 2, second))
        self.trouble = Trouble(Random(seed + 1))
        self._limits = {fold(world.vault.subscription): Limits(clock) for world in self.worlds}
        self.tokens = Tokens()
        self.rights = Rights()
        self.clock_ahead = 0.0
        """The seconds that the clock behind its answers' `Date` is ahead."""
        self.operation_results: Results = "item"
        self.journal: list[Seen] = []
        self.closing = asyncio.Event()

    @property
    def role(self) -> Role:
        """The role that the caller has everywhere."""
        return self.rights.role

    @role.setter
    def role(self, role: Role) -> None:
        self.rights.role = role

    def limits(self, path: str) -> Limits:
        """The allowance of the subscription that an address is in; the first one's elsewhere."""
        words = path.split("/")
        first = fold(self.world.vault.subscription)
        named = fold(words[2]) if len(words) > 2 else first
        return self._limits.get(named, self._limits[first])

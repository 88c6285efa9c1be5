"""A low, seeded rate of trouble behind every story, of kinds under which each must still hold.

`DR_TROUBLE=<seed>` turns it on (`fresh` draws a seed), `DR_TROUBLE_RATE` says how much there is.
Azure's readings are throttled, unavailable, dropped or late; Slack's calls are refused for a moment
and its envelopes come twice; commands to Redis and their answers are lost with the connection. What
meets a story follows from the seed and the story's own name, not from the order of the suite.
Never lost are the answers to a change at Azure and to a new message at Slack: nobody could tell
then whether there is one, and stories that are about this order it themselves.

A story that counts calls, or is about a trouble of its own making, is marked `calm`, with a reason.
"""

import secrets
import zlib
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

from sandbox.redis_proxy import between
from sandbox.vault import Vault
from sandbox.vault.trouble import Kind
from sandbox.workspace import Workspace

SEED, RATE = "DR_TROUBLE", "DR_TROUBLE_RATE"
_RATE: Final = 0.03
_AZURE: Final[tuple[Kind, ...]] = ("throttle", "broken", "unavailable", "drop", "slow", "slow_body")
_SLACK: Final = ("ratelimited", "503", "drop_before")
_SPARED_AT_SLACK: Final = ("apps.connections.open", "auth.test")
"""A process that finds Slack away when it starts ends, for another to be started."""
_REDIS_SHARE: Final = 0.1
"""Redis is asked so much more often that a tenth of the rate is enough."""
_LATE: Final = 0.2


@dataclass(frozen=True)
class Weather:
    """How much trouble there is, and where chance starts from."""

    seed: int
    rate: float = _RATE

    def over(self, story: str) -> "Weather":
        """The weather over one story."""
        return Weather(zlib.crc32(f"{self.seed} {story}".encode()), self.rate)

    def behind(self, workspace: Workspace, vault: Vault) -> None:
        """Let it come over a workspace and a vault."""
        vault.trouble.slow_seconds = _LATE
        vault.trouble.behind(_AZURE, self.rate, seed=self.seed)
        workspace.trouble.behind(_SLACK, self.rate, seed=self.seed, but=_SPARED_AT_SLACK)


@dataclass
class _Sky:
    """What is over the story that is being told."""

    weather: Weather | None = None


SKY: Final = _Sky()


def patience() -> float:
    """How many times as long one may have to wait for anything."""
    return 3.0 if SKY.weather else 1.0


def read(environment: Mapping[str, str]) -> Weather | None:
    """Read what is asked for; None for none."""
    seed = environment.get(SEED, "")
    if not seed:
        return None
    number = secrets.randbelow(10**6) if seed == "fresh" else int(seed)
    return Weather(number, float(environment.get(RATE, "") or _RATE))


@asynccontextmanager
async def network(redis_url: str) -> AsyncIterator[str]:
    """Lay a network in front of Redis when there is trouble; yields the address to use."""
    weather = SKY.weather
    if weather is None:
        yield redis_url
        return
    async with between(redis_url) as between_us:
        between_us.behind(weather.rate * _REDIS_SHARE, seed=weather.seed)
        yield between_us.url

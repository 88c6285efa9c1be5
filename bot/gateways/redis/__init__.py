"""Redis: the only place that remembers anything.

`requests` holds what people approve and the one script that changes it, `audit` the log, `cards`
what Slack has been told, `shelf` small things that expire, `pacing` how fast Azure may be called,
`watch` which jobs of the vaults have been judged, `books` what is kept beside requests for a time.
All keys carry the hash tag `{dr}`, so that one script may touch them together, in a cluster too.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

from redis.asyncio import Redis as Client
from redis.asyncio.retry import Retry
from redis.backoff import ExponentialWithJitterBackoff
from redis.exceptions import RedisError

from bot.domain.data import Data
from bot.errors import Unavailable
from bot.gateways.redis.audit import AuditLog
from bot.gateways.redis.books import Books, Kept
from bot.gateways.redis.cards import Cards
from bot.gateways.redis.pacing import Pacing
from bot.gateways.redis.requests import Requests, Snapshot, Verdict, Write
from bot.gateways.redis.shelf import Shelf
from bot.gateways.redis.watch import Watch

__all__ = [
    "AuditLog",
    "Facts",
    "Kept",
    "Redis",
    "Requests",
    "Snapshot",
    "Verdict",
    "Write",
    "opened",
]


_WAITAOF_SINCE = (7, 2)


class Facts(Data):
    """What the server says of itself."""

    server: str
    version: str
    append_only: bool
    eviction: str
    confirms: bool
    """Whether it can say that a write is on disk."""


_TRIES: Final = 3
"""A connection that died meanwhile is replaced; a write that was done already does no harm."""


@dataclass(frozen=True)
class Redis:
    """The drawers over one connection pool."""

    client: Client
    requests: Requests
    audit: AuditLog
    cards: Cards
    shelf: Shelf
    pacing: Pacing
    watch: Watch
    books: Books

    async def facts(self) -> Facts:
        """Read what matters about the server; managed services answer INFO where CONFIG is shut."""
        told = await self.client.info()
        return Facts(
            server=str(told.get("server_name", "redis")).capitalize(),
            version=str(told.get("valkey_version") or told.get("redis_version", "?")),
            append_only=bool(told.get("aof_enabled")),
            eviction=str(told.get("maxmemory_policy", "")),
            confirms=_number(str(told.get("redis_version", "0"))) >= _WAITAOF_SINCE,
        )

    async def ping(self) -> None:
        """Raise `Unavailable` when Redis does not answer."""
        try:
            await self.client.ping()
        except (RedisError, OSError) as error:
            raise Unavailable("Redis does not answer.") from error


def _number(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".")[:2] if part.isdecimal())


@asynccontextmanager
async def opened(url: str, seal_key: bytes) -> AsyncIterator[Redis]:
    """Connect lazily to `url` and close every connection at the end.

    `seal_key` is a secret that Redis does not hold: requests are sealed with it.
    """
    client = Client.from_url(
        url,
        decode_responses=True,
        encoding_errors="replace",  # what is not text is not ours: no seal fits it
        max_connections=500,
        health_check_interval=15,
        retry=Retry(ExponentialWithJitterBackoff(base=0.05, cap=0.5), _TRIES),
    )
    try:
        yield Redis(
            client=client,
            requests=Requests(client, seal_key),
            audit=AuditLog(client),
            cards=Cards(client),
            shelf=Shelf(client),
            pacing=Pacing(client),
            watch=Watch(client),
            books=Books(client, seal_key),
        )
    finally:
        await client.aclose()

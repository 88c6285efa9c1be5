"""Redis: the only place that remembers anything.

`requests` holds what people approve and the one script that changes it, `audit` the log, `cards`
what Slack has been told, `shelf` small things that expire, `pacing` how fast Azure may be called,
`watch` which jobs of the vaults have been judged, `reminders` who was told that a request waits,
`books` what is kept beside requests for a time, `tending` what is looked after since a failover,
`homes` who has their Home open, `forms` what is chosen in open forms, `bell` what the workers are
called for, `backlogs` how much waits, `server` how the server itself is.
All keys carry the hash tag `{dr}`, so that one script may touch them together, in a cluster too.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from redis.credentials import CredentialProvider

from bot.domain.macs import MacKey
from bot.errors import Unavailable
from bot.gateways.redis.address import Client, connected
from bot.gateways.redis.answers import NO_ANSWER, translated
from bot.gateways.redis.audit import AuditLog
from bot.gateways.redis.backlog import Backlog, Backlogs
from bot.gateways.redis.bell import Bell, Call
from bot.gateways.redis.books import Books, Kept
from bot.gateways.redis.cards import Cards
from bot.gateways.redis.following import Following
from bot.gateways.redis.forms import Forms
from bot.gateways.redis.homes import Homes
from bot.gateways.redis.pacing import Pacing
from bot.gateways.redis.reminders import Reminders
from bot.gateways.redis.requests import Requests
from bot.gateways.redis.rooms import RoomMemory
from bot.gateways.redis.server import Facts, Server
from bot.gateways.redis.shelf import Shelf
from bot.gateways.redis.tending import Tending
from bot.gateways.redis.watch import Watch
from bot.gateways.redis.writes import Snapshot, Verdict, Write

__all__ = [
    "NO_ANSWER",
    "AuditLog",
    "Backlog",
    "Call",
    "Facts",
    "Kept",
    "Redis",
    "Requests",
    "Snapshot",
    "Verdict",
    "Write",
    "opened",
    "translated",
]


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
    reminders: Reminders
    books: Books
    backlogs: Backlogs
    following: Following
    forms: Forms
    rooms: RoomMemory
    tending: Tending
    homes: Homes
    bell: Bell
    server: Server

    async def facts(self) -> Facts:
        """Read what matters about the server."""
        return await self.server.facts()

    async def ping(self) -> None:
        """Raise `Unavailable` when Redis does not answer."""
        try:
            await self.server.asked("PING")
        except NO_ANSWER as error:
            raise Unavailable("Redis does not answer.") from error


@asynccontextmanager
async def opened(
    url: str,
    seal_key: bytes,
    mac_key: MacKey | None = None,
    *,
    replicas: int = 0,
    credentials: CredentialProvider | None = None,
) -> AsyncIterator[Redis]:
    """Connect lazily to `url` and close every connection at the end.

    `seal_key` is a secret that Redis does not hold: whatever has power is sealed with it. With
    `mac_key`, another one, the entries of the audit log are vouched for. So many `replicas` have
    to confirm what must not be lost. Raises `Misconfigured` for an address that is none.
    """
    async with connected(url, credentials) as client:
        yield Redis(
            client=client,
            requests=Requests(client, seal_key, mac_key, replicas),
            audit=AuditLog(client),
            cards=Cards(client),
            shelf=Shelf(client, seal_key),
            pacing=Pacing(client),
            watch=Watch(client),
            reminders=Reminders(client, seal_key),
            books=Books(client, seal_key),
            backlogs=Backlogs(client),
            following=Following(client),
            forms=Forms(client),
            rooms=RoomMemory(client),
            tending=Tending(client, seal_key),
            homes=Homes(client),
            bell=Bell(client),
            server=Server(client, replicas),
        )

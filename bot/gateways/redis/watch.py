"""What is remembered of watching the vaults: since when, which jobs have been judged, and which
machines were there.

All of it goes by itself when nobody looks any more. A job older than what is remembered is not
judged, so that none is judged twice.
"""

from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager, suppress
from typing import Any, Final

from pydantic import ValidationError
from redis.exceptions import LockError

from bot.domain.data import Data, digest
from bot.gateways.redis.address import Client

KEPT: Final = 7 * 24 * 3600 * 1000
"""Milliseconds for which judged jobs are remembered, and back to which jobs are judged."""
_LIFE: Final = 4 * KEPT

_BUSY: Final = 120.0
"""Seconds after which whoever judges is believed to be dead."""
_PATIENCE: Final = 5.0


class Watched(Data):
    """What is known of a vault."""

    since: int
    """Jobs begun before this are not judged, in milliseconds; 0 when this is the first look."""
    judged: dict[str, int] = {}
    """What has been judged, each with its time in milliseconds."""


class Kept(Data):
    """A machine that was in a vault at the last look, or at the one before."""

    id: str
    name: str
    missed: bool = False
    """Whether it was not there at the last look."""


class Watch:
    """The memory of the watch over the vaults."""

    def __init__(self, client: Client) -> None:
        self._client: Any = client

    @asynccontextmanager
    async def alone(self, vault: str) -> AsyncIterator[bool]:
        """Let nobody else judge the jobs of a vault meanwhile; False when somebody goes on to."""
        name = f"{{dr}}:watch:{digest(vault.casefold())[:32]}:busy"
        lock = self._client.lock(name, timeout=_BUSY, blocking_timeout=_PATIENCE)
        mine = await lock.acquire()
        try:
            yield bool(mine)
        finally:
            if mine:
                with suppress(LockError):  # it took so long that it was given to somebody else
                    await lock.release()

    async def look(self, vault: str, now: int) -> Watched:
        """Return what is known of a vault, and remember when it was first looked at."""
        first, judged = _keys(vault)
        async with self._client.pipeline(transaction=True) as pipe:
            pipe.set(first, now, nx=True, get=True, px=_LIFE)
            pipe.pexpire(first, _LIFE)
            pipe.zremrangebyscore(judged, "-inf", f"({now - KEPT}")
            pipe.zrange(judged, 0, -1, withscores=True)
            began, _, _, names = await pipe.execute()
        if began is None:
            return Watched(since=0)
        scores = {str(name): int(score) for name, score in names}
        return Watched(since=max(int(began), now - KEPT), judged=scores)

    async def judge(self, vault: str, jobs: Iterable[tuple[str, int]]) -> None:
        """Remember what was judged, each with a time in milliseconds: of a job, when it began."""
        _, judged = _keys(vault)
        if scores := {name.casefold(): at for name, at in jobs}:
            async with self._client.pipeline(transaction=True) as pipe:
                pipe.zadd(judged, scores)
                pipe.pexpire(judged, _LIFE)
                await pipe.execute()

    async def forget(self, vault: str, names: Iterable[str]) -> None:
        """Remember some as judged no more."""
        if gone := [name.casefold() for name in names]:
            await self._client.zrem(_keys(vault)[1], *gone)

    async def machines(self, vault: str) -> dict[str, Kept]:
        """Return the machines that were there at the last look, by the names of their items."""
        kept = await self._client.hgetall(_machines(vault))
        found: dict[str, Kept] = {}
        for item, said in kept.items():
            with suppress(ValidationError):  # not ours: it comes anew
                found[str(item)] = Kept.model_validate_json(said)
        return found

    async def keep(self, vault: str, came: Mapping[str, Kept], gone: Iterable[str]) -> None:
        """Remember what came, and forget what is gone."""
        key, left = _machines(vault), list(gone)
        async with self._client.pipeline(transaction=True) as pipe:
            if came:
                pipe.hset(key, mapping={name: one.model_dump_json() for name, one in came.items()})
            if left:
                pipe.hdel(key, *left)
            pipe.pexpire(key, _LIFE)
            await pipe.execute()


def _keys(vault: str) -> tuple[str, str]:
    name = digest(vault.casefold())[:32]
    return f"{{dr}}:watch:{name}:since", f"{{dr}}:watch:{name}:judged"


def _machines(vault: str) -> str:
    return f"{{dr}}:watch:{digest(vault.casefold())[:32]}:machines"

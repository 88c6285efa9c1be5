"""What is remembered of reminding people: which rounds there were, and who has which message.

All of it goes by itself some days after the request could have expired. Each value is sealed: a
round says who nudged, which the audit log repeats, and a letter says which message may be deleted.
"""

import hmac
from collections.abc import AsyncIterator, Awaitable, Callable, Collection
from contextlib import asynccontextmanager, suppress
from typing import Any, Final

from redis.exceptions import LockError, RedisError

from bot.domain.reminders import Kept, Letter, Round
from bot.errors import Unavailable
from bot.gateways.redis.address import Client
from bot.gateways.redis.keys import AGENDA, AGENDA_LIFE

_LIFE: Final = 7 * 24 * 3600 * 1000
"""Milliseconds for which a request's rounds are remembered after it could have expired."""
_BUSY: Final = 30.0
"""Seconds of silence after which whoever holds a request is believed to be dead."""

Still = Callable[[], Awaitable[bool]]
"""Asks for more time; False when somebody else has taken over."""


class Reminders:
    """The memory of reminding people."""

    def __init__(self, client: Client, seal_key: bytes) -> None:
        self._client: Any = client
        self._key = seal_key

    @asynccontextmanager
    async def alone(self, request_id: str) -> AsyncIterator[Still | None]:
        """Let nobody else tell people about a request meanwhile; None when somebody else does."""
        lock = self._client.lock(f"{{dr}}:reminders:{request_id}:busy", timeout=_BUSY)

        async def still() -> bool:
            try:
                await lock.reacquire()
            except LockError:
                return False
            return True

        if not await lock.acquire(blocking=False):
            yield None
            return
        try:
            yield still
        finally:
            with suppress(LockError):  # it took so long that it was given to somebody else
                await lock.release()

    async def kept(self, request_id: str) -> Kept:
        """Return what is remembered of a request; what does not carry our seal is left out."""
        found: dict[str, str] = await self._client.hgetall(_key(request_id))
        rounds: list[Round] = []
        letters: dict[str, Letter] = {}
        noted: set[str] = set()
        for field, value in found.items():
            seal, _, text = value.partition(" ")
            if not hmac.compare_digest(self._seal(request_id, field, text).encode(), seal.encode()):
                continue
            sort, _, name = field.partition(" ")
            if sort == "round":
                rounds.append(Round.model_validate_json(text))
            elif sort == "letter":
                letters[name] = Letter.model_validate_json(text)
            elif sort == "noted":
                noted.add(name)
        return Kept(rounds=tuple(rounds), letters=letters, noted=frozenset(noted))

    async def begin(self, request_id: str, new: Round, until: int) -> None:
        """Begin a round, once; `until` is when the request expires, here and below."""
        field, text = f"round {new.mark}", new.model_dump_json()
        value = f"{self._seal(request_id, field, text)} {text}"
        async with self._client.pipeline(transaction=True) as pipe:
            pipe.hsetnx(_key(request_id), field, value)
            pipe.pexpireat(_key(request_id), until + _LIFE)
            await pipe.execute()

    async def keep(self, request_id: str, address: str, letter: Letter, until: int) -> None:
        """Remember the message that somebody has."""
        await self._set(request_id, f"letter {address}", letter.model_dump_json(), until)

    async def note(self, request_id: str, mark: str, until: int) -> None:
        """Remember that a round is in the audit log."""
        await self._set(request_id, f"noted {mark}", "", until)

    async def may_nudge(self, request_id: str, pause: int) -> int:
        """Take the one nudge within a pause: 0 when it is ours, else the seconds until the next."""
        key = f"{{dr}}:nudged:{request_id}"
        if await self._client.set(key, "1", nx=True, ex=pause):
            return 0
        return max(1, int(await self._client.ttl(key)))

    async def agenda(self, open_ids: Collection[str], now: int) -> list[str]:
        """Return the requests to look at now: new ones, those whose time has come, and ended ones.

        `open_ids` are the requests that are open; `now` is in milliseconds.
        """
        times: dict[str, float] = dict(await self._client.zrange(AGENDA, 0, -1, withscores=True))
        new = [one for one in open_ids if one not in times]
        still = set(open_ids)
        return new + [one for one, at in times.items() if at <= now or one not in still]

    async def look_again(self, request_id: str, at: int | None) -> None:
        """Have a request looked at again then, in milliseconds; None for when it has ended.

        Raises `Unavailable` when Redis does not answer.
        """
        async with self._client.pipeline(transaction=True) as pipe:
            pipe.zadd(AGENDA, {request_id: float("inf") if at is None else at})
            pipe.pexpire(AGENDA, AGENDA_LIFE)
            try:
                await pipe.execute()
            except (RedisError, OSError) as error:
                raise Unavailable("Redis does not answer.") from error

    async def leave(self, request_id: str) -> None:
        """Look after a request no longer."""
        await self._client.zrem(AGENDA, request_id)

    async def _set(self, request_id: str, field: str, text: str, until: int) -> None:
        value = f"{self._seal(request_id, field, text)} {text}"
        async with self._client.pipeline(transaction=True) as pipe:
            pipe.hset(_key(request_id), field, value)
            pipe.pexpireat(_key(request_id), until + _LIFE)
            await pipe.execute()

    def _seal(self, request_id: str, field: str, text: str) -> str:
        said = f"reminders {request_id} {field}\n{text}"
        return hmac.digest(self._key, said.encode(), "sha256").hex()


def _key(request_id: str) -> str:
    return f"{{dr}}:reminders:{request_id}"

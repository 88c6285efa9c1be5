"""Small things that are kept for a while: half-finished commands, seen signatures, durations.

A half-finished command goes on with the rights of whoever typed it, so it is sealed like a request:
write access to Redis must not put words into anybody's mouth.
"""

import hmac
import json
import secrets
from typing import Any, Final

from bot.gateways.redis.address import Client
from bot.gateways.redis.answers import run

_STASH_SECONDS: Final = 1800
_HISTORY: Final = 20
_REMEMBERED: Final = 400 * 24 * 3600
"""Seconds for which it is remembered how long something took, since the last time."""
_SWEPT: Final = "{dr}:swept"
_SWEPT_LIFE: Final = 24 * 3600 * 1000
"""Milliseconds; how old the word is follows from what is left of them."""


class Shelf:
    """What may be lost without harm."""

    def __init__(self, client: Client, seal_key: bytes) -> None:
        self._client: Any = client
        self._key = seal_key

    async def stash(self, content: dict[str, str]) -> str:
        """Keep a half-finished command for half an hour; returns the word to get it back with."""
        word = secrets.token_urlsafe(9)
        text = json.dumps(content)
        sealed = f"{self._seal(word, text)} {text}"
        await run(self._client.set(f"{{dr}}:stash:{word}", sealed, ex=_STASH_SECONDS))
        return word

    async def stashed(self, word: str) -> dict[str, str] | None:
        """Return what was stashed; None when it has expired, or was not stashed by us."""
        found: str | None = await run(self._client.get(f"{{dr}}:stash:{word}"))
        seal, _, text = (found or "").partition(" ")
        if not hmac.compare_digest(self._seal(word, text).encode(), seal.encode()):
            return None
        return {str(k): str(v) for k, v in json.loads(text).items()}

    def _seal(self, word: str, text: str) -> str:
        return hmac.digest(self._key, f"stash {word}\n{text}".encode(), "sha256").hex()

    async def first_time(self, what: str, seconds: int) -> bool:
        """Whether this has not been seen within the last `seconds`; remembers it.

        Who sees it leaves a mark of its own: when the answer is lost and the client asks again,
        it must not take its own mark for somebody else's.
        """
        mark = secrets.token_hex(8)
        key = f"{{dr}}:seen:{what}"
        return await run(self._client.set(key, mark, nx=True, get=True, ex=seconds)) in {None, mark}

    async def how_often(self, what: str, seconds: int) -> int:
        """Count one more of something within a window that starts at the first."""
        key = f"{{dr}}:often:{what}"
        async with self._client.pipeline(transaction=True) as pipe:
            pipe.incr(key)
            pipe.expire(key, seconds, nx=True)
            count, _ = await run(pipe.execute())
        return int(count)

    async def swept(self) -> None:
        """Say that a worker has just looked after everything that waits."""
        await run(self._client.set(_SWEPT, "1", px=_SWEPT_LIFE))

    async def since_swept(self) -> float | None:
        """Return the seconds since then; None when it is too long ago to be remembered."""
        left = await run(self._client.pttl(_SWEPT))
        return (_SWEPT_LIFE - int(left)) / 1000 if int(left) > 0 else None

    async def took(self, operation: str, provider: str, seconds: int) -> None:
        """Remember how long an operation took a kind of machine, or one machine by its item."""
        key = f"{{dr}}:took:{operation}:{provider}"
        async with self._client.pipeline(transaction=True) as pipe:
            pipe.lpush(key, seconds)
            pipe.ltrim(key, 0, _HISTORY - 1)
            pipe.expire(key, _REMEMBERED)
            await run(pipe.execute())

    async def expected(self, operation: str, provider: str) -> int | None:
        """Return the median seconds that an operation took lately, None without experience."""
        found = await run(self._client.lrange(f"{{dr}}:took:{operation}:{provider}", 0, -1))
        durations = sorted(int(one) for one in found)
        return durations[len(durations) // 2] if durations else None

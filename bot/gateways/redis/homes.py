"""Who has their Home open, as far as anybody can tell, and what it shows.

Slack says when a Home is opened and never when it is closed: so it is kept fresh for a while after
the last opening. All of it goes by itself, and may be lost: the next opening brings it back.
"""

import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final

from bot.domain.data import Data
from bot.gateways.redis.address import Client
from bot.gateways.redis.answers import run
from bot.gateways.redis.cards import ALLOW, MINUTE

OPEN: Final = "{dr}:homes"
"""Who has opened theirs, each with until when it is kept fresh."""
_BUDGET: Final = "{dr}:homes:published"
_RISKS: Final = "{dr}:homes:risks"
_RISKS_LIFE: Final = 900
KEPT_FRESH: Final = 15 * 60_000
"""Milliseconds after the last opening."""
_LIFE: Final = 30 * 60_000
_LOCK_MS: Final = 20_000
LIMIT: Final = 90
"""So many are published a minute, all in all: Slack lets an app do so some hundred times."""
RESERVE: Final = 20
"""So many of them are for those who have just opened theirs."""

# Gives the right to draw back, if it is still ours.
_LEAVE: Final = """
if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end
return 0
"""


class Shown(Data):
    """What somebody's Home shows."""

    digest: str = ""
    """Of the view as it was published; '' when none was, or nobody knows."""
    hash: str = ""
    """What Slack calls it."""
    whole: bool = False
    """Whether it has what Azure says, too."""
    sequence: int = 0
    """How long the audit log was when it was looked at last."""
    looked: int = 0
    """When that was, in milliseconds."""


class Homes:
    """The open Homes, and the budget for publishing them."""

    def __init__(self, client: Client) -> None:
        self._client: Any = client
        self._allow = client.register_script(ALLOW)
        self._leave = client.register_script(_LEAVE)

    async def opened(self, user: str, now: int) -> None:
        """Keep somebody's Home fresh from now on, for a while; `now` is in milliseconds."""
        async with self._client.pipeline(transaction=True) as pipe:
            pipe.zadd(OPEN, {user: now + KEPT_FRESH})
            pipe.pexpire(OPEN, _LIFE)
            await run(pipe.execute())

    async def open(self, now: int) -> list[str]:
        """Return whose Homes are kept fresh, and forget those whose time is over."""
        async with self._client.pipeline(transaction=True) as pipe:
            pipe.zremrangebyscore(OPEN, "-inf", now)
            pipe.zrange(OPEN, 0, -1)
            _, found = await run(pipe.execute())
        return [str(one) for one in found]

    async def is_open(self, user: str) -> bool:
        """Whether somebody's Home is kept fresh."""
        return await run(self._client.zscore(OPEN, user)) is not None

    async def close(self, user: str) -> None:
        """Keep somebody's Home fresh no longer."""
        await run(self._client.zrem(OPEN, user))

    async def shown(self, user: str) -> Shown:
        """Return what somebody's Home shows; all empty when that is not known."""
        fields = await run(self._client.hgetall(_key(user)))
        return Shown(
            digest=fields.get("digest", ""),
            hash=fields.get("hash", ""),
            whole=fields.get("whole") == "1",
            sequence=int(fields.get("sequence", 0)),
            looked=int(fields.get("looked", 0)),
        )

    async def show(self, user: str, shown: Shown) -> None:
        """Remember what somebody's Home shows."""
        content = shown.model_dump() | {"whole": int(shown.whole)}
        async with self._client.pipeline(transaction=True) as pipe:
            pipe.hset(_key(user), mapping=content)
            pipe.pexpire(_key(user), _LIFE)
            await run(pipe.execute())

    async def forget(self, user: str) -> None:
        """Forget what somebody's Home shows: the next view is published in any case."""
        await run(self._client.delete(_key(user)))

    async def wait_before_publishing(self, user: str, *, pause: float, opening: bool) -> float:
        """Ask to publish: 0 when it is granted, else the seconds to wait and ask again.

        Nobody's is published within `pause` seconds of the last time; whoever is `opening` theirs
        may use what is kept back from all others.
        """
        limit = LIMIT if opening else LIMIT - RESERVE
        wait = await run(
            self._allow(
                keys=[_BUDGET, f"{_key(user)}:pace"],
                args=[int(pause * 1000), MINUTE, limit, f"{user}:{uuid.uuid4().hex}"],
            )
        )
        await run(self._client.pexpire(f"{_key(user)}:pace", _LIFE))
        return int(wait) / 1000

    @asynccontextmanager
    async def alone(self, user: str) -> AsyncIterator[bool]:
        """Let nobody else draw somebody's Home meanwhile; False when somebody else does."""
        key, holder = f"{_key(user)}:drawing", uuid.uuid4().hex
        found = await run(self._client.set(key, holder, nx=True, get=True, px=_LOCK_MS))
        ours = found in {None, holder}  # ours when the answer to the first try was lost
        try:
            yield ours
        finally:
            if ours:
                await run(self._leave(keys=[key], args=[holder]))

    async def risks(self) -> str | None:
        """Return what was judged of all machines lately, as it was kept."""
        found: str | None = await run(self._client.get(_RISKS))
        return found

    async def keep_risks(self, text: str) -> None:
        """Keep what was judged of all machines, for everybody's Home."""
        await run(self._client.set(_RISKS, text, ex=_RISKS_LIFE))


def _key(user: str) -> str:
    return f"{{dr}}:home:{user}"

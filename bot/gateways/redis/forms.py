"""What is kept of open forms, and what their people asked for lately: conveniences, none of which
decides anything.

A form that is drawn anew while somebody goes on choosing must show the newest choice, whichever
answer is ready last: so the time of the newest choice is kept, with the hash of what is shown.
"""

from typing import Any, Final

from bot.gateways.redis.address import Client
from bot.gateways.redis.answers import run

_LIFE: Final = 3600
"""Seconds; nobody has a form open for longer without choosing anything."""
_RECENT: Final = 10
_RECENT_LIFE: Final = 30 * 86400
"""Seconds after which nothing is remembered of what somebody asked for."""
_NEWEST: Final = "newest"


class Forms:
    """The open forms by the ids of their views, and the recent targets of each person."""

    def __init__(self, client: Client) -> None:
        self._client: Any = client

    async def chose(self, view: str, at: float) -> bool:
        """Remember that something was chosen at a time; says whether it is the newest choice."""
        key = f"{{dr}}:form:{view}"
        async with self._client.pipeline(transaction=True) as pipe:
            pipe.zadd(key, {_NEWEST: at}, gt=True)
            pipe.expire(key, _LIFE)
            pipe.zscore(key, _NEWEST)
            *_, newest = await run(pipe.execute())
        return float(newest) == at

    async def is_newest(self, view: str, at: float) -> bool:
        """Whether nothing newer was chosen since."""
        newest = await run(self._client.zscore(f"{{dr}}:form:{view}", _NEWEST))
        return newest is None or float(newest) <= at

    async def show(self, view: str, shown: str) -> None:
        """Remember the hash that Slack gave to what is shown."""
        await run(self._client.set(f"{{dr}}:form-hash:{view}", shown, ex=_LIFE))

    async def shown(self, view: str) -> str:
        """Return the hash of what is shown, '' when it is not known."""
        found: str | None = await run(self._client.get(f"{{dr}}:form-hash:{view}"))
        return found or ""

    async def asked_for(self, user: str, target: str) -> None:
        """Remember the id of a machine or a plan that somebody asked something for."""
        key = f"{{dr}}:recent:{user}"
        async with self._client.pipeline(transaction=True) as pipe:
            pipe.lrem(key, 0, target)
            pipe.lpush(key, target)
            pipe.ltrim(key, 0, _RECENT - 1)
            pipe.expire(key, _RECENT_LIFE)
            await run(pipe.execute())

    async def recent(self, user: str) -> list[str]:
        """Return the ids of what somebody asked something for lately, the newest first."""
        return [str(one) for one in await run(self._client.lrange(f"{{dr}}:recent:{user}", 0, -1))]

"""What has been done about the channel of an incident: pinned, invited, bookmarked, said.

Nothing is decided by it: should it be lost or altered, something is done again, or is missing.
"""

from typing import Any

from bot.gateways.redis.address import Client
from bot.gateways.redis.answers import run


class RoomMemory:
    """What is remembered of each incident's channel, until its record is dropped."""

    def __init__(self, client: Client) -> None:
        self._client: Any = client

    async def done(self, incident_id: str) -> dict[str, str]:
        """Return what was done, each with what came of it."""
        found: dict[str, str] = await run(self._client.hgetall(_key(incident_id)))
        return found

    async def did(self, incident_id: str, what: str, outcome: str, until: int) -> None:
        """Remember that something was done; `until` is when the incident's record is dropped.

        The record of its board goes at the same time.
        """
        async with self._client.pipeline(transaction=True) as pipe:
            pipe.hset(_key(incident_id), what, outcome)
            pipe.pexpireat(_key(incident_id), until)
            pipe.pexpireat(f"{{dr}}:card:{incident_id}", until)
            await run(pipe.execute())


def _key(incident_id: str) -> str:
    return f"{{dr}}:room:{incident_id}"

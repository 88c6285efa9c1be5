"""Who is looked after where: for each vault the requests that a look at it is about, in short.

A look at a vault is made every few seconds while something runs there, and hardly any request has
changed since the one before. What is kept here suffices to tell which have, so that only those are
read. It carries no seal: whoever writes to it can hide from a worker that something ended, as by
taking the request off the list, and nothing else.
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final

from pydantic import TypeAdapter, ValidationError

from bot.domain.looks import Look
from bot.gateways.redis.address import Client
from bot.gateways.redis.answers import run
from bot.slices import slices

FOLLOWED: Final = "{dr}:followed"
"""The places where something is looked after, each with how many requests that is."""

_KNOWN: Final = 4096
"""So many looks are remembered by their text: most are as they were at the last one."""

# Answers with one text, which costs a client far less than a thousand small ones.
_ALL: Final = """
local found, parts = redis.call('HGETALL', KEYS[1]), {}
for at = 1, #found, 2 do
  parts[#parts + 1] = cjson.encode(found[at]) .. ':' .. cjson.encode(found[at + 1])
end
return '{' .. table.concat(parts, ',') .. '}'
"""

# Takes a place off the list when nothing is looked after there.
_LEAVE: Final = """
if redis.call('HLEN', KEYS[2]) == 0 then redis.call('ZREM', KEYS[1], ARGV[1]) end
return 0
"""

# Has nobody look after a request any more, wherever that was done, and at a place that may be on no
# list.
_LOSE: Final = """
for _, place in ipairs(redis.call('ZRANGE', KEYS[1], 0, -1)) do
  if redis.call('HDEL', KEYS[1] .. ':' .. string.lower(place), ARGV[1]) == 1 then
    redis.call('ZINCRBY', KEYS[1], -1, place)
  end
end
redis.call('HDEL', KEYS[2], ARGV[1])
return redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', 0)
"""

_texts: Final = TypeAdapter(dict[str, str]).validate_json
_look: Final = TypeAdapter(Look).validate_json


class Following:
    """The lists, which the script that commits a step writes."""

    def __init__(self, client: Client) -> None:
        self._client: Any = client
        self._all = client.register_script(_ALL)
        self._leave = client.register_script(_LEAVE)
        self._lose = client.register_script(_LOSE)

    async def places(self) -> list[str]:
        """Return where something is looked after: the ids of vaults, and those of requests for
        several machines."""
        found: list[str] = await run(self._client.zrange(FOLLOWED, 0, -1))
        return found

    async def at(self, place: str) -> dict[str, Look | None]:
        """Return what is looked after at a place; None for what is no look of ours."""
        texts: Mapping[str, str] = _texts(await run(self._all(keys=[followed_key(place)])))
        looks: dict[str, Look | None] = {}
        async for some in slices(list(texts.items())):
            looks |= {request_id: _read(text) for request_id, text in some}
        return looks

    async def leave(self, place: str) -> None:
        """Take a place off the list, if nothing is looked after there."""
        keys = [FOLLOWED, followed_key(place)]
        await run(self._leave(keys=keys, args=[place]))

    async def lose(self, request_id: str, place: str = "-") -> None:
        """Look after a request nowhere any more, least of all at that place."""
        await run(self._lose(keys=[FOLLOWED, followed_key(place)], args=[request_id]))


def followed_key(place: str) -> str:
    """Return the key of what is looked after at a place; ids come in any casing."""
    return f"{FOLLOWED}:{place.casefold()}"


@lru_cache(_KNOWN)
def _read(text: str) -> Look | None:
    try:
        return _look(text)
    except ValidationError:
        return None

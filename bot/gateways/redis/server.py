"""How the server is that holds everything: what it says of itself, and what it shows when tried."""

import time
from collections.abc import Awaitable
from typing import Any, Final

from redis.exceptions import ResponseError

from bot.domain.data import Data
from bot.gateways.redis.address import Client
from bot.gateways.redis.answers import run
from bot.gateways.redis.confirmation import confirm, where

_WAITAOF_SINCE: Final = (7, 2)
_OLDEST: Final = (7, 0)

COMMANDS: Final = (
    "GET", "INCR", "PEXPIRE", "HGET", "HMGET", "HGETALL", "HSET", "HDEL", "LRANGE", "LPUSH",
    "RPUSH", "LTRIM", "ZADD", "ZCARD", "ZRANGE", "ZREM", "ZREMRANGEBYSCORE", "ZSCORE", "SADD",
    "SMEMBERS", "XADD", "XRANGE", "XREVRANGE", "XREADGROUP", "XACK", "XAUTOCLAIM", "DEL",
)  # fmt: skip
"""What the bot's user has to be let do with a key, beside `SET`."""

_TRY: Final = """
-- The key holds a text, so a command for anything else is refused as of the wrong type, after the
-- rights have been looked at and before anything is done. It goes by itself at once.
local refused = {}
local function try(name, ...)
  local answer = redis.pcall(name, ...)
  local said = type(answer) == 'table' and answer.err or ''
  if said ~= '' and not string.find(said, 'WRONGTYPE', 1, true) then
    table.insert(refused, name)
  end
end
local k = KEYS[1]
local words = {
  GET = {k}, INCR = {k}, PEXPIRE = {k, 1000}, HGET = {k, 'f'}, HMGET = {k, 'f'}, HGETALL = {k}, HSET = {k, 'f', 1},
  HDEL = {k, 'f'}, LRANGE = {k, 0, 1}, LPUSH = {k, 1}, RPUSH = {k, 1}, LTRIM = {k, 0, 1},
  ZADD = {k, 1, 'm'}, ZCARD = {k}, ZREMRANGEBYSCORE = {k, 0, 1}, ZRANGE = {k, 0, 1}, ZREM = {k, 'm'}, ZSCORE = {k, 'm'}, SADD = {k, 'm'},
  SMEMBERS = {k}, XADD = {k, '*', 'f', 1}, XRANGE = {k, '-', '+'}, XREVRANGE = {k, '+', '-'},
  XREADGROUP = {'GROUP', 'g', 'c', 'STREAMS', k, '>'}, XACK = {k, 'g', '1-1'},
  XAUTOCLAIM = {k, 'g', 'c', 1000, '0'}, DEL = {k},
}
try('SET', k, '1', 'PX', 1000)
for _, name in ipairs(ARGV) do try(name, unpack(words[name])) end
return refused
"""


class Facts(Data):
    """What the server says of itself."""

    server: str
    version: str
    too_old: bool = False
    append_only: bool
    eviction: str
    confirms: bool
    """Whether it can say that a write is on disk."""
    failing: tuple[str, ...] = ()
    """What it last tried to write to its disk and could not."""
    replicas: int = 0
    used: int = 0
    """Bytes."""
    most: int = 0
    """Bytes that it may use; 0 when it says no limit."""

    @property
    def fullness(self) -> float:
        """The part of its memory that is used, 0 without a limit."""
        return self.used / self.most if self.most else 0.0


class Server:
    """The server that holds our keys; in a cluster that is one of several."""

    def __init__(self, client: Client, replicas: int) -> None:
        self._client: Any = client
        self._replicas = replicas

    async def facts(self) -> Facts:
        """Read what matters about it; managed services answer INFO where CONFIG is shut."""
        told: dict[str, Any] = await self.asked("INFO")
        number = _number(str(told.get("redis_version", "0")))
        return Facts(
            server=str(told.get("server_name", "redis")).capitalize(),
            version=str(told.get("valkey_version") or told.get("redis_version", "?")),
            too_old=number < _OLDEST,
            append_only=bool(told.get("aof_enabled")),
            eviction=str(told.get("maxmemory_policy", "")),
            confirms=number >= _WAITAOF_SINCE,
            failing=tuple(
                words for name, words in _WRITES.items() if str(told.get(name, "ok")) != "ok"
            ),
            replicas=int(told.get("connected_slaves", 0)),
            used=int(told.get("used_memory", 0)),
            most=int(told.get("maxmemory", 0)),
        )

    async def asked(self, command: str) -> Any:
        """Send it a command that names no key."""
        return await self._client.execute_command(command, **await where(self._client))

    async def ahead(self) -> float:
        """Return the seconds that its clock is ahead of ours."""
        began = time.time()
        seconds, micros = await run(self.asked("TIME"))
        return float(seconds) + float(micros) / 1e6 - (began + time.time()) / 2

    async def refuses(self, key: str) -> tuple[str, ...]:
        """Try what has to be done with an unused key; returns the commands that are not allowed."""
        try:
            refused = await run(self._client.eval(_TRY, 1, key, *COMMANDS))
        except ResponseError as error:  # not even the script is run
            return ("EVAL",) if "to run the" in str(error) else COMMANDS
        return tuple(str(one) for one in refused)

    async def slowest_confirmation(self) -> float:
        """Return the seconds that a write took to be where it cannot be lost; raises `Unavailable`.

        Two are made, one right after the other: a server that does not write to its disk at once
        lets the second wait. The way to the server and back is not counted.
        """
        way = await _timed(self.asked("PING"))
        taken = [await _timed(confirm(self._client, self._replicas)) for _ in range(2)]
        return max(0.0, max(taken) - way)


_WRITES: Final = {
    "aof_last_write_status": "the append-only file",
    "aof_last_bgrewrite_status": "a rewrite of the append-only file",
    "rdb_last_bgsave_status": "a snapshot",
}


async def _timed(doing: Awaitable[Any]) -> float:
    began = time.monotonic()
    await doing
    return time.monotonic() - began


def _number(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".")[:2] if part.isdecimal())

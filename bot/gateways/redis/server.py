"""How the server is that holds everything: what it says of itself, and what it shows when tried."""

import time
from typing import Any, Final

from redis.exceptions import ResponseError

from bot.domain.data import Data
from bot.gateways.redis.address import Client
from bot.gateways.redis.answers import run
from bot.gateways.redis.confirmation import confirm, confirms_at_once, where

_WAITAOF_SINCE: Final = (7, 2)
_OLDEST: Final = (7, 0)

_WAYS: Final = """
    SET KEY 1 PX 1000
    GET KEY
    INCR KEY
    PEXPIRE KEY 1000
    PEXPIREAT KEY 1 GT
    PTTL KEY
    HGET KEY f
    HMGET KEY f
    HGETALL KEY
    HSET KEY f 1
    HDEL KEY f
    HLEN KEY
    LRANGE KEY 0 1
    LPUSH KEY 1
    RPUSH KEY 1
    LTRIM KEY 0 1
    ZADD KEY 1 m
    ZPOPMIN KEY
    ZCARD KEY
    ZINCRBY KEY 1 m
    ZRANGE KEY 0 1
    ZREM KEY m
    ZREMRANGEBYSCORE KEY 0 1
    ZSCORE KEY m
    SADD KEY m
    SMEMBERS KEY
    XADD KEY * f 1
    XRANGE KEY - +
    XREVRANGE KEY + -
    XREADGROUP GROUP g c STREAMS KEY >
    XACK KEY g 1-1
    XAUTOCLAIM KEY g c 1000 0
    DEL KEY
""".strip().splitlines()
COMMANDS: Final = tuple(line.split()[0] for line in _WAYS)
"""What the bot's user has to be let do with a key."""

_TRY: Final = """
-- The key holds a text, so a command for anything else is refused as of the wrong type, after the
-- rights have been looked at and before anything is done. The last one takes the key away.
local refused = {}
for _, line in ipairs(ARGV) do
  local words = {}
  for word in string.gmatch(line, '%S+') do
    table.insert(words, word == 'KEY' and KEYS[1] or word)
  end
  local answer = redis.pcall(unpack(words))
  local said = type(answer) == 'table' and answer.err or ''
  if said ~= '' and not string.find(said, 'WRONGTYPE', 1, true) then
    table.insert(refused, words[1])
  end
end
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
            refused = await run(self._client.eval(_TRY, 1, key, *_WAYS))
        except ResponseError as error:  # not even the script is run
            return ("EVAL",) if "to run the" in str(error) else COMMANDS
        return tuple(str(one) for one in refused)

    async def appendfsync(self) -> str:
        """Return when it writes to its disk by itself, '' where the bot's user may not ask."""
        try:
            told = await run(
                self._client.execute_command(
                    "CONFIG GET", "appendfsync", **await where(self._client)
                )
            )
        except ResponseError:
            return ""
        return str(told.get("appendfsync", ""))

    async def prompt(self) -> bool:
        """Whether a write is where it cannot be lost a moment later; raises `Unavailable` when
        it is not there for seconds."""
        if await confirms_at_once(self._client, self._replicas):
            return True
        await confirm(self._client, self._replicas)
        return False


_WRITES: Final = {
    "aof_last_write_status": "the append-only file",
    "aof_last_bgrewrite_status": "a rewrite of the append-only file",
    "rdb_last_bgsave_status": "a snapshot",
}


def _number(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".")[:2] if part.isdecimal())

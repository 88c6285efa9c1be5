"""What Slack has been told about each request, and how fast we may tell it more.

One card is edited at most once in a pause, and all cards together at most fifty times a minute
(Slack's limit for a whole workspace): the budget is shared by every process.
"""

import uuid
from typing import Any, Final

from bot.domain.data import Data
from bot.gateways.redis.address import Client
from bot.gateways.redis.answers import run
from bot.gateways.redis.keys import DIRTY_CARDS

EDITS: Final = "{dr}:cards:edits"
"""When Slack was edited lately: the budget that all processes share."""
MINUTE: Final = 60_000
LIMIT: Final = 48
_RESERVE: Final = 16
"""Edits a minute that only milestones and final states may use."""
_LOCK_MS: Final = 20_000

# Returns 0 when the edit may be made now (and counts it), else the milliseconds to wait. The second
# key is the card, when it is one.
ALLOW: Final = """
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local edited = KEYS[2] and tonumber(redis.call('HGET', KEYS[2], 'edited') or '0') or 0
local due = edited + tonumber(ARGV[1])
if now < due then return due - now end
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - tonumber(ARGV[2]))
if redis.call('ZCARD', KEYS[1]) >= tonumber(ARGV[3]) then
  local first = redis.call('ZRANGE', KEYS[1], 0, 0, 'WITHSCORES')
  return math.max(1, tonumber(first[2]) + tonumber(ARGV[2]) - now)
end
redis.call('ZADD', KEYS[1], now, ARGV[4] .. ':' .. now)
redis.call('PEXPIRE', KEYS[1], ARGV[2])
if KEYS[2] then redis.call('HSET', KEYS[2], 'edited', now) end
return 0
"""

# Takes a card off the dirty list, unless it became dirty again after it was drawn.
_CLEAN: Final = """
local score = redis.call('ZSCORE', KEYS[1], ARGV[1])
if score and tonumber(score) <= tonumber(ARGV[2]) then redis.call('ZREM', KEYS[1], ARGV[1]) end
return 0
"""

# Whoever lost the lock may have put an older card over a newer one: it is to be drawn again.
_UNLOCK: Final = """
if redis.call('GET', KEYS[1]) == ARGV[1] then
  redis.call('DEL', KEYS[1])
else
  local time = redis.call('TIME')
  redis.call('ZADD', KEYS[2], time[1] * 1000 + math.floor(time[2] / 1000), ARGV[2])
end
return 0
"""

# Remembers where a card was posted, unless another one was posted since the record was read.
_POSTED: Final = """
local ts = redis.call('HGET', KEYS[1], 'ts') or ''
if ts == ARGV[3] then return 1 end -- the answer to the first try was lost
if ts ~= ARGV[1] then return 0 end
redis.call('HSET', KEYS[1], 'channel', ARGV[2], 'ts', ARGV[3], 'told', 0, 'rev', 0)
return 1
"""

# Remembers how much a thread was told; others may be further, or on another card, by now.
_TOLD: Final = """
if redis.call('HGET', KEYS[1], 'ts') ~= ARGV[1] then return 0 end
if tonumber(redis.call('HGET', KEYS[1], 'told') or '0') < tonumber(ARGV[2]) then
  redis.call('HSET', KEYS[1], 'told', ARGV[2])
end
return 0
"""

# Remembers which revision of a request its card shows, unless another one was posted meanwhile.
_SHOWN: Final = """
if redis.call('HGET', KEYS[1], 'ts') ~= ARGV[1] then return 0 end
redis.call('HSET', KEYS[1], 'rev', ARGV[2])
return 1
"""

# Holds on to a lock that is still ours.
_HOLD_ON: Final = """
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('PEXPIRE', KEYS[1], ARGV[2])
"""


class CardRecord(Data):
    """Where a card is and what it says."""

    channel: str = ""
    """The channel's id, once the card is posted."""
    ts: str = ""
    told: int = 0
    """How many of the request's audit entries the thread has been told."""
    rev: int = 0
    """Which revision of the request it shows since the last edit; 0 before that."""
    edited: int = 0
    """When it was edited last, in milliseconds."""


class Cards:
    """The records of the cards, the list of those to draw again, and the budget."""

    def __init__(self, client: Client) -> None:
        self._client: Any = client
        self._allow = client.register_script(ALLOW)
        self._clean = client.register_script(_CLEAN)
        self._unlock = client.register_script(_UNLOCK)
        self._posted = client.register_script(_POSTED)
        self._told = client.register_script(_TOLD)
        self._shown = client.register_script(_SHOWN)
        self._hold_on = client.register_script(_HOLD_ON)

    async def record(self, request_id: str) -> CardRecord:
        """Return what is known of a card; all empty when it was never posted."""
        fields = await run(self._client.hgetall(_key(request_id)))
        return CardRecord(
            channel=fields.get("channel", ""),
            ts=fields.get("ts", ""),
            told=int(fields.get("told", 0)),
            rev=int(fields.get("rev", 0)),
            edited=int(fields.get("edited", 0)),
        )

    async def posted(self, request_id: str, before: CardRecord, channel: str, ts: str) -> bool:
        """Remember where a card was posted; its thread has been told nothing yet.

        False when somebody else posted one since `before` was read: that one counts.
        """
        key = _key(request_id)
        return bool(await run(self._posted(keys=[key], args=[before.ts, channel, ts])))

    async def told(self, request_id: str, record: CardRecord, count: int) -> None:
        """Remember how many entries the thread of a card has been told; it never becomes fewer."""
        await run(self._told(keys=[_key(request_id)], args=[record.ts, count]))

    async def shown(self, request_id: str, record: CardRecord, rev: int) -> None:
        """Remember which revision of its request a card shows."""
        await run(self._shown(keys=[_key(request_id)], args=[record.ts, rev]))

    async def dirty(self) -> dict[str, int]:
        """Return the ids of the cards to draw, each with when it became so."""
        found = await run(self._client.zrange(DIRTY_CARDS, 0, -1, withscores=True))
        return {request_id: int(score) for request_id, score in found}

    async def became_dirty(self, request_id: str) -> int:
        """Return when a card became dirty in milliseconds, 0 when it is as it should be."""
        return int(await run(self._client.zscore(DIRTY_CARDS, request_id)) or 0)

    async def redraw(self, request_id: str, now: int) -> None:
        """Have a card drawn again although its request is as it was."""
        await run(self._client.zadd(DIRTY_CARDS, {request_id: now}))

    async def touch(self, request_id: str, now: int, *, after: int) -> None:
        """Have a card drawn again although nothing happened, `after` milliseconds of silence."""
        if (await self.record(request_id)).edited + after < now:
            await run(self._client.zadd(DIRTY_CARDS, {request_id: now}))

    async def clean(self, request_id: str, drawn: int) -> None:
        """Take a card off the list, unless it became dirty after `drawn`."""
        await run(self._clean(keys=[DIRTY_CARDS], args=[request_id, drawn]))

    async def wait_before_edit(self, request_id: str, *, pause: float, milestone: bool) -> float:
        """Ask for an edit: 0 when it is granted, else the seconds to wait and ask again.

        A card is not edited within `pause` seconds of its last edit. What is no `milestone` leaves
        some of the budget to those that are.
        """
        limit = LIMIT if milestone else LIMIT - _RESERVE
        wait = await run(
            self._allow(
                keys=[EDITS, _key(request_id)],
                args=[int(pause * 1000), MINUTE, limit, request_id],
            )
        )
        return int(wait) / 1000

    async def wait_before_letter(self, request_id: str) -> float:
        """Ask for an edit of a message that is no card, out of what milestones leave over."""
        wait = await self._allow(
            keys=[EDITS], args=[0, MINUTE, LIMIT - _RESERVE, f"{request_id}:{uuid.uuid4().hex}"]
        )
        return int(wait) / 1000

    async def lock(self, request_id: str, holder: str) -> bool:
        """Take the right to draw a card; it is given back by itself when the holder dies."""
        key = _lock(request_id)
        found = await run(self._client.set(key, holder, nx=True, get=True, px=_LOCK_MS))
        return found in {None, holder}  # ours when the answer to the first try was lost

    async def hold_on(self, request_id: str, holder: str) -> bool:
        """Keep the right to draw for as long again; False when somebody else has it by now."""
        return bool(await run(self._hold_on(keys=[_lock(request_id)], args=[holder, _LOCK_MS])))

    async def unlock(self, request_id: str, holder: str) -> None:
        """Give the right to draw back; a card is drawn again when it was not ours any more."""
        keys = [_lock(request_id), DIRTY_CARDS]
        await run(self._unlock(keys=keys, args=[holder, request_id]))


def _key(request_id: str) -> str:
    return f"{{dr}}:card:{request_id}"


def _lock(request_id: str) -> str:
    return f"{{dr}}:card:{request_id}:drawing"

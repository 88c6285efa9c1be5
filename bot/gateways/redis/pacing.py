"""The pace at which changes are sent to Azure: a bucket and two lines per subscription.

Azure Resource Manager lets a subscription make two hundred changes at once and ten more a second,
and says after each how many are left, for others use the same allowance. What is kept here is our
idea of that, which every answer may only correct downwards; whoever would exceed it waits in line,
instead of being turned away there and not knowing what became of the request.

One line is for requests of a few machines, the other for those of many. In each the order is that
of the approval and, within one request, that of its machines. While both wait, they take turns:
nobody who needs one machine at once stands behind a thousand.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from bot.domain.data import Data
from bot.domain.forecast import Pace
from bot.gateways.redis.address import Client
from bot.gateways.redis.answers import run

BURST: Final = 190
"""Ten fewer than Azure's own: it counts whole ones, what is under way may be counted twice, and an
answer that says *none left* would slow us down each time."""
PER_SECOND: Final = 10
FEW: Final = 10
"""A request for so many machines stands in the line of the few."""
_AT_ONCE: Final = 50
"""So many are under way together: who comes meanwhile waits no longer than for those."""
_UNHEARD: Final = 10
"""So many, when Azure has not told lately what is left: others may have used it up."""
_FORGOTTEN: Final = 60_000
"""Milliseconds after which one that went and never told how it ended is taken for dead."""
_LATELY: Final = 20_000
"""Milliseconds for which our idea of what is left counts as fresh."""
_KEPT: Final = 24 * 3_600_000
"""Milliseconds for which a line is kept that nobody touches."""

# What all scripts begin with: the state as it is now. A bucket that was told to hold more than we
# know of keeps that, and fills up to what we know of.
_STATE: Final = """
local bucket, few, many, under_way = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local burst, rate, at_once, unheard, forgotten, lately, kept = unpack(ARGV, 1, 7)
burst, rate = tonumber(burst), tonumber(rate)
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local was = redis.call('HMGET', bucket, 'left', 'at', 'hold', 'heard', 'turn')
local left = tonumber(was[1] or burst)
left = math.max(left, math.min(burst, left + (now - tonumber(was[2] or now)) / 1000 * rate))
local hold, heard, turn = tonumber(was[3] or 0), tonumber(was[4] or 0), was[5] or 'few'
local function save()
  redis.call('HSET', bucket, 'left', string.format('%.3f', left), 'at', now, 'hold', hold,
    'heard', heard, 'turn', turn)
  for _, key in ipairs(KEYS) do redis.call('PEXPIRE', key, kept) end
end
local function room()
  redis.call('ZREMRANGEBYSCORE', under_way, '-inf', now - forgotten)
  local most = now - heard < tonumber(lately) and tonumber(at_once) or tonumber(unheard)
  return most - redis.call('ZCARD', under_way)
end
local function go(who)
  left = left - 1
  redis.call('ZADD', under_way, now, who)
end
"""

# Lets somebody go at once when nobody waits, else puts them in line.
_TAKE: Final = f"""{_STATE}
local line, who, order = KEYS[ARGV[8] + 0], ARGV[9], ARGV[10]
if redis.call('ZSCORE', under_way, who) then return 1 end
local waits = redis.call('ZCARD', few) + redis.call('ZCARD', many)
if waits == 0 and left >= 1 and now >= hold and room() > 0 then
  go(who)
  save()
  return 1
end
redis.call('ZADD', line, 'NX', order, who)
save()
return 0
"""

# Puts several in line.
_LINE_UP: Final = f"""{_STATE}
for at = 9, #ARGV, 2 do
  if not redis.call('ZSCORE', under_way, ARGV[at]) then
    redis.call('ZADD', KEYS[ARGV[8] + 0], 'NX', ARGV[at + 1], ARGV[at])
  end
end
save()
"""

# Lets as many go as may; the first number is how many milliseconds to wait for more, -1 for none.
_NEXT: Final = f"""{_STATE}
local going, places = {{}}, room()
while left >= 1 and now >= hold and places > 0 do
  local line = turn == 'few' and few or many
  if redis.call('ZCARD', line) == 0 then line = line == few and many or few end
  local first = redis.call('ZPOPMIN', line)
  if #first == 0 then break end
  turn = line == few and 'many' or 'few'
  go(first[1])
  places = places - 1
  going[#going + 1] = first[1]
end
save()
local wait = -1
if redis.call('ZCARD', few) + redis.call('ZCARD', many) > 0 then
  wait = math.max(0, hold - now, math.ceil((1 - left) / rate * 1000))
end
return {{wait, going}}
"""

# Writes down that one has ended, and what Azure says is left for those that are not under way.
_TOLD: Final = f"""{_STATE}
redis.call('ZREM', under_way, ARGV[8])
if ARGV[9] ~= '' then
  local others = redis.call('ZCARD', under_way)
  left = math.min(left, math.max(0, ARGV[9] - others))
  left = math.max(left, ARGV[9] - others - burst)
  heard = now
end
save()
"""

# Takes somebody out who will send nothing; whoever was let go gives that back.
_LEAVE: Final = f"""{_STATE}
redis.call('ZREM', few, ARGV[8])
redis.call('ZREM', many, ARGV[8])
if redis.call('ZREM', under_way, ARGV[8]) == 1 then
  left = math.max(left, math.min(burst, left + 1))
  save()
end
"""

_HOLD: Final = f"""{_STATE}
hold, left, heard = math.max(hold, now + ARGV[8]), 0, 0
save()
"""


class Place(Data):
    """Who waits, and where in the line."""

    who: str
    """The id of the request."""
    order: int
    """The smaller goes first."""
    among: int
    """How many machines the request has that it belongs to."""


class Pacing:
    """The buckets and the lines."""

    def __init__(self, client: Client) -> None:
        self._client: Any = client
        self._take = client.register_script(_TAKE)
        self._line_up = client.register_script(_LINE_UP)
        self._next = client.register_script(_NEXT)
        self._told = client.register_script(_TOLD)
        self._leave = client.register_script(_LEAVE)
        self._hold = client.register_script(_HOLD)

    async def take(self, subscription: str, place: Place) -> bool:
        """Ask to make one change: whether it may be made now.

        Who may not stands in line from then on, and is named by `next`. Who was named, or has gone
        before and not told how it ended, may.
        """
        return bool(await self._run(self._take, subscription, _line(place), place.who, place.order))

    async def line_up(self, subscription: str, places: Sequence[Place]) -> None:
        """Put several of one request in line; who stands there already keeps the place."""
        words = [word for place in places for word in (place.who, place.order)]
        await self._run(self._line_up, subscription, _line(places[0]), *words)

    async def next(self, subscription: str) -> tuple[list[str], float | None]:
        """Let go who may go now, and return them, each once.

        The second value is in how many seconds there are more, None when nobody waits.
        """
        wait, going = await self._run(self._next, subscription)
        return going, None if wait < 0 else wait / 1000

    async def told(self, subscription: str, who: str, left: int | None = None) -> None:
        """Write down that Azure answered one, and how many changes it says are left."""
        await self._run(self._told, subscription, who, "" if left is None else left)

    async def leave(self, subscription: str, who: str) -> None:
        """Take somebody out of line, or give back the leave to go, for nothing was sent."""
        await self._run(self._leave, subscription, who)

    async def hold(self, subscription: str, seconds: float) -> None:
        """Let nobody go within so many seconds, because Azure said so; the order is kept."""
        await self._run(self._hold, subscription, int(seconds * 1000))

    async def waiting(self, subscriptions: Sequence[str]) -> Mapping[str, frozenset[str]]:
        """Return who stands in line, by subscription; none for one in which nobody does."""
        async with self._client.pipeline(transaction=False) as pipe:
            for one in subscriptions:
                for line in lines(one):
                    pipe.zrange(line, 0, -1)
            found = iter(await run(pipe.execute()) if subscriptions else ())
        both = {one: frozenset([*next(found), *next(found)]) for one in subscriptions}
        return {one: who for one, who in both.items() if who}

    async def pace(self, subscription: str) -> Pace:
        """Return how long the lines are now, and how fast they go on."""
        few, many = lines(subscription)
        async with self._client.pipeline(transaction=True) as pipe:
            pipe.time()
            pipe.hgetall(bucket(subscription))
            pipe.zcard(few)
            pipe.zcard(many)
            (seconds, micros), state, *waiting = await run(pipe.execute())
        now, queued = seconds * 1000 + micros // 1000, sum(waiting)
        return Pace(
            queued=queued,
            last=until_gone(state, queued, now),
            free=max(0, int(_left(state, now)) - queued),
            per_second=PER_SECOND,
        )

    async def _run(self, script: Any, subscription: str, *arguments: str | int) -> Any:
        known = (BURST, PER_SECOND, _AT_ONCE, _UNHEARD, _FORGOTTEN, _LATELY, _KEPT)
        keys = [bucket(subscription), *lines(subscription), f"{bucket(subscription)}:under-way"]
        return await run(script(keys=keys, args=[*known, *arguments]))


def until_gone(state: Mapping[str, str], waiting: int, now: int) -> float:
    """Return in how many seconds so many will have had their turn, from what a bucket holds."""
    if not waiting:
        return 0.0
    held = max(0.0, (float(state.get("hold", 0)) - now) / 1000)
    return held + max(0.0, waiting - _left(state, now)) / PER_SECOND


def _left(state: Mapping[str, str], now: int) -> float:
    """Return how many changes may be made at once, from what a bucket held when last touched."""
    left = float(state.get("left", BURST))
    refilled = (now - float(state.get("at", now))) / 1000 * PER_SECOND
    return max(left, min(BURST, left + refilled))


def lines(subscription: str) -> tuple[str, str]:
    """Return the keys of the lines of a subscription: of the few, and of the many."""
    return f"{bucket(subscription)}:few", f"{bucket(subscription)}:many"


def bucket(subscription: str) -> str:
    """Return the key of what is left of a subscription's allowance."""
    return f"{{dr}}:pace:{subscription.casefold()}"


def _line(place: Place) -> int:
    """Return the number of the key that is the line somebody stands in."""
    return 2 if place.among <= FEW else 3

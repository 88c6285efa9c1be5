"""The pace at which changes are sent to Azure: one bucket per subscription, shared by all workers.

Azure Resource Manager lets a subscription make two hundred changes at once and ten more a second.
Whoever would exceed that gets a place in the queue here, instead of being turned away there and not
knowing what became of the request.
"""

from typing import Any, Final

from bot.domain.forecast import Pace
from bot.gateways.redis.address import Client
from bot.gateways.redis.answers import run

BURST: Final = 200
PER_SECOND: Final = 10
_SPACING: Final = 1000 // PER_SECOND
"""Milliseconds between two changes once the burst is spent."""
_KEPT: Final = 3_600_000
"""Milliseconds for which a place in the queue is kept for somebody who does not come."""

# Gives a caller its place in the queue, once, and says how many milliseconds it is away.
_TAKE: Final = """
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local burst, spacing = tonumber(ARGV[2]), tonumber(ARGV[3])
local place = tonumber(redis.call('HGET', KEYS[2], ARGV[1]) or '-1')
if place < 0 then
  local full = math.max(tonumber(redis.call('GET', KEYS[1]) or '0'), now)
  place = math.max(now, full + spacing - burst * spacing)
  redis.call('SET', KEYS[1], full + spacing, 'PX', ARGV[4])
  redis.call('HSET', KEYS[2], ARGV[1], place)
  redis.call('PEXPIRE', KEYS[2], ARGV[4])
end
if now < place then return place - now end
redis.call('HDEL', KEYS[2], ARGV[1])
return 0
"""

# Nobody goes before the hold ends: who waits moves behind its end, in the same order and no closer
# together than the pace, and who comes later gets a place behind them.
_HOLD: Final = """
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local burst, spacing = tonumber(ARGV[2]), tonumber(ARGV[3])
local free = now + tonumber(ARGV[1])
local waiting, places = {}, redis.call('HGETALL', KEYS[2])
for i = 1, #places, 2 do
  waiting[#waiting + 1] = {who = places[i], place = tonumber(places[i + 1])}
end
table.sort(waiting, function(one, other)
  if one.place == other.place then return one.who < other.who end
  return one.place < other.place
end)
for _, each in ipairs(waiting) do
  local place = math.max(each.place, free)
  if place > each.place then redis.call('HSET', KEYS[2], each.who, place) end
  free = place + spacing
end
local full = math.max(free + (burst - 1) * spacing, tonumber(redis.call('GET', KEYS[1]) or '0'))
redis.call('SET', KEYS[1], full, 'PX', ARGV[4])
return 0
"""


# How many have a place in the queue that is still to come, how far away the last one is, and how
# many more may go at once.
_AHEAD: Final = """
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local count, last = 0, 0
for _, place in ipairs(redis.call('HVALS', KEYS[2])) do
  local wait = tonumber(place) - now
  if wait > 0 then count = count + 1; last = math.max(last, wait) end
end
local full = math.max(tonumber(redis.call('GET', KEYS[1]) or '0'), now)
local free = math.floor(tonumber(ARGV[1]) - (full - now) / tonumber(ARGV[2]))
return {count, last, math.max(0, free)}
"""


class Pacing:
    """The queues."""

    def __init__(self, client: Client) -> None:
        self._client: Any = client
        self._take = client.register_script(_TAKE)
        self._hold = client.register_script(_HOLD)
        self._ahead = client.register_script(_AHEAD)

    async def take(self, subscription: str, who: str) -> float:
        """Ask to make one change: 0 when it may be made now, else the seconds until it may.

        Who asks again keeps the place it has; a change that may be made gives it up.
        """
        keys = [_key(subscription), queue_key(subscription)]
        wait = await run(self._take(keys=keys, args=[who, BURST, _SPACING, _KEPT]))
        return int(wait) / 1000

    async def hold(self, subscription: str, seconds: float) -> None:
        """Let nobody go within so many seconds, because Azure said so; the order is kept."""
        args = [int(seconds * 1000), BURST, _SPACING, _KEPT]
        await run(self._hold(keys=[_key(subscription), queue_key(subscription)], args=args))

    async def pace(self, subscription: str) -> Pace:
        """Return how long the queue is now, and how fast it goes on behind its end."""
        keys = [_key(subscription), queue_key(subscription)]
        queued, last, free = await run(self._ahead(keys=keys, args=[BURST, _SPACING]))
        return Pace(
            queued=int(queued), last=int(last) / 1000, free=int(free), per_second=PER_SECOND
        )


def queue_key(subscription: str) -> str:
    """Return the key of the places in the queue of a subscription."""
    return f"{_key(subscription)}:queue"


def _key(subscription: str) -> str:
    return f"{{dr}}:pace:{subscription.casefold()}"

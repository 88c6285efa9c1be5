"""The bell: who has work for the workers rings, and whichever of them listens wakes its engine.

A call says what to do about what. Ringing for what somebody has rung for already
changes nothing, so that a thousand steps of one request are one call. A call may be lost without
harm: the sweeper finds the work anyway.
"""

import time
import uuid
from typing import Any, Final

from bot.domain.data import Data
from bot.gateways.redis.address import Client
from bot.gateways.redis.answers import run
from bot.gateways.redis.keys import BELL

DRAW: Final = "draw"
SUBMIT: Final = "submit"
PACE: Final = "pace"
FOLLOW: Final = "follow"
GATHER: Final = "gather"
REMIND: Final = "remind"
TEND: Final = "tend"
HOME: Final = "home"

BELL_LIFE: Final = 24 * 3600 * 1000
"""Milliseconds for which calls wait where no worker listens."""
_LISTENING: Final = "{dr}:listening"
_HEARD: Final = 10_000
"""Milliseconds for which a worker that listened is believed to live."""
_WORD: Final = 2.0
"""Seconds between two times at which a worker says that it listens."""
_DIGITS: Final = 7
_AT_ONCE: Final = 20
"""So many calls are taken together; the rest is for whoever listens next."""

# Rings by Redis' clock.
_RING: Final = """
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
for at = 2, #ARGV do redis.call('ZADD', KEYS[1], 'NX', now + at, ARGV[at]) end
redis.call('PEXPIRE', KEYS[1], ARGV[1])
"""

# Says that a worker listens, forgets those not heard of, and returns how many there are.
_LISTEN: Final = """
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - ARGV[1])
if ARGV[2] ~= '' then redis.call('ZADD', KEYS[1], now, ARGV[2]) end
redis.call('PEXPIRE', KEYS[1], ARGV[1])
return redis.call('ZCARD', KEYS[1])
"""


class Call(Data):
    """What the workers are called for."""

    task: str
    what: str
    """The id of a request, a vault or a subscription."""
    after: int = 0
    """Milliseconds from now on before which it is not done."""
    again: bool = False
    """Whether it is done once more behind one that runs now."""

    @property
    def member(self) -> str:
        """Return what it is called in Redis."""
        return f"{self.task} {'again' if self.again else 'once'} {self.after} {self.what}"


class Bell:
    """Rings, and listens."""

    def __init__(self, client: Client) -> None:
        self._client: Any = client
        self._ring = client.register_script(_RING)
        self._listen = client.register_script(_LISTEN)
        self._name = uuid.uuid4().hex
        self._said = float("-inf")

    async def ring(self, *calls: Call) -> None:
        """Call for work; raises `Unavailable` when Redis does not answer."""
        if calls:
            await run(self._ring(keys=[BELL], args=[BELL_LIFE, *(one.member for one in calls)]))

    async def heard(self, patience: float) -> list[Call]:
        """Take the calls that wait, or that come within some seconds, in their order.

        Each is given to one listener. Raises `Unavailable` when Redis does not answer.
        """
        if time.monotonic() - self._said > _WORD:
            await run(self._listen(keys=[_LISTENING], args=[_HEARD, self._name]))
            self._said = time.monotonic()
        found = await run(self._client.bzmpop(patience, 1, [BELL], min=True, count=_AT_ONCE))
        return [call for member, _ in (found[1] if found else []) if (call := _read(member))]

    async def listeners(self) -> int:
        """Return how many workers have listened within the last seconds."""
        return int(await run(self._listen(keys=[_LISTENING], args=[_HEARD, ""])))


def _read(member: str) -> Call | None:
    """Read a call; None of what somebody else has written there."""
    parts = member.split(" ", 3)
    if len(parts) != len(Call.model_fields):
        return None
    task, again, after, what = parts
    if not (after.isascii() and after.isdecimal() and len(after) < _DIGITS):
        return None
    return Call(task=task, what=what, after=int(after), again=again == "again")

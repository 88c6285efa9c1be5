"""How much waits: read off the indexes, never off the requests, so that it may be asked often."""

from collections import Counter
from collections.abc import Collection, Mapping
from typing import Any, Final

from bot.domain.data import Data
from bot.gateways.redis.address import Client
from bot.gateways.redis.answers import run
from bot.gateways.redis.cards import EDITS, LIMIT, MINUTE
from bot.gateways.redis.following import FOLLOWED
from bot.gateways.redis.keys import (
    AUDIT_HEAD,
    DIRTY_CARDS,
    OPEN,
    OUTBOX,
    STATES,
    UNREVIEWED,
)
from bot.gateways.redis.pacing import bucket, lines, until_gone

UNREAD: Final = "unread"
"""The state of an open request that has made no step since states are kept."""


class Backlog(Data):
    """What waits, at one moment; times are seconds."""

    states: Mapping[str, int]
    """How many requests are open, by state; each machine of several has one, too."""
    oldest_approved: float
    """For how long the oldest approved request has waited for a worker; 0 when none does."""
    oldest_card: float
    """For how long the oldest card that has to be drawn has been out of date."""
    followed: int
    unreviewed: int
    entries: int
    """Of the audit log."""
    edits_left: int
    """How often Slack may be edited within the minute that ends now."""
    queue: int
    """Changes that wait for their turn at Azure."""
    queue_wait: float
    """Until the last of them has its turn."""


class Backlogs:
    """Reads what waits."""

    def __init__(self, client: Client) -> None:
        self._client: Any = client

    async def read(self, subscriptions: Collection[str], now: int) -> Backlog:
        """Read all of it at once; `now` is Redis' time in milliseconds.

        Raises `Unavailable` when Redis does not answer.
        """
        known = sorted({one.casefold() for one in subscriptions})
        async with self._client.pipeline(transaction=True) as pipe:
            pipe.zrange(OPEN, 0, -1)
            pipe.hgetall(STATES)
            pipe.zrange(OUTBOX, 0, 0, withscores=True)
            pipe.zrange(DIRTY_CARDS, 0, 0, withscores=True)
            pipe.zrange(FOLLOWED, 0, -1, withscores=True)
            pipe.zcard(UNREVIEWED)
            pipe.hget(AUDIT_HEAD, "sequence")
            pipe.zrange(EDITS, 0, -1, withscores=True)
            for one in known:
                pipe.hgetall(bucket(one))
                for line in lines(one):
                    pipe.zcard(line)
            ids, states, outbox, dirty, followed, owing, entries, edits, *paces = await run(
                pipe.execute()
            )
        queues = [(paces[at], paces[at + 1] + paces[at + 2]) for at in range(0, len(paces), 3)]
        return Backlog(
            states=Counter(states.get(one, UNREAD) for one in ids),
            oldest_approved=_age(outbox, now),
            oldest_card=_age(dirty, now),
            followed=int(sum(count for _, count in followed)),
            unreviewed=int(owing),
            entries=int(entries or 0),
            edits_left=max(0, LIMIT - sum(at > now - MINUTE for _, at in edits)),
            queue=sum(waiting for _, waiting in queues),
            queue_wait=max([0.0, *(until_gone(state, many, now) for state, many in queues)]),
        )


def _age(first: list[tuple[str, float]], now: int) -> float:
    return max(0.0, (now - first[0][1]) / 1000) if first else 0.0

"""One of many processes that vote on the same requests at the same moment.

Run as `python -m tests.bot.gateways.racer <redis url> <person> <request id>…`; it says *ready*,
waits for a line on its input, and votes on every request, each click delivered twice. It then says
which requests its votes approved.
"""

import asyncio
import random
import sys

from bot.domain.ballots import Vote
from bot.domain.request import State
from bot.domain.tally import count
from bot.domain.votes import why_not_approve
from bot.gateways.redis import Redis, Verdict, Write, opened
from tests.bot.samples import KEY, fact, person, standing


async def race(url: str, name: str, ids: list[str]) -> None:
    """Vote on everything, in the order in which everybody does."""
    async with opened(url, KEY) as store:
        await store.ping()
        print("ready", flush=True)  # noqa: T201 - the starter waits for it
        sys.stdin.readline()
        clicks = [one for one in ids for _ in range(2)]
        won = await asyncio.gather(*(vote(store, name, one) for one in clicks))
        print(*(one for one, mine in zip(clicks, won, strict=True) if mine))  # noqa: T201


async def vote(store: Redis, name: str, request_id: str) -> bool:
    """Vote for one request, trying again for as long as others come in between.

    Returns whether it was this click that approved it.
    """
    who, click = person(name), f"{name}:{request_id}"
    while True:
        async with store.requests.turn:
            before = await store.requests.snapshot(request_id)
            if before.request is None or why_not_approve(before.request, standing(who)):
                return False
            now = Vote(person=who, approves=True, at=before.now, click=click)
            after = count(before.request, now)
            kind = "request.approve" if after.state is State.APPROVED else "request.vote"
            write = Write(fact=fact(kind, request_id), request=after, click=click)
            verdict, _ = await store.requests.write(before, write)
        if verdict in {Verdict.DONE, Verdict.REPLAYED}:
            return verdict is Verdict.DONE and after.state is State.APPROVED
        await asyncio.sleep(random.uniform(0, 0.01))


if __name__ == "__main__":
    asyncio.run(race(sys.argv[1], sys.argv[2], sys.argv[3:]))

"""A stored request to begin with, and ways to look at everything that Redis holds."""

from typing import Any

from bot.domain.audit import Entry, first_broken
from bot.domain.request import Request, Step, take
from bot.gateways.redis import Redis, Verdict, Write
from tests.bot.samples import fact, request


async def now_of(store: Redis) -> int:
    """Read Redis' clock, in milliseconds."""
    return (await store.requests.snapshot()).now


async def asked(store: Redis, **more: Any) -> Request:
    """Store a new request that is in time by Redis' clock."""
    now = await now_of(store)
    new = request(**{"asked_at": now, "expires_at": now + 60_000} | more)
    before = await store.requests.snapshot(new.id)
    verdict, _ = await store.requests.write(before, Write(fact=fact(subject=new.id), request=new))
    assert verdict is Verdict.DONE
    return new


async def step(store: Redis, to: Step, click: str = "", **changes: Any) -> tuple[Verdict, str]:
    """Make a step of the stored request."""
    before = await store.requests.snapshot("R-7K2M9P")
    assert before.request
    after = take(before.request, to, **changes)
    return await store.requests.write(
        before, Write(fact=fact(f"request.{to}"), request=after, click=click)
    )


async def everything(store: Redis) -> dict[str, object]:
    """Return all that Redis holds."""
    client: Any = store.client
    readers = {
        "string": client.get,
        "hash": client.hgetall,
        "list": lambda key: client.lrange(key, 0, -1),
        "zset": lambda key: client.zrange(key, 0, -1, withscores=True),
        "stream": client.xrange,
    }
    keys = sorted([key async for key in client.scan_iter("*")])
    return {key: await readers[await client.type(key)](key) for key in keys}


async def log(store: Redis) -> list[Entry]:
    """Read the audit log and make sure that it is whole."""
    entries = [entry async for entry in store.audit.everything()]
    assert first_broken(entries, await store.audit.head()) is None
    return entries

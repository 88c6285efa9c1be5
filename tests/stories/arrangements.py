"""What stories about locks and delegations share: a policy, and hands on what Redis keeps."""

from typing import Any, Final

from bot import arranged
from bot.domain.audit import BOT, Fact
from bot.domain.delegations import Delegation
from bot.domain.locks import Lock
from bot.gateways.redis import Kept, Write
from bot.gateways.redis.books import book_key
from tests.world import World

POLICY: Final = """
may_look = ["everyone"]
[locks]
may_lock = ["@dr-operators"]
override = ["U0CARLA0000"]
[[rule]]
name = "default"
may_ask = ["@dr-operators"]
may_approve = ["@dr-approvers"]
"""
ERIN: Final = "U0ERIN00000"


async def raw(world: World, book: str) -> dict[str, str]:
    """Read a book as Redis has it."""
    client: Any = world.bot.redis.client
    found: dict[str, str] = await client.hgetall(book_key(book))
    return found


async def put(world: World, book: str, pages: dict[str, str]) -> None:
    """Write into a book as somebody would who can write to Redis."""
    client: Any = world.bot.redis.client
    await client.hset(book_key(book), mapping=pages)
    await client.expire(book_key(book), 60)


async def run_out(world: World, book: str, record: Lock | Delegation) -> None:
    """Let the time of a record pass: under our seal, with its entry."""
    before = await world.bot.redis.requests.snapshot()
    was = (await raw(world, book))[record.id]
    over = record.model_copy(update={"until": before.now - 1, "entry": before.sequence + 1})
    now = world.bot.redis.books.sealed(book, over, record.id)
    kept = Kept(book=book, id=record.id, was=was, now=now, expires=record.until)
    fact = Fact(type="story.rewrites", subject=record.id, actor=BOT)
    verdict, _ = await world.bot.redis.requests.write(before, Write(fact=fact, kept=(kept,)))
    assert verdict == "done"


async def only_lock(world: World) -> Lock:
    """Read the one lock that holds."""
    (one,) = (await arranged.locks(world.bot)).holding
    return one


async def only_delegation(world: World) -> Delegation:
    """Read the one delegation that holds."""
    (one,) = (await arranged.delegations(world.bot)).holding
    return one

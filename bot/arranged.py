"""What people have arranged beside the requests, for a time: what of it holds now.

A record holds when it carries our seal, has not run out, and the newest entry that the audit log
has of it is the one that made it: an older one that somebody put back holds nothing any more.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

from pydantic import ValidationError

from bot.domain.delegations import Delegation
from bot.domain.incidents import Incident
from bot.domain.locks import Lock
from bot.errors import OtherVersion
from bot.gateways.redis.books import Page
from bot.runtime import Bot

LOCKS: Final = "locks"
DELEGATIONS: Final = "delegations"
INCIDENTS: Final = "incidents"

T = TypeVar("T", Lock, Delegation, Incident)


@dataclass(frozen=True)
class Arranged(Generic[T]):
    """The records of one kind, as they are in Redis."""

    holding: tuple[T, ...]
    """Those that hold, the next to run out first."""
    raw: Mapping[str, str]
    """How each of them is kept, by its id."""
    strange: Mapping[str, str]
    """Those that are not ours, or older than what the log says of them, by id, as they are kept."""
    over: tuple[str, ...]
    """The ids of those that have run out."""


async def locks(bot: Bot) -> Arranged[Lock]:
    """Read the locks; raises `OtherVersion` at one that this version cannot read."""
    return await _read(bot, LOCKS, Lock)


async def delegations(bot: Bot) -> Arranged[Delegation]:
    """Read the delegations; raises `OtherVersion` at one that this version cannot read."""
    return await _read(bot, DELEGATIONS, Delegation)


async def incidents(bot: Bot) -> Arranged[Incident]:
    """Read the incidents, closed ones too; raises `OtherVersion` at one that cannot be read."""
    return await _read(bot, INCIDENTS, Incident)


async def _read(bot: Bot, book: str, kind: type[T]) -> Arranged[T]:
    pages = {page.id: page for page in await bot.redis.books.pages(book)}
    if not pages:
        return Arranged(holding=(), raw={}, strange={}, over=())
    now = (await bot.redis.requests.snapshot()).now
    ours = [_opened(page, kind) for page in pages.values() if page.text is not None]
    alive = [one for one in ours if one.until > now]
    newest = await bot.redis.audit.latest_of(one.id for one in alive)
    holding = [one for one in alive if one.id in newest and newest[one.id].sequence == one.entry]
    strange = {page.id: page.raw for page in pages.values() if page.text is None}
    if put_back := {one.id for one in alive} - {one.id for one in holding}:
        # One that was ended while we read has left the book by now.
        there = {page.id: page.raw for page in await bot.redis.books.pages(book)}
        strange |= {one: raw for one, raw in there.items() if one in put_back}
    return Arranged(
        holding=tuple(sorted(holding, key=lambda one: one.until)),
        raw={one.id: pages[one.id].raw for one in holding},
        strange=strange,
        over=tuple(one.id for one in ours if one.until <= now),
    )


def _opened(page: Page, kind: type[T]) -> T:
    try:
        return kind.model_validate_json(page.text or "")
    except ValidationError as error:
        raise OtherVersion(
            f"The record {page.id} was written by another version of the bot."
        ) from error

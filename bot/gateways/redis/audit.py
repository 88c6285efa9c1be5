"""Reading the audit log: a Redis stream that only the commit script writes to."""

from collections.abc import AsyncIterator, Iterable
from typing import Any, Final

from bot.domain.audit import START, Entry
from bot.gateways.redis.address import Client
from bot.gateways.redis.answers import run
from bot.gateways.redis.keys import AUDIT_HEAD, AUDIT_STREAM, entries_key

_CHECKPOINT: Final = "{dr}:audit:checkpoint"
_CHECKPOINT_LIFE: Final = 90 * 24 * 3600
_PAGE: Final = 500
_MEANWHILE: Final = 50
"""So many entries may be written while the log is looked at."""


class AuditLog:
    """The entries, oldest first unless said otherwise."""

    def __init__(self, client: Client) -> None:
        self._client: Any = client

    async def standing(self) -> str:
        """Return what was stored of the newest checkpoint; '' when nothing was."""
        return await self._client.get(_CHECKPOINT) or ""

    async def stand(self, content: str) -> None:
        """Remember the newest checkpoint; should that be lost, there is one more."""
        await self._client.set(_CHECKPOINT, content, ex=_CHECKPOINT_LIFE)

    async def head(self) -> str:
        """Return the hash of the newest entry as the store believes it to be."""
        found: str | None = await self._client.hget(AUDIT_HEAD, "hash")
        return found or START

    async def height(self) -> int:
        """Return the number of the newest entry as the store believes it to be."""
        return int(await self._client.hget(AUDIT_HEAD, "sequence") or 0)

    async def behind(self, sequence: int) -> AsyncIterator[Entry]:
        """Read the entries behind one, oldest first; raises `ValueError` at an unreadable one.

        Near the end of the log only these are read.
        """
        missing = await self.height() - sequence
        if missing <= 0:
            return
        if missing <= _PAGE:
            count = missing + _MEANWHILE
            page = await self._client.xrevrange(AUDIT_STREAM, "+", "-", count)
            found = [_entry(fields) for _, fields in reversed(page)]
            if len(found) < count or found[0].sequence <= sequence + 1:
                for entry in found:
                    if entry.sequence > sequence:
                        yield entry
                return
        async for entry in self.everything():
            if entry.sequence > sequence:
                yield entry

    async def everything(self) -> AsyncIterator[Entry]:
        """Read the whole log, a page at a time; raises `ValueError` at an unreadable entry."""
        async for entry in self.since(0):
            yield entry

    async def since(self, milliseconds: int) -> AsyncIterator[Entry]:
        """Read the entries written at or after a time by Redis' clock, oldest first."""
        start = f"{max(0, milliseconds)}"
        while page := await self._client.xrange(AUDIT_STREAM, start, "+", _PAGE):
            for _, fields in page:
                yield _entry(fields)
            start = f"({page[-1][0]}"

    async def backwards(self) -> AsyncIterator[Entry]:
        """Read the log from its end, a page at a time."""
        end = "+"
        while page := await self._client.xrevrange(AUDIT_STREAM, end, "-", _PAGE):
            for _, fields in page:
                yield _entry(fields)
            end = f"({page[-1][0]}"

    async def span(self, request_ids: Iterable[str]) -> tuple[list[Entry], int]:
        """Return all entries from the first of some requests to the last, and how many are lost."""
        async with self._client.pipeline(transaction=False) as pipe:
            for one in request_ids:
                pipe.lrange(entries_key(one), 0, -1)
            places = {place for found in await pipe.execute() for place in found}
        if not places:
            return [], 0
        ordered = sorted(places, key=_order)
        start, found = ordered[0], list[Entry]()
        while page := await self._client.xrange(AUDIT_STREAM, start, ordered[-1], _PAGE):
            found += [_entry(fields) for _, fields in page]
            places -= {place for place, _ in page}
            start = f"({page[-1][0]}"
        return found, len(places)

    async def newest(self, most: int) -> list[Entry]:
        """Return the newest entries, newest first."""
        page = await self._client.xrevrange(AUDIT_STREAM, "+", "-", most)
        return [_entry(fields) for _, fields in page]

    async def of_request(self, request_id: str, skip: int = 0) -> list[Entry]:
        """Return the entries of one request, without the first `skip`; of -1, the last alone."""
        places = await self._client.lrange(entries_key(request_id), skip, -1)
        async with self._client.pipeline(transaction=False) as pipe:
            for place in places:
                pipe.xrange(AUDIT_STREAM, place, place)
            pages = await pipe.execute()
        return [_entry(page[0][1]) for page in pages if page]

    async def latest(self, request_id: str) -> Entry | None:
        """Return the newest entry of one request, None when there is none."""
        found = await self.of_request(request_id, skip=-1)
        return found[-1] if found else None

    async def latest_of(self, ids: Iterable[str]) -> dict[str, Entry]:
        """Return the newest entry of each of some requests or records, by id, at once."""
        wanted = list(dict.fromkeys(ids))
        async with self._client.pipeline(transaction=False) as pipe:
            for one in wanted:
                pipe.lindex(entries_key(one), -1)
            places = await run(pipe.execute()) if wanted else []
        found = [(one, place) for one, place in zip(wanted, places, strict=True) if place]
        async with self._client.pipeline(transaction=False) as pipe:
            for _, place in found:
                pipe.xrange(AUDIT_STREAM, place, place)
            pages = await run(pipe.execute()) if found else []
        both = zip(found, pages, strict=True)
        return {one: _entry(page[0][1]) for (one, _), page in both if page}


def _entry(fields: dict[str, str]) -> Entry:
    return Entry.model_validate_json(fields.get("entry", ""))


def _order(place: str) -> tuple[int, int]:
    """Put the ids of a stream into their order."""
    milliseconds, _, number = place.partition("-")
    return int(milliseconds), int(number)

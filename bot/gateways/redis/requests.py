"""Requests in Redis: read with their seal checked, written together with their audit entry."""

import asyncio
import json
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from importlib import resources
from typing import Any, Final

from bot.domain.audit import START, Entry, Fact, chain
from bot.domain.fleets import root
from bot.domain.macs import MacKey, vouched
from bot.domain.request import Outcome, Request
from bot.domain.reviews import missing
from bot.errors import OtherVersion, Tampered
from bot.gateways.redis.address import Client
from bot.gateways.redis.answers import run
from bot.gateways.redis.commit import placed, told
from bot.gateways.redis.confirmation import confirm
from bot.gateways.redis.following import Following
from bot.gateways.redis.keys import (
    ALL,
    AUDIT_HEAD,
    DIRTY_CARDS,
    OPEN,
    OUTBOX,
    POLICY,
    STATES,
    UNREVIEWED,
    drafts_key,
    request_key,
    results_key,
    target_key,
)
from bot.gateways.redis.seals import Seals
from bot.gateways.redis.writes import Snapshot, Verdict, Write
from bot.slices import slices

# Reads the time, the head of the audit chain and a request at one moment.
_LOOK: Final = """
local time = redis.call('TIME')
local head = redis.call('HMGET', KEYS[1], 'hash', 'sequence')
local request = redis.call('HMGET', KEYS[2], 'document', 'seal')
return {time[1], time[2], head[1], head[2], request[1], request[2]}
"""

# Frees a machine, if it is still this request that holds it.
_FREE: Final = "if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end"

_AT_ONCE: Final = 10
"""So many requests are read together: hundreds would hold the loop up when they come."""
_PLACES: Final = 20
"""So many places in the log are tried for an entry before the caller lets the others finish."""


class Requests:
    """The requests, their indexes and the one door to all of it."""

    def __init__(
        self, client: Client, seal_key: bytes, mac_key: MacKey | None = None, replicas: int = 0
    ) -> None:
        self.turn = asyncio.Lock()
        """Who is about to read and write takes it, so that a process does not race with itself."""
        self._client: Any = client
        self._seals = Seals(seal_key)
        self._mac_key = mac_key
        self._replicas = replicas
        script = resources.files(__package__).joinpath("commit.lua").read_text("utf-8")
        self._look = client.register_script(_LOOK)
        self._free = client.register_script(_FREE)
        self._following = Following(client)
        self._commit = client.register_script(script)

    async def snapshot(self, request_id: str = "") -> Snapshot:
        """Read the time, the head of the audit chain and (when it exists) a request, at once.

        Raises `Tampered` when the request does not carry our seal.
        """
        seconds, micros, head, sequence, document, seal = await run(
            self._look(keys=[AUDIT_HEAD, request_key(request_id or "-")])
        )
        return Snapshot(
            now=int(seconds) * 1000 + int(micros) // 1000,
            request=self._seals.open_request(request_id, document, seal or "")
            if document
            else None,
            sequence=int(sequence or 0),
            head=head or START,
        )

    async def load(self, request_id: str) -> Request | None:
        """Read one request; raises `Tampered`."""
        return (await self.snapshot(request_id)).request

    async def load_many(self, request_ids: Iterable[str]) -> list[Request]:
        """Read several requests; those that are gone or tampered with are left out."""
        found: list[Request] = []
        async for some in slices(list(request_ids), _AT_ONCE):
            loaded = await asyncio.gather(*map(self.load, some), return_exceptions=True)
            for one in loaded:
                if isinstance(one, BaseException) and not isinstance(one, Tampered | OtherVersion):
                    raise one
            found += [one for one in loaded if isinstance(one, Request)]
        return found

    async def write(self, before: Snapshot, write: Write) -> tuple[Verdict, str]:
        """Write all of it or nothing; the second value is the script's detail for the verdict.

        An entry that only came too late for its place gets the next one at once: what it says
        depends on the request, which the script compares again, and not on its place. That of a
        record in a book does, and is for the caller to decide anew.
        """
        verdict, detail, _ = await self._write(before, write)
        return verdict, detail

    async def write_in_a_row(self, before: Snapshot, writes: Sequence[Write]) -> int:
        """Write several things one behind the other; returns how many, up to the first that failed.

        Each is all of it or nothing, as with `write`; only nobody looks again between two.
        """
        for done, write in enumerate(writes):
            verdict, _, before = await self._write(before, write)
            if verdict is not Verdict.DONE:
                return done
        return len(writes)

    async def _write(self, before: Snapshot, write: Write) -> tuple[Verdict, str, Snapshot]:
        """Write it; the last value is the snapshot with the log as it is behind the entry."""
        keys, arguments, drafts = told(before, write, self._seals)
        at = before
        for _ in range(1 if write.kept else _PLACES):
            entry = self._entry(write.fact, at)
            arguments |= placed(entry)
            verdict, *detail = await run(
                self._commit(keys=keys, args=[json.dumps(arguments), *drafts])
            )
            if verdict != Verdict.CONTENDED:
                break
            there = {"head": detail[0], "sequence": int(detail[1]), "now": int(detail[2])}
            at = at.model_copy(update=there)
        behind = {"head": entry.hash, "sequence": entry.sequence}
        return Verdict(verdict), detail[0], at.model_copy(update=behind)

    async def confirm(self) -> None:
        """Wait until everything written so far is where it cannot be lost.

        Raises `Unavailable` when Redis does not say so in time.
        """
        await confirm(self._client, self._replicas)

    async def policy(self) -> str:
        """Return the version of the policy that was recorded last, '' when none was."""
        found: str | None = await run(self._client.get(POLICY))
        return found or ""

    async def open_ids(self) -> list[str]:
        """Return the ids of the open requests that people see, the next to run out first."""
        found: list[str] = await run(self._client.zrange(OPEN, 0, -1))
        return [one for one in found if one == root(one)]

    async def newest_ids(self, most: int) -> list[str]:
        """Return the ids of the newest requests, open or not."""
        found: list[str] = await run(self._client.zrange(ALL, 0, most - 1, desc=True))
        return found

    async def ids_since(self, at: int, most: int) -> list[str]:
        """Return the requests that were asked for from a time on, the oldest first."""
        found: list[str] = await run(self._client.zrangebyscore(ALL, at, "+inf", 0, most))
        return found

    async def overdue_ids(self) -> list[str]:
        """Return the ids of the open requests whose deadline has passed."""
        now = (await self.snapshot()).now
        found: list[str] = await run(self._client.zrange(OPEN, 1, now, byscore=True))
        return found

    async def unreviewed(
        self, seen: Iterable[Request] = ()
    ) -> tuple[tuple[Request, ...], tuple[str, ...]]:
        """Return the requests that owe a review, the oldest first, and the ids of unreadable ones.

        Those of `seen`, which were read anyhow, are among them though somebody took them off the
        index.
        """
        ids: list[str] = await run(self._client.zrange(UNREVIEWED, 0, -1))
        found = {one.id: one for one in [*seen, *await self.load_many(ids)]}
        owing = [one for one in found.values() if missing(one)]
        lost = [one for one in ids if one not in found]
        return tuple(sorted(owing, key=lambda one: one.approved_at)), tuple(lost)

    async def due_for_review_ids(self) -> list[str]:
        """Return the ids of those whose review is overdue, and of which nobody was reminded."""
        now = (await self.snapshot()).now
        found: list[str] = await run(self._client.zrange(UNREVIEWED, 0, now, byscore=True))
        return found

    async def outbox_ids(self) -> list[str]:
        """Return the ids of the approved requests that no worker has taken up yet."""
        found: list[str] = await run(self._client.zrange(OUTBOX, 0, -1))
        return found

    async def drafted(self, parent: str, request_id: str) -> Request | None:
        """Read what was approved for one machine of several; raises `Tampered`."""
        found = await run(self._client.hget(drafts_key(parent), request_id))
        return self._seals.open_draft(request_id, found) if found else None

    async def results(self, parent: str) -> dict[str, Outcome]:
        """Return how each machine of several stands, by its request.

        A forged one is left out, and so is one of another version.
        """
        found: dict[str, str] = await run(self._client.hgetall(results_key(parent)))
        results = {}
        async for some in slices(list(found.items())):
            for one, sealed in some:
                if (outcome := self._seals.open_outcome(one, sealed)) is not None:
                    results[one] = outcome
        return results

    async def give_up(self, request_id: str, target_id: str = "") -> None:
        """Take a record that is not ours off every list, and free the target when it is named.

        The record itself stays, for whoever finds out what happened to it.
        """
        async with self._client.pipeline(transaction=True) as pipe:
            pipe.zrem(OPEN, request_id)
            pipe.zrem(OUTBOX, request_id)
            pipe.zrem(DIRTY_CARDS, request_id)
            pipe.hdel(STATES, request_id)
            # What owed a review stays on that list, so that nobody hides it by altering it.
            pipe.zadd(UNREVIEWED, {request_id: "+inf"}, xx=True)
            await run(pipe.execute())
        await self._following.lose(request_id)
        if target_id:
            await run(self._free(keys=[target_key(target_id)], args=[request_id]))

    async def open_for(self, target_id: str) -> str | None:
        """Return the id of the request that is open for a machine, a plan or a job."""
        found: str | None = await run(self._client.get(target_key(target_id)))
        return found

    def _entry(self, fact: Fact, at: Snapshot) -> Entry:
        """Give a fact the place behind what the log held."""
        time = datetime.fromtimestamp(at.now / 1000, UTC).isoformat(timespec="milliseconds")
        entry = chain(fact, sequence=at.sequence + 1, prevhash=at.head, time=time)
        return vouched(entry, self._mac_key) if self._mac_key else entry

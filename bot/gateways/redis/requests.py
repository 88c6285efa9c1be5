"""Requests in Redis: read with their seal checked, written together with their audit entry.

Every document carries an HMAC by a key that Redis does not hold. Who can write to Redis can
therefore destroy a request but neither make one nor approve one.
"""

import asyncio
import hmac
import json
import uuid
from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from importlib import resources
from typing import Any, Final

from pydantic import ValidationError

from bot.domain.audit import START, Entry, Fact, chain
from bot.domain.data import canonical, digest
from bot.domain.fleets import root
from bot.domain.looks import look_of
from bot.domain.macs import MacKey, vouched
from bot.domain.request import Outcome, Request, State
from bot.domain.reviews import due_at, missing
from bot.errors import OtherVersion, Tampered
from bot.gateways.redis.address import Client
from bot.gateways.redis.answers import run
from bot.gateways.redis.books import book_key
from bot.gateways.redis.confirmation import confirm
from bot.gateways.redis.following import FOLLOWED, Following, followed_key
from bot.gateways.redis.writes import Snapshot, Verdict, Write
from bot.slices import slices

AUDIT_STREAM: Final = "{dr}:audit"
AUDIT_HEAD: Final = "{dr}:audit:head"
POLICY: Final = "{dr}:audit:policy"
"""The version of the policy that was recorded last."""
OUTBOX: Final = "{dr}:outbox"
OPEN: Final = "{dr}:requests:open"
ALL: Final = "{dr}:requests"
STATES: Final = "{dr}:states"
"""The state of each open request, to be counted without reading any."""
UNREVIEWED: Final = "{dr}:unreviewed"
"""The requests whose glass was broken and that still owe a review, by when it is due."""
DIRTY_CARDS: Final = "{dr}:cards:dirty"

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
_DRAFT: Final = " draft"
_CLICK_TTL: Final = 24 * 3600 * 1000
_PLACES: Final = 20
"""So many places in the log are tried for an entry before the caller lets the others finish."""


def request_key(request_id: str) -> str:
    """Return the key of a request's document."""
    return f"{{dr}}:request:{request_id}"


def entries_key(request_id: str) -> str:
    """Return the key of the list of a request's audit entries."""
    return f"{{dr}}:request:{request_id}:entries"


class Requests:
    """The requests, their indexes and the one door to all of it."""

    def __init__(
        self, client: Client, seal_key: bytes, mac_key: MacKey | None = None, replicas: int = 0
    ) -> None:
        self.turn = asyncio.Lock()
        """Who is about to read and write takes it, so that a process does not race with itself."""
        self._client: Any = client
        self._key = seal_key
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
            request=self._opened(request_id, document, seal) if document else None,
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
        keys, arguments, drafts = self._commit_arguments(before, write)
        at = before
        for _ in range(1 if write.kept else _PLACES):
            entry = self._entry(write.fact, at)
            arguments |= _chained(entry)
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
        found = await run(self._client.hget(_drafts_key(parent), request_id))
        if not found:
            return None
        seal, _, document = found.partition(" ")
        return self._opened(request_id, document, seal, _DRAFT)

    async def results(self, parent: str) -> dict[str, Outcome]:
        """Return how each machine of several stands, by its request.

        A forged one is left out, and so is one of another version.
        """
        found: dict[str, str] = await run(self._client.hgetall(_results_key(parent)))
        results = {}
        async for some in slices(list(found.items())):
            for one, sealed in some:
                seal, _, text = sealed.partition(" ")
                if _same(self._seal(f"{one} result", text), seal):
                    with suppress(ValidationError):
                        results[one] = Outcome.model_validate_json(text)
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
            await run(self._free(keys=[_target_key(target_id)], args=[request_id]))

    async def open_for(self, target_id: str) -> str | None:
        """Return the id of the request that is open for a machine, a plan or a job."""
        found: str | None = await run(self._client.get(_target_key(target_id)))
        return found

    def _entry(self, fact: Fact, at: Snapshot) -> Entry:
        """Give a fact the place behind what the log held."""
        time = datetime.fromtimestamp(at.now / 1000, UTC).isoformat(timespec="milliseconds")
        entry = chain(fact, sequence=at.sequence + 1, prevhash=at.head, time=time)
        return vouched(entry, self._mac_key) if self._mac_key else entry

    def _commit_arguments(
        self, before: Snapshot, write: Write
    ) -> tuple[list[str], dict[str, Any], list[str]]:
        request = write.request
        request_id = request.id if request else ""
        parent = request.parent if request else ""
        keys = [
            request_key(request_id or "-"),
            entries_key(request_id or "-"),
            AUDIT_STREAM,
            AUDIT_HEAD,
            OUTBOX,
            OPEN,
            ALL,
            FOLLOWED,
            DIRTY_CARDS,
            f"{{dr}}:click:{write.click or uuid.uuid4().hex}",
            _drafts_key(request_id or "-"),
            entries_key(parent or "-"),
            _results_key(parent or "-"),
            _drafts_key(parent or "-"),
            POLICY,
            UNREVIEWED,
            STATES,
            followed_key(request.place if request else "-"),
        ]
        arguments: dict[str, Any] = {
            "id": request_id,
            "start": START,
            "seen": before.now,
            "click_ttl": _CLICK_TTL,
            "not_after": write.not_after,
            "not_before": write.not_before,
            "told": write.told,
            "policy_was": write.policy[0],
            "policy": write.policy[1],
        }
        if request:
            claims = request.claims if before.request is None or not request.open else {}
            keys += [_target_key(target_id) for target_id in claims]
            arguments |= self._request_arguments(request, before.request)
            arguments["holders"] = list(claims.values())
        for one in write.kept:
            keys += [book_key(one.book), entries_key(one.id)]
        arguments["kept"] = [one.model_dump() for one in write.kept]
        drafts = [part for draft in write.drafts for part in (draft.id, self._sealed(draft))]
        return keys, arguments, drafts

    def _request_arguments(self, request: Request, before: Request | None) -> dict[str, Any]:
        document = _document(request)
        result = canonical(request.outcome.model_dump(mode="json")).decode()
        return {
            "expected_rev": str(before.rev if before else 0),
            "rev": str(request.rev),
            "document": document,
            "seal": self._seal(request.id, document),
            "card": root(request.id),
            "parent": bool(request.parent),
            "result": f"{self._seal(f'{request.id} result', result)} {result}",
            "claim": before is None,
            "open": request.open,
            "state": request.state,
            "deadline": _deadline(request),
            "outbox": request.state is State.APPROVED and not request.needs_nod,
            "place": request.place,
            "look": look_of(request).model_dump_json() if request.followed else "",
            "review_by": _review_by(request),
        }

    def _sealed(self, request: Request) -> str:
        """Seal a draft as one, so that it can stand for no request, nor a request for it."""
        document = _document(request)
        return f"{self._seal(request.id + _DRAFT, document)} {document}"

    def _seal(self, request_id: str, document: str) -> str:
        return hmac.digest(self._key, f"{request_id}\n{document}".encode(), "sha256").hex()

    def _opened(self, request_id: str, document: str, seal: str | None, kind: str = "") -> Request:
        if not _same(self._seal(request_id + kind, document), seal or ""):
            raise Tampered(
                f"The record of {request_id} was altered outside the bot, or the bot's token was "
                "renewed since.",
                "Nothing will be done with it; ask again.",
            )
        try:
            return Request.model_validate_json(document)
        except ValidationError as error:
            raise OtherVersion(
                f"The record of {request_id} was written by another version of the bot."
            ) from error


def _chained(entry: Entry) -> dict[str, Any]:
    """Return what the script has to know of an entry."""
    return {
        "prevhash": entry.prevhash,
        "sequence": entry.sequence,
        "hash": entry.hash,
        "entry": entry.model_dump_json(),
    }


def _deadline(request: Request) -> int:
    """Return when an open request runs out; 0 for one that Azure works on, which never does."""
    return request.expires_at if request.state in {State.WAITING, State.APPROVED} else 0


def _review_by(request: Request) -> str:
    """Return when somebody has to be reminded of a review; '' when none is owed."""
    if not missing(request):
        return ""
    return str(due_at(request)) if due_at(request) and not request.overdue else "+inf"


def _target_key(target_id: str) -> str:
    return f"{{dr}}:target:{digest(target_id.casefold())[:32]}"


def _drafts_key(request_id: str) -> str:
    return f"{{dr}}:request:{request_id}:drafts"


def _results_key(request_id: str) -> str:
    return f"{{dr}}:request:{request_id}:results"


def _same(seal: str, found: str) -> bool:
    """Compare seals; one that somebody else wrote may hold any characters."""
    return hmac.compare_digest(seal.encode(), found.encode())


def _document(request: Request) -> str:
    return canonical(request.model_dump(mode="json")).decode()

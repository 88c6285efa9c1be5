"""Requests in Redis: read with their seal checked, written together with their audit entry.

Every document carries an HMAC by a key that Redis does not hold. Who can write to Redis can
therefore destroy a request but neither make one nor approve one.
"""

import asyncio
import hmac
import json
import uuid
from collections.abc import Iterable
from datetime import UTC, datetime
from enum import StrEnum
from importlib import resources
from typing import Any, Final

from pydantic import ValidationError
from redis.asyncio import Redis
from redis.exceptions import OutOfMemoryError, ReadOnlyError, RedisError, ResponseError

from bot.domain.audit import START, Entry, Fact, chain
from bot.domain.data import Data, canonical, digest
from bot.domain.fleets import root
from bot.domain.request import Outcome, Request, State
from bot.errors import OtherVersion, Tampered, Unavailable
from bot.gateways.redis.books import Kept, book_key

AUDIT_STREAM: Final = "{dr}:audit"
AUDIT_HEAD: Final = "{dr}:audit:head"
POLICY: Final = "{dr}:audit:policy"
"""The version of the policy that was recorded last."""
OUTBOX: Final = "{dr}:outbox"
OPEN: Final = "{dr}:requests:open"
ALL: Final = "{dr}:requests"
FOLLOWING: Final = "{dr}:following"
DIRTY_CARDS: Final = "{dr}:cards:dirty"

# Frees a machine, if it is still this request that holds it.
_FREE: Final = "if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end"

_DRAFT: Final = " draft"
_CLICK_TTL: Final = 24 * 3600 * 1000
_CONFIRM_MS: Final = 3000
_CONFIRMATION: Final = "{dr}:confirmation"


class Verdict(StrEnum):
    """What the script said."""

    DONE = "done"
    REPLAYED = "replayed"
    """This very click has been carried out before."""
    MOVED = "moved"
    """The request, or a record of a book, is no longer as it was read."""
    CONTENDED = "contended"
    """Another entry was written in between."""
    LATE = "late"
    EARLY = "early"
    STALE = "stale"
    """The reader's idea of the time is more than five seconds off."""
    TAKEN = "taken"
    """Another request is open for the target."""


class Snapshot(Data):
    """What was read in one transaction."""

    now: int
    """Milliseconds since the epoch, by Redis' clock."""
    request: Request | None
    sequence: int
    head: str


class Write(Data):
    """What to write, if all is still as in the snapshot."""

    fact: Fact
    request: Request | None = None
    drafts: tuple[Request, ...] = ()
    """Of several machines: the requests that are made of them when the whole is approved."""
    click: str = ""
    """An id that makes a second execution harmless; made up when empty."""
    not_after: int = 0
    not_before: int = 0
    told: bool = True
    """For one machine of several: whether the thread of the whole is told of it."""
    policy: tuple[str, str] = ("", "")
    """The version of the policy that was recorded last, and the one that is recorded now."""
    kept: tuple[Kept, ...] = ()
    """Records of the books that change with it."""


def request_key(request_id: str) -> str:
    """Return the key of a request's document."""
    return f"{{dr}}:request:{request_id}"


def entries_key(request_id: str) -> str:
    """Return the key of the list of a request's audit entries."""
    return f"{{dr}}:request:{request_id}:entries"


class Requests:
    """The requests, their indexes and the one door to all of it."""

    def __init__(self, client: Redis, seal_key: bytes) -> None:
        self.turn = asyncio.Lock()
        """Who is about to read and write takes it, so that a process does not race with itself."""
        self._client = client
        self._key = seal_key
        script = resources.files(__package__).joinpath("commit.lua").read_text("utf-8")
        self._free = client.register_script(_FREE)
        self._commit = client.register_script(script)

    async def snapshot(self, request_id: str = "") -> Snapshot:
        """Read the time, the head of the audit chain and (when it exists) a request, at once.

        Raises `Tampered` when the request does not carry our seal.
        """
        async with self._client.pipeline(transaction=True) as pipe:
            pipe.time()
            pipe.hmget(AUDIT_HEAD, ["hash", "sequence"])
            pipe.hmget(request_key(request_id or "-"), ["document", "seal"])
            (seconds, micros), (head, sequence), (document, seal) = await _run(pipe.execute())
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
        loaded = await asyncio.gather(
            *(self.load(one) for one in request_ids), return_exceptions=True
        )
        for one in loaded:
            if isinstance(one, BaseException) and not isinstance(one, Tampered | OtherVersion):
                raise one
        return [one for one in loaded if isinstance(one, Request)]

    async def write(self, before: Snapshot, write: Write) -> tuple[Verdict, str]:
        """Write all of it or nothing; the second value is the script's detail for the verdict."""
        at = datetime.fromtimestamp(before.now / 1000, UTC).isoformat(timespec="milliseconds")
        entry = chain(write.fact, sequence=before.sequence + 1, prevhash=before.head, time=at)
        keys, arguments = self._commit_arguments(before, write, entry)
        verdict, detail = await _run(self._commit(keys=keys, args=arguments))
        return Verdict(verdict), detail

    async def confirm(self) -> None:
        """Wait until everything written so far is on disk, where the server can say so.

        Raises `Unavailable` when it does not say so in time.
        """
        async with self._client.client() as one_connection:
            await _confirm(one_connection)

    async def policy(self) -> str:
        """Return the version of the policy that was recorded last, '' when none was."""
        found: str | None = await _run(self._client.get(POLICY))
        return found or ""

    async def open_ids(self) -> list[str]:
        """Return the ids of the open requests that people see, the next to run out first."""
        found: list[str] = await _run(self._client.zrange(OPEN, 0, -1))
        return [one for one in found if one == root(one)]

    async def newest_ids(self, most: int) -> list[str]:
        """Return the ids of the newest requests, open or not."""
        found: list[str] = await _run(self._client.zrange(ALL, 0, most - 1, desc=True))
        return found

    async def overdue_ids(self) -> list[str]:
        """Return the ids of the open requests whose deadline has passed."""
        seconds, micros = await _run(self._client.time())
        now = int(seconds) * 1000 + int(micros) // 1000
        found: list[str] = await _run(self._client.zrange(OPEN, 1, now, byscore=True))
        return found

    async def outbox_ids(self) -> list[str]:
        """Return the ids of the approved requests that no worker has taken up yet."""
        found: list[str] = await _run(self._client.zrange(OUTBOX, 0, -1))
        return found

    async def followed(self) -> dict[str, str]:
        """Return the ids of the requests to look after, each with the place where it is done."""
        found: dict[str, str] = await _run(self._client.hgetall(FOLLOWING))
        return found

    async def drafted(self, parent: str, request_id: str) -> Request | None:
        """Read what was approved for one machine of several; raises `Tampered`."""
        found = await _run(self._client.hget(_drafts_key(parent), request_id))
        if not found:
            return None
        seal, _, document = found.partition(" ")
        return self._opened(request_id, document, seal, _DRAFT)

    async def results(self, parent: str) -> dict[str, Outcome]:
        """Return how each machine of several stands, by its request; a forged one is left out."""
        found: dict[str, str] = await _run(self._client.hgetall(_results_key(parent)))
        return {
            one: Outcome.model_validate_json(text)
            for one, (seal, _, text) in ((k, v.partition(" ")) for k, v in found.items())
            if _same(self._seal(f"{one} result", text), seal)
        }

    async def give_up(self, request_id: str, target_id: str = "") -> None:
        """Take a record that is not ours off every list, and free the target when it is named.

        The record itself stays, for whoever finds out what happened to it.
        """
        async with self._client.pipeline(transaction=True) as pipe:
            pipe.zrem(OPEN, request_id)
            pipe.zrem(OUTBOX, request_id)
            pipe.zrem(DIRTY_CARDS, request_id)
            pipe.hdel(FOLLOWING, request_id)
            await _run(pipe.execute())
        if target_id:
            await _run(self._free(keys=[_target_key(target_id)], args=[request_id]))

    async def open_for(self, target_id: str) -> str | None:
        """Return the id of the request that is open for a machine, a plan or a job."""
        found: str | None = await _run(self._client.get(_target_key(target_id)))
        return found

    def _commit_arguments(
        self, before: Snapshot, write: Write, entry: Entry
    ) -> tuple[list[str], list[str]]:
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
            FOLLOWING,
            DIRTY_CARDS,
            f"{{dr}}:click:{write.click or uuid.uuid4().hex}",
            _drafts_key(request_id or "-"),
            entries_key(parent or "-"),
            _results_key(parent or "-"),
            _drafts_key(parent or "-"),
            POLICY,
        ]
        arguments: dict[str, Any] = {
            "id": request_id,
            "start": START,
            "seen": before.now,
            "prevhash": before.head,
            "sequence": entry.sequence,
            "hash": entry.hash,
            "entry": entry.model_dump_json(),
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
        return keys, [json.dumps(arguments), *drafts]

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
            "deadline": _deadline(request),
            "outbox": request.state is State.APPROVED and not request.needs_nod,
            "place": request.place if request.followed else "",
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


def _deadline(request: Request) -> int:
    """Return when an open request runs out; 0 for one that Azure works on, which never does."""
    return request.expires_at if request.state in {State.WAITING, State.APPROVED} else 0


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


async def _confirm(connection: Redis) -> None:
    """Wait until the connection's writes are on disk, where the server can say so."""
    async with connection.pipeline(transaction=False) as pipe:
        # On the connection that confirms there must be a write, and none before it is skipped on
        # the way to the disk: so this one speaks for the commit, wherever that was executed.
        pipe.set(_CONFIRMATION, "1", px=_CONFIRM_MS)
        pipe.waitaof(1, 0, _CONFIRM_MS)
        try:
            _, (local, _replicas) = await _run(pipe.execute())
        except ResponseError:
            return  # no append-only file, or a server before 7.2: `dr doctor` tells its owner
    if local < 1:
        raise Unavailable("Redis did not confirm that the intent is on disk.")


async def _run(awaitable: Any) -> Any:
    """Await a redis-py call, whose types are unions, and translate its errors."""
    try:
        return await awaitable
    except (OutOfMemoryError, ReadOnlyError) as error:
        raise Unavailable("Redis takes no writes now, so nothing was recorded.") from error
    except ResponseError:
        raise
    except (RedisError, OSError) as error:
        raise Unavailable(
            "Redis does not answer, so this may or may not have been recorded.",
            advice="Look at the card before you try again.",
        ) from error

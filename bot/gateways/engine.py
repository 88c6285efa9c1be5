"""The engine (docket): it wakes us up, and nothing more. The truth is in our own Redis keys.

docket pickles what it stores, so that whoever can write to Redis could run code in a worker. Here
its codec is replaced by JSON under an HMAC whose key Redis does not hold: a message that is not
ours becomes a call without arguments, which our tasks refuse, and one that is no message at all
becomes a task that does nothing. The replacements touch private names, so the version is pinned
and a test keeps the door shut.
"""

import asyncio
import hmac
import json
import logging
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import docket.execution
import docket.strikelist
import docket.worker
from docket import Docket, Execution, Perpetual, Worker
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.credentials import CredentialProvider
from redis.driver_info import DriverInfo
from redis.exceptions import ReadOnlyError, RedisClusterException, RedisError

from bot.errors import Unavailable

__all__ = ["Codec", "Engine", "Perpetual", "Task", "opened"]

NAME: Final = "dr-engine"
CONCURRENCY: Final = 25
"""At most fifty: more than the connection pool carries makes docket stall."""
REDELIVERY: Final = timedelta(seconds=10)
"""How long after a worker died its tasks are given to another."""
RESEEDING: Final = 5
"""Seconds after which what runs for ever is there again when its keys were lost, or when a worker
died while it began them: docket takes a minute, in which nobody would sweep."""
NO_TRACE: Final = timedelta(0)
"""What a task returned or raised is not kept in Redis: nobody reads it there."""
_MAC: Final = 32

Task = Callable[..., Awaitable[None]]

log = logging.getLogger(__name__)


class Codec:
    """What docket believes to be cloudpickle: JSON, sealed. Neither side ever raises."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def dumps(self, content: object) -> bytes:
        """Encode plain content; anything else by its `repr`, or as nothing."""
        try:
            body = json.dumps(content, default=repr).encode()
        except Exception:  # what a task returned or raised may resist in any way
            body = b"null"
        return hmac.digest(self._key, body, "sha256") + body

    def loads(self, sealed: bytes) -> Any:
        """Decode what we sealed; anything else becomes `Nothing`."""
        mac, body = sealed[:_MAC], sealed[_MAC:]
        if not hmac.compare_digest(mac, hmac.digest(self._key, body, "sha256")):
            return Nothing()
        return json.loads(body)


class Nothing(dict[str, Any]):
    """No arguments at all, whether docket takes them for positional or for named ones."""

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __getitem__(self, key: Any) -> Any:
        if isinstance(key, slice):
            return ()
        raise KeyError(key)


class Engine:
    """Wakes tasks by name, and runs them."""

    def __init__(self, inner: Docket) -> None:
        self._docket = inner

    def register(self, *tasks: Task) -> None:
        """Make tasks known by their function names."""
        for task in tasks:
            self._docket.register(task)

    async def wake(self, task: str, *arguments: str, after: float = 0, again: bool = False) -> None:
        """Have a task run soon, or after some seconds; a no-op while the same one is pending.

        With `again` it runs then in any case: once more behind one that runs now, and instead of
        one that was to run at another time. A wake-up may be lost without harm: the sweeper finds
        the work anyway. Raises `Unavailable` when Redis does not answer.
        """
        when = datetime.now(UTC) + timedelta(seconds=after)
        key = ":".join([task, *arguments])
        try:
            if again:
                await self._docket.replace(task, when=when, key=key)(*arguments)
            else:
                await self._docket.add(task, when=when, key=key)(*arguments)
        except (RedisError, RedisClusterException, OSError) as error:
            raise Unavailable("Redis does not answer; the sweeper will find the work.") from error

    async def work(self, stopping: asyncio.Event) -> None:
        """Run tasks until `stopping` is set, then finish the ones that are running."""
        async with Worker(
            self._docket,
            concurrency=CONCURRENCY,
            redelivery_timeout=REDELIVERY,
            reconnection_delay=timedelta(seconds=1),
            minimum_check_interval=timedelta(milliseconds=50),
            scheduling_resolution=timedelta(milliseconds=50),
            fallback_task=_unknown,
        ) as worker:
            running = asyncio.create_task(worker.run_forever())
            halting = asyncio.create_task(stopping.wait())
            ended, _ = await asyncio.wait({running, halting}, return_when=asyncio.FIRST_COMPLETED)
            halting.cancel()
            running.cancel()
            await asyncio.gather(running, halting, return_exceptions=True)
            if running in ended:
                running.result()  # it never ends by itself but with an error: let it be seen


async def _unknown(*_arguments: Any, **_named: Any) -> None:
    """Let go of a task that this version does not know; the sweeper wakes what is needed."""


_read: Final = Execution.from_message


async def _read_or_let_go(docket: Docket, message: dict[bytes, bytes], **how: Any) -> Execution:
    """Read a message of the engine's stream; what is none becomes a task that nobody knows."""
    try:
        execution = await _read(docket, message, **how)
        if execution.when.tzinfo is not None:
            return execution
    except (LookupError, ValueError):
        pass
    log.warning("a message in the engine's stream was not written by the engine; it is let go")
    blank = {
        b"function": b"?",
        b"key": uuid.uuid4().hex.encode(),
        b"when": datetime.now(UTC).isoformat().encode(),
        b"args": b"",
        b"kwargs": b"",
        b"attempt": b"1",
    }
    return await _read(docket, blank, **how)


async def _leave_replicas(inner: Docket) -> None:
    """Let docket give up a connection to a server that is no longer the primary.

    It would wait out the refusal on the same connection, which after a failover lasts for ever.
    What was refused was not carried out, so that trying it once more does no harm.
    """
    pool = inner._redis._connection_pool
    if pool is not None:  # a cluster's client finds its primary by itself
        pool.connection_kwargs["retry"] = Retry(NoBackoff(), 1, (ReadOnlyError,))
        pool.connection_kwargs["retry_on_error"] = [ReadOnlyError]
        pool.connection_kwargs["driver_info"] = (
            DriverInfo()
        )  # read from the disk once, not each time
        await pool.disconnect()
        pool.reset()  # type: ignore[no-untyped-call]  # redis-py's own


def prefix(url: str) -> str:
    """Return what the engine's keys begin with, at such an address."""
    return f"{{{NAME}}}" if "cluster" in url.partition("://")[0] else NAME


@asynccontextmanager
async def opened(
    url: str, key: bytes, *, credentials: CredentialProvider | None = None
) -> AsyncIterator[Engine]:
    """Connect the engine; `key` is the secret its messages are sealed with."""
    codec = Codec(key)
    for module in (docket.execution, docket.strikelist, docket.worker):
        module.cloudpickle = codec  # type: ignore[attr-defined]
    docket.worker.AUTOMATIC_PERPETUAL_RESEED_INTERVAL_SECONDS = RESEEDING
    docket.worker.AUTOMATIC_PERPETUAL_LOCK_TIMEOUT_SECONDS = RESEEDING
    Execution.from_message = staticmethod(_read_or_let_go)  # type: ignore[assignment]
    separator = "&" if "?" in url else "?"
    address = f"{url}{separator}max_connections=500"
    async with Docket(
        name=NAME, url=address, execution_ttl=NO_TRACE, credential_provider=credentials
    ) as inner:
        await _leave_replicas(inner)
        yield Engine(inner)

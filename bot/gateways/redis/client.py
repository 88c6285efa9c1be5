"""The client of every drawer: it tries again where that does no harm, and fails in our words.

A connection that died is replaced. One that says *read-only* leads to a server that is no longer
the primary: it is given up, too, for a new one leads to where the name leads now. Whoever calls
must bear that a command whose answer was lost is carried out twice.
"""

from typing import Any, Final

from redis.asyncio import Redis
from redis.asyncio.client import Pipeline
from redis.asyncio.retry import Retry
from redis.backoff import ExponentialWithJitterBackoff
from redis.exceptions import (
    ClusterDownError,
    LockError,
    MasterDownError,
    OutOfMemoryError,
    ReadOnlyError,
    RedisError,
    ResponseError,
    TryAgainError,
)

from bot.errors import Unavailable

_TRIES: Final = 3
_MOST: Final = 500
_HEALTH: Final = 15
_WRITELESS: Final = (OutOfMemoryError, ReadOnlyError)
_WRITELESS_WORDS: Final = ("NOREPLICAS", "MISCONF")
_ADVICE: Final = "Look at the card before you try again."
_AWAY: Final = (ClusterDownError, MasterDownError, TryAgainError)


class _Client(Redis):
    """Redis-py's client, whose errors are ours."""

    async def execute_command(self, *args: Any, **options: Any) -> Any:
        """Execute one command; raises `Unavailable` when that may help later."""
        try:
            return await super().execute_command(*args, **options)  # type: ignore[no-untyped-call]
        except (RedisError, OSError) as error:
            raise translated(error) from error

    def pipeline(self, transaction: bool = True, shard_hint: str | None = None) -> Pipeline:
        """Return a pipeline that fails in the same words."""
        return _Pipeline(self.connection_pool, self.response_callbacks, transaction, shard_hint)


class _Pipeline(Pipeline):
    async def execute(self, raise_on_error: bool = True) -> list[Any]:
        """Execute what was gathered; raises `Unavailable` when that may help later."""
        try:
            return await super().execute(raise_on_error)
        except (RedisError, OSError) as error:
            raise translated(error) from error


def connect(url: str) -> Redis:
    """Make a client; it connects when it is first used."""
    return _Client.from_url(
        url,
        decode_responses=True,
        encoding_errors="replace",  # what is not text is not ours: no seal fits it
        max_connections=_MOST,
        health_check_interval=_HEALTH,
        retry=Retry(ExponentialWithJitterBackoff(base=0.05, cap=0.5), _TRIES),
        retry_on_error=[ReadOnlyError],
    )


def translated(error: Exception) -> Exception:
    """Say in our words what Redis does not do now; a mistake of ours stays what it is."""
    # In a pipeline the server's words stand inside of redis-py's.
    if isinstance(error, _WRITELESS) or any(word in str(error) for word in _WRITELESS_WORDS):
        return Unavailable(
            "Redis takes no writes now, so nothing more was recorded.", advice=_ADVICE
        )
    mistake = isinstance(error, ResponseError) and not isinstance(error, _AWAY)
    if mistake or isinstance(error, LockError):
        return error
    return Unavailable(
        "Redis does not answer, so this may or may not have been recorded.",
        advice=_ADVICE,
    )

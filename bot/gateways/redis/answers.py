"""What Redis answers, and what its silence means, in our words."""

from typing import Any, Final

from redis.exceptions import (
    ClusterDownError,
    MasterDownError,
    OutOfMemoryError,
    ReadOnlyError,
    RedisClusterException,
    RedisError,
    ResponseError,
    TryAgainError,
)

from bot.errors import Unavailable

NO_ANSWER: Final = (RedisError, RedisClusterException, OSError)
"""What redis-py raises when it has no answer; trouble with a cluster is no RedisError there."""


_ADVICE: Final = "Look at the card before you try again."
_WRITELESS: Final = (OutOfMemoryError, ReadOnlyError)
_WRITELESS_WORDS: Final = ("NOREPLICAS", "MISCONF")
"""What a server says that has too few replicas, or a full disk; redis-py has no class for it."""
_AWAY: Final = (ClusterDownError, MasterDownError, TryAgainError)


async def run(awaitable: Any) -> Any:
    """Await a redis-py call, whose types are unions, and translate its errors."""
    try:
        return await awaitable
    except NO_ANSWER as error:
        raise translated(error) from error


def translated(error: Exception) -> Exception:
    """Say in our words what Redis does not do now; a mistake of ours stays what it is."""
    # In a pipeline the server's words stand inside of redis-py's.
    if isinstance(error, _WRITELESS) or any(word in str(error) for word in _WRITELESS_WORDS):
        return Unavailable(
            "Redis takes no writes now, so nothing more was recorded.", advice=_ADVICE
        )
    if isinstance(error, ResponseError) and not isinstance(error, _AWAY):
        return error
    return Unavailable(
        "Redis does not answer, so this may or may not have been recorded.", advice=_ADVICE
    )

"""What Redis answers, and what its silence means, in our words."""

from typing import Any, Final

from redis.exceptions import (
    OutOfMemoryError,
    ReadOnlyError,
    RedisClusterException,
    RedisError,
    ResponseError,
)

from bot.errors import Unavailable

NO_ANSWER: Final = (RedisError, RedisClusterException, OSError)
"""What redis-py raises when it has no answer; trouble with a cluster is no RedisError there."""


async def run(awaitable: Any) -> Any:
    """Await a redis-py call, whose types are unions, and translate its errors."""
    try:
        return await awaitable
    except (OutOfMemoryError, ReadOnlyError) as error:
        raise Unavailable("Redis takes no writes now, so nothing was recorded.") from error
    except ResponseError:
        raise
    except NO_ANSWER as error:
        raise Unavailable(
            "Redis does not answer, so this may or may not have been recorded.",
            advice="Look at the card before you try again.",
        ) from error

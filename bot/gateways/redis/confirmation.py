"""Waiting until what was written is where it cannot be lost: on disk, and on replicas."""

from typing import Any, Final

from redis.asyncio.cluster import RedisCluster
from redis.exceptions import ResponseError

from bot.errors import Unavailable
from bot.gateways.redis.address import Client
from bot.gateways.redis.answers import run

_KEY: Final = "{dr}:confirmation"
_PATIENCE: Final = 3000
"""Milliseconds that disk and replicas are given."""
_AT_ONCE: Final = 25
"""Milliseconds within which a server confirms that writes each change to its disk by itself."""
_TRIES: Final = 3


async def where(client: Client) -> dict[str, Any]:
    """Say to which node a command goes that names no key: the one that holds ours."""
    if isinstance(client, RedisCluster):
        await client.initialize()
        return {"target_nodes": client.get_node_from_key(_KEY)}
    return {}


async def confirm(client: Client, replicas: int) -> None:
    """Wait until everything written so far is on disk, where the server can say so.

    With `replicas`, that many must have it, too. Raises `Unavailable` when they do not say so.
    """
    try:
        local, copies = await _ask(client, "WAITAOF", 1, replicas, _PATIENCE)
    except (
        ResponseError
    ):  # no append-only file, or a server before 7.2: `dr doctor` tells its owner
        if not replicas:
            return
        local, copies = 1, await _ask(client, "WAIT", replicas, _PATIENCE)
    if local < 1:
        raise Unavailable("Redis did not confirm that the intent is on disk.")
    if copies < replicas:
        raise Unavailable(
            f"{copies} of {replicas} replicas of Redis confirmed the intent, so nothing was sent."
        )


async def confirms_at_once(client: Client, replicas: int) -> bool:
    """Whether disk and replicas have a write at once, and the next, and the one after that.

    The server measures that time, so that it does not matter how busy this process is.
    """
    try:
        answers = [await _ask(client, "WAITAOF", 1, replicas, _AT_ONCE) for _ in range(_TRIES)]
    except ResponseError:  # it cannot say
        return False
    return all(local >= 1 and copies >= replicas for local, copies in answers)


async def _ask(client: Client, *command: str | int) -> Any:
    async with client.pipeline(transaction=False) as pipe:
        # On the connection that confirms there must be a write, and none before it is skipped on
        # the way to the disk: so this one speaks for the commit, wherever that was executed.
        pipe.set(_KEY, "1", px=_PATIENCE)
        pipe.execute_command(*command, **await where(client))
        return (await run(pipe.execute()))[1]

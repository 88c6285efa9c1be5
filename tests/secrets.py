"""What must never be written down, looked for in everything that a world wrote.

At the end of each world its secrets are searched for: in the lines of the log as production would
write them, in every key of Redis, in all that was said in Slack, and in what was sent to Azure.
"""

import logging
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from handlers.logs import JsonLines, quieten
from sandbox.vault import Vault
from sandbox.workspace import Workspace

POLLS = ("/operationresults/", "/replicationOperationStatus/")
"""Parts of the addresses at which Azure answers whoever knows them."""


class Ears(logging.Handler):
    """Keeps the lines of the log."""

    def __init__(self) -> None:
        super().__init__(logging.INFO)
        self.setFormatter(JsonLines())
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep a line, as production writes it."""
        self.lines.append(self.format(record))


@contextmanager
def listening_to_the_log() -> Iterator[Ears]:
    """Keep what is logged meanwhile, with the levels of production."""
    quieten()
    root, ears = logging.getLogger(), Ears()
    level = root.level
    root.addHandler(ears)
    root.setLevel(logging.INFO)
    try:
        yield ears
    finally:
        root.removeHandler(ears)
        root.setLevel(level)


async def found(
    ears: Ears, workspace: Workspace, vault: Vault, environment: Mapping[str, str], redis: Any
) -> list[str]:
    """Name each secret that was written down, and where."""
    written: dict[str, list[str]] = {
        "the log": ears.lines,
        "Redis": [text async for text in _stored(redis)],
        "Slack": [repr(seen.arguments) for seen in workspace.journal],
        "Azure": [repr(seen) for seen in vault.journal],
    }
    return [
        f"{what} is in {where}: {text[:300]}"
        for where, texts in written.items()
        for text in texts
        for what, secret in _secrets(workspace, vault, environment)
        if secret in text and not (where == "Azure" and secret in POLLS)
    ]


def _secrets(
    workspace: Workspace, vault: Vault, environment: Mapping[str, str]
) -> Iterator[tuple[str, str]]:
    names = ("SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "SLACK_SIGNING_SECRET", "IDENTITY_HEADER")
    yield from ((name, environment[name]) for name in names if environment.get(name))
    yield from (("a token for Azure", token) for token in vault.tokens.given)
    yield from (("a ticket for a connection", one) for one in workspace.socket.given)
    for envelope in workspace.delivered:
        if url := envelope.payload.get("response_url"):
            yield "a response URL", str(url)
    yield from (("a poll URL", part) for part in POLLS)


async def _stored(redis: Any) -> AsyncIterator[str]:
    async for key in redis.scan_iter("*"):
        yield f"{key}: {await content(redis, key)!r}"


async def content(client: Any, key: str) -> object:
    """Read a key, of whatever type it is."""
    match await client.type(key):
        case "none":
            return None  # it went meanwhile, and may come back as anything
        case "hash":
            return sorted((await client.hgetall(key)).items())
        case "zset":
            return await client.zrange(key, 0, -1, withscores=True)
        case "stream":
            return await client.xrange(key)
        case "list":
            return await client.lrange(key, 0, -1)
        case "set":
            return sorted(await client.smembers(key))
    return await client.get(key)

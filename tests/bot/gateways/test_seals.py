"""The seal: who can write to Redis can destroy a request, but neither make one nor change one."""

import json
from typing import Any

import pytest

from bot.errors import OtherVersion, Tampered
from bot.gateways.redis import Redis, opened
from bot.gateways.redis.keys import request_key
from bot.gateways.redis.seals import Seals
from tests.bot.gateways.stored import asked
from tests.bot.samples import KEY


def forged(document: str) -> list[str]:
    """Change a stored document in the ways that somebody with Redis would like to."""
    whole = json.loads(document)
    approved = whole | {"state": "approved"}
    alone = whole | {"terms": whole["terms"] | {"approvals": 0}}
    other = whole | {"call": whole["call"] | {"action": "remove"}}
    return [json.dumps(one) for one in (approved, alone, other)] + ["{}", "no json", document + " "]


async def test_a_changed_document_is_not_believed(store: Redis) -> None:
    """Whatever was changed: it is neither read, nor listed, nor acted upon."""
    await asked(store)
    client: Any = store.client
    document = await client.hget(request_key("R-7K2M9P"), "document")
    for changed in forged(document):
        await client.hset(request_key("R-7K2M9P"), "document", changed)
        with pytest.raises(Tampered, match="R-7K2M9P was altered"):
            await store.requests.load("R-7K2M9P")
        assert await store.requests.load_many(["R-7K2M9P"]) == []
    await client.hset(request_key("R-7K2M9P"), "document", document)
    assert await store.requests.load("R-7K2M9P")


async def test_a_document_belongs_to_its_own_id(store: Redis) -> None:
    """A sealed request copied to another id, or with no seal or another's, is not believed."""
    await asked(store)
    client: Any = store.client
    whole = await client.hgetall(request_key("R-7K2M9P"))
    for changes in ({}, {"seal": ""}, {"seal": "ab" * 32}):
        await client.hset(request_key("R-999999"), mapping=whole | changes)
        with pytest.raises(Tampered):
            await store.requests.load("R-999999")
    await client.hdel(request_key("R-999999"), "seal")
    with pytest.raises(Tampered):
        await store.requests.load("R-999999")


async def test_another_key_reads_nothing(store: Redis, redis_url: str) -> None:
    """A bot with another token finds the record of the first one not its own."""
    await asked(store)
    async with opened(redis_url, b"o" * 32) as other:
        with pytest.raises(Tampered, match="renewed"):
            await other.requests.load("R-7K2M9P")


async def test_what_another_version_wrote_is_not_guessed_at(store: Redis) -> None:
    """It carries our seal, but says something that we do not know."""
    await asked(store)
    client: Any = store.client
    document = json.dumps({"id": "R-7K2M9P", "colour": "red"})
    seal = Seals(KEY).seal("R-7K2M9P", document)
    await client.hset(request_key("R-7K2M9P"), mapping={"document": document, "seal": seal})
    with pytest.raises(OtherVersion, match="another version"):
        await store.requests.load("R-7K2M9P")


async def test_nobody_finishes_a_command_that_was_altered(store: Redis, redis_url: str) -> None:
    """It would go on with the rights of whoever typed it: changed, moved, or of another key."""
    client: Any = store.client
    word, other = await store.shelf.stash({"user": "U1"}), await store.shelf.stash({"user": "U2"})
    key = f"{{dr}}:stash:{word}"
    ours = await client.get(key)
    foreign = await client.get(f"{{dr}}:stash:{other}")
    bare = json.dumps({"user": "U2"})
    for forged in (ours.replace("U1", "U2"), foreign, bare, f" {bare}", "é {}", ""):
        await client.set(key, forged, keepttl=True)
        assert await store.shelf.stashed(word) is None
    await client.set(key, ours, keepttl=True)
    assert await store.shelf.stashed(word) == {"user": "U1"}
    async with opened(redis_url, b"another key") as stranger:
        assert await stranger.shelf.stashed(word) is None

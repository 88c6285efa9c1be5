"""What is kept beside the requests for a time: sealed records, in a book for each kind of them.

A record is written, changed and dropped by the same script as its audit entry, and only if it is
still as it was read. Like a request it carries an HMAC by a key that Redis does not hold. A book
goes by itself when the last of its records has run out.
"""

import hmac
from collections.abc import Iterable
from typing import Any

from bot.domain.data import Data, canonical
from bot.gateways.redis.address import Client
from bot.gateways.redis.answers import run


class Kept(Data):
    """One change of a book: a record as it was in Redis and as it is to be; '' is none."""

    book: str
    id: str
    was: str = ""
    now: str = ""
    expires: int
    """When the record runs out, in milliseconds."""


class Page(Data):
    """One record of a book, as it is in Redis."""

    id: str
    raw: str
    """All of it: what a change says it was."""
    text: str | None
    """What it says; None when it does not carry our seal."""


def book_key(book: str) -> str:
    """Return the key of a book."""
    return f"{{dr}}:kept:{book}"


class Books:
    """The books; what changes them is `Requests.write`."""

    def __init__(self, client: Client, seal_key: bytes) -> None:
        self._client: Any = client
        self._key = seal_key

    async def pages(self, book: str) -> list[Page]:
        """Read all of a book, those that are not ours included."""
        found: dict[str, str] = await run(self._client.hgetall(book_key(book)))
        return [self._page(book, record, raw) for record, raw in sorted(found.items())]

    def sealed(self, book: str, record: Data, record_id: str) -> str:
        """Write a record as it is kept."""
        text = canonical(record.model_dump(mode="json")).decode()
        return f"{self._seal(book, record_id, text)} {text}"

    async def drop(self, book: str, ids: Iterable[str]) -> None:
        """Take records out that have run out, which nobody has to be told."""
        if gone := list(ids):
            await run(self._client.hdel(book_key(book), *gone))

    def _page(self, book: str, record_id: str, raw: str) -> Page:
        seal, _, text = raw.partition(" ")
        ours = hmac.compare_digest(self._seal(book, record_id, text).encode(), seal.encode())
        return Page(id=record_id, raw=raw, text=text if ours else None)

    def _seal(self, book: str, record_id: str, text: str) -> str:
        """Seal a record for its place: it stands for no other record, and for no request."""
        content = f"{book} {record_id}\n{text}"
        return hmac.digest(self._key, content.encode(), "sha256").hex()

"""What is kept beside the requests: changed with its entry or not at all, and gone in time."""

from typing import Any

import pytest

from bot.domain.data import Data
from bot.gateways.redis import Kept, Redis, Verdict, Write
from bot.gateways.redis.books import Books, book_key
from bot.gateways.redis.seals import Seals
from tests.bot.gateways.stored import asked, everything, log, now_of
from tests.bot.samples import KEY, fact

BOOK = "locks"
HOUR = 3_600_000


class Record(Data):
    """Something that is kept."""

    says: str


async def write(store: Redis, was: str, now: str, record: str = "L-1", life: int = HOUR) -> Verdict:
    """Change one record together with an entry."""
    before = await store.requests.snapshot()
    kept = Kept(book=BOOK, id=record, was=was, now=now, expires=before.now + life)
    what = Write(fact=fact("lock.put", record), kept=(kept,))
    return (await store.requests.write(before, what))[0]


def sealed(store: Redis, says: str, record: str = "L-1") -> str:
    """Write a record as it is kept."""
    return store.books.sealed(BOOK, Record(says=says), record)


async def test_a_record_is_kept_changed_and_gone_with_its_entries(store: Redis) -> None:
    """Each change has its entry, the newest of which is found by the record's id."""
    first, second = sealed(store, "first"), sealed(store, "second")
    assert await write(store, "", first) is Verdict.DONE
    assert await write(store, first, second) is Verdict.DONE
    (page,) = await store.books.pages(BOOK)
    assert (page.id, page.raw, page.text) == ("L-1", second, '{"says":"second"}')
    assert await write(store, second, "") is Verdict.DONE
    assert await store.books.pages(BOOK) == []
    entries = await log(store)
    assert [one.subject for one in entries] == ["L-1"] * 3
    assert await store.audit.latest_of(["L-1", "L-2", "L-1"]) == {"L-1": entries[-1]}
    assert await store.audit.latest_of([]) == {}


async def test_a_record_whose_entry_lost_its_place_is_decided_anew(store: Redis) -> None:
    """It may name that place, so it is not simply written under the next one."""
    before = await store.requests.snapshot()
    await store.requests.write(before, Write(fact=fact("of something else")))
    kept = Kept(book=BOOK, id="L-1", was="", now=sealed(store, "first"), expires=before.now + HOUR)
    write = Write(fact=fact("lock.put", "L-1"), kept=(kept,))
    assert (await store.requests.write(before, write))[0] is Verdict.CONTENDED
    assert await store.books.pages(BOOK) == []


@pytest.mark.parametrize("was", ["", "something else"])
async def test_a_record_that_is_not_as_it_was_read_is_left(store: Redis, was: str) -> None:
    """And nothing else is written either."""
    first = sealed(store, "first")
    assert await write(store, "", first) is Verdict.DONE
    before = await everything(store)
    assert await write(store, was, sealed(store, "second")) is Verdict.MOVED
    assert await everything(store) == before


async def test_a_request_is_not_touched_by_it(store: Redis) -> None:
    """Its claim, its indexes and its entries are as before, and the other way round."""
    new = await asked(store)
    assert await write(store, "", sealed(store, "first")) is Verdict.DONE
    assert (await store.requests.snapshot(new.id)).request == new
    assert await store.requests.open_for(new.target_id) == new.id
    assert len(await store.audit.of_request(new.id)) == 1


async def test_a_book_lives_as_long_as_its_last_record(store: Redis) -> None:
    """A shorter one does not cut it short; the entries of each go with it."""
    client: Any = store.client
    await write(store, "", sealed(store, "long"), life=HOUR)
    await write(store, "", sealed(store, "short", "L-2"), "L-2", life=60_000)
    assert HOUR - 5_000 < await client.pttl(book_key(BOOK)) <= HOUR
    assert 0 < await client.pttl("{dr}:request:L-2:entries") <= 60_000
    await write(store, sealed(store, "long"), "", life=HOUR)
    assert 0 < await client.pttl("{dr}:request:L-1:entries") <= HOUR


async def test_what_has_run_out_is_gone_by_itself(store: Redis) -> None:
    """Redis' clock decides."""
    client: Any = store.client
    await write(store, "", sealed(store, "short"), life=1)
    now = await now_of(store)
    while await now_of(store) <= now + 2:
        pass
    assert await client.exists(book_key(BOOK)) == 0


@pytest.mark.parametrize(
    "forge",
    [
        lambda raw: raw.replace("first", "other"),
        lambda raw: raw[1:],
        lambda raw: raw.partition(" ")[2],
        lambda _raw: "",
        lambda _raw: "\ufffd \ufffd",
    ],
)
async def test_what_does_not_carry_our_seal_says_nothing(store: Redis, forge: Any) -> None:
    """Altered, cut, or made up."""
    client: Any = store.client
    await client.hset(book_key(BOOK), "L-1", forge(sealed(store, "first")))
    await client.expire(book_key(BOOK), 60)
    (page,) = await store.books.pages(BOOK)
    assert page.text is None


async def test_a_seal_is_for_one_place(store: Redis) -> None:
    """Not for another id, another book, another key, or a request of that id."""
    client: Any = store.client
    raw = sealed(store, "first")
    await client.hset(book_key(BOOK), mapping={"L-1": raw, "L-2": raw})
    await client.hset(book_key("delegations"), "L-1", raw)
    for book in (BOOK, "delegations"):
        await client.expire(book_key(book), 60)
    assert [page.text is None for page in await store.books.pages(BOOK)] == [False, True]
    assert [page.text is None for page in await store.books.pages("delegations")] == [True]
    stranger = Books(store.client, b"x" * 32)
    assert [page.text is None for page in await stranger.pages(BOOK)] == [True, True]
    seal, _, document = raw.partition(" ")
    assert Seals(KEY).seal("L-1", document) != seal

"""What is remembered of reminding people: sealed, once, and not for ever."""

from typing import Any

from bot.domain.reminders import Kind, Letter, Round
from bot.gateways.redis import Redis, opened
from tests.bot.samples import BO, KEY, NOW

SOON = 4_000_000_000_000
"""When the requests of these tests expire, far from now."""
FIRST = Round(mark="reminder:1", kind=Kind.REMINDER, at=NOW, number=1)
LETTER = Letter(name="Bo", at=NOW, channel="D1", ts="1.1")


async def test_a_round_begins_once(store: Redis) -> None:
    """Whoever comes second changes nothing."""
    await store.reminders.begin("R-1", FIRST, SOON)
    await store.reminders.begin("R-1", FIRST.model_copy(update={"at": NOW + 1}), SOON)
    assert (await store.reminders.kept("R-1")).rounds == (FIRST,)


async def test_all_of_it_is_remembered_for_a_while(store: Redis) -> None:
    """Until some days after the request could have expired."""
    nudge = Round(mark="nudge:a", kind=Kind.NUDGE, at=NOW, by=BO)
    await store.reminders.begin("R-1", nudge, SOON)
    await store.reminders.keep("R-1", BO.id, LETTER, SOON)
    await store.reminders.note("R-1", "nudge:a", SOON)
    kept = await store.reminders.kept("R-1")
    noted = frozenset({"nudge:a"})
    assert (kept.rounds, kept.letters, kept.noted) == ((nudge,), {BO.id: LETTER}, noted)
    client: Any = store.client
    assert SOON < await client.pexpiretime("{dr}:reminders:R-1") <= SOON + 8 * 86_400_000


async def test_what_somebody_else_wrote_is_not_believed(store: Redis, redis_url: str) -> None:
    """Nor what was moved to another request, another person, or sealed with another key."""
    await store.reminders.keep("R-1", BO.id, LETTER, SOON)
    await store.reminders.begin("R-1", FIRST, SOON)
    client: Any = store.client
    sealed = await client.hget("{dr}:reminders:R-1", f"letter {BO.id}")
    await client.hset("{dr}:reminders:R-1", "letter UCARLA", sealed)
    await client.hset(
        "{dr}:reminders:R-1", "round nudge:x", f"{'0' * 64} {FIRST.model_dump_json()}"
    )
    await client.hset("{dr}:reminders:R-1", "noted reminder:1", "\ufffd\u00e9")
    await client.hset("{dr}:reminders:R-2", f"letter {BO.id}", sealed)
    kept = await store.reminders.kept("R-1")
    assert (kept.rounds, kept.letters, kept.noted) == ((FIRST,), {BO.id: LETTER}, frozenset())
    assert (await store.reminders.kept("R-2")).letters == {}
    async with opened(redis_url, b"x" * 32) as other:
        assert (await other.reminders.kept("R-1")).rounds == ()
    await client.delete("{dr}:reminders:R-1", "{dr}:reminders:R-2")


async def test_one_nudge_in_a_pause(store: Redis) -> None:
    """Who comes later is told for how long; another request is free."""
    assert await store.reminders.may_nudge("R-1", 300) == 0
    assert 295 <= await store.reminders.may_nudge("R-1", 300) <= 300
    assert await store.reminders.may_nudge("R-2", 300) == 0


async def test_the_agenda_holds_what_has_to_be_looked_at(store: Redis) -> None:
    """What is new, what is due, and what has ended; nothing that is for later."""
    now = (await store.requests.snapshot()).now
    assert await store.reminders.agenda(["R-1"], now) == ["R-1"]
    await store.reminders.look_again("R-1", now + 60_000)
    await store.reminders.look_again("R-2", now - 1)
    await store.reminders.look_again("R-3", None)
    assert await store.reminders.agenda(["R-1", "R-2", "R-3"], now) == ["R-2"]
    assert sorted(await store.reminders.agenda(["R-1"], now)) == ["R-2", "R-3"]
    await store.reminders.leave("R-2")
    assert await store.reminders.agenda(["R-1"], now) == ["R-3"]


async def test_one_at_a_time(store: Redis, redis_url: str) -> None:
    """Who comes second is told so, and whoever lost the right hears it."""
    async with opened(redis_url, KEY) as other, store.reminders.alone("R-1") as still:
        assert still
        assert await still()
        async with other.reminders.alone("R-1") as theirs:
            assert theirs is None
        client: Any = store.client
        await client.delete("{dr}:reminders:R-1:busy")
        async with other.reminders.alone("R-1") as theirs:
            assert theirs
            assert not await still()


async def test_letters_take_from_what_milestones_leave(store: Redis) -> None:
    """All messages together stay within Slack's limit, and cards find room."""
    for _ in range(32):
        assert await store.cards.wait_before_letter("R-1") == 0
    assert 0 < await store.cards.wait_before_letter("R-1") <= 60
    assert await store.cards.wait_before_edit("R-1", pause=0, milestone=True) == 0

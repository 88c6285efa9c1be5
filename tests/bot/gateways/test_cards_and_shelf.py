"""What Slack has been told and how fast we may tell it more; and small things that expire."""

import asyncio
from typing import Any

from bot.gateways.redis import Redis, opened
from bot.gateways.redis.cards import CardRecord
from tests.bot.samples import KEY
from tests.world import until


async def may(store: Redis, card: str, *, pause: float = 0, milestone: bool = True) -> float:
    """Ask whether a card may be edited."""
    return await store.cards.wait_before_edit(card, pause=pause, milestone=milestone)


async def test_a_card_is_edited_once_in_a_pause(store: Redis) -> None:
    """The second edit is told how long to wait, and is granted then; other cards are free."""
    assert await may(store, "R-1", pause=2) == 0
    assert 1.5 < await may(store, "R-1", pause=2) <= 2
    assert await may(store, "R-2", pause=2) == 0
    assert await may(store, "R-3", pause=0.1) == 0
    assert 0 < await may(store, "R-3", pause=0.1) <= 0.1

    async def granted() -> bool:
        return await may(store, "R-3", pause=0.1) == 0

    await until(granted, "the pause does not end")


async def test_what_matters_does_not_wait_out_a_longer_pause(store: Redis) -> None:
    """The pause is that of whoever asks, since the last edit: a milestone has a short one."""
    assert await may(store, "R-1", pause=60, milestone=False) == 0
    assert await may(store, "R-1", pause=60, milestone=False) > 50
    assert await may(store, "R-1", pause=0) == 0


async def test_a_record_remembers_what_the_card_shows(store: Redis) -> None:
    """Unless another card was posted meanwhile."""
    assert await store.cards.posted("R-1", CardRecord(), "C1", "17.5")
    first = await store.cards.record("R-1")
    await store.cards.shown("R-1", first, 7)
    assert (await store.cards.record("R-1")).rev == 7
    assert await store.cards.posted("R-1", first, "C1", "18.5")
    await store.cards.shown("R-1", first, 8)
    assert (await store.cards.record("R-1")).rev == 0


async def test_all_cards_together_are_edited_48_times_a_minute(
    store: Redis, redis_url: str
) -> None:
    """The budget is one for all processes, and who has to wait is told until when."""
    async with opened(redis_url, KEY) as other:
        for number in range(48):
            assert await may((store, other)[number % 2], f"R-{number}") == 0, number
        for one in (store, other):
            assert 0 < await may(one, "R-more") <= 60
    client: Any = store.client
    assert 0 < await client.pttl("{dr}:cards:edits") <= 60_000


async def test_the_last_sixteen_are_for_milestones(store: Redis) -> None:
    """Progress stops at 32 so that a final state always finds room."""
    for number in range(32):
        assert await may(store, f"R-{number}", milestone=False) == 0
    assert await may(store, "R-a", milestone=False) > 0
    for number in range(16):
        assert await may(store, f"R-m{number}") == 0
    assert await may(store, "R-m16") > 0


async def test_old_edits_do_not_count(store: Redis) -> None:
    """What was edited more than a minute ago gives its place back."""
    client: Any = store.client
    seconds, _ = await client.time()
    long_ago = {f"R-{n}": (seconds - 61) * 1000 for n in range(48)}
    await client.zadd("{dr}:cards:edits", long_ago)
    assert await may(store, "R-new") == 0
    assert await client.zcard("{dr}:cards:edits") == 1


async def test_an_edit_that_is_refused_does_not_count(store: Redis) -> None:
    """However often it is asked for."""
    await may(store, "R-1", pause=60)
    for _ in range(60):
        assert await may(store, "R-1", pause=60) > 0
    assert await may(store, "R-2", milestone=False) == 0


async def test_a_record_remembers_where_the_card_is(store: Redis) -> None:
    """Channel, ts and how much the thread was told."""
    assert await store.cards.record("R-1") == CardRecord()
    assert await store.cards.posted("R-1", CardRecord(), "C1", "17.5")
    card = CardRecord(channel="C1", ts="17.5", told=3)
    await store.cards.told("R-1", card, 3)
    assert await store.cards.record("R-1") == card


async def test_of_two_who_post_a_card_one_counts(store: Redis) -> None:
    """Whoever posted on an older reading is told so; a card that is gone can be replaced."""
    await store.cards.posted("R-1", CardRecord(), "C1", "17.5")
    assert not await store.cards.posted("R-1", CardRecord(), "C2", "18.5")
    first = await store.cards.record("R-1")
    assert first.ts == "17.5"
    assert await store.cards.posted("R-1", CardRecord(), "C1", "17.5"), "tried once more"
    assert await store.cards.posted("R-1", first, "C2", "19.5")
    assert (await store.cards.record("R-1")).ts == "19.5"


async def test_what_a_thread_was_told_never_becomes_less(store: Redis) -> None:
    """Nor does somebody who told another card's thread count for this one."""
    await store.cards.posted("R-1", CardRecord(), "C1", "17.5")
    card = await store.cards.record("R-1")
    await store.cards.told("R-1", card, 5)
    await store.cards.told("R-1", card, 2)
    await store.cards.told("R-1", CardRecord(channel="C1", ts="3.5"), 9)
    assert (await store.cards.record("R-1")).told == 5


async def test_a_card_that_became_dirty_again_stays_so(store: Redis) -> None:
    """Drawing takes it off the list only for what was drawn."""
    await store.cards.touch("R-1", 1000, after=0)
    assert await store.cards.dirty() == {"R-1": 1000}
    drawn = await store.cards.became_dirty("R-1")
    await store.cards.touch("R-1", 2000, after=0)
    await store.cards.clean("R-1", drawn)
    assert await store.cards.became_dirty("R-1") == 2000
    await store.cards.clean("R-1", 2000)
    assert await store.cards.became_dirty("R-1") == 0


async def test_a_card_is_touched_after_a_silence_only(store: Redis) -> None:
    """An edit just made is news enough."""
    await may(store, "R-1", pause=0)
    edited = (await store.cards.record("R-1")).edited
    await store.cards.touch("R-1", edited + 19_000, after=20_000)
    assert await store.cards.dirty() == {}
    await store.cards.touch("R-1", edited + 20_001, after=20_000)
    assert await store.cards.dirty() == {"R-1": edited + 20_001}


async def test_one_at_a_time_draws_a_card(store: Redis) -> None:
    """And only the holder can give the right back, which passes by itself."""
    assert await store.cards.lock("R-1", "me")
    assert not await store.cards.lock("R-1", "you")
    await store.cards.unlock("R-1", "you")
    assert not await store.cards.lock("R-1", "you")
    client: Any = store.client
    assert await client.pttl("{dr}:card:R-1:drawing") > 0
    await store.cards.unlock("R-1", "me")
    assert await store.cards.lock("R-1", "you")


async def test_who_drew_for_too_long_has_the_card_drawn_again(store: Redis) -> None:
    """Others may have drawn a newer one meanwhile, which is then under an older one."""
    await store.cards.lock("R-1", "me")
    await store.cards.unlock("R-1", "me")
    assert await store.cards.dirty() == {}
    await store.cards.lock("R-1", "you")
    await store.cards.unlock("R-1", "me")
    assert await store.cards.became_dirty("R-1") > 0


async def test_a_stash_gives_back_what_was_put_in(store: Redis) -> None:
    """Under a word that nobody can guess; an unknown word gives nothing."""
    word = await store.shelf.stash({"verb": "failover", "reason": "“x” 🙂"})
    assert await store.shelf.stashed(word) == {"verb": "failover", "reason": "“x” 🙂"}
    assert await store.shelf.stash({}) != await store.shelf.stash({})
    assert await store.shelf.stashed("unknown") is None


async def test_the_first_time_is_once(store: Redis) -> None:
    """However many ask at the same moment."""
    answers = await asyncio.gather(*(store.shelf.first_time("x", 60) for _ in range(20)))
    assert sum(answers) == 1
    assert await store.shelf.first_time("y", 60)


async def test_counting_has_a_window_that_starts_at_the_first(store: Redis) -> None:
    """Later counts do not make it longer."""
    client: Any = store.client
    assert [await store.shelf.how_often("x", 60) for _ in range(3)] == [1, 2, 3]
    await client.expire("{dr}:often:x", 30)
    assert await store.shelf.how_often("x", 60) == 4
    assert await client.ttl("{dr}:often:x") <= 30


async def test_the_usual_duration_is_the_median_of_the_last_twenty(store: Redis) -> None:
    """None without experience; one very slow job does not spoil it."""
    assert await store.shelf.expected("failover", "A2A") is None
    for seconds in [9999] * 15 + [140, 150, 139] * 5 + [141, 20_000, 142, 138, 143]:
        await store.shelf.took("failover", "A2A", seconds)
    assert await store.shelf.expected("failover", "A2A") in range(139, 151)
    assert await store.shelf.expected("failover", "HyperVReplicaAzure") is None

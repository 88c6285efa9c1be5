"""The one script that changes anything: all of it or nothing, once, and by Redis' clock."""

import pytest

from bot.domain.request import State, Step, take
from bot.errors import Unavailable
from bot.gateways.redis import Redis, Snapshot, Verdict, Write, opened
from sandbox.redis_proxy import between
from sandbox.valkey import running
from tests.bot.gateways.stored import asked, everything, log, now_of, step
from tests.bot.samples import ITEM, KEY, VAULT, fact, in_state, machine, request


async def test_a_new_request_is_stored_with_its_entry(store: Redis) -> None:
    """The document, its indexes and the first entry of the log come with one write."""
    new = await asked(store)
    snapshot = await store.requests.snapshot(new.id)
    assert snapshot.request == new
    assert await store.requests.open_ids() == [new.id]
    assert await store.requests.newest_ids(5) == [new.id]
    assert await store.requests.open_for(ITEM.upper()) == new.id
    assert await store.requests.outbox_ids() == []
    assert await store.following.places() == []
    assert list(await store.cards.dirty()) == [new.id]
    [entry] = await log(store)
    assert (entry.subject, entry.sequence) == (new.id, 1)
    assert await store.audit.of_request(new.id) == [entry]


async def test_the_indexes_follow_the_state(store: Redis) -> None:
    """Outbox, following, open and target are where the state says, at every step."""
    await asked(store)
    seen = []
    for to in (Step.APPROVE, Step.CLAIM, Step.LOSE, Step.FIND, Step.SUCCEED):
        assert (await step(store, to, watching=to is Step.SUCCEED))[0] is Verdict.DONE
        requests = store.requests
        seen.append(
            (
                bool(await requests.outbox_ids()),
                list(await store.following.at(VAULT.upper())) == ["R-7K2M9P"],
                bool(await requests.open_ids()),
                bool(await requests.open_for(ITEM)),
            )
        )
    assert seen == [
        (True, False, True, True),
        (False, True, True, True),
        (False, True, True, True),
        (False, True, True, True),
        (False, True, False, False),
    ]
    assert (await step(store, Step.OBSERVE, watching=False))[0] is Verdict.DONE
    assert await store.following.places() == []
    assert len(await store.audit.of_request("R-7K2M9P", skip=1)) == 6
    assert len(await log(store)) == 7


async def test_what_needs_a_nod_is_in_no_outbox(store: Redis) -> None:
    """Proved absent: nobody sends it again before somebody says so."""
    await asked(store)
    await step(store, Step.APPROVE)
    await step(store, Step.CLAIM)
    await step(store, Step.LOSE)
    await step(store, Step.ABSENT, needs_nod=True)
    assert await store.requests.outbox_ids() == []
    await step(store, Step.RESUBMIT, needs_nod=False)
    assert await store.requests.outbox_ids() == ["R-7K2M9P"]


async def refused(store: Redis, before: Snapshot, write: Write, verdict: Verdict) -> None:
    """Expect a verdict, and that not a byte of the store is different."""
    was = await everything(store)
    assert (await store.requests.write(before, write))[0] is verdict
    assert await everything(store) == was


async def test_a_vote_after_the_deadline_is_late(store: Redis) -> None:
    """Redis' clock decides: at the very millisecond it is over."""
    await asked(store)
    before = await store.requests.snapshot("R-7K2M9P")
    assert before.request
    vote = Write(fact=fact(), request=take(before.request, Step.VOTE), not_after=before.now)
    await refused(store, before, vote, Verdict.LATE)


async def test_an_expiry_before_the_deadline_is_early(store: Redis) -> None:
    """Nobody runs out of time ahead of time."""
    await asked(store)
    before = await store.requests.snapshot("R-7K2M9P")
    assert before.request
    end = take(before.request, Step.EXPIRE)
    write = Write(fact=fact(), request=end, not_before=before.now + 60_000)
    await refused(store, before, write, Verdict.EARLY)


async def test_a_request_that_moved_on_is_not_overwritten(store: Redis) -> None:
    """Whoever read it before the last step decides again."""
    await asked(store)
    before = await store.requests.snapshot("R-7K2M9P")
    assert before.request
    await step(store, Step.VOTE)
    newer = await store.requests.snapshot()
    stale = before.model_copy(update={"head": newer.head, "sequence": newer.sequence})
    write = Write(fact=fact(), request=take(before.request, Step.DENY))
    await refused(store, stale, write, Verdict.MOVED)


async def test_two_entries_never_take_the_same_place(store: Redis) -> None:
    """Another entry came in between: this one gets the place behind it."""
    before = await store.requests.snapshot()
    assert await store.requests.write(before, Write(fact=fact("first"))) == (Verdict.DONE, "1")
    assert await store.requests.write(before, Write(fact=fact("second"))) == (Verdict.DONE, "2")
    assert [entry.type for entry in await log(store)] == ["dr.first", "dr.second"]


async def test_a_step_that_lost_its_place_still_counts_only_if_nothing_changed(
    store: Redis,
) -> None:
    """An entry about something else is no matter; a step of the same request is."""
    await asked(store)
    before = await store.requests.snapshot("R-7K2M9P")
    assert before.request
    await store.requests.write(before, Write(fact=fact("of something else")))
    write = Write(fact=fact("request.vote"), request=take(before.request, Step.VOTE))
    assert (await store.requests.write(before, write))[0] is Verdict.DONE
    await refused(store, before, write, Verdict.MOVED)
    assert len(await log(store)) == 3


async def test_a_machine_has_one_open_request(store: Redis) -> None:
    """Whatever the casing of its id; the holder is named."""
    first = await asked(store)
    shouted = machine(id=ITEM.upper())
    second = request(id="R-222222", ground=first.ground.model_copy(update={"target": shouted}))
    before = await store.requests.snapshot(second.id)
    was = await everything(store)
    verdict = await store.requests.write(before, Write(fact=fact(), request=second))
    assert verdict == (Verdict.TAKEN, first.id)
    assert await everything(store) == was
    await step(store, Step.WITHDRAW)
    before = await store.requests.snapshot(second.id)
    verdict = await store.requests.write(before, Write(fact=fact(), request=second))
    assert verdict[0] is Verdict.DONE


async def test_an_id_is_never_used_twice(store: Redis) -> None:
    """A new request under an id that exists writes nothing over it."""
    await asked(store)
    await step(store, Step.WITHDRAW)
    before = await store.requests.snapshot("R-333333")
    write = Write(fact=fact(), request=request())
    await refused(store, before, write, Verdict.MOVED)


async def test_a_wrong_idea_of_the_time_writes_nothing(store: Redis) -> None:
    """Entries carry the time that was read; more than five seconds off is not accepted."""
    before = await store.requests.snapshot()
    for off in (-6000, 6000):
        late = before.model_copy(update={"now": before.now + off})
        await refused(store, late, Write(fact=fact()), Verdict.STALE)


async def test_a_click_is_carried_out_once(store: Redis) -> None:
    """The second delivery changes nothing, and is told which entry the first one wrote."""
    await asked(store)
    assert (await step(store, Step.VOTE, click="k1"))[0] is Verdict.DONE
    was = await everything(store)
    assert await step(store, Step.VOTE, click="k1") == (Verdict.REPLAYED, "2")
    assert await everything(store) == was


async def test_a_lost_reply_does_not_write_twice(store: Redis, redis_url: str) -> None:
    """The client executes the script again by itself; the click says that it was done."""
    known = await store.requests.snapshot()
    await store.requests.write(known, Write(fact=fact()))  # the server knows the script from here
    async with between(redis_url) as network, opened(network.url, KEY) as unlucky:
        before = await unlucky.requests.snapshot("R-7K2M9P")
        new = request(expires_at=before.now + 60_000)
        network.next("EVALSHA", "lose_reply")
        verdict, detail = await unlucky.requests.write(before, Write(fact=fact(), request=new))
        assert network.left == 0
    assert (verdict, detail) == (Verdict.REPLAYED, "2")
    assert len(await log(store)) == 2
    assert (await store.requests.snapshot("R-7K2M9P")).request == new


async def test_an_intent_is_confirmed_to_be_on_disk(store: Redis) -> None:
    """Redis says so once it has it in its file; without a file it cannot, and `dr doctor` tells."""
    await asked(store)
    before = await store.requests.snapshot("R-7K2M9P")
    assert before.request
    write = Write(fact=fact(), request=take(before.request, Step.APPROVE))
    assert (await store.requests.write(before, write))[0] is Verdict.DONE
    await store.requests.confirm()


async def test_deadlines_are_found_by_redis_clock(store: Redis) -> None:
    """Waiting and approved requests run out; one that Azure works on never does."""
    now = await now_of(store)
    await asked(store, expires_at=now - 1)
    assert await store.requests.overdue_ids() == ["R-7K2M9P"]
    await step(store, Step.APPROVE, expires_at=now + 60_000)
    assert await store.requests.overdue_ids() == []
    await step(store, Step.WAIT, expires_at=now - 1)
    assert await store.requests.overdue_ids() == ["R-7K2M9P"]
    await step(store, Step.CLAIM)
    assert await store.requests.overdue_ids() == []
    assert await store.requests.open_ids() == ["R-7K2M9P"]


@pytest.mark.parametrize("state", State)
async def test_every_state_survives_being_stored(store: Redis, state: State) -> None:
    """Votes, attempts, job, steps and the machine after it, to the last field."""
    whole = in_state(state, reason="“R&D” — 🙂 \u202e <!channel>")
    before = await store.requests.snapshot(whole.id)
    await store.requests.write(before, Write(fact=fact(), request=whole))
    assert await store.requests.load(whole.id) == whole


async def test_the_log_is_read_in_pages_and_from_its_end(store: Redis) -> None:
    """More entries than a page holds come in order; the newest come first when asked for."""
    for number in range(1, 621):
        before = await store.requests.snapshot()
        await store.requests.write(before, Write(fact=fact(words=f"{number}")))
    entries = await log(store)
    assert [entry.sequence for entry in entries] == list(range(1, 621))
    assert [entry.sequence for entry in await store.audit.newest(3)] == [620, 619, 618]


async def test_without_redis_nothing_is_said_to_be_recorded() -> None:
    """A server that has gone is a sentence, not a stack trace."""
    with running() as server:
        async with opened(server.url, KEY) as store:
            before = await store.requests.snapshot()
            server.kill()
            with pytest.raises(Unavailable, match="may or may not have been recorded"):
                await store.requests.write(before, Write(fact=fact()))
            with pytest.raises(Unavailable):
                await store.requests.snapshot()
            with pytest.raises(Unavailable):
                await store.ping()

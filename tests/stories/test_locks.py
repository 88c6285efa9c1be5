"""Locks: what somebody keeps everybody's hands off, until when, and who may pass."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot import arranged
from bot.domain.request import State
from tests.stories.arrangements import POLICY, only_lock, put, raw, run_out
from tests.world import World, inhabited, until, working

FAILOVER = "Failover of vm-web01"
LOCK = "/dr lock vm-web01 until 2h because it is being patched"


@pytest.fixture
async def locking(redis_url: str, tmp_path: Path) -> AsyncIterator[World]:
    """Give a world where operators may lock and Carla may override, without a worker."""
    path = tmp_path / "policy.toml"
    path.write_text(POLICY, "utf-8")
    async with inhabited(redis_url, {"DR_POLICY": str(path)}, worker=False) as world:
        yield world


async def test_a_locked_machine_cannot_be_asked_for(locking: World) -> None:
    """The refusal says who locked it, until when, why, who may pass and how it ends."""
    await locking.alice.types(LOCK)
    await locking.told(locking.alice, "Locked vm-web01 until", "it is being patched", "/dr unlock")
    one = await only_lock(locking)
    await locking.carla.types("/dr failover vm-web01 because West Europe is down")
    await locking.told(
        locking.carla, "No failover may be asked for on it now", "alice has locked vm-web01 until",
        "it is being patched", "U0CARLA0000, with --override-lock yes", f"/dr unlock {one.id}",
    )  # fmt: skip
    assert await locking.bot.redis.requests.open_ids() == []
    entry = next(one for one in await locking.entries() if one.type == "dr.lock.put")
    assert entry.data.actor.name == "alice"
    assert entry.data.reason == "it is being patched"
    assert one.entry == entry.sequence
    assert "vm-web01" in entry.data.words


async def test_others_are_free_meanwhile(locking: World) -> None:
    """A lock is on what it names; what was looked at shows it."""
    await locking.alice.types(LOCK)
    await locking.told(locking.alice, "Locked vm-web01")
    await locking.asked("vm-web02")
    for command in ("status vm-web01", "ready vm-web01", "preview failover vm-web01"):
        await locking.bo.types(f"/dr {command}")
    await locking.told(locking.bo, "vm-web01", "@alice has locked vm-web01", "Replication")
    await locking.told(locking.bo, "Readiness of vm-web01", "@alice has locked vm-web01")
    await locking.told(locking.bo, "Preview", "alice has locked vm-web01")
    await locking.alice.types("/dr policy explain failover vm-web01")
    await locking.told(locking.alice, "Not you, now: No failover may be asked for on it now")


async def test_the_owner_unlocks_by_a_button(locking: World) -> None:
    """Only who may end it is shown one; then everything is as before."""
    await locking.alice.types(LOCK)
    await locking.told(locking.alice, "Locked vm-web01")
    await locking.bo.types("/dr locks")
    seen = await locking.told(locking.bo, "Locks", "@alice has locked vm-web01")
    assert seen.buttons == []
    await locking.alice.types("/dr locks")
    await locking.alice.presses("Unlock", on="Locks")
    await locking.told(locking.alice, "Unlocked vm-web01")
    assert (await locking.kinds())[-2:] == ["lock.put", "lock.end"]
    await locking.asked()


async def test_a_stranger_cannot_unlock(locking: World) -> None:
    """They are told who can, and the attempt is written down; whoever may override can."""
    await locking.alice.types(LOCK)
    await locking.told(locking.alice, "Locked vm-web01")
    one = await only_lock(locking)
    await locking.bo.types(f"/dr unlock {one.id}")
    await locking.told(locking.bo, f"{one.id} is alice's lock", "by them and by U0CARLA0000")
    assert (await locking.kinds())[-1] == "unlock.refused"
    assert (await only_lock(locking)).id == one.id
    await locking.carla.types("/dr unlock vm-web01 because the patch is done")
    await locking.told(locking.carla, "Unlocked vm-web01")
    assert (await locking.entries())[-1].data.reason == "the patch is done"
    await locking.carla.types("/dr unlock vm-web01")
    await locking.told(locking.carla, "No lock is on vm-web01 by itself")


async def test_who_may_not_ask_may_not_lock(locking: World) -> None:
    """Erin is in no group."""
    await locking.erin.types(LOCK)
    await locking.told(locking.erin, "The policy does not let you lock anything", "@dr-operators")
    assert await locking.kinds() == ["lock.refused"]
    assert await raw(locking, arranged.LOCKS) == {}


@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        ("until 31d because of the audit", ("31d is", "too far off: 30 days is the most")),
        ("until 2020-01-01T10:00 because of the audit", ("2020-01-01T10:00 is over",)),
        ("until 0m because of the audit", ("0m is over",)),
        ("until soon because of the audit", ("'soon' does not name a time", "Say 14:00")),
        ("because of the audit", ("Say until when.",)),
        ("until 2h", ("Say why",)),
    ],
)
async def test_an_end_has_to_be_one(locking: World, typed: str, answer: tuple[str, ...]) -> None:
    """Not in the past, not too far, and not left out."""
    await locking.alice.types(f"/dr lock vm-web01 {typed}")
    await locking.told(locking.alice, *answer)
    assert await raw(locking, arranged.LOCKS) == {}


async def test_a_pattern_that_matches_nothing_locks_nothing(locking: World) -> None:
    """It is said, for nobody is to believe that something is locked."""
    await locking.alice.types("/dr lock vm-nothing* until 2h because it is being patched")
    await locking.told(locking.alice, "No machine is meant by vm-nothing")
    assert await locking.kinds() == []


async def test_a_name_that_is_only_near_is_offered(locking: World) -> None:
    """Nothing is locked on a guess; whoever chooses goes on with the same end and reason."""
    await locking.alice.types("/dr lock vm-web0 until 2h because it is being patched")
    await locking.told(locking.alice, "No machine is called vm-web0")
    assert await raw(locking, arranged.LOCKS) == {}
    await locking.alice.presses("vm-web02", on="No machine is called vm-web0")
    await locking.told(locking.alice, "Locked vm-web02 until", "it is being patched")
    assert (await only_lock(locking)).words == "vm-web02"


async def test_looking_at_a_lock_beforehand(locking: World) -> None:
    """There is no preview of what needs no request, and the help says all about it."""
    await locking.alice.types("/dr preview lock vm-web01 until 2h because it is being patched")
    await locking.told(locking.alice, "/dr lock needs no request, so there is no preview of it")
    await locking.alice.types("/dr help lock")
    await locking.told(locking.alice, "until <time> because <reason>", "30 days is the most")


async def test_of_several_machines_the_locked_are_left_out(locking: World) -> None:
    """The card names them with whose lock it is; when all are locked, nothing is asked."""
    await locking.alice.types("/dr lock vm-web01 vm-web02 until 2h because of the patch")
    await locking.told(locking.alice, "Locked vm-web01, vm-web02 until")
    await locking.alice.types("/dr failover vm-web01 vm-web02 vm-web03 because it is down")
    card = await locking.alice.sees(FAILOVER.replace("01", "03"), "0 of 2")
    assert "left out: vm-web01: alice has locked vm-web01, vm-web02 until" in card.words
    await locking.alice.types("/dr failover vm-web01 vm-web02 because it is down")
    await locking.told(locking.alice, "No failover may be asked for on it now", "of the patch")
    await locking.alice.types("/dr unlock vm-web01")
    await locking.told(locking.alice, "vm-web01 is locked together with others", "/dr unlock L-")


async def test_a_lock_is_overridden_in_the_open(locking: World) -> None:
    """By whom the policy lets; it stands on the card and in the entry, and goes its way."""
    await locking.alice.types(LOCK)
    await locking.told(locking.alice, "Locked vm-web01")
    one = await only_lock(locking)
    words = "/dr failover vm-web01 --override-lock yes because it is down"
    await locking.alice.types(words)
    await locking.told(locking.alice, f"You may not override alice's lock {one.id}", "U0CARLA0000")
    assert (await locking.kinds())[-1] == "ask.refused"
    await locking.carla.types(words)
    await locking.carla.sees(FAILOVER, "0 of 2", "Overrides the lock", f"{one.id} of @alice")
    asked = next(one for one in await locking.entries() if one.type == "dr.request.ask")
    assert f"It overrides alice's lock {one.id}" in asked.data.words
    await locking.bo.presses("Approve", on=FAILOVER)
    await locking.dmitri.presses("Approve", on=FAILOVER)
    async with working(locking.settings):
        await locking.started("UnplannedFailover")


async def test_an_override_is_of_the_locks_that_there_were(locking: World) -> None:
    """One that somebody puts on behind the approval voids it all the same."""
    await locking.alice.types(LOCK)
    await locking.told(locking.alice, "Locked vm-web01")
    await locking.carla.types("/dr failover vm-web01 --override-lock yes because it is down")
    await locking.bo.presses("Approve", on=FAILOVER)
    await locking.dmitri.presses("Approve", on=FAILOVER)
    await until(locking.bot.redis.requests.outbox_ids, "it was not approved")
    await locking.alice.types("/dr lock vm-web01 until 3h because it is burning")
    await locking.told(locking.alice, "it is burning")
    async with working(locking.settings):
        await locking.alice.sees(FAILOVER, "Void", "it is burning")
    assert locking.posts("unplannedFailover") == 0


async def test_a_lock_after_the_approval_voids_it(locking: World) -> None:
    """With the words of the lock; a waiting card says so as soon as it is locked."""
    await locking.asked()
    async with working(locking.settings):
        await locking.carla.types(LOCK)
        await locking.told(locking.carla, "Locked vm-web01", "1 request for it is waiting")
        await locking.alice.sees(FAILOVER, "Locked since. @carla has locked vm-web01", "0 of 2")
        await locking.approved(FAILOVER)
        await locking.alice.sees(FAILOVER, "Void", "carla has locked vm-web01", "being patched")
    assert (await locking.request()).state is State.VOID
    assert locking.posts("unplannedFailover") == 0


async def test_a_lock_that_ended_in_time_holds_nothing_back(locking: World) -> None:
    """Whoever unlocks before the last vote lets it go; the card no longer warns."""
    await locking.asked()
    async with working(locking.settings):
        await locking.carla.types(LOCK)
        await locking.alice.sees(FAILOVER, "Locked since")
        await locking.carla.types("/dr unlock vm-web01")
        await locking.alice.sees("Locked since", gone=True)
        await locking.approved(FAILOVER)
        await locking.started("UnplannedFailover")


async def test_everything_can_be_locked(locking: World) -> None:
    """Until somebody unlocks it: all machines, plans and jobs, but for cancelling one."""
    await locking.alice.types("/dr lock all until 14:00 because the vault is moved")
    await locking.told(locking.alice, "Locked everything until", "the vault is moved")
    await locking.alice.types("/dr failover vm-web* because it is down")
    await locking.told(locking.alice, "alice has locked everything until")
    await locking.alice.types("/dr lock all vm-web01 until 14:00 because of that")
    await locking.told(locking.alice, "“all” is everything already")
    await locking.alice.types("/dr unlock all")
    await locking.told(locking.alice, "Unlocked everything")
    await locking.asked()


async def test_a_job_can_always_be_cancelled(world: World) -> None:
    """A lock keeps hands off a machine, and never from the brake; resuming is no brake."""
    await world.asked()
    await world.approved(FAILOVER)
    await world.started("UnplannedFailover")
    await world.alice.types(LOCK)
    await world.told(world.alice, "Locked vm-web01")
    await world.alice.types("/dr cancel-job vm-web01 because it was the wrong one")
    await world.alice.sees("Cancel job", "0 of 2")
    await world.alice.presses("Withdraw", on="Cancel job")
    await world.alice.sees("Cancel job", "Withdrawn")
    world.clock.advance(600)
    await world.alice.sees(FAILOVER, "Succeeded")
    await world.alice.types("/dr commit vm-web01 because it works")
    await world.told(world.alice, "alice has locked vm-web01 until")


async def test_a_lock_that_ran_out_is_over(locking: World) -> None:
    """Nothing has to be done; the next lock takes the old record out of Redis."""
    await locking.alice.types(LOCK)
    await locking.told(locking.alice, "Locked vm-web01")
    one = await only_lock(locking)
    await run_out(locking, arranged.LOCKS, one)
    await locking.alice.types("/dr locks")
    await locking.told(locking.alice, "Nothing is locked.")
    await locking.asked()
    assert list(await raw(locking, arranged.LOCKS)) == [one.id]
    await locking.alice.types("/dr lock vm-web02 until 2h because of the patch")
    await locking.told(locking.alice, "Locked vm-web02")
    assert one.id not in await raw(locking, arranged.LOCKS)


async def test_a_plan_is_locked_with_its_machines(whole: World) -> None:
    """And a plan cannot be asked for while one of its machines is locked."""
    await whole.alice.types("/dr lock plan:plan-shop until 2h because it is being changed")
    await whole.told(whole.alice, "plan-shop", "vm-app01", "it is being changed")
    await whole.alice.types("/dr failover vm-app01 because it is down")
    await whole.told(whole.alice, "alice has locked", "it is being changed")
    await whole.alice.types("/dr unlock plan:plan-shop")
    await whole.told(whole.alice, "Unlocked")
    await whole.alice.types("/dr lock vm-app01 until 2h because of the disk")
    await whole.told(whole.alice, "Locked vm-app01")
    await whole.alice.types("/dr failover plan:plan-shop because it is down")
    await whole.told(whole.alice, "alice has locked vm-app01 until", "of the disk")


async def test_a_forged_lock_holds_nothing_back(locking: World) -> None:
    """Nor does one that was altered: it is said, written down once, and ignored."""
    await locking.alice.types(LOCK)
    await locking.told(locking.alice, "Locked vm-web01")
    one = await only_lock(locking)
    kept = (await raw(locking, arranged.LOCKS))[one.id]
    await put(
        locking, arranged.LOCKS, {one.id: kept.replace("patched", "watched"), "L-EVIL": "x y"}
    )
    for _ in range(2):
        await locking.alice.types("/dr locks")
        await locking.told(locking.alice, "Nothing is locked.", "2 records in Redis are not ours")
    rejected = [one for one in await locking.entries() if one.type == "dr.record.rejected"]
    assert {entry.subject for entry in rejected} == {one.id, "L-EVIL"}
    assert len(rejected) == 2
    await locking.asked()


async def test_a_lock_put_back_after_it_ended_holds_nothing(locking: World) -> None:
    """Its seal is good; the audit log says that it has ended."""
    await locking.alice.types(LOCK)
    await locking.told(locking.alice, "Locked vm-web01")
    kept = await raw(locking, arranged.LOCKS)
    await locking.alice.types("/dr unlock vm-web01")
    await locking.told(locking.alice, "Unlocked vm-web01")
    await put(locking, arranged.LOCKS, kept)
    await locking.asked()
    assert "record.rejected" in await locking.kinds()


async def test_a_book_goes_by_itself(locking: World) -> None:
    """Redis drops it when the last of its locks has run out, and the list of its entries too."""
    await locking.alice.types(LOCK)
    await locking.told(locking.alice, "Locked vm-web01")
    await locking.alice.types("/dr lock vm-web02 until 30m because of the patch")
    await locking.told(locking.alice, "Locked vm-web02")
    client = locking.bot.redis.client
    left = await client.pttl("{dr}:kept:locks")
    assert 115 * 60_000 < left <= 120 * 60_000
    for one in (await arranged.locks(locking.bot)).holding:
        assert 0 < await client.pttl(f"{{dr}}:request:{one.id}:entries") <= left

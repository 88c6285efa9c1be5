"""Delegations among people with several accounts, and everything else that a seat is for."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import pytest

from bot.domain.request import State
from tests.stories.arrangements import ERIN, POLICY, only_lock
from tests.stories.test_delegations import DIRECT, approved_by, delegated, refused, under
from tests.stories.test_reminders import ASKED_FOR, looked_at, only_letter, pass_
from tests.world import World, working

FAILOVER = "Failover of vm-web01"
BROKEN = "Break-glass failover of vm-web01"
ALICE, CARLA, DMITRI = "U0ALICE0000", "U0CARLA0000", "U0DMITRI000"
ONE = "3b0d7a7e-4f7c-4b86-9a63-0c6a5a1e2f10"
REVOKE = "Revoke my approval"
GLASS = f"""{POLICY}
approvals = 2
[rule.break_glass]
may_review = ["{CARLA}", "{DMITRI}", "U0BO0000000"]
reviews = 1
"""


@pytest.fixture
async def calm(redis_url: str, tmp_path: Path) -> AsyncIterator[World]:
    """Give a world whose policy says nothing of delegations, without a worker."""
    async with under(redis_url, tmp_path, POLICY) as world:
        yield world


def one_human(redis_url: str, folder: Path, *accounts: str) -> AbstractAsyncContextManager[World]:
    """Start a world in which some accounts are of one human."""
    people = "".join(f'{account} = "{ONE}"\n' for account in accounts)
    table, _, rules = POLICY.partition("[locks]")
    policy = f"{table}[directory.people]\n{people}[locks]{rules}"
    return under(redis_url, folder, policy)


async def test_the_askers_second_account_is_no_delegate(redis_url: str, tmp_path: Path) -> None:
    """Erin is Alice, who asked: in nobody's place does her word count."""
    async with one_human(redis_url, tmp_path, ALICE, ERIN) as world:
        await delegated(world)
        await world.asked()
        await refused(world, "You asked for this yourself as alice; somebody else has to")
        await world.erin.presses("Deny", on=FAILOVER)
        await world.told(world.erin, "yourself as alice: press Withdraw instead")
        assert (await world.request()).votes == ()


async def test_the_askers_second_account_is_no_delegator(redis_url: str, tmp_path: Path) -> None:
    """Dmitri is Alice, who asked: his place is worth nothing."""
    async with one_human(redis_url, tmp_path, ALICE, DMITRI) as world:
        await delegated(world)
        await world.asked()
        await refused(world, "not among those who may approve", "dmitri, who delegated, asked for")
        assert (await world.request()).votes == ()


async def test_the_delegates_second_account_votes_once(redis_url: str, tmp_path: Path) -> None:
    """Erin is Carla: having voted for Dmitri she does not vote for herself, too."""
    async with one_human(redis_url, tmp_path, CARLA, ERIN) as world:
        await delegated(world)
        await world.asked()
        await world.erin.presses("Approve", on=FAILOVER)
        await approved_by(world, 1)
        await world.carla.presses("Approve", on=FAILOVER)
        await world.told(world.carla, "You have approved this already as erin; every person counts")
        assert (await world.request()).state is State.WAITING


async def test_the_delegators_second_account_has_no_second_seat(
    redis_url: str, tmp_path: Path
) -> None:
    """Carla is Dmitri: whichever of the three votes first, the others do not count beside it."""
    async with one_human(redis_url, tmp_path, CARLA, DMITRI) as world:
        await delegated(world)
        await world.asked()
        await world.carla.presses("Approve", on=FAILOVER)
        await approved_by(world, 1)
        await refused(world, "dmitri has a vote already (carla)")
        await world.alice.types("/dr failover vm-web02 because West Europe is down")
        await world.erin.presses("Approve", on="Failover of vm-web02")
        await approved_by(world, 1)
        for who in (world.carla, world.dmitri):
            await who.presses("Approve", on="Failover of vm-web02")
            await world.told(who, "erin has approved in your place, by your delegation")
        assert (await world.request()).state is State.WAITING


async def test_nobody_delegates_to_their_second_account(redis_url: str, tmp_path: Path) -> None:
    """Erin is Dmitri, so there is nobody to vote for him."""
    async with one_human(redis_url, tmp_path, DMITRI, ERIN) as world:
        await world.dmitri.types("/dr delegate @erin until 2h")
        await world.told(world.dmitri, "You vote for yourself already: erin is an account of yours")
        assert (await world.kinds())[-1] == "delegate.refused"


async def test_whoever_cast_it_takes_it_back(calm: World) -> None:
    """Erin changes her mind; the place is free again, for her and for Dmitri."""
    await delegated(calm)
    await calm.asked()
    async with working(calm.settings):
        await calm.erin.presses("Approve", on=FAILOVER)
        await calm.alice.sees(FAILOVER, "1 of 2")
        await calm.erin.picks(REVOKE, on=FAILOVER)
        await calm.alice.sees(FAILOVER, "0 of 2", "@erin for @dmitri approved at", "was taken back")
        await calm.alice.sees("erin took their approval for dmitri back (0 of 2).")
        await calm.dmitri.presses("Approve", on=FAILOVER)
        await calm.alice.sees(FAILOVER, "1 of 2", "@dmitri approved at")


async def test_in_whose_place_it_was_cast_takes_it_back(calm: World) -> None:
    """It is Dmitri's seat. Carla, whose seat it is not, takes back nothing."""
    await delegated(calm)
    await calm.asked()
    async with working(calm.settings):
        await calm.erin.presses("Approve", on=FAILOVER)
        await calm.alice.sees(FAILOVER, "1 of 2")
        await calm.carla.picks(REVOKE, on=FAILOVER)
        await calm.told(calm.carla, "You have not approved this")
        await calm.dmitri.picks(REVOKE, on=FAILOVER)
        await calm.alice.sees(FAILOVER, "0 of 2", "was taken back")
        await calm.alice.sees("dmitri took the approval that erin gave in their place back")
    entry = next(one for one in await calm.entries() if one.type == "dr.request.revoke")
    assert entry.data.actor.id == DMITRI
    assert entry.data.correlation["in_place_of"] == DMITRI


async def test_the_delegate_is_reminded(redis_url: str, tmp_path: Path) -> None:
    """Like those who may approve; once Dmitri's seat is taken, nothing is asked of her."""
    policy = f'{POLICY}remind_after = "10m"\n'
    async with under(redis_url, tmp_path, policy) as world:
        await delegated(world)
        await world.erin.sees("may vote in the place of @dmitri", channel=DIRECT)
        async with working(world.settings):
            await world.asked()
            await pass_(world, 11)
            await world.erin.sees(ASKED_FOR, FAILOVER, "reminder 1", channel=DIRECT)
            await only_letter(world.dmitri, ASKED_FOR, FAILOVER)
            await looked_at(world)
            words = [e.data.words for e in await world.entries() if e.type.endswith(".remind")]
            assert words == ["Reminded bo, carla, dmitri, erin; missing: 2 of 2 approvals."]
            await world.dmitri.presses("Approve", on=FAILOVER)
            await world.erin.sees(FAILOVER, "It does not need you any more", channel=DIRECT)


async def test_a_lock_holds_a_broken_glass(redis_url: str, tmp_path: Path) -> None:
    """It is no way round; whoever may override can do so there, too."""
    async with under(redis_url, tmp_path, GLASS) as world:
        await world.alice.types("/dr lock vm-web01 until 2h because it is being patched")
        await world.told(world.alice, "Locked vm-web01")
        asked = "/dr breakglass failover vm-web01{} because West Europe is down"
        await world.alice.types(asked.format(""))
        await world.told(world.alice, "No failover may be asked for on it now", "alice has locked")
        await world.alice.types(asked.format(" --override-lock yes"))
        await world.told(world.alice, "You may not override alice's lock")
        world.workspace.usergroup_members("dr-operators").append(CARLA)
        world.bot.slack._memory.clear()
        await world.carla.types(asked.format(" --override-lock yes"))
        await world.alice.sees(BROKEN, "Overrides the lock")
        request, one = await world.request(), await only_lock(world)
        assert [held.id for held in request.terms.locks] == [one.id]
        assert request.terms.approvals == 1


async def test_neither_a_delegate_nor_the_delegator_reviews_it(
    redis_url: str, tmp_path: Path
) -> None:
    """Erin approved for Dmitri: neither reviews it; nor does she in Carla's place."""
    async with under(redis_url, tmp_path, GLASS) as world:
        await delegated(world)
        await world.carla.types("/dr delegate @erin until 2h")
        await world.told(world.carla, "@erin may vote in the place of @carla")
        await world.alice.types("/dr breakglass failover vm-web01 because West Europe is down")
        async with working(world.settings):
            await world.erin.presses("Approve", on=BROKEN)
            await world.started("UnplannedFailover")
            await world.done("Failover of vm-web01 succeeded")
            await world.dmitri.presses("Review…", on=BROKEN)
            await world.told(world.dmitri, "erin approved this in your place; others have to")
            await world.erin.presses("Review…", on=BROKEN)
            await world.told(world.erin, "You approved this; others have to review it.")
        assert (await world.request()).reviews == ()


async def test_what_takes_effect_at_once_has_no_preview(calm: World) -> None:
    """No rule speaks of it and no glass is broken for it."""
    await calm.alice.types("/dr preview lock vm-web01 until 2h because of a patch")
    await calm.told(calm.alice, "/dr lock needs no request, so there is no preview of it")
    await calm.alice.types("/dr breakglass lock vm-web01 until 2h because of a patch")
    await calm.told(calm.alice, "/dr breakglass takes a command that changes something")


async def test_help_names_what_takes_effect_at_once(calm: World) -> None:
    """In a group of its own, by rights: Alice may lock, Bo delegate, and both nudge."""
    arranging = "Arrange something (at once, written down)"
    await calm.alice.types("/dr help")
    page = await calm.told(calm.alice, arranging, "/dr lock", "/dr unlock", "/dr nudge")
    assert "/dr delegate" not in page.words
    await calm.bo.types("/dr help")
    page = await calm.told(calm.bo, arranging, "/dr delegate", "/dr undelegate", "/dr nudge")
    assert "/dr lock " not in page.words
    await calm.erin.types("/dr help")
    page = await calm.told(calm.erin, "Commands", "/dr locks", "/dr delegations", "/dr note")
    for verb in ("lock", "unlock", "delegate", "undelegate", "nudge"):
        assert f"/dr {verb} " not in page.words

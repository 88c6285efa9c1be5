"""The recovery point that was approved is the one that is used, and only while nothing changed."""

from datetime import timedelta

import pytest

from bot.domain.request import State
from sandbox.vault import operations
from sandbox.vault.points import Point, points
from tests.world import World, inhabited, until, working

FAILOVER = "Failover of vm-web01"


def posted_point(world: World) -> str | None:
    """Return the id of the point that the failover's POST named."""
    body = next(s.body for s in world.vault.journal if s.path.endswith("/unplannedFailover"))
    assert isinstance(body, dict)
    named = body["properties"]["providerSpecificDetails"].get("recoveryPointId")
    return str(named) if named else None


def known(world: World, kind: str = "") -> list[Point]:
    """List the points of vm-web01, newest first."""
    found = points(world.vault.machine("vm-web01"), world.clock.now())
    return [one for one in reversed(found) if kind in one.kind]


async def _approved_and_running(world: World) -> None:
    await world.approved(FAILOVER)
    await world.started("UnplannedFailover")


async def test_latest_names_no_point(world: World) -> None:
    """Without a choice Azure sends what is still pending and makes the point itself."""
    card = await world.asked()
    assert "latest: what is still pending is sent first" in card.words
    await _approved_and_running(world)
    assert posted_point(world) is None


@pytest.mark.parametrize(
    ("choice", "kind", "words"),
    [("processed", "", "-consistent of"), ("app", "Application", "app-consistent of")],
)
async def test_a_word_is_turned_into_one_point(
    world: World, choice: str, kind: str, words: str
) -> None:
    """`processed` and `app` are looked up when asked; the card names the point that was found."""
    expected = known(world, kind)[0].name
    await world.alice.types(f"/dr failover vm-web01 --point {choice} because it is down")
    await world.alice.sees(FAILOVER, words, "what was written in the last")
    await _approved_and_running(world)
    assert (posted_point(world) or "").endswith(f"/{expected}")


async def test_a_point_is_named_by_its_id(world: World) -> None:
    """An older point is named by the id that `/dr status` shows."""
    chosen = known(world)[2].name
    await world.alice.types(f"/dr failover vm-web01 --point {chosen.upper()} because it is down")
    await world.alice.sees(FAILOVER, "0 of 2")
    await _approved_and_running(world)
    assert (posted_point(world) or "").endswith(f"/{chosen}")


async def test_the_newest_point_before_a_time_is_frozen_when_asked(world: World) -> None:
    """A ransom note came at a known time: the card shows the point before it, and what is lost."""
    wanted = known(world)[3]
    before = wanted.time + timedelta(minutes=1)
    await world.alice.types(
        f"/dr failover vm-web01 --point before:{before:%Y-%m-%dT%H:%M} because it is encrypted"
    )
    card = await world.alice.sees(FAILOVER, "consistent of", f"(before:{before:%Y-%m-%dT%H:%M})")
    assert f"{wanted.time:%H:%M} UTC" in card.words
    assert "what was written in the last" in card.words
    await _approved_and_running(world)
    assert (posted_point(world) or "").endswith(f"/{wanted.name}")


async def test_machines_of_a_group_share_points(whole: World) -> None:
    """`multivm` takes the newest point that the whole consistency group has."""
    shared = [
        one for one in points(whole.vault.machine("vm-mv01"), whole.clock.now()) if one.shared
    ]
    await whole.alice.types("/dr failover vm-mv01 --point multivm because it is down")
    await whole.alice.sees("Failover of vm-mv01", "multi-VM-consistent", "0 of 2")
    await whole.approved("Failover of vm-mv01")
    await whole.started("UnplannedFailover")
    assert (posted_point(whole) or "").endswith(f"/{shared[-1].name}")


async def test_a_point_that_a_machine_does_not_have_is_refused(world: World) -> None:
    """No other is taken in its place, and nobody is asked to approve anything."""
    await world.alice.types("/dr failover vm-web01 --point multivm because it is down")
    await world.told(world.alice, "vm-web01 has no multi-VM-consistent recovery point")
    await world.alice.types("/dr failover vm-web01 --point before:2020-01-01T10:00 because so")
    await world.told(world.alice, "no recovery point of 2020-01-01 10:00 UTC or before")
    await world.alice.types("/dr failover vm-web01 --point before:teatime because so")
    await world.told(world.alice, "does not name a time", "before:13:55")


async def test_the_point_stays_the_one_that_was_approved(world: World) -> None:
    """Newer points appear between asking and approving; the approved one is used."""
    expected = known(world)[0].name
    await world.alice.types("/dr failover vm-web01 --point processed because it is down")
    await world.alice.sees(FAILOVER, "0 of 2")
    world.clock.advance(20 * 60)
    assert known(world)[0].name != expected
    await _approved_and_running(world)
    assert (posted_point(world) or "").endswith(f"/{expected}")


async def test_a_point_that_is_gone_voids_the_approval(world: World) -> None:
    """Azure has deleted the point meanwhile: no other one is taken in its place."""
    await world.alice.types("/dr failover vm-web01 --point processed because it is down")
    await world.alice.sees(FAILOVER, "0 of 2")
    world.clock.advance(30 * 3600)
    await world.approved(FAILOVER)
    gone = "UTC → gone"
    await world.alice.sees(FAILOVER, "Void", "recovery point: ", gone, "Nothing was sent")
    assert world.posts("unplannedFailover") == 0


async def test_a_machine_that_was_moved_in_the_portal_voids_the_approval(redis_url: str) -> None:
    """Somebody failed it over by hand: the card shows what it was and what it is."""
    async with inhabited(redis_url, worker=False) as world:
        await world.asked()
        await _failed_over_in_the_portal(world)
        await world.approved(FAILOVER)
        await until(lambda: _approved(world), "it was not approved")
        async with working(world.settings):
            card = await world.alice.sees(FAILOVER, "Void", "Nothing was sent")
        assert "state: Protected → " in card.words
        assert "active side: Primary → Recovery" in card.words
        assert "runs in: West Europe → North Europe" in card.words
        assert world.posts("unplannedFailover") == 0


async def test_a_machine_on_which_something_runs_voids_the_approval(redis_url: str) -> None:
    """A test failover was started by hand meanwhile: nothing is sent on top of it."""
    async with inhabited(redis_url, worker=False) as world:
        await world.asked()
        await world.approved(FAILOVER)
        await until(lambda: _approved(world), "it was not approved")
        await _in_the_portal(world)
        async with working(world.settings):
            await world.alice.sees(FAILOVER, "Void", "Azure is running", "Nothing was sent")
        assert world.posts("unplannedFailover") == 0


async def _approved(world: World) -> bool:
    return (await world.request()).state is State.APPROVED


async def _failed_over_in_the_portal(world: World) -> None:
    await _in_the_portal(world)
    world.clock.advance(600)
    assert world.vault.machine("vm-web01").region == "northeurope"


async def _in_the_portal(world: World) -> None:
    """Start a failover as somebody in the portal would: the vault's own doing."""
    machine = world.vault.machine("vm-web01")
    body = {
        "properties": {
            "failoverDirection": "PrimaryToRecovery",
            "sourceSiteOperations": "NotRequired",
            "providerSpecificDetails": {"instanceType": "A2A"},
        }
    }
    caller = world.vault.world.service_caller()
    operations.start(world.vault.world, machine, "unplannedFailover", body, caller)

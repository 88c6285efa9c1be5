"""The shortcuts menu: *Start a failover* from wherever one is."""

from sandbox.workspace import payloads
from sandbox.workspace.delivery import Envelope
from tests.world import World, inhabited


async def test_a_failover_is_started_from_the_menu(redis_url: str) -> None:
    """The form is the one of `/dr failover`, and says where its card goes."""
    async with inhabited(redis_url) as world:
        await world.alice.uses("Start a failover")
        form = await world.alice.modal()
        assert "The card goes to #incidents" in form.words
        await world.alice.finds("vm-web01", of="target", typing="web")
        await world.alice.fills(reason="West Europe is down")
        assert await world.alice.submits() == {}
        await world.bo.sees("Failover of vm-web01", "0 of 2", "West Europe is down")


async def test_who_may_not_ask_is_told_in_a_window(redis_url: str) -> None:
    """There is no channel to answer in; and it is written down."""
    async with inhabited(redis_url) as world:
        await world.erin.uses("Start a failover")
        window = await world.erin.modal()
        assert "DR-ASK" in window.words
        assert await world.bot.redis.requests.newest_ids(1) == []


async def test_a_guest_is_told_so(redis_url: str) -> None:
    """Whoever is no full member is let in nowhere."""
    async with inhabited(redis_url) as world:
        guest = world.people.named("gus")
        await guest.uses("Start a failover")
        assert "Guests of this workspace" in (await guest.modal()).words


async def test_a_shortcut_that_comes_twice_opens_one_form(redis_url: str) -> None:
    """The same delivery has effect once."""
    async with inhabited(redis_url) as world:
        await world.alice.uses("Start a failover")
        await world.alice.modal()
        first = world.workspace.delivered[-1]
        again = {**first.payload, "action_ts": "1.1"}
        assert not (await world.workspace.delivery.deliver(Envelope("interactive", again))).problem
        opened = [s for s in world.workspace.journal if s.method == "views.open"]
        assert len(opened) == 1


async def test_a_shortcut_of_another_version_is_refused_in_words(redis_url: str) -> None:
    """Whoever updated the app before the bot is told what to do instead."""
    async with inhabited(redis_url) as world:
        await _chooses(world, "dr.of_tomorrow")
        window = await world.alice.modal()
        assert "another version" in window.words
        assert "/dr" in window.words


async def test_without_an_incident_channel_it_says_so(redis_url: str) -> None:
    """The card would have no place."""
    async with inhabited(redis_url) as world:
        world.workspace.channel("incidents").members.remove("U0DRBOT0000")
        await world.alice.uses("Start a failover")
        assert "incident_channel_not_joined" in (await world.alice.modal()).words


async def _chooses(world: World, callback_id: str) -> None:
    alice = world.workspace.user("alice")
    payload = payloads.shortcut(world.workspace.core, alice, callback_id)
    assert not (await world.workspace.delivery.deliver(Envelope("interactive", payload))).problem

"""Incidents: declared, worked on and closed in Slack, with everything on one board."""

from bot.domain.incidents import Incident
from bot.incidents import all_incidents
from sandbox.people import Message
from sandbox.workspace.state import Channel
from tests.world import MINUTE, World, until

DECLARE = '/dr declare "West Europe down" region:westeurope'
FAILOVER = "Failover of vm-web01"


async def only(world: World) -> Incident:
    """Read the one incident there is."""
    (one,) = await all_incidents(world.bot)
    return one


async def declared(world: World) -> str:
    """Have Alice declare an incident; returns the name of its channel."""
    channels = world.workspace.core.state.channels
    count = len(channels)
    await world.alice.types(DECLARE)
    await until(lambda: len(channels) > count, "no channel was made")
    await world.told(world.alice, "is declared: West Europe down", channel_of(world).name)
    await world.alice.sees("Since declared", channel=channel_of(world).name)
    return channel_of(world).name


def channel_of(world: World) -> Channel:
    """Return the channel that was made last."""
    return list(world.workspace.core.state.channels.values())[-1]


async def board(world: World, *words: str, channel: str) -> Message:
    """Wait until the board says so."""
    return await world.alice.sees("West Europe down", "Since declared", *words, channel=channel)


async def test_an_incident_from_declaring_to_closing(world: World) -> None:
    """A channel of its own, a failover inside, a note, an update; then a summary closes it."""
    name = await declared(world)
    assert name.startswith("dr-2")
    assert name.endswith("-west-europe-down")
    first = await board(world, "Down: West Europe.", "vm-web01", channel=name)
    await world.bo.sees("West Europe down", "Since declared", channel=name)
    await world.alice.sees("alice declared West Europe down", "It goes on in", channel="incidents")

    await world.alice.types("/dr failover vm-web01 because West Europe is down", name)
    await world.alice.sees(FAILOVER, "0 of 2", channel=name)
    await board(world, "Waiting:", FAILOVER, channel=name)
    for person in (world.bo, world.carla):
        await person.presses("Approve", on=FAILOVER, channel=name)
    await world.started("UnplannedFailover")
    await board(world, "Running now:", FAILOVER, "Longest running", channel=name)
    world.clock.advance(10 * MINUTE)
    await board(world, "Failed over: 1 machine: vm-web01 → North Europe", channel=name)
    await board(world, "Unprotected: 1 machine: vm-web01", channel=name)

    await world.erin.types("/dr note the shop answers again")
    await world.told(world.erin, "It is in the timeline of West Europe down")
    await world.alice.sees("erin", "the shop answers again", channel=name)
    await world.carla.types("/dr update conditions: Europe is down actions: moving", name)
    last = await board(world, "Conditions: Europe is down", "Actions: moving", channel=name)
    assert last.ts == first.ts, "the board is edited in place"

    await world.bo.types("/dr timeline", name)
    story = (await world.bo.sees("Timeline of West Europe down", channel=name)).words
    told = ["alice declared", "alice asked for a failover", "answers again", "Europe is down"]
    assert [story.index(one) for one in told] == sorted(story.index(one) for one in told)

    await world.alice.types("/dr close West Europe is up again", name)
    done = await world.alice.sees("alice closed West Europe down", "How long", channel=name)
    assert done.broadcast
    for words in ("Machines failed over\n1", "1 request, 1 ended", "@bo", "@carla"):
        assert words in done.words
    await world.alice.sees("Closed", "by @alice", "West Europe is up again", channel=name)
    steps = ["declare", "channel", "note", "update", "close"]
    kinds = [one for one in await world.kinds() if one.startswith("incident.")]
    assert kinds == [f"incident.{one}" for one in steps]


async def test_what_hangs_on_the_wall(world: World) -> None:
    """The topic is the state line, the board is pinned and bookmarked, and people are invited."""
    name = await declared(world)
    channel = channel_of(world)
    seen = await board(world, channel=name)
    await until(lambda: channel.bookmarks, "there is no bookmark")
    assert channel.pins == [seen.ts]
    assert channel.bookmarks[0]["title"] == "Board"
    await until(lambda: channel.topic, "there is no topic")
    one = await only(world)
    assert channel.topic == f"{one.id} · West Europe · Open. Nothing was asked for yet."
    state = world.workspace.core.state
    names = {state.users[member].name for member in channel.members}
    assert names == {"dr", "alice", "bo", "carla", "dmitri"}


async def test_declaring_twice_leads_to_the_incident_there_is(world: World) -> None:
    """For the same region, or in the same channel: no second channel, no second board."""
    name = await declared(world)
    one = await only(world)
    count = len(world.workspace.core.state.channels)
    await world.carla.types('/dr declare "the whole of Europe" region:"West Europe"')
    await world.told(world.carla, one.id, "West Europe down was declared by @alice", "Go to")
    await world.carla.types('/dr declare "all is lost"', name)
    await world.carla.sees(one.id, "was declared by @alice", channel=name)
    assert await only(world) == one
    assert len(world.workspace.core.state.channels) == count


async def test_two_declare_at_once(world: World) -> None:
    """Whoever comes second is led to the first; nothing is doubled."""
    await world.alice.types(DECLARE)
    await world.carla.types(DECLARE)
    await world.alice.sees("Go to", "West Europe down")
    await world.carla.sees("Go to", "West Europe down")
    await only(world)
    assert [one for one in await world.kinds() if one == "incident.declare"] == ["incident.declare"]


async def test_a_channel_that_is_there_is_adopted(world: World) -> None:
    """With channel:here the drill channel becomes the incident's, and keeps its topic."""
    before = world.workspace.channel("dr-drills").topic
    await world.alice.types(f"{DECLARE} channel:here", "dr-drills")
    await board(world, channel="dr-drills")
    await world.alice.types("/dr failover vm-web01 because it is a drill", "dr-drills")
    await board(world, "Waiting:", FAILOVER, channel="dr-drills")
    assert (await only(world)).place == "adopted"
    assert world.workspace.channel("dr-drills").topic == before


async def test_what_is_asked_for_elsewhere_does_not_belong_to_it(world: World) -> None:
    """The channel of a request tells."""
    name = await declared(world)
    await world.asked()
    await world.alice.types("/dr timeline", name)
    seen = await world.alice.sees("Timeline of West Europe down", channel=name)
    assert "failover" not in seen.words.casefold()

"""*Add to the DR timeline*: a message that somebody wrote becomes a note of the incident."""

from bot.domain.incidents import LONGEST_WORDS
from tests.stories.test_incidents import board, declared, only
from tests.world import World

NAME = "Add to the DR timeline"


async def test_a_message_becomes_a_note(world: World) -> None:
    """Its words, who wrote them and where; whoever added it is told, and nobody else."""
    name = await declared(world)
    await board(world, channel=name)
    await world.bo.types("The *database* is <!channel> open & well", name)
    wrote = await world.alice.sees("database", channel=name)
    await world.alice.uses_on(NAME, wrote)
    told = await world.alice.sees("It is in the timeline of West Europe down", channel=name)
    assert told.ephemeral
    noted = await world.carla.sees("bo wrote: The", "where that was said", channel=name)
    assert noted.thread_ts
    (entry,) = [one for one in await world.entries() if one.type == "dr.incident.note"]
    assert entry.data.actor.name == "alice"
    assert entry.data.correlation["link"].endswith(wrote.ts.replace(".", ""))
    await world.alice.types("/dr timeline", name)
    await world.alice.sees("Timeline of West Europe down", "bo wrote: The", channel=name)


async def test_a_long_message_is_cut(world: World) -> None:
    """What does not fit into a note is cut, and the link leads to the rest."""
    name = await declared(world)
    await board(world, channel=name)
    await world.bo.types("x" * (2 * LONGEST_WORDS), name)
    await world.alice.uses_on(NAME, await world.alice.sees("xxxx", channel=name))
    await world.alice.sees("bo wrote: xxxx", "…", channel=name)


async def test_it_is_for_whoever_may_look_and_where_an_incident_is(world: World) -> None:
    """Without an incident nothing is kept; a guest is turned away."""
    await world.bo.types("the database is open")
    wrote = await world.alice.sees("the database is open")
    await world.alice.uses_on(NAME, wrote)
    await world.told(world.alice, "No incident is declared.")
    await declared(world)
    gus = world.people.named("gus")
    await gus.uses_on(NAME, wrote)
    await gus.sees("full")
    assert (await only(world)).notes == 0

"""Incidents in trouble: bad input, channels that cannot be used, Slack away, and crashes."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot import arranged
from bot.incidents import all_incidents
from tests.stories.arrangements import put, raw
from tests.stories.test_incidents import DECLARE, FAILOVER, board, channel_of, declared, only
from tests.world import MINUTE, World, inhabited, until, working

POLICY = """
may_look = ["everyone"]
[incident]
may_declare = ["@dr-operators"]
may_close = ["U0CARLA0000"]
private = true
channel = "inc-{region}-{id}"
invite = ["U0BO0000000"]
update_every = "1s"
snooze = ["1h"]
[incident.bookmarks]
"Runbook" = "https://wiki.example.com/dr"
[[rule]]
name = "default"
may_ask = ["@dr-operators"]
may_approve = ["@dr-approvers"]
"""


@pytest.fixture
async def strict(redis_url: str, tmp_path: Path) -> AsyncIterator[World]:
    """Give a world where operators may declare and Carla alone may close."""
    path = tmp_path / "policy.toml"
    path.write_text(POLICY, "utf-8")
    async with inhabited(redis_url, {"DR_POLICY": str(path)}) as world:
        yield world


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("declare", "DR-INC-09"),
        ("declare region:westeurope", "Say in a few words what is down"),
        ('declare "x" region:mars', "West Europe (region:westeurope)"),
        ('declare "x" region:westeurope region:northeurope', "It is said twice which region"),
        ('declare "x" channel:#general', "cannot be named from elsewhere"),
        ('declare "x" now', "behind the title"),
        (f'declare "{"x" * 121}"', "120 are the most"),
        ("note it is up", "No incident is declared."),
        ("update conditions: it is up", "No incident is declared."),
        ("update", "No incident is declared."),
        ("close", "No incident is declared."),
        ("timeline", "No incident is declared."),
        ("timeline nonsense", "It looks like I-7K2M9P"),
        ("note I-222222 it is up", "There is no incident I-222222."),
    ],
)
async def test_what_cannot_be_is_refused_in_a_sentence(quiet: World, typed: str, said: str) -> None:
    """Each says what to type instead, and nothing is written down."""
    await quiet.alice.types(f"/dr {typed}")
    await quiet.told(quiet.alice, said)
    assert await quiet.kinds() == []


async def test_empty_and_endless_notes(world: World) -> None:
    """A note needs a word, and fits into a message."""
    name = await declared(world)
    for typed in ("note", "note \u200b"):
        await world.erin.types(f"/dr {typed}")
        await world.told(world.erin, "DR-INC-09")
    await world.alice.types(f"/dr note {'x' * 1501}", name)
    await world.alice.sees("1500 are the most of one note", channel=name)
    assert (await only(world)).notes == 0


async def test_who_may_not_is_refused_and_that_is_written_down(strict: World) -> None:
    """Erin may not declare; Alice may, and may not close it; Carla may."""
    await strict.erin.types(DECLARE)
    await strict.told(strict.erin, "does not let you declare incidents; it lets @dr-operators")
    name = await declared(strict)
    assert channel_of(strict).private
    await strict.alice.types("/dr close", name)
    await strict.alice.sees("does not let you close incidents; it lets U0CARLA0000", channel=name)
    await strict.erin.types("/dr update conditions: mine")
    await strict.told(strict.erin, "does not let you report on incidents")
    assert (await strict.kinds()).count("incident.refused") == 3
    await strict.carla.types(f"/dr close {(await only(strict)).id} it was a drill")
    await strict.told(strict.carla, "is closed after")


async def test_the_policy_names_the_channel_and_what_hangs_in_it(strict: World) -> None:
    """A private channel by the template, those invited that it names, and its bookmarks."""
    name = await declared(strict)
    one = await only(strict)
    assert name == f"inc-westeurope-{one.id.removeprefix('I-').casefold()}"
    channel = channel_of(strict)
    await until(lambda: len(channel.bookmarks) == 2, "not every bookmark is there")
    assert {mark["title"] for mark in channel.bookmarks} == {"Board", "Runbook"}
    assert set(channel.members) >= {"U0BO0000000", "U0ALICE0000"}
    assert "U0DMITRI000" not in channel.members


async def test_an_update_is_asked_for_and_can_be_put_off(strict: World) -> None:
    """When it is due the channel is told, once each time; a button puts it off, another writes."""
    name = await declared(strict)
    due = await strict.bo.sees("The next update is due", "Snooze 1 h", channel=name)
    assert due.broadcast
    await strict.alice.presses("Snooze 1 h", on="The next update is due", channel=name)
    await strict.alice.sees("alice put the next update off by 60 min", channel=name)
    assert (await only(strict)).due > (await strict.bot.redis.requests.snapshot()).now + 50 * 60_000
    await strict.alice.presses("Write an update…", on="The next update is due", channel=name)
    assert await strict.alice.submits() == {"conditions": "Say something in one of the three."}
    await strict.alice.fills(conditions="it is dark", needs="somebody with a torch")
    await strict.alice.submits()
    await board(strict, "Conditions: it is dark", "Needs: somebody with a torch", channel=name)


async def test_two_people_write_an_update_at_once(world: World) -> None:
    """Both are in the timeline; the second is told of the first, and the board shows theirs."""
    name = await declared(world)
    await board(world, channel=name)
    for person in (world.alice, world.carla):
        await person.types("/dr update", name)
        await person.modal()
    await world.alice.fills(conditions="it is dark")
    await world.alice.submits()
    await board(world, "Conditions: it is dark", channel=name)
    await world.carla.fills(conditions="it is light")
    await world.carla.submits()
    await world.carla.sees("alice wrote one as well while you did", channel=name)
    await board(world, "Conditions: it is light", channel=name)
    await world.alice.types("/dr timeline", name)
    await world.alice.sees("Timeline", "it is dark", "it is light", channel=name)


async def test_what_goes_on_keeps_an_incident_open(world: World) -> None:
    """Whoever closes it is told what goes on; the button closes it all the same, and says so."""
    name = await declared(world)
    await world.alice.types("/dr failover vm-web01 because it is down", name)
    for person in (world.bo, world.carla):
        await person.presses("Approve", on=FAILOVER, channel=name)
    await world.started("UnplannedFailover")
    await board(world, "Running now:", channel=name)
    await world.alice.types("/dr close", name)
    await world.alice.sees("is not closed: 1 request goes on", FAILOVER, channel=name)
    assert (await only(world)).open
    await world.alice.presses("Close anyway", on="is not closed", channel=name)
    await world.alice.sees("alice closed West Europe down", "Goes on:", FAILOVER, channel=name)
    world.clock.advance(10 * MINUTE)
    await world.alice.sees("Failover of vm-web01 succeeded", channel=name)


async def test_two_people_close_it_at_once(world: World) -> None:
    """The second is told who was first, and there is one summary."""
    name = await declared(world)
    await board(world, channel=name)
    for person in (world.alice, world.carla):
        await person.presses("Close…", on="Since declared", channel=name)
    await world.alice.submits()
    await world.alice.sees("is closed after", channel=name)
    await world.carla.submits()
    await world.carla.sees("is closed by alice already", channel=name)
    assert (await world.kinds()).count("incident.close") == 1


async def test_after_the_end(world: World) -> None:
    """Nothing is changed any more but that notes are taken; the region can be declared anew."""
    name = await declared(world)
    await world.alice.types("/dr close", name)
    await world.alice.sees("alice closed", channel=name)
    await world.alice.types("/dr update conditions: again", name)
    await world.alice.sees("(West Europe down) is closed.", channel=name)
    await world.alice.types("/dr note we wrote it all down", name)
    await world.alice.sees("It is in the timeline", channel=name)
    again = await declared(world)
    assert again != name
    assert len(await all_incidents(world.bot)) == 2


@pytest.mark.parametrize("code", ["missing_scope", "restricted_action"])
async def test_a_bot_that_may_not_make_channels(world: World, code: str) -> None:
    """The board is in the default channel, which is told why; the work and the record go on."""
    if code == "missing_scope":
        world.workspace.core.scopes -= {"channels:manage"}
    else:
        world.workspace.trouble.next("conversations.create", code)
    await world.alice.types(DECLARE)
    await world.told(world.alice, "is declared", "did not let the bot make the channel", code)
    await board(world, channel="incidents")
    await world.alice.sees("alice declared West Europe down", code, "Nothing else is different")
    await world.asked()
    await board(world, "Waiting:", FAILOVER, channel="incidents")
    assert (await only(world)).place == "default"


async def test_a_bot_that_may_not_furnish_a_channel(world: World) -> None:
    """Without pins, bookmarks and invitations there is the board, which says what is missing."""
    world.workspace.core.scopes -= {"pins:write", "bookmarks:write"}
    world.workspace.trouble.next("conversations.invite", "restricted_action")
    await world.carla.types(DECLARE)
    name = channel_of(world).name
    await until(lambda: channel_of(world).name.startswith("dr-2"), "there is no channel")
    name = channel_of(world).name
    state = world.workspace.core.state
    channel_of(world).members.append(world.workspace.user("alice").id)
    state.touch()
    await board(world, "the board is not pinned (missing_scope)", channel=name)
    await board(world, "a bookmark is missing", "nobody was invited", channel=name)


async def test_a_name_that_is_taken(world: World) -> None:
    """Somebody made such a channel before: the incident's ends with its id."""
    name = await declared(world)
    await world.alice.types("/dr close", name)
    await world.alice.sees("alice closed", channel=name)
    again = await declared(world)
    newest = (await all_incidents(world.bot))[-1]
    assert again == f"{name}-{newest.id.removeprefix('I-').casefold()}"


async def test_a_channel_that_was_renamed(world: World) -> None:
    """Channels are known by their ids, so nothing happens."""
    name = await declared(world)
    await board(world, channel=name)
    channel_of(world).name = "what-a-night"
    await world.alice.types("/dr note it goes on", "what-a-night")
    await world.alice.sees("alice: it goes on", channel="what-a-night")


async def test_a_channel_that_was_archived(world: World) -> None:
    """The board is posted anew in the default channel, which is told, with all of its thread."""
    name = await declared(world)
    await board(world, channel=name)
    channel_of(world).archived = True
    await world.alice.types("/dr note it goes on", "incidents")
    await world.told(world.alice, "It is in the timeline")
    await board(world, "cannot be posted to any more (is_archived)", channel="incidents")
    await world.alice.sees("alice: it goes on", channel="incidents")
    assert (await only(world)).place == "default"


async def test_adopting_a_channel_that_the_bot_is_not_in(world: World) -> None:
    """It goes into a public one; where it may not, the default channel is told."""
    await world.alice.types(f"{DECLARE} channel:here", "general")
    await board(world, channel="general")
    await world.alice.types("/dr close", "general")
    await world.alice.sees("alice closed", channel="general")
    world.workspace.core.scopes -= {"channels:join"}
    general = world.workspace.channel("general")
    general.members.remove(world.workspace.core.state.bot_user_id)
    await world.carla.types(f"{DECLARE} channel:here", "general")
    await world.carla.sees("could not go into #general (missing_scope)", channel="general")
    await board(world, channel="incidents")


async def test_slack_is_away(redis_url: str) -> None:
    """What was declared is recorded; when Slack is back, channel, board and thread catch up."""
    async with inhabited(redis_url, worker=False) as world:
        for method in ("conversations.create", "chat.postMessage"):
            world.workspace.trouble.next(method, "503", times=10_000)
        await world.alice.types(DECLARE)
        await world.told(world.alice, "is declared", "which is being made")
        await world.alice.types("/dr note nobody hears us")
        await world.told(world.alice, "It is in the timeline")
        async with working(world.settings):
            world.workspace.trouble.clear()
            await until(lambda: channel_of(world).name.startswith("dr-2"), "there is no channel")
            name = channel_of(world).name
            await board(world, channel=name)
            await world.alice.sees("nobody hears us", channel=name)


async def test_whoever_made_the_channel_dies(redis_url: str) -> None:
    """The answer of Slack is lost: the channel that was made is taken, and there is no second."""
    async with inhabited(redis_url, worker=False) as world:
        world.workspace.trouble.next("conversations.create", "drop_after")
        await world.alice.types(DECLARE)
        await world.told(world.alice, "is declared", "Go to #dr-2")
        asked = [one for one in world.workspace.journal if one.method == "conversations.create"]
        assert len(asked) == 2, "it was asked for twice"
        made = [one for one in world.workspace.core.state.channels.values() if one.creator]
        assert [one.id for one in made] == [(await only(world)).channel]


async def test_a_record_that_somebody_put_back(world: World) -> None:
    """An older state of an incident in Redis is no incident: it is ignored and written down."""
    name = await declared(world)
    await board(world, channel=name)
    one = await only(world)
    before = await raw(world, arranged.INCIDENTS)
    await world.alice.types("/dr note it goes on", name)
    await world.alice.sees("alice: it goes on", channel=name)
    await put(world, arranged.INCIDENTS, before)
    assert await all_incidents(world.bot) == ()
    await world.carla.types(DECLARE)
    await world.told(world.carla, "is declared: West Europe down", f"Go to #{name}")
    assert "record.rejected" in await world.kinds()
    assert (await only(world)).id != one.id, "what was put back is none any more"

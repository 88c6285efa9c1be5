"""The card: where it goes, what it says, and who is told what."""

import json

import pytest

from tests.world import World

FAILOVER = "Failover of vm-web01"
HOSTILE = (
    "<!channel> <@U0BO0000000> <https://evil.example|click> "
    "*bold* `code` ~gone~ &amp; @here #incidents"
)


@pytest.mark.parametrize("channel", ["incidents", "dr-drills"])
async def test_the_card_goes_where_it_was_asked(world: World, channel: str) -> None:
    """In a channel that the bot is in, the card is shown right there."""
    await world.alice.types("/dr failover vm-web01 because it burns", channel)
    await world.alice.sees(FAILOVER, "0 of 2", channel=channel)
    await world.told(world.alice, "Asked:", f"Its card is in #{channel}", channel=channel)
    await world.bo.presses("Approve", on=FAILOVER, channel=channel)
    await world.alice.sees(FAILOVER, "1 of 2", channel=channel)


@pytest.mark.parametrize("channel", ["general", "dr"])
async def test_the_card_goes_to_the_incident_channel_otherwise(world: World, channel: str) -> None:
    """Where the bot is not, and in a direct talk: #incidents has the card."""
    await world.alice.types("/dr failover vm-web01 because it burns", channel)
    await world.bo.sees(FAILOVER, "0 of 2", channel="incidents")
    answer = await world.alice.sees("Its card is in #incidents", channel=channel)
    assert answer.ephemeral
    assert not [one for one in await world.alice.messages(channel) if "0 of 2" in one.words]


async def test_a_private_channel_keeps_its_card(world: World) -> None:
    """In a war room that the bot was invited to, the card stays among those who are there."""
    await world.alice.types("/dr failover vm-web01 because it burns", "war-room")
    await world.bo.sees(FAILOVER, "0 of 2", channel="war-room")
    assert not [one for one in await world.carla.messages() if FAILOVER in one.words]


async def test_the_card_says_what_approvers_must_know(world: World) -> None:
    """Way, asker, reason, data lost, what is destroyed, who may vote and until when."""
    card = await world.asked("vm-db01")
    for words in (
        "Waiting for approval: 0 of 2 so far. Expires",
        "Machine vm-db01 (A2A)",
        "moves West Europe → North Europe",
        "Asked by @alice",
        "Reason: West Europe is down",
        "Replication :red_circle: Critical",
        "about 2 h 13 min (as of",
        "What it destroys: Nothing before the commit: vm-db01 is started in North Europe",
        "rg-shop in vault-dr",
        "RPO threshold exceeded: the latest recovery point is 2 hours 13 minutes old. (78026)",
        "2 more of @dr-approvers, not @alice",
        "rule “default”",
    ):
        assert words in card.words.replace("\n", " "), card.words
    assert [button.label for button in card.buttons] == ["Approve", "Deny", "Withdraw"]


async def test_the_card_names_who_voted(world: World) -> None:
    """Votes appear with names, and the card counts down who is missing."""
    await world.asked()
    await world.bo.presses("Approve", on=FAILOVER)
    await world.alice.sees(FAILOVER, "@bo approved at", "1 more of @dr-approvers")


async def test_a_running_card_shows_the_steps(world: World) -> None:
    """While the job runs the card shows its steps, what is done and what is to come."""
    await world.asked()
    await world.approved(FAILOVER)
    await world.started("UnplannedFailover")
    world.clock.advance(30)
    card = await world.alice.sees(FAILOVER, "Running", "step 4 of 5", "Start failover — running")
    assert "Prerequisites check for failover — done" in card.words
    assert "to come" in card.words
    assert [one.label for one in card.buttons] == ["Cancel job"]


async def test_a_finished_card_says_what_next(world: World) -> None:
    """The end: how long it took, where the machine runs, and the likeliest next step first."""
    await world.asked()
    await world.approved(FAILOVER)
    await world.started("UnplannedFailover")
    await world.done("Failover of vm-web01 succeeded", "@alice")
    card = await world.alice.sees(FAILOVER, "Succeeded in 2 min", "What next?")
    assert "Failover completed · runs in North Europe (failed over)" in card.words
    assert [one.label for one in card.buttons][:3] == ["It works", "It does not", "Commit"]


async def test_the_thread_tells_the_story_and_the_channel_hears_the_end(world: World) -> None:
    """Details are in the thread, in order; only the end is told to the channel, with a mention."""
    await world.asked()
    await world.bo.presses("Approve", on=FAILOVER)
    await world.alice.sees(FAILOVER, "1 of 2")
    await world.carla.presses("Approve", on=FAILOVER)
    await world.started("UnplannedFailover")
    await world.done("Failover of vm-web01 succeeded")
    card = await world.alice.sees(FAILOVER, "What next?")
    thread = await world.alice.thread(card)
    story = "\n".join(one.words for one in thread)
    for before, after in (
        ("bo approved (1 of 2).", "carla approved (2 of 2): it goes ahead."),
        ("carla approved (2 of 2)", "Submitting to Azure (attempt 1, client request id"),
        ("Submitting to Azure", "Azure accepted it as job"),
        ("Azure accepted it as job", "succeeded in 2 min"),
    ):
        assert story.index(before) < story.index(after)
    loud = [one for one in thread if one.broadcast]
    assert len(loud) == 1
    assert "It runs in North Europe. @alice" in loud[0].words


async def test_nothing_that_people_write_becomes_active(world: World) -> None:
    """A reason full of mark-up is shown as it was typed: nobody is called, nothing is a link."""
    await world.alice.types(f"/dr failover vm-web01 because {HOSTILE}")
    card = await world.alice.sees(FAILOVER, "0 of 2", "click")
    await world.approved(FAILOVER)
    await world.started("UnplannedFailover")
    await world.done("Failover of vm-web01 succeeded")
    await world.alice.types("/dr audit vm-web01")
    await world.told(world.alice, "Audit log", "click")
    said = json.dumps([call.arguments for call in world.workspace.journal])
    for active in ("<!channel", "<!here", "<@U0BO0000000|", "<https://evil"):
        assert active not in said
    assert "*bold*" not in said
    assert "&lt;https" not in card.words


async def test_a_commit_says_what_it_deletes(world: World) -> None:
    """The card of a commit counts the recovery points that will be gone."""
    await world.alice.types("/dr commit vm-mail01")
    card = await world.alice.sees("Commit of vm-mail01", "0 of 2", "stays in North Europe")
    assert "What it destroys: Deletes the" in card.words
    assert "recovery points of vm-mail01: the point cannot be changed afterwards" in card.words


async def test_a_next_button_asks_and_does_not_act(world: World) -> None:
    """Commit, pressed on a finished card, is a request like any other, with the same reason."""
    await world.asked()
    await world.approved(FAILOVER)
    await world.started("UnplannedFailover")
    await world.done("Failover of vm-web01 succeeded")
    await world.erin.presses("Commit", on=FAILOVER)
    await world.told(world.erin, "The policy does not let you ask for this")
    await world.carla.presses("Commit", on=FAILOVER)
    await world.bo.sees("Commit of vm-web01", "0 of 2", "West Europe is down", "Asked by", "@carla")
    assert world.posts("failoverCommit") == 0


async def test_answers_to_questions_are_private(world: World) -> None:
    """What somebody looks up is theirs alone."""
    for text, words in (
        ("/dr", "Nothing waits for your approval."),
        ("/dr help", "/dr status"),
        ("/dr help all", "/dr failover"),
        ("/dr help failover", "--point"),
        ("/dr status", "Needs attention"),
        ("/dr status vm-db01", "Recovery points"),
        ("/dr list", "vm-web03"),
        ("/dr requests", "No request is open."),
        ("/dr audit", "The first policy is in force."),
    ):
        await world.erin.types(text)
        await world.told(world.erin, words)


async def test_what_waits_for_somebody_is_the_first_thing_they_see(world: World) -> None:
    """`/dr` alone tells an approver what waits for them, and the asker what is theirs."""
    await world.asked()
    request = await world.request()
    await world.bo.types("/dr")
    await world.told(world.bo, "Waiting for you", request.id, "The policy lets you look")
    await world.alice.types("/dr")
    await world.told(world.alice, "Yours, waiting for others", request.id, "/dr failover")

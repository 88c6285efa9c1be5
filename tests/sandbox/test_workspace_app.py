"""A real Bolt app lives in the workspace: the same behaviour over HTTP and over Socket Mode."""

from collections.abc import AsyncIterator

import pytest

from sandbox.people import PersonError
from tests.sandbox.workspace_app import MENU, Town, town


@pytest.fixture(params=["http", "socket"])
async def lively(request: pytest.FixtureRequest) -> AsyncIterator[Town]:
    """A workspace with the app in it."""
    async with town(request.param) as there:
        yield there


async def test_a_command_is_answered_for_one_person_only(lively: Town) -> None:
    """The text of an acknowledgement is an ephemeral message."""
    alice, bo = lively.people.alice, lively.people.bo
    await alice.types("/dr hello")
    message = await alice.sees("Hello & welcome, @alice")
    assert message.ephemeral
    assert await bo.messages() == []


async def test_a_command_can_be_answered_aloud(lively: Town) -> None:
    """An acknowledgement may ask to be shown to everybody."""
    await lively.people.alice.types("/dr aloud")
    assert not (await lively.people.bo.sees("Heard by all")).ephemeral


async def test_the_fields_of_a_command_are_slacks(lively: Town) -> None:
    """Text is escaped once, and mentions become ids."""
    await lively.people.alice.types("/dr hello @bo & <b> in #incidents for @dr-approvers, @nobody")
    heard = lively.lunch.heard[-1]
    assert heard["text"] == (
        "hello <@U0BO0000000|bo> &amp; &lt;b&gt; in <#C0INCIDENTS|incidents> "
        "for <!subteam^S0APPROVERS|@dr-approvers>, @nobody"
    )
    assert heard["command"] == "/dr"
    assert heard["channel_name"] == "incidents"
    assert heard["team_domain"] == "northwind"
    assert heard["is_enterprise_install"] == "false"
    await lively.people.alice.types("/dr hello", "war-room")
    assert lively.lunch.heard[-1]["channel_name"] == "privategroup"


async def test_a_button_is_pressed_after_its_question(lively: Town) -> None:
    """Saying no sends nothing; saying yes sends the stored value and the message it stands in."""
    people = lively.people
    await people.alice.types("/dr card")
    card = await people.bo.sees("Lunch at Luigi's?")
    assert [(item.label, item.style) for item in card.buttons] == [
        ("Approve", "primary"),
        ("Deny", ""),
    ]
    await people.bo.presses("Approve", on="Luigi", yes=False)
    assert len(lively.lunch.heard) == 1
    await people.bo.presses("Approve", on=card)
    await people.alice.sees("bo said it")
    heard = lively.lunch.heard[-1]
    action = heard["actions"][0]
    assert (action["action_id"], action["block_id"], action["value"], action["type"]) == (
        "approve",
        "vote",
        "lunch-1",
        "button",
    )
    assert heard["user"] == {
        "id": "U0BO0000000",
        "username": "bo",
        "name": "bo",
        "team_id": "T0DRSANDBOX",
    }
    assert heard["message"]["ts"] == heard["container"]["message_ts"] == card.ts
    assert heard["channel"] == {"id": "C0INCIDENTS", "name": "incidents"}


async def test_buttons_of_an_ephemeral_message_do_not_carry_it(lively: Town) -> None:
    """The app learns where it happened, not what the message said."""
    alice = lively.people.alice
    await alice.types("/dr private")
    await alice.sees("Luigi")
    await alice.presses("Deny")
    await alice.sees("alice said it")
    heard = lively.lunch.heard[-1]
    assert heard["container"]["is_ephemeral"] is True
    assert "message" not in heard
    with pytest.raises(PersonError, match="Luigi"):
        await lively.people.bo.sees("Luigi", within=0.1)


async def test_a_modal_is_filled_in_and_sent_off(lively: Town) -> None:
    """Options the app suggested can be chosen, and the state arrives complete."""
    alice = lively.people.alice
    await alice.types("/dr form")
    form = await alice.modal()
    assert (form.title, form.inputs) == ("Order", ["Dish", "Wine"])
    assert [one.value for one in await alice.searches("r", of="cellar")] == ["red"]
    await alice.fills(dish="soup", wine="red")
    assert await alice.submits() == {}
    view = lively.lunch.heard[-1]["view"]
    assert view["private_metadata"] == "lunch-1"
    assert view["state"]["values"]["dish"]["text"] == {"type": "plain_text_input", "value": "soup"}
    assert view["state"]["values"]["wine"]["cellar"]["selected_option"]["value"] == "red"
    assert not await alice.has_modal()


async def test_an_option_nobody_offered_cannot_be_chosen(lively: Town) -> None:
    """What people send is what they were offered."""
    alice = lively.people.alice
    await alice.types("/dr form")
    with pytest.raises(PersonError, match="cannot be chosen"):
        await alice.fills(wine="white")


async def test_complaints_stand_under_their_inputs(lively: Town) -> None:
    """First Slack's own, then the app's; the modal stays open with what was typed."""
    alice = lively.people.alice
    await alice.types("/dr form")
    assert await alice.submits() == {"dish": "Please complete this required field."}
    await alice.fills(dish="far too long for this input")
    assert await alice.submits() == {"dish": "Please use at most 20 characters."}
    await alice.fills(dish="stones")
    assert await alice.submits() == {"dish": "Nobody eats stones."}
    assert (await alice.modal()).values["dish"]["text"]["value"] == "stones"


async def test_an_answer_that_makes_no_sense_leaves_the_modal_open(lively: Town) -> None:
    """Complaints about a block that is no input are an error of the app."""
    alice = lively.people.alice
    await alice.types("/dr form")
    await alice.fills(dish="nonsense")
    with pytest.raises(PersonError, match="trouble connecting"):
        await alice.submits()
    assert await alice.has_modal()


async def test_modals_are_stacked_changed_closed_and_cleared(lively: Town) -> None:
    """At most three lie on each other; closing the top one is told to an app that asked for it."""
    alice = lively.people.alice
    await alice.types("/dr form")
    await alice.fills(dish="change")
    assert await alice.submits() == {}
    assert (await alice.modal()).title == "Changed"
    for _ in range(2):
        await alice.fills(dish="more")
        assert await alice.submits() == {}
    await alice.fills(dish="more")
    with pytest.raises(PersonError, match="trouble connecting"):
        await alice.submits()
    await alice.closes()
    assert lively.lunch.heard[-1]["type"] == "view_closed"
    assert lively.lunch.heard[-1]["is_cleared"] is False
    await alice.fills(dish="nothing")
    await alice.submits()
    assert not await alice.has_modal()


async def test_a_button_in_a_modal_may_open_another(lively: Town) -> None:
    """The view travels with the press, and its trigger lays the next one on top."""
    alice = lively.people.alice
    await alice.types("/dr form")
    await alice.fills(dish="soup")
    await alice.presses("Another", on=await alice.modal())
    assert (await alice.modal()).title == "Another"
    heard = lively.lunch.heard[-1]
    assert heard["container"] == {"type": "view", "view_id": heard["view"]["id"]}
    assert heard["view"]["state"]["values"]["dish"]["text"]["value"] == "soup"
    assert "message" not in heard


async def test_a_menu_in_a_message_is_used(lively: Town) -> None:
    """The chosen option travels whole; one that is not on the menu cannot be chosen."""
    client, erin = lively.lunch.client, lively.people.erin
    await client.chat_postMessage(channel="C0INCIDENTS", text="Menu", blocks=MENU)
    menu = await erin.sees("Anything else?")
    with pytest.raises(PersonError, match="cannot be chosen"):
        await erin.chooses("tea", of="more", on=menu)
    await erin.chooses("coffee", of="more", on=menu)
    action = lively.lunch.heard[-1]["actions"][0]
    assert (action["type"], action["block_id"]) == ("overflow", "menu")
    assert action["selected_option"]["text"]["text"] == "Coffee"


async def test_the_home_tab_is_shown_when_it_is_opened(lively: Town) -> None:
    """Opening tells the app, and what the app publishes is shown to that person."""
    home = await lively.people.carla.opens_home()
    assert home.words == "Lunch near you"
    assert lively.lunch.heard[-1]["tab"] == "home"
    assert "view" not in lively.lunch.heard[-1]
    await lively.people.carla.opens_home()
    assert lively.lunch.heard[-1]["view"]["type"] == "home"


async def test_a_mention_is_answered_in_its_thread(lively: Town) -> None:
    """The app hears of a message only when it is mentioned in a channel it is in."""
    erin = lively.people.erin
    await erin.types("what a day")
    await erin.types("@dr are you there?", "general")
    assert lively.lunch.heard == []
    await erin.types("@dr are you there?")
    message = await erin.sees("are you there?")
    await erin.sees("You called?")
    assert [reply.text for reply in await erin.thread(message)] == ["You called?"]


async def test_a_mention_takes_its_scope(lively: Town) -> None:
    """Without it the app is told of nothing, and nobody is told why."""
    lively.workspace.core.scopes -= {"app_mentions:read"}
    await lively.people.erin.types("@dr are you there?")
    assert lively.lunch.heard == []


async def test_a_shortcut_of_the_menu_is_sent_with_a_trigger(lively: Town) -> None:
    """The app hears who chose it, and may open a modal; there is no channel and no address."""
    await lively.people.alice.uses("Start a failover")
    heard = lively.lunch.heard[-1]
    assert heard["type"] == "shortcut"
    assert heard["callback_id"] == "dr.start_failover"
    assert heard["user"]["id"] == "U0ALICE0000"
    assert not {"channel", "response_url", "message"} & set(heard)
    await lively.people.alice.modal()
    with pytest.raises(PersonError, match="finds no shortcut"):
        await lively.people.alice.uses("Order lunch")


async def test_a_shortcut_on_a_message_is_sent_with_that_message(lively: Town) -> None:
    """The app hears who chose it, on what, and where; what one person alone sees has no menu."""
    alice = lively.people.alice
    await lively.people.bo.types("the oven is hot")
    wrote = await alice.sees("the oven is hot")
    await alice.uses_on("Add to the DR timeline", wrote)
    heard = lively.lunch.heard[-1]
    assert heard["type"] == "message_action"
    assert heard["channel"]["id"] == "C0INCIDENTS"
    assert heard["message"]["user"] == "U0BO0000000"
    assert (heard["message"]["text"], heard["message_ts"]) == ("the oven is hot", wrote.ts)
    with pytest.raises(PersonError, match="finds no shortcut"):
        await alice.uses_on("Start a failover", wrote)
    with pytest.raises(PersonError, match="finds no shortcut"):
        await alice.uses("Add to the DR timeline")


async def test_a_doubled_envelope_reaches_the_app_twice(lively: Town) -> None:
    """Slack delivers at least once."""
    lively.workspace.trouble.duplicate_envelopes()
    await lively.people.alice.types("/dr hello")
    while len(lively.lunch.heard) < 2:
        await lively.people.alice.messages()
    first, second = lively.lunch.heard
    assert first["trigger_id"] == second["trigger_id"]


async def test_a_command_nobody_acknowledges_fails_visibly(lively: Town) -> None:
    """After the deadline the person reads Slack's own words."""
    lively.workspace.delivery.ack_seconds = 0.2
    with pytest.raises(PersonError, match="operation_timeout"):
        await lively.people.alice.types("/dr silence")
    message = await lively.people.alice.sees('/dr failed with the error "operation_timeout"')
    assert message.ephemeral
    assert message.author == "slackbot"
    lively.lunch.awake.set()


async def test_an_answer_that_comes_late_is_a_timeout(lively: Town) -> None:
    """The app did its work, and the person is told that it failed all the same."""
    lively.workspace.trouble.delay_acks(3.0)
    with pytest.raises(PersonError, match="operation_timeout"):
        await lively.people.alice.types("/dr card")
    await lively.people.alice.sees("Luigi")

"""People see what is theirs to see, and cannot do what Slack would not let them do."""

import asyncio
from collections.abc import AsyncIterator

import aiohttp
import pytest

from sandbox.people import Message, PersonError
from sandbox.reading import words_of
from tests.sandbox.test_workspace_blocks import GOOD
from tests.sandbox.workspace_app import CARD, Town, town


@pytest.fixture
async def busy() -> AsyncIterator[Town]:
    """A workspace with a listening app."""
    async with town("http") as there:
        yield there


async def test_waiting_ends_when_the_message_arrives(busy: Town) -> None:
    """And not before."""
    waiting = asyncio.create_task(busy.people.bo.sees("Luigi", "Approve"))
    await busy.people.alice.types("/dr card")
    message = await waiting
    assert isinstance(message, Message)
    assert message.author == "dr"


async def test_waiting_in_vain_says_what_is_there(busy: Town) -> None:
    """So that a failing story can be read."""
    await busy.people.alice.types("/dr aloud")
    with pytest.raises(PersonError, match=r"bo waited 0\.1 s for 'Rome'(.|\n)*dr: Heard by all"):
        await busy.people.bo.sees("Rome", within=0.1)


async def test_a_message_can_be_seen_to_go(busy: Town) -> None:
    """The wait ends when the words are nowhere any more."""
    alice = busy.people.alice
    await alice.types("/dr card")
    await alice.sees("Luigi")
    gone = asyncio.create_task(alice.sees("Luigi", gone=True))
    await alice.presses("Deny")
    assert "Luigi" in (await gone).words


async def test_the_newest_message_with_the_button_is_meant(busy: Town) -> None:
    """Unless another one is named."""
    alice = busy.people.alice
    await alice.types("/dr card")
    await alice.types("/dr card")
    first, second = await alice.messages()
    await alice.presses("Deny")
    assert busy.lunch.heard[-1]["container"]["message_ts"] == second.ts
    await alice.presses("Deny", on=first)
    assert busy.lunch.heard[-1]["container"]["message_ts"] == first.ts


async def test_a_button_that_asks_nothing_cannot_be_declined(busy: Town) -> None:
    """There is no question to say no to."""
    await busy.people.alice.types("/dr card")
    with pytest.raises(PersonError, match="asks nothing"):
        await busy.people.bo.presses("Deny", yes=False)


async def test_commands_are_not_offered_in_threads(busy: Town) -> None:
    """Slack has none there."""
    alice = busy.people.alice
    await alice.types("hello")
    message = await alice.sees("hello")
    with pytest.raises(PersonError, match="not supported in threads"):
        await alice.types("/dr hello", thread=message.ts)
    await alice.types("a reply", thread=message.ts)
    assert [item.text for item in await alice.thread(message)] == ["a reply"]


async def test_the_app_can_be_talked_to_alone(busy: Town) -> None:
    """The conversation is called by the app's name, and nobody else is in it."""
    alice = busy.people.alice
    await alice.types("/dr card", "dr")
    assert busy.lunch.heard[-1]["channel_name"] == "directmessage"
    await alice.presses("Deny", channel="dr")
    await alice.sees("alice said it", channel="dr")
    assert await busy.people.bo.messages("dr") == []


async def test_an_unknown_command_is_not_sent(busy: Town) -> None:
    """Slack knows which commands there are."""
    with pytest.raises(PersonError, match="not a valid command"):
        await busy.people.alice.types("/nonsense")
    assert busy.workspace.delivered == []


async def test_people_of_other_companies_press_buttons_but_type_no_commands(busy: Town) -> None:
    """The app is told which company they are of."""
    await busy.people.alice.types("/dr card", "shared-ops")
    xavier = busy.people.xavier
    with pytest.raises(PersonError, match="other companies"):
        await xavier.types("/dr card", "shared-ops")
    await xavier.presses("Deny", channel="shared-ops")
    assert busy.lunch.heard[-1]["user"]["team_id"] == "T0CONTOSO00"
    assert busy.lunch.heard[-1]["team"]["id"] == "T0DRSANDBOX"
    with pytest.raises(PersonError, match="in no channel"):
        await xavier.types("hello", "incidents")


async def test_somebody_who_left_can_do_nothing(busy: Town) -> None:
    """Their session has ended."""
    with pytest.raises(PersonError, match="deactivated"):
        await busy.people.hana.types("/dr hello")
    with pytest.raises(PersonError, match="deactivated"):
        await busy.people.hana.messages()


async def test_an_app_that_does_not_listen_fails_visibly(busy: Town) -> None:
    """A refused connection is answered at once."""
    busy.workspace.deliver_to("http://127.0.0.1:9/slack/events")
    with pytest.raises(PersonError, match="dispatch_failed"):
        await busy.people.alice.types("/dr hello")
    await busy.people.alice.sees('/dr failed with the error "dispatch_failed"')


async def test_where_the_app_listens_can_be_said_over_the_wire(busy: Town) -> None:
    """Whoever runs a demo may hand out the addresses first."""
    url = busy.workspace.delivery.url
    busy.workspace.deliver_to(None)
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{busy.url}/control/deliver_to", json={"url": url}) as response,
    ):
        assert response.status == 200
    await busy.people.alice.types("/dr hello")


async def test_the_page_lists_people_with_their_roles(busy: Town) -> None:
    """Groups and kinds, for whoever looks."""
    screen = await busy.people.carla.screen()
    people = {person["name"]: person for person in screen["people"]}
    assert people["carla"]["groups"] == ["dr-operators", "dr-approvers"]
    assert people["gus"]["guest"] is True
    assert people["hana"]["deactivated"] is True
    assert people["xavier"]["external"] is True
    assert people["dr"]["bot"] is True
    assert screen["me"]["name"] == "carla"
    assert [channel["name"] for channel in screen["channels"]] == [
        "incidents",
        "general",
        "dr-drills",
        "shared-ops",
    ]
    assert screen["commands"][0]["command"] == "/dr"


def test_words_are_what_is_readable() -> None:
    """One line for each block, without mark-up."""
    names = {"U0ALICE0000": "alice", "C0INCIDENTS": "incidents"}
    text = (
        "*vm_web_01* of <@U0ALICE0000> in <#C0INCIDENTS|x> &amp; <https://a.example|_docs_> "
        "<!date^1800000000^{time}|at nine> `a*b` ~no~ <!here>"
    )
    blocks = [{"type": "section", "text": {"type": "mrkdwn", "text": text}}, *CARD]
    assert words_of(blocks, names) == (
        "vm_web_01 of @alice in #incidents & docs at nine a*b no @here\n"
        "Lunch at Luigi's?\n"
        "[Approve] [Deny]"
    )


def test_every_kind_of_block_has_words() -> None:
    """Nothing but a divider is silent."""
    silent = [block["type"] for block in GOOD if not words_of([block], {})]
    assert silent == ["divider"]

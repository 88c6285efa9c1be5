"""The Web API holds an app to Slack's rules; the caller is the real `slack_sdk`."""

import json
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

from sandbox.workspace.core import DEFAULT_SCOPES
from sandbox.workspace.limits import Limiter
from tests.sandbox.workspace_app import CARD, FORM, Town, plain, town

INCIDENTS = "C0INCIDENTS"


@pytest.fixture
async def quiet() -> AsyncIterator[Town]:
    """A workspace without a listening app."""
    async with town("none") as there:
        yield there


async def refused(call: Any) -> dict[str, Any]:
    """The answer of a call that Slack refuses."""
    with pytest.raises(SlackApiError) as caught:
        await call
    answer = caught.value.response.data
    assert isinstance(answer, dict)
    return answer


async def test_a_message_is_posted_edited_and_deleted(quiet: Town) -> None:
    """An edit with blocks leaves no mark; one without removes the blocks and is marked."""
    client, alice = quiet.lunch.client, quiet.people.alice
    posted = await client.chat_postMessage(channel="#incidents", text="Lunch?", blocks=CARD)
    ts = posted["ts"]
    assert posted["channel"] == INCIDENTS
    await client.chat_update(channel=INCIDENTS, ts=ts, text="Soon", blocks=CARD[:1])
    screen = await alice.screen()
    assert screen["messages"][INCIDENTS][0]["edited"] is False
    await client.chat_update(channel=INCIDENTS, ts=ts, text="Now")
    shown = (await alice.screen())["messages"][INCIDENTS][0]
    assert (shown["edited"], shown["blocks"], shown["text"]) == (True, [], "Now")
    await client.chat_delete(channel=INCIDENTS, ts=ts)
    answer = await refused(client.chat_update(channel=INCIDENTS, ts=ts, text="Again"))
    assert answer["error"] == "message_not_found"


async def test_replies_live_in_threads(quiet: Town) -> None:
    """A broadcast reply is marked, and a reply to a reply goes to the same root."""
    client = quiet.lunch.client
    root = (await client.chat_postMessage(channel=INCIDENTS, text="Root"))["ts"]
    reply = await client.chat_postMessage(channel=INCIDENTS, text="One", thread_ts=root)
    await client.chat_postMessage(
        channel=INCIDENTS, text="Two", thread_ts=reply["ts"], reply_broadcast=True
    )
    message = await quiet.people.bo.sees("Root")
    replies = await quiet.people.bo.thread(message)
    assert [(item.text, item.broadcast) for item in replies] == [("One", False), ("Two", True)]
    assert message.reply_count == 2
    missing = await refused(
        client.chat_postMessage(channel=INCIDENTS, text="?", thread_ts="1.000001")
    )
    assert missing["error"] == "thread_not_found"


@pytest.mark.parametrize(
    ("channel", "error"),
    [
        ("C0GENERAL00", "not_in_channel"),
        ("C0NOWHERE00", "channel_not_found"),
        ("#nowhere", "channel_not_found"),
    ],
)
async def test_an_app_posts_only_where_it_is_a_member(
    quiet: Town, channel: str, error: str
) -> None:
    """Public channels are visible to it, and closed all the same."""
    answer = await refused(quiet.lunch.client.chat_postMessage(channel=channel, text="Hello"))
    assert answer["error"] == error


async def test_a_private_channel_without_the_app_does_not_exist_for_it(quiet: Town) -> None:
    """Neither posting nor looking reveals it."""
    room = quiet.workspace.channel("war-room")
    room.members.remove("U0DRBOT0000")
    client = quiet.lunch.client
    assert (await refused(client.conversations_info(channel=room.id)))["error"] == (
        "channel_not_found"
    )
    listed = await client.conversations_list(types="public_channel,private_channel")
    assert "war-room" not in [channel["name"] for channel in listed["channels"]]


async def test_an_ephemeral_message_is_for_a_member_and_cannot_be_edited(quiet: Town) -> None:
    """It is gone from the app's reach once it is shown."""
    client = quiet.lunch.client
    answer = await refused(
        client.chat_postEphemeral(channel=INCIDENTS, user="U0XAVIER000", text="psst")
    )
    assert answer["error"] == "user_not_in_channel"
    shown = await client.chat_postEphemeral(channel=INCIDENTS, user="U0ERIN00000", text="psst")
    assert (await quiet.people.erin.sees("psst")).ephemeral
    answer = await refused(
        client.chat_update(channel=INCIDENTS, ts=shown["message_ts"], text="louder")
    )
    assert answer["error"] == "message_not_found"


async def test_too_long_an_edit_is_refused(quiet: Town) -> None:
    """An edit takes 4000 characters, a message takes 40 000."""
    client = quiet.lunch.client
    ts = (await client.chat_postMessage(channel=INCIDENTS, text="x" * 5000))["ts"]
    answer = await refused(client.chat_update(channel=INCIDENTS, ts=ts, text="x" * 4001))
    assert answer["error"] == "msg_too_long"


async def test_too_much_text_in_blocks_is_refused(quiet: Town) -> None:
    """All of them together; a private answer takes more."""
    client = quiet.lunch.client
    blocks = [{"type": "section", "text": {"type": "mrkdwn", "text": "x" * 2500}}] * 5
    ts = (await client.chat_postMessage(channel=INCIDENTS, text="x", blocks=blocks[:4]))["ts"]
    answer = await refused(client.chat_postMessage(channel=INCIDENTS, text="x", blocks=blocks))
    assert answer["error"] == "msg_blocks_too_long"
    answer = await refused(client.chat_update(channel=INCIDENTS, ts=ts, text="x", blocks=blocks))
    assert answer["error"] == "msg_blocks_too_long"
    user = "U0ERIN00000"
    await client.chat_postEphemeral(channel=INCIDENTS, user=user, text="x", blocks=blocks)


async def test_tokens_and_scopes_are_checked(quiet: Town) -> None:
    """Each refusal says what would have been needed."""
    url = f"{quiet.url}/api/"
    assert (await refused(AsyncWebClient("", url).auth_test()))["error"] == "not_authed"
    assert (await refused(AsyncWebClient("xoxb-no", url).auth_test()))["error"] == "invalid_auth"
    wrong = AsyncWebClient(quiet.workspace.app_token, url)
    answer = await refused(wrong.chat_postMessage(channel=INCIDENTS, text="Hello"))
    assert answer["error"] == "not_allowed_token_type"
    client = quiet.lunch.client
    answer = await refused(
        client.reactions_add(channel=INCIDENTS, timestamp="1.000001", name="eyes")
    )
    assert (answer["error"], answer["needed"]) == ("missing_scope", "reactions:write")
    assert answer["provided"] == ",".join(DEFAULT_SCOPES)
    known = await client.auth_test()
    assert known["team_id"] == "T0DRSANDBOX"
    assert known.headers["X-OAuth-Scopes"] == ",".join(DEFAULT_SCOPES)


async def test_somebody_is_found_by_their_address(quiet: Town) -> None:
    """With the scope for it alone; those who left, and the bot, are nobody."""
    client = quiet.lunch.client
    answer = await refused(client.users_lookupByEmail(email="bo@northwind.example"))
    assert (answer["error"], answer["needed"]) == ("missing_scope", "users:read.email")
    assert "email" not in (await client.users_info(user="U0BO0000000"))["user"]["profile"]
    quiet.workspace.core.scopes |= {"users:read.email"}
    found = await client.users_lookupByEmail(email="Bo@Northwind.example")
    assert found["user"]["id"] == "U0BO0000000"
    assert found["user"]["profile"]["email"] == "bo@northwind.example"
    for nobody in ("hana@northwind.example", "dr@northwind.example", "nobody@northwind.example"):
        answer = await refused(client.users_lookupByEmail(email=nobody))
        assert answer["error"] == "users_not_found"
    quiet.workspace.user("bo").address = "bo@elsewhere.example"
    assert (await refused(client.users_lookupByEmail(email="bo@northwind.example")))["error"]
    assert (await client.users_lookupByEmail(email="bo@elsewhere.example"))["user"]["name"] == "bo"


async def test_who_is_who_is_said_as_slack_says_it(quiet: Town) -> None:
    """A guest, somebody who left and a stranger can be told apart."""
    client = quiet.lunch.client
    people = {person["name"]: person for person in (await client.users_list())["members"]}
    assert people["gus"]["is_restricted"] is True
    assert people["hana"]["deleted"] is True
    assert people["xavier"]["is_stranger"] is True
    assert people["xavier"]["team_id"] != people["alice"]["team_id"]
    assert people["dr"]["is_bot"] is True
    assert "email" not in people["alice"]["profile"]
    alice = (await client.users_info(user="U0ALICE0000"))["user"]
    assert (alice["name"], alice["is_restricted"]) == ("alice", False)
    assert (await refused(client.users_info(user="U0NOBODY000")))["error"] == "user_not_found"


async def test_user_groups_can_be_looked_up_or_are_not_on_the_plan(quiet: Town) -> None:
    """A workspace on a free plan has none."""
    client = quiet.lunch.client
    groups = {item["handle"]: item["id"] for item in (await client.usergroups_list())["usergroups"]}
    members = await client.usergroups_users_list(usergroup=groups["dr-approvers"])
    assert members["users"] == ["U0BO0000000", "U0CARLA0000", "U0DMITRI000"]
    quiet.workspace.usergroups_available = False
    assert (await refused(client.usergroups_list()))["error"] == "plan_upgrade_required"


async def test_channels_are_listed_page_by_page(quiet: Town) -> None:
    """The cursor leads to the next page until it is empty."""
    names: list[str] = []
    cursor = ""
    while True:
        page = await quiet.lunch.client.conversations_list(
            types="public_channel,private_channel", limit=2, cursor=cursor
        )
        names += [channel["name"] for channel in page["channels"]]
        cursor = page["response_metadata"]["next_cursor"]
        if not cursor:
            break
    assert names == ["incidents", "general", "dr-drills", "shared-ops", "war-room"]
    shared = await quiet.lunch.client.conversations_info(channel="C0SHAREDOPS")
    assert shared["channel"]["is_ext_shared"] is True
    members = await quiet.lunch.client.conversations_members(channel="C0SHAREDOPS", limit=3)
    assert len(members["members"]) == 3
    assert members["response_metadata"]["next_cursor"] == "3"


async def test_a_conversation_with_a_person_is_opened_by_writing_to_them(quiet: Town) -> None:
    """The channel may be a person's id."""
    client = quiet.lunch.client
    opened = await client.conversations_open(users="U0ALICE0000")
    posted = await client.chat_postMessage(channel="U0ALICE0000", text="Between us")
    assert posted["channel"] == opened["channel"]["id"]
    await quiet.people.alice.sees("Between us", channel=posted["channel"])


@pytest.mark.parametrize("how", ["form", "query", "json", "get"])
async def test_arguments_come_in_any_encoding(quiet: Town, how: str) -> None:
    """JSON inside a form field is unpacked as well."""
    call = {"channel": INCIDENTS, "text": "Lunch?", "blocks": json.dumps(CARD)}
    headers = {"Authorization": f"Bearer {quiet.workspace.bot_token}"}
    address = f"{quiet.url}/api/chat.postMessage"
    async with aiohttp.ClientSession(headers=headers) as session:
        verb = "GET" if how == "get" else "POST"
        encodings: dict[str, Any] = {
            "form": {"data": call},
            "json": {"json": {**call, "blocks": CARD}},
        }
        sent = encodings.get(how, {"params": call})
        async with session.request(verb, address, **sent) as response:
            assert (await response.json())["ok"] is True
    assert quiet.workspace.journal[-1].method == "chat.postMessage"
    await quiet.people.alice.sees("Luigi")


async def test_blocks_are_refused_with_a_pointer(quiet: Town) -> None:
    """The answer says which field of which block is wrong."""
    blocks = [{"type": "header", "text": plain("x" * 151)}]
    answer = await refused(
        quiet.lunch.client.chat_postMessage(channel=INCIDENTS, text="?", blocks=blocks)
    )
    assert answer["error"] == "invalid_blocks"
    assert answer["response_metadata"]["messages"] == [
        "[ERROR] must be less than 151 characters [json-pointer:/blocks/0/text/text]"
    ]


async def test_views_need_a_fresh_trigger(quiet: Town) -> None:
    """A trigger opens one modal, soon."""
    client, tokens = quiet.lunch.client, quiet.workspace.core.tokens
    answer = await refused(client.views_open(trigger_id="1.2.3", view=FORM))
    assert answer["error"] == "invalid_trigger_id"
    trigger = tokens.new_trigger("U0ALICE0000")
    view = (await client.views_open(trigger_id=trigger, view=FORM))["view"]
    answer = await refused(client.views_open(trigger_id=trigger, view=FORM))
    assert answer["error"] == "exchanged_trigger_id"
    tokens.trigger_seconds = 0.0
    answer = await refused(
        client.views_open(trigger_id=tokens.new_trigger("U0BO0000000"), view=FORM)
    )
    assert answer["error"] == "expired_trigger_id"
    updated = await client.views_update(view_id=view["id"], hash=view["hash"], view=FORM)
    assert updated["view"]["hash"] != view["hash"]
    answer = await refused(client.views_update(view_id=view["id"], hash=view["hash"], view=FORM))
    assert answer["error"] == "hash_conflict"


async def test_an_update_keeps_what_was_typed(quiet: Town) -> None:
    """As long as the ids stay the same."""
    alice, client = quiet.people.alice, quiet.lunch.client
    trigger = quiet.workspace.core.tokens.new_trigger("U0ALICE0000")
    view = (await client.views_open(trigger_id=trigger, view=FORM))["view"]
    await alice.fills(dish="soup")
    await client.views_update(view_id=view["id"], view={**FORM, "title": plain("Hurry")})
    assert (await alice.modal()).values["dish"]["text"]["value"] == "soup"
    renamed = {**FORM, "blocks": [{**FORM["blocks"][0], "block_id": "course"}]}
    await client.views_update(view_id=view["id"], view=renamed)
    assert (await alice.modal()).values["course"]["text"]["value"] is None


async def test_a_response_address_takes_five_messages_in_half_an_hour(quiet: Town) -> None:
    """Then it is used up, and later it is gone."""
    path = quiet.workspace.core.tokens.new_response("U0ALICE0000", INCIDENTS)
    webhook = AsyncWebhookClient(quiet.url + path)
    for number in range(5):
        assert (await webhook.send(text=f"No. {number}")).status_code == 200
    sixth = await webhook.send(text="No. 5")
    assert (sixth.status_code, json.loads(sixth.body)["error"]) == (404, "used_url")
    path = quiet.workspace.core.tokens.new_response("U0ALICE0000", INCIDENTS)
    quiet.clock.advance(30 * 60 + 1)
    late = await AsyncWebhookClient(quiet.url + path).send(text="Late")
    assert (late.status_code, json.loads(late.body)["error"]) == (404, "expired_url")


async def test_an_original_can_be_replaced_or_deleted(quiet: Town) -> None:
    """Only through the address that came with an interaction in it."""
    client = quiet.lunch.client
    ts = (await client.chat_postMessage(channel=INCIDENTS, text="Old"))["ts"]
    path = quiet.workspace.core.tokens.new_response("U0BO0000000", INCIDENTS, ts)
    webhook = AsyncWebhookClient(quiet.url + path)
    await webhook.send(text="New", replace_original=True)
    assert [item.text for item in await quiet.people.bo.messages()] == ["New"]
    bad = await webhook.send(text="New", blocks=[{"type": "nonsense"}])
    assert bad.status_code == 400
    await webhook.send(delete_original=True)
    assert await quiet.people.bo.messages() == []


async def test_trouble_comes_when_it_is_asked_for(quiet: Town) -> None:
    """Each kind once, and then all is well again."""
    client, trouble = quiet.lunch.client, quiet.workspace.trouble
    trouble.next("chat.postMessage", "ratelimited", retry_after=7)
    with pytest.raises(SlackApiError) as caught:
        await client.chat_postMessage(channel=INCIDENTS, text="1")
    assert caught.value.response.status_code == 429
    assert caught.value.response.headers["Retry-After"] == "7"
    trouble.next("chat.postMessage", "channel_not_found")
    assert (await refused(client.chat_postMessage(channel=INCIDENTS, text="2")))["error"] == (
        "channel_not_found"
    )
    trouble.next("*", "503")
    with pytest.raises(SlackApiError) as caught:
        await client.chat_postMessage(channel=INCIDENTS, text="3")
    assert caught.value.response.status_code == 503
    bare = AsyncWebClient(quiet.workspace.bot_token, f"{quiet.url}/api/", retry_handlers=[])
    trouble.next("chat.postMessage", "drop_after")
    with pytest.raises(aiohttp.ClientError):
        await bare.chat_postMessage(channel=INCIDENTS, text="4")
    assert [item.text for item in await quiet.people.bo.messages()] == ["4"]
    await client.chat_postMessage(channel=INCIDENTS, text="5")
    await quiet.people.bo.sees("5")


async def test_limits_are_enforced_when_they_are_on(quiet: Town) -> None:
    """Fifty edits a minute in the whole workspace, whatever the channel."""
    now = 0.0
    quiet.workspace.web_api.limiter = Limiter(lambda: now)
    quiet.workspace.limits = True
    client = quiet.lunch.client
    ts = (await client.chat_postMessage(channel=INCIDENTS, text="0"))["ts"]
    for number in range(50):
        await client.chat_update(channel=INCIDENTS, ts=ts, text=str(number))
    now = 20.0
    with pytest.raises(SlackApiError) as caught:
        await client.chat_update(channel=INCIDENTS, ts=ts, text="50")
    assert caught.value.response.headers["Retry-After"] == "40"
    now = 60.0
    await client.chat_update(channel=INCIDENTS, ts=ts, text="51")


async def test_channels_are_made_filled_and_named(quiet: Town) -> None:
    """With the scopes for it, and under Slack's rules for names."""
    quiet.workspace.core.scopes |= {"channels:manage", "channels:join"}
    client = quiet.lunch.client
    made = await client.conversations_create(name="inc-1")
    room = made["channel"]["id"]
    await client.conversations_invite(channel=room, users="U0ALICE0000,U0BO0000000")
    await client.conversations_setTopic(channel=room, topic="It is down")
    assert (await client.conversations_info(channel=room))["channel"]["topic"]["value"] == (
        "It is down"
    )
    for name, error in (("inc-1", "name_taken"), ("Inc 1", "invalid_name_specials")):
        assert (await refused(client.conversations_create(name=name)))["error"] == error
    answer = await refused(client.conversations_invite(channel=room, users="U0ALICE0000"))
    assert answer["error"] == "already_in_channel"
    some = ["U0ALICE0000", "U0CARLA0000", "U0HANA00000"]
    answer = await refused(client.conversations_invite(channel=room, users=some))
    assert answer["error"] == "already_in_channel"
    await client.conversations_invite(channel=room, users=some, force=True)
    assert "U0CARLA0000" in quiet.workspace.channel("inc-1").members
    crowd = [f"U{number:09}" for number in range(101)]
    assert (await refused(client.conversations_invite(channel=room, users=crowd)))["error"] == (
        "too_many_users"
    )
    quiet.workspace.core.scopes -= {"channels:manage"}
    quiet.workspace.core.scopes |= {"channels:write.topic"}
    await client.conversations_setTopic(channel=room, topic="It is up")
    answer = await refused(client.conversations_invite(channel=room, users="U0BO0000000"))
    assert answer["error"] == "missing_scope"
    await client.conversations_join(channel="C0GENERAL00")
    await client.chat_postMessage(channel="C0GENERAL00", text="Here I am")


async def test_a_home_is_published_for_somebody_who_exists_and_within_limits(quiet: Town) -> None:
    """With the hash of the last one, of the right type, and no more than a hundred blocks."""
    client = quiet.lunch.client
    block = {"type": "section", "text": plain("Lunch")}
    view: dict[str, Any] = {"type": "home", "blocks": [block]}
    first = await client.views_publish(user_id="U0CARLA0000", view=view)
    known = first["view"]["hash"]
    await client.views_publish(user_id="U0CARLA0000", view=view, hash=known)
    stale = await refused(client.views_publish(user_id="U0CARLA0000", view=view, hash=known))
    assert stale["error"] == "hash_conflict"
    nobody = await refused(client.views_publish(user_id="U0NOBODY", view=view))
    assert nobody["error"] == "user_not_found"
    for wrong in (
        {"type": "home", "blocks": [block] * 101},
        {"type": "modal", "title": plain("No"), "blocks": [block]},
        {"type": "home", "title": plain("No"), "blocks": [block]},
    ):
        answer = await refused(client.views_publish(user_id="U0CARLA0000", view=wrong))
        assert answer["error"] == "invalid_arguments", wrong
    quiet.workspace.core.home_enabled = False
    off = await refused(client.views_publish(user_id="U0CARLA0000", view=view))
    assert off["error"] == "not_enabled"

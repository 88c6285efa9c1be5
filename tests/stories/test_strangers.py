"""Whoever is no full member here, and wherever others listen: refused, told and written down."""

import copy
from pathlib import Path
from typing import Any

import pytest

from bot.domain.request import State
from bot.refusals import Code, Who
from sandbox.workspace.delivery import Envelope
from tests.world import World, inhabited, listening, until

FAILOVER = "Failover of vm-web01"
TYPED = """
may_look = ["everyone"]

[[rule]]
name = "typed"
may_ask = ["everyone"]
may_approve = ["everyone"]
confirm = "name"
"""
"""Everybody may do everything, and an approval is typed into a form."""

NOBODIES = [
    ("gus", Who.GUEST),
    ("xavier", Who.OUTSIDER),
    ("hana", Who.DEACTIVATED),
    ("dr", Who.NOT_A_PERSON),
    ("slackbot", Who.NOT_A_PERSON),
]


@pytest.mark.parametrize(("name", "code"), NOBODIES, ids=str)
async def test_no_way_in_is_open_to_them(
    redis_url: str, tmp_path: Path, name: str, code: Code
) -> None:
    """Not a command, nor a click, nor a form, though the policy says that everyone may."""
    path = tmp_path / "policy.toml"
    path.write_text(TYPED, "utf-8")
    async with inhabited(redis_url, {"DR_POLICY": str(path)}) as world:
        user = world.workspace.user(name).id
        request = await typed_into_a_form(world)
        await again(world, "slash_commands", user_id=user, trigger_id="1.2.3")
        await again(world, "interactive", "block_actions", user={"id": user})
        await again(world, "interactive", "view_submission", user={"id": user})
        await again(world, "interactive", "block_suggestion", user={"id": user})
        facts = await refused(world, 4)
        assert [one.correlation["code"] for one in facts] == [code.id] * 4
        assert [one.actor.id for one in facts] == [user] * 4
        assert sorted((one.type, one.subject) for one in facts) == [
            ("click.refused", request),
            ("click.refused", request),
            ("click.refused", user),
            ("entry.refused", user),
        ]
        assert len((await world.request()).votes) == 1


async def test_a_stranger_is_told(world: World) -> None:
    """Xavier presses Approve where he sees the card, and reads why that does not count."""
    await world.asked()
    world.workspace.channel("incidents").members.append(world.workspace.user("xavier").id)
    await world.people.xavier.presses("Approve", on=FAILOVER)
    await world.told(world.people.xavier, "You belong to another organisation", Who.OUTSIDER.id)
    [fact] = await refused(world, 1)
    assert (fact.target, fact.operation) == ("vm-web01", "failover")


async def test_what_comes_from_another_workspace_is_written_down(world: World) -> None:
    """Slack itself says of a click and a command that they come from elsewhere."""
    await world.asked()
    await world.bo.presses("Approve", on=FAILOVER)
    await world.alice.sees(FAILOVER, "1 of 2")
    elsewhere = {"team": {"id": "T0CONTOSO00"}, "user": {"id": "U0MALLORY00"}}
    await again(world, "interactive", "block_actions", **elsewhere)
    await world.told(world.bo, "This bot works for another workspace.", Who.OUTSIDER.id)
    await again(world, "slash_commands", team_id="T0CONTOSO00", user_id="U0MALLORY00")
    facts = await refused(world, 2)
    assert [one.type for one in facts] == ["click.refused", "entry.refused"]
    assert {(one.actor.team, one.actor.id) for one in facts} == {("T0CONTOSO00", "U0MALLORY00")}
    assert len((await world.request()).votes) == 1


async def test_nothing_is_asked_in_a_channel_that_is_shared(world: World) -> None:
    """Alice may ask, but not where Contoso listens; nothing is shown there, not even a list."""
    for text in ("/dr failover vm-web01 because it is down", "/dr list"):
        await world.alice.types(text, channel="shared-ops")
        told = await world.told(
            world.alice, "shared with another organisation", "DR-WHO-05", channel="shared-ops"
        )
        assert "vm-web" not in told.words
    facts = await refused(world, 2)
    assert {one.correlation["code"] for one in facts} == {Who.SHARED_CHANNEL.id}
    assert await world.bot.redis.requests.newest_ids(1) == []


@pytest.mark.parametrize("how", ["shared", "invited"])
async def test_in_a_channel_that_became_shared_only_a_no_counts(redis_url: str, how: str) -> None:
    """The card was there before the others were: it can be denied, and not be approved."""
    async with inhabited(redis_url, front=False) as world:
        async with listening(world.settings):
            await world.asked()
        setattr(world.workspace.channel("incidents"), how, True)
        async with listening(world.settings):
            await world.bo.presses("Approve", on=FAILOVER)
            await world.told(world.bo, "shared with another organisation", "DR-WHO-05")
            assert (await world.request()).votes == ()
            await world.carla.presses("Deny", on=FAILOVER)
            await world.alice.sees(FAILOVER, "Denied")
            [fact] = await refused(world, 1)
            assert (fact.type, fact.actor.name) == ("click.refused", "bo")


async def test_a_form_does_not_count_in_a_shared_channel(redis_url: str, tmp_path: Path) -> None:
    """Whoever opened it before the channel was shared is told when they send it."""
    path = tmp_path / "policy.toml"
    path.write_text(TYPED, "utf-8")
    async with inhabited(redis_url, {"DR_POLICY": str(path)}, front=False) as world:
        async with listening(world.settings):
            await world.asked()
            await world.bo.presses("Approve", on=FAILOVER)
            await world.bo.modal()
        world.workspace.channel("incidents").shared = True
        async with listening(world.settings):
            await world.bo.fills(typed="vm-web01")
            await world.bo.submits()
            await world.told(world.bo, "shared with another organisation", "DR-WHO-05")
            assert (await world.request()).state is State.WAITING
            assert (await world.request()).votes == ()


async def test_an_incident_channel_that_is_shared_gets_no_card(world: World) -> None:
    """From a channel without the bot the card would go there; nobody asks in vain."""
    world.workspace.channel("incidents").shared = True
    await world.alice.types("/dr failover vm-web01 because it is down", channel="general")
    await world.told(world.alice, "incident_channel_shared_with_others", channel="general")
    assert await world.bot.redis.requests.newest_ids(1) == []


async def test_nobody_presses_faster_than_a_person_can(world: World) -> None:
    """A refusal is an entry of the log, so nobody may fill it with clicks."""
    await world.asked()
    key = f"{{dr}}:often:clicks:{world.workspace.user('erin').id}"
    await world.bot.redis.client.set(key, 60, ex=60)
    await world.erin.presses("Approve", on=FAILOVER)
    await world.told(world.erin, "more than 60 clicks within a minute", "DR-ASK-03")
    assert await refused(world, 0) == []


async def typed_into_a_form(world: World) -> str:
    """Have an approval typed, so that there is one envelope of each kind; returns the request."""
    await world.alice.types("/dr failover")
    await world.alice.searches("vm-web", of="target")
    await world.asked()
    await world.bo.presses("Approve", on=FAILOVER)
    await world.bo.modal()
    await world.bo.fills(typed="vm-web01")
    await world.bo.submits()
    await world.alice.sees(FAILOVER, "1 of 2")
    return (await world.request()).id


async def again(world: World, kind: str, sort: str = "", **changes: Any) -> None:
    """Deliver the last envelope of a kind once more, changed as asked, as if it were another."""
    last = next(
        one.payload
        for one in reversed(world.workspace.delivered)
        if one.kind == kind and one.payload.get("type", "") == sort
    )
    payload = copy.deepcopy(last) | changes
    for action in payload.get("actions", []):
        action["action_ts"] = "1.5"
    if "view" in payload:
        payload["view"]["id"] = "V0ANOTHER00"
    answer = await world.workspace.delivery.deliver(Envelope(kind, payload))
    assert not answer.problem


async def refused(world: World, count: int) -> list[Any]:
    """Wait until so many refusals are written down, and return what they say."""

    async def found() -> list[Any]:
        entries = [one.data for one in await world.entries()]
        return [one for one in entries if one.type.endswith(".refused")]

    async def enough() -> bool:
        return len(await found()) >= count

    await until(enough, f"there are not {count} refusals")
    facts = await found()
    assert len(facts) == count
    return facts

"""Slack in trouble: calls that fail, looks it does not take, envelopes twice or out of order."""

import asyncio

import pytest

from bot.domain.request import State
from sandbox.people import Person
from tests.world import World, inhabited, until

FAILOVER = "Failover of vm-web01"
PATIENCE = 30.0


async def _is(world: World, state: State) -> bool:
    return (await world.request()).state is state


async def _all_told(world: World) -> None:
    """See it to its end: one POST, one card that ends true, a thread that says nothing twice."""
    await world.started("UnplannedFailover")
    await until(lambda: _is(world, State.RUNNING), "it does not run")
    world.clock.advance(600)
    await world.alice.sees("Failover of vm-web01 succeeded", "@alice", within=PATIENCE)
    card = await world.alice.sees(FAILOVER, "Succeeded in", within=PATIENCE)
    story = "\n".join(one.words for one in await world.alice.thread(card))
    for words in ("(1 of 2)", "(2 of 2)", "Submitting", "accepted", "It runs in North Europe"):
        assert story.count(words) == 1, story
    assert world.posts("unplannedFailover") == 1


READS = (
    "auth.test",
    "users.info",
    "usergroups.list",
    "usergroups.users.list",
    "conversations.list",
    "conversations.info",
)
WRITES = ("chat.postMessage", "chat.update", "response_url")
MOMENTARY = (
    "ratelimited",
    "429",
    "500",
    "502",
    "503",
    "drop_before",
    "html",
    "internal_error",
    "service_unavailable",
)


@pytest.mark.parametrize("kind", MOMENTARY)
async def test_a_moment_of_trouble_with_every_method(world: World, kind: str) -> None:
    """The next call of each method fails, again and again: nobody notices but for the time."""

    def trouble() -> None:
        for method in (*READS, *WRITES):
            world.workspace.trouble.next(method, kind)

    trouble()
    await world.alice.types("/dr failover vm-web01 because West Europe is down")
    await world.alice.sees(FAILOVER, "0 of 2", within=PATIENCE)
    await world.told(world.alice, "Asked:")
    trouble()
    await world.bo.presses("Approve", on=FAILOVER)
    await world.alice.sees(FAILOVER, "1 of 2", within=PATIENCE)
    trouble()
    await world.carla.presses("Approve", on=FAILOVER)
    await _all_told(world)


@pytest.mark.parametrize("kind", ["drop_after", "slow", "malformed"])
async def test_an_edit_whose_answer_is_lost_is_made_again(world: World, kind: str) -> None:
    """To say the same twice about one message does no harm."""
    world.workspace.trouble.slow_seconds = 0.3
    await world.asked()
    world.workspace.trouble.next("chat.update", kind, times=2)
    await world.approved(FAILOVER)
    await _all_told(world)


@pytest.mark.parametrize(
    "code", ["invalid_blocks", "invalid_blocks_format", "msg_too_long", "msg_blocks_too_long"]
)
async def test_looks_that_slack_does_not_take(world: World, code: str) -> None:
    """The card is shown in words, with its buttons; with the next news it is whole again."""
    world.workspace.trouble.next("chat.postMessage", code)
    await world.alice.types("/dr failover vm-web01 because West Europe is down")
    card = await world.alice.sees(FAILOVER, "0 of 2")
    assert [button.label for button in card.buttons] == ["Approve", "Deny", "Withdraw"]
    world.workspace.trouble.next("chat.update", code)
    await world.bo.presses("Approve", on=FAILOVER)
    await until(lambda: _edited(world), "the card is not edited")
    await world.carla.presses("Approve", on=FAILOVER)
    await _all_told(world)


def _edited(world: World) -> bool:
    """Whether Slack has taken an edit."""
    edits = [seen.answer for seen in world.workspace.journal if seen.method == "chat.update"]
    return any(isinstance(answer, dict) and answer["ok"] for answer in edits)


@pytest.mark.parametrize("code", ["channel_not_found", "is_archived", "not_in_channel"])
async def test_a_channel_that_slack_denies_knowing(world: World, code: str) -> None:
    """The card in the drill channel cannot be edited any more: it goes on in #incidents."""
    await world.alice.types("/dr failover vm-web01 because it is a drill", "dr-drills")
    await world.alice.sees(FAILOVER, "0 of 2", channel="dr-drills")
    world.workspace.trouble.next("chat.update", code)
    world.workspace.trouble.next("chat.postMessage", code)
    await world.bo.presses("Approve", on=FAILOVER, channel="dr-drills")
    await world.alice.sees(FAILOVER, "1 of 2", channel="incidents")
    await world.carla.presses("Approve", on=FAILOVER)
    await _all_told(world)


async def test_the_token_is_revoked_before_the_last_vote(world: World) -> None:
    """Slack does not know us any more: whoever presses is told so, and nothing counts."""
    await world.asked()
    for method in READS:
        world.workspace.trouble.next(method, "token_revoked", times=5)
    before = await world.record()
    await world.bo.presses("Approve", on=FAILOVER)
    await world.told(world.bo, "token_revoked")
    assert await world.record() == before
    world.workspace.trouble.clear()
    await world.approved(FAILOVER)
    await _all_told(world)


async def test_the_token_is_revoked_while_the_job_runs(world: World) -> None:
    """The work goes on and is written down; the card follows when Slack takes it again."""
    await world.asked()
    await world.approved(FAILOVER)
    await world.alice.sees(FAILOVER, "Running")
    world.workspace.trouble.next("*", "token_revoked", times=10_000)
    world.clock.advance(600)
    await until(lambda: _is(world, State.SUCCEEDED), "it did not end", within=PATIENCE)
    assert world.posts("unplannedFailover") == 1


async def test_slack_is_down_for_longer_than_anybody_waits(world: World) -> None:
    """Who people are cannot be asked: they are told, nothing is recorded, and may try again."""
    await world.asked()
    before = await world.record()
    for method in ("users.info", "usergroups.list"):
        world.workspace.trouble.next(method, "service_unavailable", times=50)
    await world.bo.presses("Approve", on=FAILOVER)
    await world.told(world.bo, "Slack has trouble of its own.")
    assert await world.record() == before
    world.workspace.trouble.clear()
    await world.approved(FAILOVER)
    await _all_told(world)


async def test_slack_names_a_long_wait(world: World) -> None:
    """Nobody is kept waiting for half a minute without a word."""
    world.workspace.trouble.next("users.info", "ratelimited", retry_after=30)
    await world.alice.types("/dr failover vm-web01 because West Europe is down")
    await world.told(world.alice, "Slack asks us to slow down.")
    await world.asked()


async def test_everything_is_delivered_twice(world: World) -> None:
    """Commands and clicks: one request, one vote each."""
    world.workspace.trouble.duplicate_envelopes(3)
    await world.asked()
    await world.approved(FAILOVER)
    await _all_told(world)
    kinds = await world.kinds()
    assert kinds.count("request.ask") == 1
    assert "click.refused" not in kinds


async def test_the_last_vote_overtakes_the_first(world: World) -> None:
    """In whatever order they arrive: both count, and it begins once."""
    await world.asked()
    world.workspace.trouble.reorder_envelopes()
    await asyncio.gather(
        world.bo.presses("Approve", on=FAILOVER), world.carla.presses("Approve", on=FAILOVER)
    )
    await _all_told(world)


async def test_a_lost_envelope_is_seen_by_who_sent_it(world: World) -> None:
    """Slack shows its own error; the next press counts."""
    await world.asked()
    world.workspace.trouble.lose_envelopes()
    with pytest.raises(AssertionError, match="operation_timeout"):
        await world.bo.presses("Approve", on=FAILOVER)
    await world.approved(FAILOVER)
    await _all_told(world)


@pytest.mark.parametrize("how", ["disconnect", "link_disabled", "warning", "cut", "expire"])
async def test_socket_mode_in_trouble(redis_url: str, how: str) -> None:
    """The connection ends in one way or another: a new one is made, and the story goes on."""
    extra = {"SLACK_SIGNING_SECRET": ""}
    async with inhabited(redis_url, extra, socket=True) as world:
        await world.asked()
        socket = world.workspace.socket
        if how == "disconnect":
            await socket.disconnect("refresh_requested")
        elif how == "cut":
            socket.cut()
        elif how == "expire":
            socket.refuse_handshakes = 1
            socket.expire_addresses()
            socket.cut()
        else:
            await socket.disconnect(how)
        await socket.connected(within=PATIENCE)
        for person in (world.bo, world.carla):
            await _approves(person)
        await _all_told(world)


async def _approves(person: Person) -> None:
    """Press; where Slack shows an error of its own, because the app is not there yet, once more."""
    try:
        await person.presses("Approve", on=FAILOVER)
    except AssertionError:
        await person.presses("Approve", on=FAILOVER)

"""Whoever can still approve is reminded of a request that waits, and told how it ended."""

from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

from bot.domain.reminders import Letter
from bot.domain.request import Request
from bot.gateways.redis import Call
from bot.gateways.redis.bell import REMIND
from bot.messages.buttons import NUDGE
from handlers.buttons import Press, press
from sandbox.people import Message, Person
from sandbox.workspace.seed import TEAM
from sandbox.workspace.state import User
from tests.stories.test_what_a_rule_asks import under
from tests.world import World, inhabited, until, working

FAILOVER = "Failover of vm-web01"
MINUTE = 60_000
DIRECT = "dr"
"""What people call their conversation with the bot."""
RULE = """
may_look = ["everyone"]
[[rule]]
name = "tier 0"
may_ask = ["@dr-operators"]
may_approve = ["@dr-approvers"]
"""
ASKED_FOR = "Your approval is asked for"


async def pass_(world: World, minutes: int) -> Request:
    """Let so many minutes pass since the newest request was asked, and somebody look at it."""
    request = await world.request()
    now = (await world.bot.redis.requests.snapshot()).now
    await world.rewrite(request, asked_at=now - minutes * MINUTE)
    await world.bot.redis.reminders.look_again(request.id, 0)
    return request


async def looked_at(world: World) -> None:
    """Wait until a worker has done all that there is to do about reminders."""

    async def done() -> bool:
        requests = world.bot.redis.requests
        now = (await requests.snapshot()).now
        return not await world.bot.redis.reminders.agenda(await requests.open_ids(), now)

    await until(done, "nobody looks after the reminders")


async def letters(person: Person) -> list[Message]:
    """Read everything that the bot has told somebody directly."""
    return await person.messages(DIRECT)


async def only_letter(person: Person, *words: str) -> Message:
    """Wait for the one direct message that somebody has."""
    found = await person.sees(*words, channel=DIRECT)

    async def alone() -> bool:
        return len(await letters(person)) == 1

    await until(alone, f"{person.name} has several messages about one request")
    return found


def posts_to(world: World, person: str) -> int:
    """Count the direct messages that the bot tried to send to somebody."""
    user = world.workspace.user(person).id
    return sum(
        seen.method == "chat.postMessage" and seen.arguments.get("channel") == user
        for seen in world.workspace.journal
    )


async def noted(world: World, kind: str) -> list[str]:
    """Read what the entries of one kind say."""
    return [one.data.words for one in await world.entries() if one.type == f"dr.request.{kind}"]


async def test_those_who_can_approve_are_reminded(world: World) -> None:
    """After ten minutes, each by one direct message that leads to the card; nobody else is."""
    card = await world.asked()
    request = await pass_(world, 11)
    for person in (world.bo, world.carla, world.dmitri):
        told = await only_letter(person, ASKED_FOR, FAILOVER, "reminder 1")
        for words in (request.id, "@alice", "West Europe is down", "2 more of @dr-approvers"):
            assert words in told.words
        assert f"/p{card.ts.replace('.', '')}|Open the card" in str(told.blocks)
    await looked_at(world)
    assert await noted(world, "remind") == [
        "Reminded bo, carla, dmitri; missing: 2 of 2 approvals."
    ]
    assert not await letters(world.alice)
    assert not await letters(world.erin)


async def test_the_pause_doubles(world: World) -> None:
    """Nothing after twenty minutes, the next after thirty; it takes the place of the one before."""
    await world.asked()
    await looked_at(world)
    await pass_(world, 9)
    await looked_at(world)
    assert not await letters(world.bo)
    await pass_(world, 11)
    first = await only_letter(world.bo, "reminder 1")
    await pass_(world, 29)
    await looked_at(world)
    assert [one.ts for one in await letters(world.bo)] == [first.ts]
    await pass_(world, 31)
    second = await only_letter(world.bo, "reminder 2")
    assert second.ts > first.ts
    await looked_at(world)
    assert len(await noted(world, "remind")) == 2


async def test_who_has_voted_is_left_in_peace(world: World) -> None:
    """Their message says so, once; the others are reminded of what is still missing."""
    await world.asked()
    await pass_(world, 11)
    await only_letter(world.bo, ASKED_FOR)
    await world.bo.presses("Approve", on=FAILOVER)
    await only_letter(world.bo, "still waits", "You have approved it", "1 more of @dr-approvers")
    await pass_(world, 31)
    for person in (world.carla, world.dmitri):
        await only_letter(person, ASKED_FOR, "1 more of @dr-approvers", "reminder 2")
    await looked_at(world)
    assert posts_to(world, "bo") == 1
    await world.carla.presses("Approve", on=FAILOVER)
    for person in (world.carla, world.dmitri):
        await only_letter(person, FAILOVER, "was approved")
    assert "You have approved it" in (await letters(world.bo))[0].words


async def test_a_request_that_is_decided_ends_all_messages(world: World) -> None:
    """They say how, and nobody is told anything more."""
    await world.asked()
    await pass_(world, 11)
    await only_letter(world.bo, ASKED_FOR)
    await world.dmitri.presses("Deny", on=FAILOVER)
    for person in (world.bo, world.carla, world.dmitri):
        await only_letter(person, FAILOVER, "was denied", "dmitri denied it", "nothing is asked")
    await pass_(world, 31)
    await looked_at(world)
    assert [posts_to(world, one) for one in ("bo", "carla", "dmitri")] == [1, 1, 1]


async def test_a_request_that_expires_ends_all_messages(world: World) -> None:
    """They say that it was not approved in time."""
    await world.asked()
    request = await pass_(world, 11)
    await only_letter(world.bo, ASKED_FOR)
    await world.rewrite(await world.request(), expires_at=request.asked_at)
    await only_letter(world.bo, FAILOVER, "has expired", "not approved in time")


async def test_nobody_is_reminded_of_what_is_decided(world: World) -> None:
    """Not even when time was up before anybody looked."""
    await world.asked()
    await world.dmitri.presses("Deny", on=FAILOVER)
    await world.alice.sees(FAILOVER, "Denied")
    await pass_(world, 45)
    await looked_at(world)
    assert posts_to(world, "bo") == posts_to(world, "dmitri") == 0
    assert await noted(world, "remind") == []


async def test_it_escalates(redis_url: str, tmp_path: Path) -> None:
    """Others are told, with who could still approve; it gives them no right to do so."""
    more = 'escalate_after = "30m"\nescalate_to = ["U0ERIN00000", "U0DMITRI000"]\n'
    async with under(redis_url, tmp_path, RULE + more) as world:
        await world.asked()
        await pass_(world, 29)
        await looked_at(world)
        await pass_(world, 31)
        await only_letter(
            world.erin, "Nobody has decided this yet", FAILOVER, "bo, carla, dmitri",
            "does not give you the right to approve",
        )  # fmt: skip
        await only_letter(world.dmitri, "Nobody has decided this yet, and you can")
        await looked_at(world)
        assert posts_to(world, "bo") == 0
        assert await noted(world, "escalate") == [
            "Escalated to dmitri, erin; missing: 2 of 2 approvals."
        ]
        await world.erin.presses("Approve", on=FAILOVER)
        await world.told(world.erin, "You are not among those who may approve this")
        await world.approved(FAILOVER)
        await only_letter(world.erin, FAILOVER, "was approved")
        assert posts_to(world, "erin") == 1


async def test_who_is_reminded_and_escalated_to_has_one_message(
    redis_url: str, tmp_path: Path
) -> None:
    """Whatever came last."""
    more = 'remind_after = "10m"\nescalate_after = "20m"\nescalate_to = ["@dr-approvers"]\n'
    async with under(redis_url, tmp_path, RULE + more) as world:
        await world.asked()
        for minutes, words in ((11, "reminder 1"), (21, "escalated by rule"), (31, "reminder 2")):
            await pass_(world, minutes)
            await only_letter(world.bo, words)
            await looked_at(world)
        assert posts_to(world, "bo") == 3


async def test_a_worker_that_starts_later_goes_on(redis_url: str) -> None:
    """It knows who has which message, and sends only the latest of the reminders it missed."""
    async with inhabited(redis_url, worker=False) as world:
        await world.asked()
        async with working(world.settings):
            await pass_(world, 11)
            await only_letter(world.bo, "reminder 1")
            await looked_at(world)
        await pass_(world, 45)
        async with working(world.settings):
            await only_letter(world.bo, "reminder 2")
            await looked_at(world)
        await world.dmitri.presses("Deny", on=FAILOVER)
        async with working(world.settings):
            await only_letter(world.bo, "was denied")
        assert posts_to(world, "bo") == 2


async def test_a_worker_that_slept_through_all_of_it_sends_one(redis_url: str) -> None:
    """Nobody gets the reminders of an hour at once."""
    async with inhabited(redis_url, worker=False) as world:
        await world.asked()
        await pass_(world, 45)
        async with working(world.settings):
            await only_letter(world.bo, "reminder 2")
            await looked_at(world)
        assert posts_to(world, "bo") == 1


async def test_one_person_whom_slack_refuses_does_not_stop_the_others(world: World) -> None:
    """The entry says who could not be told."""
    await world.asked()
    await looked_at(world)
    world.workspace.trouble.next("chat.postMessage", "messages_tab_disabled")
    await pass_(world, 11)
    for person in (world.carla, world.dmitri):
        await only_letter(person, ASKED_FOR)
    await looked_at(world)
    assert not await letters(world.bo)
    words = await noted(world, "remind")
    assert words == [
        "Reminded carla, dmitri; missing: 2 of 2 approvals. Slack did not take the message to bo."
    ]
    await pass_(world, 31)
    await only_letter(world.bo, "reminder 2")


async def test_slack_asks_to_slow_down(world: World) -> None:
    """All are told, later, each once; nothing is tried again before Slack said so."""
    await world.asked()
    await looked_at(world)
    world.workspace.trouble.next("chat.postMessage", "ratelimited", retry_after=1)
    await pass_(world, 11)
    for person in (world.bo, world.carla, world.dmitri):
        await only_letter(person, ASKED_FOR)
    await looked_at(world)
    assert [posts_to(world, one) for one in ("bo", "carla", "dmitri")] == [2, 1, 1]
    assert len(await noted(world, "remind")) == 1


async def test_what_is_decided_while_slack_is_away_reaches_nobody(world: World) -> None:
    """A reminder that waited for Slack is not sent any more; the entry says so."""
    await world.asked()
    await looked_at(world)
    world.workspace.trouble.next("chat.postMessage", "ratelimited", retry_after=3)
    await pass_(world, 11)
    await until(lambda: posts_to(world, "bo") == 1, "nobody is reminded")
    await world.dmitri.presses("Deny", on=FAILOVER)
    await world.alice.sees(FAILOVER, "Denied")
    await looked_at(world)
    assert [posts_to(world, one) for one in ("bo", "carla", "dmitri")] == [1, 0, 0]
    assert await noted(world, "remind") == [
        "Reminded nobody, for it was over before Slack took a message."
    ]


async def test_what_cannot_be_deleted_now_is_deleted_later(world: World) -> None:
    """In between somebody has two messages; in the end they have one."""
    await world.asked()
    await pass_(world, 11)
    await only_letter(world.bo, "reminder 1")
    await looked_at(world)
    world.workspace.trouble.next("chat.delete", "503")
    await pass_(world, 31)
    await world.bo.sees("reminder 2", channel=DIRECT)
    await world.bo.sees("reminder 1", channel=DIRECT, gone=True)
    await only_letter(world.bo, "reminder 2")
    assert posts_to(world, "bo") == 2


async def test_two_workers_tell_nobody_twice(redis_url: str) -> None:
    """However often they are woken."""
    async with inhabited(redis_url, worker=False) as world:
        await world.asked()
        request = await pass_(world, 11)
        async with AsyncExitStack() as stack:
            for _ in range(2):
                await stack.enter_async_context(working(world.settings))
            for _ in range(5):
                await world.bot.redis.bell.ring(Call(task=REMIND, what=request.id))
            for person in (world.bo, world.carla, world.dmitri):
                await only_letter(person, ASKED_FOR)
            await looked_at(world)
        assert [posts_to(world, one) for one in ("bo", "carla", "dmitri")] == [1, 1, 1]
        assert len(await noted(world, "remind")) == 1


async def test_a_large_circle_is_called_in_the_thread(redis_url: str, tmp_path: Path) -> None:
    """More than thirty people are not told one by one: their group is mentioned, loudly, once.

    Erin, whom it does not hold and who votes in Dmitri's place, is mentioned beside it.
    """
    async with under(redis_url, tmp_path, RULE + 'remind_after = "10m"\n') as world:
        for number in range(30):
            one = User(f"U0MANY{number:05}", f"many{number}", f"Many {number}", "", TEAM)
            world.workspace.core.state.users[one.id] = one
            world.workspace.usergroup_members("dr-approvers").append(one.id)
        await world.dmitri.types("/dr delegate @erin until 2h")
        await world.told(world.dmitri, "@erin may vote in the place of @dmitri")
        card = await world.asked()
        await pass_(world, 11)
        first = await world.alice.sees("@dr-approvers, @erin:", "waits for approval", "reminder 1")
        assert (first.thread_ts, first.broadcast) == (card.ts, True)
        await pass_(world, 31)
        await world.alice.sees("@dr-approvers", "waits for approval", "reminder 2")
        await world.alice.sees("reminder 1", gone=True)
        await world.bo.presses("Deny", on=FAILOVER)
        await world.alice.sees("was denied", "nothing is asked of you now")
        assert not await letters(world.carla)
        assert "Reminded @dr-approvers (in the thread)" in (await noted(world, "remind"))[0]


async def test_people_nudge(world: World) -> None:
    """Those who can still approve are told at once; the next nudge has to wait five minutes."""
    await world.asked()
    request = await world.request()
    await world.bo.presses("Approve", on=FAILOVER)
    await world.alice.sees(FAILOVER, "1 of 2")
    await world.alice.types(f"/dr nudge {request.id.lower()}")
    await world.told(world.alice, "Nudged about", "direct message: carla, dmitri", "1 more of")
    for person in (world.carla, world.dmitri):
        await only_letter(person, ASKED_FOR, "@alice nudged at")
    await world.carla.types(f"/dr nudge {request.id}")
    await world.told(world.carla, "within the last 5 minutes", "It can be done again in")
    await looked_at(world)
    assert await noted(world, "nudge") == ["alice nudged carla, dmitri; missing: 1 of 2 approvals."]
    entry = next(one for one in await world.entries() if one.type == "dr.request.nudge")
    assert entry.data.actor.id == request.asker.id
    assert not await letters(world.bo)


async def test_the_button_does_the_same(world: World) -> None:
    """Whoever presses it is told whom it reaches."""
    await world.asked()
    request = await world.request()
    button = Press(
        id="p1",
        user=request.asker.id,
        channel=request.channel,
        action=NUDGE.action,
        value=request.id,
        trigger="",
    )
    said = await press(world.bot, button)
    assert said
    assert "direct message: bo, carla, dmitri" in said.text
    await only_letter(world.bo, ASKED_FOR, "@alice nudged at")


async def test_who_has_no_say_cannot_nudge(world: World) -> None:
    """They are told so, and it is written down; those who can are not held up by it."""
    await world.asked()
    request = await world.request()
    await world.erin.types(f"/dr nudge {request.id}")
    await world.told(world.erin, "You are not among those who may ask for or approve this")
    assert (await world.kinds())[-1] == "click.refused"
    await world.alice.types("/dr nudge vm-web01")
    await world.told(world.alice, "'vm-web01' is not the id of a request")
    await world.alice.types("/dr nudge R-000000")
    await world.told(world.alice, "There is no request R-000000")
    await world.carla.types(f"/dr nudge {request.id}")
    await only_letter(world.dmitri, "@carla nudged at")


async def test_nobody_is_nudged_about_what_is_decided(world: World) -> None:
    """The answer says how it stands."""
    await world.asked()
    request = await world.request()
    await world.dmitri.presses("Deny", on=FAILOVER)
    await world.alice.sees(FAILOVER, "Denied")
    await world.alice.types(f"/dr nudge {request.id}")
    await world.told(world.alice, f"{request.id} is denied; nobody has to be nudged about it")
    assert posts_to(world, "bo") == 0


async def test_a_forged_letter_deletes_nothing(world: World) -> None:
    """Who can write to Redis cannot have the bot delete or change what it said elsewhere."""
    card = await world.asked()
    request = await world.request()
    client: Any = world.bot.redis.client
    place = ("C0INCIDENTS", card.ts)
    forged = Letter(name="bo", channel=place[0], ts=card.ts, old=place).model_dump_json()
    await client.hset(
        f"{{dr}}:reminders:{request.id}", "letter U0BO0000000", f"{'0' * 64} {forged}"
    )
    await pass_(world, 11)
    await only_letter(world.bo, ASKED_FOR)
    await looked_at(world)
    await world.alice.sees(FAILOVER, "Waiting for approval")

"""When Slack is away the work goes on, and the card and its thread catch up completely."""

from bot.approvals import approve
from bot.clicks import Click
from bot.domain.request import State
from tests.world import World, inhabited, until, working

FAILOVER = "Failover of vm-web01"


async def _is(world: World, state: State) -> bool:
    return (await world.request()).state is state


def _away(world: World, kind: str, times: int) -> None:
    for method in ("chat.postMessage", "chat.update"):
        world.workspace.trouble.next(method, kind, times=times)


async def test_the_work_goes_on_and_the_thread_is_complete(redis_url: str) -> None:
    """Slack takes nothing from the last vote to the end: then it is told all of it, in order."""
    async with inhabited(redis_url, worker=False) as world:
        await world.asked()
        await world.approved(FAILOVER)
        await until(lambda: _is(world, State.APPROVED), "it was not approved")
        world.workspace.trouble.next("*", "503", times=10_000)
        async with working(world.settings):
            await world.started("UnplannedFailover")
            world.clock.advance(600)
            await until(lambda: _is(world, State.SUCCEEDED), "it did not end while Slack was away")
            assert "Waiting for approval" in (await world.alice.sees(FAILOVER, "Approve")).words
            world.workspace.trouble.clear()
            card = await world.alice.sees(FAILOVER, "Succeeded in", "What next?")
        thread = [one.words for one in await world.alice.thread(card)]
        story = "\n".join(thread)
        for words in ("(1 of 2)", "(2 of 2)", "Submitting", "accepted", "It runs in North Europe"):
            assert story.count(words) == 1, story
        assert world.posts("unplannedFailover") == 1


async def test_slack_asks_to_slow_down(world: World) -> None:
    """Rate limits in the middle of it cost time and nothing else; nothing is said twice."""
    await world.asked()
    _away(world, "ratelimited", 2)
    await world.approved(FAILOVER)
    await world.started("UnplannedFailover")
    world.clock.advance(600)
    card = await world.alice.sees(FAILOVER, "Succeeded in")
    words = [one.words for one in await world.alice.thread(card)]
    assert len(words) == len(set(words))


async def test_a_front_without_slack_says_so_and_records_nothing(world: World) -> None:
    """Who somebody is cannot be asked: nothing is taken for granted, and they may try again."""
    before = await world.record()
    world.workspace.trouble.next("users.info", "503", times=3)
    await world.alice.types("/dr failover vm-web01 because West Europe is down")
    await world.told(world.alice, "Slack has trouble of its own.")
    assert await world.record() == before
    await world.asked()


async def test_votes_stand_when_slack_is_away_at_execution(redis_url: str) -> None:
    """Everybody was checked when they pressed; Slack's silence later does not stop the work."""
    async with inhabited(redis_url, worker=False) as world:
        await world.asked()
        await world.approved(FAILOVER)
        await until(lambda: _is(world, State.APPROVED), "it was not approved")
        for method in ("auth.test", "users.info", "usergroups.list"):
            world.workspace.trouble.next(method, "503", times=50)
        async with working(world.settings):
            await world.started("UnplannedFailover")
            world.workspace.trouble.clear()
            await world.done("Failover of vm-web01 succeeded")


async def test_a_channel_that_was_archived(world: World) -> None:
    """The drill channel is archived while the job runs: the card goes on in #incidents."""
    await world.alice.types("/dr failover vm-web01 because it is a drill", "dr-drills")
    for person in (world.bo, world.carla):
        await person.presses("Approve", on=FAILOVER, channel="dr-drills")
    await world.started("UnplannedFailover")
    await world.alice.sees(FAILOVER, "Running", channel="dr-drills")
    world.workspace.channel("dr-drills").archived = True
    world.clock.advance(600)
    await world.alice.sees(FAILOVER, "Succeeded in", "What next?", channel="incidents")
    await world.alice.sees("Failover of vm-web01 succeeded", "@alice", channel="incidents")


async def test_a_channel_that_the_bot_was_thrown_out_of(world: World) -> None:
    """Somebody removes the bot from the channel: the card goes on in #incidents."""
    await world.alice.types("/dr failover vm-web01 because it is a drill", "dr-drills")
    await world.alice.sees(FAILOVER, "0 of 2", channel="dr-drills")
    members = world.workspace.channel("dr-drills").members
    members.remove(world.workspace.core.state.bot_user_id)
    await world.alice.presses("Withdraw", on=FAILOVER, channel="dr-drills")
    await world.alice.sees(FAILOVER, "Withdrawn", channel="incidents")


async def test_a_card_that_somebody_deleted(world: World) -> None:
    """An administrator deletes the message: with the next news there is a new one."""
    card = await world.asked()
    state = world.workspace.core.state
    post = state.find_post(world.workspace.channel("incidents").id, card.ts)
    assert post is not None
    state.remove_post(post)
    await world.alice.types("/dr requests")
    request = await world.request()
    await world.told(world.alice, "Open", request.id)
    members = world.workspace.usergroup_members("dr-approvers")
    assert members
    await approve(world.bot, Click(id="elsewhere", user=members[0], request=request.id))
    again = await world.alice.sees(FAILOVER, "1 of 2")
    assert again.ts != card.ts


async def test_no_channel_takes_the_card(world: World) -> None:
    """The bot is in no channel at all: the asker is told so, and no request is made."""
    bot = world.workspace.core.state.bot_user_id
    for channel in world.workspace.core.state.channels.values():
        if bot in channel.members:
            channel.members.remove(bot)
    await world.alice.types("/dr failover vm-web01 because West Europe is down")
    await world.told(world.alice, "incident_channel_not_joined")
    assert await world.kinds() == []

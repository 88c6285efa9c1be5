"""Writing to the bot: `@dr …` in channels and in threads, with the grammar of `/dr`."""

from sandbox.workspace import payloads
from sandbox.workspace.delivery import Envelope
from sandbox.workspace.state import Post
from tests.world import World, inhabited

BOT = "U0DRBOT0000"


async def card(world: World) -> str:
    """Have Alice ask, and return the time stamp of the card."""
    return (await world.asked()).ts


def replies(world: World, thread: str) -> list[str]:
    """What the bot has posted in a thread."""
    posts = world.workspace.core.state.posts["C0INCIDENTS"].values()
    return [post.text for post in posts if post.thread_ts == thread and post.user == BOT]


async def test_a_look_is_answered_in_the_thread_for_all_who_are_in_it(redis_url: str) -> None:
    """Where slash commands do not work, a mention does."""
    async with inhabited(redis_url) as world:
        thread = await _thread(world)
        await world.erin.types("@dr status vm-web01", thread=thread)
        said = await world.bo.sees("vm-web01", "Recovery points")
        assert not said.ephemeral
        assert said.thread_ts == thread


async def test_in_a_channel_the_answer_hangs_on_the_mention(redis_url: str) -> None:
    """It does not fill the channel."""
    async with inhabited(redis_url) as world:
        await world.erin.types("could somebody, say @dr, status vm-web01?")
        refused = await world.told(world.erin, "There is no command")
        assert refused.thread_ts is None
        await world.erin.types("status vm-web01 @dr")
        asked = await world.bo.sees("status vm-web01 @dr")
        said = await world.bo.sees("vm-web01", "Recovery points")
        assert said.thread_ts == asked.ts


async def test_who_may_not_ask_is_told_alone_and_where_they_wrote(redis_url: str) -> None:
    """A mention gives nobody more than a command: the same authorization, the same log."""
    async with inhabited(redis_url) as world:
        thread = await _thread(world)
        await world.erin.types("@dr failover vm-web02 because it is down", thread=thread)
        refused = await world.told(world.erin, "DR-ASK")
        assert refused.thread_ts == thread
        assert not [one for one in await world.bot.redis.requests.newest_ids(5) if one][1:]


async def test_an_operation_is_asked_for_by_a_mention(redis_url: str) -> None:
    """With its reason, unescaped once, as for typed commands."""
    async with inhabited(redis_url) as world:
        thread = await _thread(world)
        await world.alice.types("@dr failover vm-web02 because R&D is <down>", thread=thread)
        await world.bo.sees("Failover of vm-web02", "0 of 2")
        assert (await world.request()).reason == "R&D is <down>" or "R&D" in (
            await world.request()
        ).reason


async def test_a_form_is_offered_with_a_button(redis_url: str) -> None:
    """A mention has no trigger; whoever presses the button has, and may still ask."""
    async with inhabited(redis_url) as world:
        thread = await _thread(world)
        await world.alice.types("@dr failover because West Europe is down", thread=thread)
        offer = await world.told(world.alice, "Open the form…")
        assert offer.thread_ts == thread
        await world.alice.presses("Open the form…", on=offer)
        form = await world.alice.modal()
        assert form.values["reason"]["option"]["value"] == "West Europe is down"


async def test_choices_are_for_whoever_wrote_alone(redis_url: str) -> None:
    """The half-finished command is theirs, and so are the buttons."""
    async with inhabited(redis_url) as world:
        thread = await _thread(world)
        await world.alice.types("@dr failover vm-web because it is down", thread=thread)
        near = await world.told(world.alice, "Did you mean")
        await world.alice.presses("vm-web02", on=near)
        await world.bo.sees("Failover of vm-web02", "0 of 2")


async def test_what_is_about_one_person_is_whispered(redis_url: str) -> None:
    """Nothing but the name: what waits for whom is nobody else's business."""
    async with inhabited(redis_url) as world:
        thread = await _thread(world)
        await world.bo.types("@dr", thread=thread)
        assert (await world.told(world.bo, "Waiting for you")).thread_ts == thread


async def test_an_event_that_comes_again_has_effect_once(redis_url: str) -> None:
    """Slack sends again what was not acknowledged in time, under the same id."""
    async with inhabited(redis_url) as world:
        thread = await _thread(world)
        await world.erin.types("@dr status vm-web01", thread=thread)
        await world.bo.sees("vm-web01", "Recovery points")
        before = len(replies(world, thread))
        first = next(e for e in world.workspace.delivered if e.kind == "events_api")
        for retry in (1, 2):
            answer = await world.workspace.delivery.deliver(
                Envelope("events_api", {**first.payload, "event_time": retry}, retry=retry)
            )
            assert not answer.problem
        await _quiet(world)
        assert len(replies(world, thread)) == before


async def test_bots_and_edits_are_not_answered(redis_url: str) -> None:
    """Two bots that answer each other would never stop."""
    async with inhabited(redis_url) as world:
        thread = await _thread(world)
        before = len(replies(world, thread))
        for odd in (
            {"bot_id": "B0OTHER", "subtype": "bot_message"},
            {"bot_id": "B0OTHER"},
            {"user": None},
            {"user": BOT},
            {"edited": {"user": "U0ERIN00000", "ts": "1.2"}},
        ):
            post = Post(
                world.workspace.core.state.new_ts(),
                "C0INCIDENTS",
                "U0ERIN00000",
                f"<@{BOT}> status vm-web01",
                thread_ts=thread,
            )
            payload = payloads.mention(world.workspace.core, post)
            payload["event"] |= odd
            answer = await world.workspace.delivery.deliver(Envelope("events_api", payload))
            assert not answer.problem, odd
        await _quiet(world)
        assert len(replies(world, thread)) == before


async def test_mentions_come_over_socket_mode_too(redis_url: str) -> None:
    """The same listeners behind both doors."""
    async with inhabited(redis_url, socket=True) as world:
        await world.erin.types("@dr status vm-web01")
        assert not (await world.bo.sees("vm-web01", "Recovery points")).ephemeral
        await world.erin.opens_home()


async def test_where_strangers_listen_nothing_is_said(redis_url: str) -> None:
    """A channel that is shared with another organisation is refused, as for commands."""
    async with inhabited(redis_url) as world:
        world.workspace.channel("incidents").shared = True
        await world.erin.types("@dr status vm-web01")
        await world.told(world.erin, "shared with another organisation")
        assert not [m for m in await world.bo.messages() if "Recovery points" in m.words]


async def _thread(world: World) -> str:
    return await card(world)


async def _quiet(world: World) -> None:
    """Wait until a mention behind all others was answered."""
    await world.carla.types("@dr points vm-db01")
    await world.carla.sees("Recovery points of vm-db01")

"""The Home: what needs somebody first, for them alone, at once, and fresh as long as it is open."""

from typing import Any

from bot import homes
from bot.gateways.redis.homes import LIMIT
from tests.world import World, inhabited, until, working


def published(world: World, user: str = "") -> list[dict[str, Any]]:
    """The views that Slack took, of everybody or of one person."""
    return [
        seen.arguments
        for seen in world.workspace.journal
        if seen.method == "views.publish"
        and isinstance(seen.answer, dict)
        and seen.answer.get("ok")
        and user in {"", seen.arguments["user_id"]}
    ]


async def grown_old(world: World, user: str) -> None:
    """Let a Home be as if it had been looked at long ago."""
    shown = await world.bot.redis.homes.shown(user)
    await world.bot.redis.homes.show(user, shown.model_copy(update={"looked": 0}))


async def test_what_waits_for_me_comes_first_and_is_decided_from_there(redis_url: str) -> None:
    """Bo finds what he may approve, opens its card in a window, approves, and it goes."""
    async with inhabited(redis_url) as world:
        await world.asked()
        home = await world.bo.opens_home()
        assert home.words.startswith("Waiting for you\nFailover of vm-web01")
        await world.bo.presses("Look and decide…", on=home)
        window = await world.bo.modal()
        assert window.title.startswith("Request R-")
        assert "What it destroys" in window.words
        await world.bo.presses("Approve", on=window)
        await until(lambda: _window_says(world, "1 of 2"), "the window says nothing of the vote")
        await world.bo.sees_home("Nothing waits for you.")
        assert (await world.request()).approvals[0].person.id == "U0BO0000000"


async def test_a_home_is_there_at_once_and_azure_has_its_say_behind(redis_url: str) -> None:
    """Without a worker it has what Redis knows; with one, the machines are judged."""
    async with inhabited(redis_url, worker=False) as world:
        home = await world.erin.opens_home()
        assert "Azure is being asked…" in home.words
        assert "Nothing is running." in home.words
        await homes.draw(world.bot, "U0ERIN00000")
        home = await world.erin.sees_home("blocked")
        assert "Azure is being asked…" not in home.words


async def test_a_home_says_who_one_is_and_what_one_may(redis_url: str) -> None:
    """Alice may ask, Bo may approve, Erin may look; the buttons are those that one can use."""
    async with inhabited(redis_url) as world:
        alice = await world.alice.opens_home()
        bo = await world.bo.opens_home()
        erin = await world.erin.opens_home()
        assert "in @dr-operators" in alice.words
        assert "You may approve, of others\nNothing." in alice.words
        assert "You may ask for\nNothing." in bo.words
        assert "You may approve, of others\nFailover" in bo.words
        assert "in no group of it" in erin.words
        labels = {button.label for button in alice.buttons}
        assert {"Start a failover…", "Start a test failover…", "Help"} <= labels
        assert "Start a failover…" not in {button.label for button in bo.buttons}


async def test_quick_actions_open_the_form_and_answer_in_a_window(redis_url: str) -> None:
    """There is no channel on a Home: the form says where the card goes."""
    async with inhabited(redis_url) as world:
        home = await world.alice.opens_home()
        await world.alice.presses("Start a failover…", on=home)
        form = await world.alice.modal()
        assert "The card goes to #incidents" in form.words
        await world.alice.finds("vm-web01", of="target", typing="vm-web01")
        await world.alice.fills(reason="West Europe is down")
        assert await world.alice.submits() == {}
        await world.bo.sees("Failover of vm-web01", "0 of 2")
        await world.alice.sees_home("Your requests, waiting for others", "Failover of vm-web01")
        await world.alice.presses("Help", on=await world.alice.sees_home("Help"))
        assert "failover" in (await world.alice.modal()).words


async def test_what_runs_is_shown_with_its_clock(redis_url: str) -> None:
    """The machine, the step, how long it has taken; and it goes when it has ended."""
    async with inhabited(redis_url) as world:
        await world.asked()
        await world.approved("Failover of vm-web01")
        await world.started("UnplannedFailover")
        await world.erin.opens_home()
        home = await world.erin.sees_home("Running now", "Failover of vm-web01", "Running")
        assert " s" in home.words or " min" in home.words
        await world.done("Failover of vm-web01", "succeeded")
        await world.erin.sees_home("Nothing is running.")


async def test_a_guest_sees_one_clear_sentence(redis_url: str) -> None:
    """Nothing of machines or requests is on it, and that they looked is in the log."""
    async with inhabited(redis_url) as world:
        await world.asked()
        guest = world.people.named("gus")
        home = await guest.opens_home()
        assert "vm-web01" not in home.words
        assert "Guests of this workspace" in home.words
        assert not home.buttons
        assert "entry.refused" in await world.kinds()
        assert await world.bot.redis.homes.open(0) == []


async def test_a_page_on_which_nothing_happened_is_not_published_again(redis_url: str) -> None:
    """However often it is looked at; and what changed is."""
    async with inhabited(redis_url, worker=False) as world:
        await world.erin.opens_home()
        await homes.draw(world.bot, "U0ERIN00000")
        before = len(published(world))
        for _ in range(3):
            await grown_old(world, "U0ERIN00000")
            assert await homes.draw(world.bot, "U0ERIN00000") is None
        assert len(published(world)) == before


async def test_a_home_is_fresh_while_it_is_open_and_left_alone_afterwards(redis_url: str) -> None:
    """A worker looks again by itself; a quarter of an hour after the last opening nobody does."""
    async with inhabited(redis_url) as world:
        await world.dmitri.opens_home()
        await world.dmitri.sees_home("ready")
        await world.asked()
        await world.dmitri.sees_home("Waiting for you", "Failover of vm-web01")
        client: Any = world.bot.redis.client
        await client.zadd("{dr}:homes", {"U0DMITRI000": 1})
        await homes.refresh(world.bot)
        now = (await world.bot.redis.requests.snapshot()).now
        assert await world.bot.redis.homes.open(now) == []


async def test_two_workers_do_not_draw_the_same_home_twice(redis_url: str) -> None:
    """Each change is published once, whoever sees it first."""
    async with inhabited(redis_url) as world, working(world.settings):
        await world.dmitri.opens_home()
        await world.dmitri.sees_home("ready")
        before = len(published(world, "U0DMITRI000"))
        await world.asked()
        await world.dmitri.sees_home("Waiting for you", "Failover of vm-web01")
        for _ in range(3):
            await grown_old(world, "U0DMITRI000")
            await homes.refresh(world.bot)
            await until(lambda: _looked_at(world, "U0DMITRI000"), "nobody looks at it again")
        assert len(published(world, "U0DMITRI000")) == before + 1


async def test_a_view_that_slack_lost_is_shown_again(redis_url: str) -> None:
    """Slack says which view it shows; of another one than ours nothing is believed."""
    async with inhabited(redis_url, worker=False) as world:
        await world.erin.opens_home()
        await homes.draw(world.bot, "U0ERIN00000")
        del world.workspace.core.views.homes["U0ERIN00000"]
        home = await world.erin.opens_home()
        assert "Nothing is running." in home.words


async def test_a_view_that_somebody_else_changed_is_shown_anew(redis_url: str) -> None:
    """A hash that is not ours any more is a conflict, and not the end."""
    async with inhabited(redis_url, worker=False) as world:
        await world.erin.opens_home()
        shown = await world.bot.redis.homes.shown("U0ERIN00000")
        await world.bot.redis.homes.show(
            "U0ERIN00000", shown.model_copy(update={"hash": "1.foreign", "digest": "old"})
        )
        assert await homes.draw(world.bot, "U0ERIN00000") is None
        await world.erin.sees_home("ready")


async def test_publishing_keeps_to_the_budget(redis_url: str) -> None:
    """When it is used up, a Home waits for it; those who open theirs have some kept back."""
    async with inhabited(redis_url, worker=False) as world:
        for number in range(LIMIT - 20):
            wait = world.bot.redis.homes.wait_before_publishing
            assert not await wait(f"U{number}", pause=0, opening=False)
        home = await world.erin.opens_home()
        assert "Azure is being asked…" in home.words
        before = len(published(world))
        waits: list[float | None] = []

        async def has_to_wait() -> bool:
            waits.append(await homes.draw(world.bot, "U0ERIN00000"))
            return (waits[-1] or 0) > 1

        await until(has_to_wait, f"nothing has to wait: {waits}")
        assert len(published(world)) == before


async def test_a_home_that_is_switched_off_is_not_tried_for_ever(redis_url: str) -> None:
    """Slack says that there is none; nobody keeps it fresh, and nothing else suffers."""
    async with inhabited(redis_url, worker=False) as world:
        await world.erin.opens_home()
        world.workspace.core.home_enabled = False
        assert await homes.draw(world.bot, "U0ERIN00000") is None
        assert not await world.bot.redis.homes.is_open("U0ERIN00000")


async def test_a_forgotten_test_cleanup_comes_first_and_is_cleaned_up_from_there(
    redis_url: str,
) -> None:
    """It keeps the real failover from being offered: so it has a button."""
    async with inhabited(redis_url) as world:
        network = world.vault.networks["northeurope"]
        await world.alice.types(f"/dr test-failover vm-web01 --network {network} because we try it")
        await world.approved("Test failover of vm-web01")
        await world.started("TestFailover")
        await world.done("Test failover of vm-web01", "a test copy waits for cleanup")
        client: Any = world.bot.redis.client
        await client.delete("{dr}:homes:risks")
        await world.alice.opens_home()
        home = await world.alice.sees_home("was not cleaned up", within=40)
        readiness = home.words.split("Readiness")[1]
        assert readiness.index("vm-web01") < readiness.index("Quick actions")
        await world.alice.presses("Clean up…", on=home)
        await world.bo.sees("cleanup of vm-web01")


async def _window_says(world: World, words: str) -> bool:
    return words in (await world.bo.modal()).words


async def _looked_at(world: World, user: str) -> bool:
    return (await world.bot.redis.homes.shown(user)).looked > 0

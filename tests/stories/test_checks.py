"""After a failover a worker tries what the policy has checked, and people see how it ended."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from aiohttp import web

from sandbox.server import serve
from tests.stories.test_what_a_rule_asks import RULE, under
from tests.world import World

FAILOVER = "Failover of vm-web01"
SECRET = "the body of the answer"


@asynccontextmanager
async def shop(status: int) -> AsyncIterator[tuple[str, list[str]]]:
    """Run a shop that answers so; yields its address and the paths that were asked for."""
    asked: list[str] = []

    async def answer(request: web.Request) -> web.Response:
        asked.append(request.path)
        leads_away = {"Location": "/elsewhere"} if status == 302 else {}
        return web.Response(status=status, text=SECRET, headers=leads_away)

    application = web.Application()
    application.router.add_get("/{path:.*}", answer)
    async with serve(application) as address:
        yield address, asked


def policy(*checks: str) -> str:
    """Write a policy with checks of the web servers."""
    tables = (f'[[check]]\nmachines = ["vm-web*"]\n{one}\n' for one in checks)
    return RULE + "\n".join(tables)


async def failed_over(world: World) -> None:
    """Bring vm-web01 to the other region."""
    await world.asked()
    await world.approved(FAILOVER)
    await world.started("UnplannedFailover")
    await world.done(FAILOVER, "Succeeded")


async def test_good_checks_stand_on_the_card_with_their_status(
    redis_url: str, tmp_path: Path
) -> None:
    """One over HTTP, one over TCP; nothing of the answer but its status is anywhere."""
    async with shop(200) as (address, asked):
        checks = (
            f'name = "the shop answers"\nhttp = "{address}/health"',
            f'name = "it takes connections"\ntcp = "{address.removeprefix("http://")}"',
            'name = "not for it"\ntcp = "127.0.0.1:1"\ntags = ["no=such"]',
        )
        async with under(redis_url, tmp_path, policy(*checks)) as world:
            await failed_over(world)
            card = await world.alice.sees(
                FAILOVER, "check “the shop answers”", "HTTP 200 in", "connected in"
            )
            assert "not for it" not in card.words
            await world.alice.sees("The check “the shop answers” of vm-web01 is good: HTTP 200")
            words = [entry.model_dump_json() for entry in await world.entries()]
            assert any("dr.request.validate" in one for one in words)
            screen = "".join(one.words for one in await world.alice.messages())
            assert SECRET not in screen + "".join(words)
            assert asked == ["/health"]


async def test_a_bad_check_is_told_and_offers_another_recovery_point(
    redis_url: str, tmp_path: Path
) -> None:
    """It is tried until its time is over; a person may find that it works all the same."""
    async with shop(503) as (address, _):
        check = f'name = "the shop answers"\nhttp = "{address}/health"\nwithin = "1s"'
        async with under(redis_url, tmp_path, policy(check)) as world:
            await failed_over(world)
            request = await world.request()
            await world.rewrite(request, job=None, closed_at=request.closed_at - 60_000)
            await world.bot.redis.tending.look_again(request.id, 0)
            told = await world.alice.sees("The check “the shop answers” of vm-web01 is bad")
            assert "HTTP 503 in" in told.words
            assert "not 200" in told.words
            assert told.broadcast
            await world.alice.presses("Change recovery point", on="is bad")
            await world.told(world.alice, "Which recovery point shall vm-web01")


async def test_a_redirect_is_no_answer_and_is_not_followed(redis_url: str, tmp_path: Path) -> None:
    """Wherever it leads."""
    async with shop(302) as (address, asked):
        check = f'name = "the shop answers"\nhttp = "{address}/health"\nwithin = "1s"'
        async with under(redis_url, tmp_path, policy(check)) as world:
            await failed_over(world)
            request = await world.request()
            await world.rewrite(request, job=None, closed_at=request.closed_at - 60_000)
            await world.bot.redis.tending.look_again(request.id, 0)
            await world.alice.sees("is bad: HTTP 302", "not 200")
            assert set(asked) == {"/health"}

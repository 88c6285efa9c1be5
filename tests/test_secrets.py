"""The search for secrets finds them, wherever they are written; and a log line says its subject."""

import json
import logging

import pytest

from bot.about import ABOUT
from bot.messages.blocks import Message
from handlers.logs import JsonLines
from tests.world import World, inhabited

log = logging.getLogger("story")


async def test_a_world_writes_down_no_secret(redis_url: str) -> None:
    """As it is; every story ends with this."""
    async with inhabited(redis_url) as world:
        await world.asked()


@pytest.mark.parametrize(
    "name", ["SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "SLACK_SIGNING_SECRET", "IDENTITY_HEADER"]
)
async def test_a_secret_in_the_log_is_found(redis_url: str, name: str) -> None:
    """In what was added to a message about something that went wrong."""
    with pytest.raises(AssertionError, match=f"{name} is in the log"):
        async with inhabited(redis_url, front=False, worker=False) as world:
            log.error("it went wrong", exc_info=ValueError(world.environment[name]))


async def test_a_secret_in_redis_is_found(redis_url: str) -> None:
    """An address to answer at, kept for later."""

    async def keep(world: World) -> None:
        await world.alice.types("/dr status")
        url = next(one.payload["response_url"] for one in world.workspace.delivered)
        await world.bot.redis.client.set("{dr}:story", f"reply to {url}", ex=60)

    with pytest.raises(AssertionError, match="a response URL is in Redis"):
        async with inhabited(redis_url, worker=False) as world:
            await keep(world)


async def test_a_secret_in_slack_is_found(redis_url: str) -> None:
    """A token that is posted."""

    async def post(world: World) -> None:
        await world.bot.azure.warm()
        token = world.vault.tokens.given[-1]
        await world.bot.slack.post("#incidents", Message(text=token, blocks=[]))

    with pytest.raises(AssertionError, match="a token for Azure is in Slack"):
        async with inhabited(redis_url, front=False, worker=False) as world:
            await post(world)


def test_a_line_says_what_it_is_about() -> None:
    """The request or the vault that was being worked on, when there was one."""
    record = logging.LogRecord("bot", logging.INFO, "x", 1, "sent", (), None)
    before = ABOUT.set("R-7K2M9P")
    assert json.loads(JsonLines().format(record))["about"] == "R-7K2M9P"
    ABOUT.reset(before)
    assert "about" not in json.loads(JsonLines().format(record))

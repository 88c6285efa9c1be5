"""Private answers go to the address that a payload names, as long as that is Slack's."""

import pytest
from aiohttp import web

from bot.errors import SlackRefused
from bot.gateways import slack as slack_gateway
from bot.messages.blocks import Message
from sandbox.server import serve

ELSEWHERE = [
    "",
    "https://hooks.slack.com.evil.example/commands/1",
    "https://hooks.slack.com@evil.example/commands/1",
    "https://evil.example/hooks.slack.com",
    "http://hooks.slack.com/commands/1",
    "ftp://hooks.slack.com/commands/1",
    "http://slack.com/commands/1",
    "https://[hooks.slack.com/commands/1",
    "//hooks.slack.com/commands/1",
]


@pytest.mark.parametrize("address", ELSEWHERE)
async def test_an_address_that_is_not_slacks_is_not_answered(address: str) -> None:
    """Nor one of Slack's that could be read, or answered by somebody else, on the way."""
    async with slack_gateway.opened("https://slack.com/api/", "xoxb-1") as slack:
        with pytest.raises(SlackRefused) as refused:
            await slack.respond(address, Message("who may look"))
        assert refused.value.code == "foreign_response_url"


async def test_an_answer_is_not_sent_on() -> None:
    """An address of Slack's that leads elsewhere is refused, and nothing arrives there."""
    arrived: list[str] = []

    async def answer(request: web.Request) -> web.Response:
        arrived.append(request.path)
        if request.path == "/moved":
            return web.Response(status=307, headers={"Location": "/elsewhere"})
        return web.Response(text="ok")

    there = web.Application()
    there.router.add_route("*", "/{tail:.*}", answer)
    async with serve(there) as address, slack_gateway.opened(address, "xoxb-1") as slack:
        await slack.respond(f"{address}/taken", Message("for one person"))
        with pytest.raises(SlackRefused, match="307"):
            await slack.respond(f"{address}/moved", Message("for one person"))
    assert arrived == ["/taken", "/moved"]

"""What the bot's web front is compared with: `python -m benchmarks.yardsticks PORT`.

Two servers in one process, of which one is asked at a time: a bare Bolt app, which does nothing but
acknowledge, and a handler that checks Slack's signature and nothing else. Beside them a sink takes
the bot's answers and counts them.
"""

import os
import sys

from aiohttp import web
from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.signature import SignatureVerifier

BOLT = "/bolt"
RAW = "/raw"
SINK = "/sink"
COUNT = "/count"


def application(secret: str) -> web.Application:
    """Lay out the yardsticks."""
    verifier = SignatureVerifier(secret)
    answers = [0]

    async def raw(request: web.Request) -> web.Response:
        body = await request.read()
        headers = request.headers
        valid = verifier.is_valid(
            body,
            headers.get("X-Slack-Request-Timestamp", ""),
            headers.get("X-Slack-Signature", ""),
        )
        return web.Response(status=200 if valid else 401)

    async def sink(request: web.Request) -> web.Response:
        await request.read()
        answers[0] += 1
        return web.Response()

    async def count(_request: web.Request) -> web.Response:
        return web.json_response(answers[0])

    bolt = _bolt(secret).web_app(path=BOLT)
    bolt.router.add_post(RAW, raw)
    bolt.router.add_post(SINK, sink)
    bolt.router.add_get(COUNT, count)
    return bolt


def _bolt(secret: str) -> AsyncApp:
    async def authorize() -> AuthorizeResult:
        return AuthorizeResult(enterprise_id=None, team_id="T0", bot_user_id="U0", bot_token="xoxb")

    async def acknowledge(ack: AsyncAck) -> None:
        await ack()

    app = AsyncApp(signing_secret=secret, process_before_response=True, authorize=authorize)
    app.command("/dr")(acknowledge)
    return app


if __name__ == "__main__":
    web.run_app(
        application(os.environ["SLACK_SIGNING_SECRET"]),
        host="127.0.0.1",
        port=int(sys.argv[1]),
        access_log=None,
        print=None,
    )

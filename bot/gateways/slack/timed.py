"""Timing the calls to Slack, by their method and how they ended."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.errors import DrError, SlackRefused, Unavailable
from bot.gateways.slack.calls import refusal
from bot.metrics import SLACK_CALLS


class TimedClient(AsyncWebClient):
    """Slack's own client; every call goes through one method of it, whoever makes the call."""

    async def api_call(self, api_method: str, **how: Any) -> AsyncSlackResponse:
        """Call Slack."""
        with timed(api_method):
            return await super().api_call(api_method, **how)


@contextmanager
def timed(method: str) -> Iterator[None]:
    """Time a call, and count how it ended by what it raises."""
    began = time.monotonic()
    outcome = "away"
    try:
        yield
        outcome = "ok"
    except SlackApiError as error:
        outcome = _outcome(refusal(error.response))
        raise
    except DrError as error:
        outcome = _outcome(error)
        raise
    finally:
        SLACK_CALLS.labels(method, outcome).observe(time.monotonic() - began)


def _outcome(error: DrError) -> str:
    if isinstance(error, SlackRefused):
        return "refused"
    slower = isinstance(error, Unavailable) and error.retry_after is not None
    return "throttled" if slower else "away"

"""Calling Slack: what is asked again, what is remembered, and what a refusal or silence means."""

import asyncio
import json
import logging
import time
from collections.abc import Awaitable, Callable
from typing import Any, Final, TypeVar

import aiohttp
from slack_sdk.errors import SlackApiError

from bot.errors import DrError, SlackRefused, Unavailable
from bot.messages.blocks import Message, bare

REMEMBERED: Final = 60.0
"""Seconds that a group's members or a channel are believed without asking again."""
_PAUSES: Final = (0.2, 0.6)
"""Seconds before something is read again that Slack could not tell."""
_SHORT: Final = 2.0
"""Seconds that a person is made to wait for that; what takes longer is told."""
_PASSING: Final = frozenset(
    {
        "fatal_error",
        "internal_error",
        "request_timeout",
        "service_unavailable",
        "team_added_to_org",
    }
)
"""What Slack says when the same call may work later."""
_NOT_SHOWN: Final = frozenset(
    {
        "block_mismatch",
        "invalid_blocks",
        "invalid_blocks_format",
        "msg_blocks_too_long",
        "msg_too_long",
    }
)
"""What Slack says when it is the looks of a message that it does not take."""

T = TypeVar("T")

log = logging.getLogger(__name__)


class Calls:
    """How a client of Slack's is called; what was read is remembered for a while."""

    def __init__(self) -> None:
        self._memory: dict[str, tuple[float, Any]] = {}
        self._asking: dict[str, asyncio.Lock] = {}

    async def _remember(
        self, key: str, ask: Callable[[], Awaitable[T]], age: float = REMEMBERED
    ) -> T:
        """Ask once for everybody who wants to know at the same time; fail when Slack does."""
        async with self._asking.setdefault(key, asyncio.Lock()):
            asked, value = self._memory.get(key, (0.0, None))
            if asked and time.monotonic() - asked < age:
                return value  # type: ignore[no-any-return]
            answer = await ask()
            self._memory[key] = (time.monotonic(), answer)
            return answer

    async def _ask(self, call: Callable[[], Awaitable[Any]]) -> Any:
        """Read something; a moment of trouble at Slack is nobody's business."""
        for pause in _PAUSES:
            try:
                return await self._call(call())
            except Unavailable as error:
                wait = error.retry_after or pause
                if wait > _SHORT:
                    raise
                await asyncio.sleep(wait)
        return await self._call(call())

    async def _shown(self, message: Message, send: Callable[[Message], Awaitable[Any]]) -> Any:
        """Send a message; should Slack not take its blocks, its words and buttons must do."""
        try:
            return await self._call(send(message))
        except SlackRefused as error:
            if error.code not in _NOT_SHOWN:
                raise
            log.error("Slack does not take the blocks of a message: %s", error.code)  # noqa: TRY400
            return await self._call(send(bare(message)))

    async def _call(self, call: Awaitable[Any]) -> Any:
        """Await a call; raises our errors instead of the library's."""
        try:
            return await call
        except SlackApiError as error:
            raise refusal(error.response) from error
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise Unavailable("Slack does not answer.") from error


def taken(status: int, text: str) -> None:
    """Raise one of our errors when a response address did not take an answer.

    It says `ok`, in words or in JSON, and may say no with status 200.
    """
    try:
        said = json.loads(text)
    except ValueError:
        said = None
    code = str(said.get("error") or "") if isinstance(said, dict) else ""
    foreign = text.lstrip().startswith("<")
    if status == 429 or status >= 500 or code in _PASSING or foreign:
        raise Unavailable("Slack did not take the answer.")
    if code or status != 200:
        raise SlackRefused(code or f"response_url_{status}")


def refusal(response: Any) -> DrError:
    """Turn an answer that is not `ok` into one of our errors; Slack in trouble sends no JSON."""
    data = getattr(response, "data", None)  # what cannot be read comes without
    said = data if isinstance(data, dict) else {}
    status = int(getattr(response, "status_code", 0) or getattr(response, "status", 0))
    code = str(said.get("error") or "")
    if status == 429 or code == "ratelimited":
        text = str(response.headers.get("Retry-After", ""))
        wait = float(text) if text.isdecimal() else 1.0
        return Unavailable("Slack asks us to slow down.", retry_after=wait)
    if status >= 500 or code in _PASSING:
        return Unavailable("Slack has trouble of its own.")
    if not code:
        return Unavailable("What answered was not Slack, or its answer broke off.")
    return SlackRefused(code)

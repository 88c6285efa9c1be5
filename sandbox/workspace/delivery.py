"""Bringing envelopes to the app: by signed HTTP requests, or over an open Socket Mode connection.

One envelope is one thing that happened; the app has three real seconds to acknowledge it. The rule:
nothing here knows what an envelope means, and nothing above knows which way it went.
"""

import asyncio
import hashlib
import hmac
import json
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import aiohttp

from sandbox.workspace.socket_mode import SocketMode
from sandbox.workspace.trouble import Trouble
from sandbox.workspace.wire import Json

TIMEOUT = "operation_timeout"
FAILED = "dispatch_failed"
_AGENT = "Slackbot 1.0 (+https://api.slack.com/robots)"


@dataclass(frozen=True)
class Envelope:
    """One thing to tell the app."""

    kind: str
    """`slash_commands`, `interactive` or `events_api`."""
    payload: Json
    retry: int = 0
    """How often it was tried before; only events are tried again."""


@dataclass(frozen=True)
class Answer:
    """What came back within the deadline."""

    problem: str = ""
    """Empty when the app acknowledged; else Slack's name for what went wrong."""
    body: Any = None
    """JSON, a plain sentence, or None for an empty acknowledgement."""
    no_retry: bool = False


class Delivery:
    """Delivers envelopes, disturbed by trouble."""

    def __init__(self, socket: SocketMode, trouble: Trouble, signing_secret: str) -> None:
        self.url: str | None = None
        self.ack_seconds = 3.0
        self.delivered: list[Envelope] = []
        self._socket = socket
        self._trouble = trouble
        self._secret = signing_secret
        self._session: aiohttp.ClientSession | None = None
        self._passed = asyncio.Event()

    async def deliver(self, envelope: Envelope) -> Answer:
        """Bring one envelope to the app and wait for its acknowledgement.

        An event that fails is tried once more at once, as Slack does first.
        """
        answer = await self._attempt(envelope)
        if answer.problem and envelope.kind == "events_api" and not answer.no_retry:
            return await self._attempt(Envelope(envelope.kind, envelope.payload, retry=1))
        return answer

    async def close(self) -> None:
        """Give back the connections."""
        if self._session is not None:
            await self._session.close()

    async def _attempt(self, envelope: Envelope) -> Answer:
        mishap = self._trouble.for_envelope()
        self.delivered.append(envelope)
        if mishap.copies == 0:
            return Answer(TIMEOUT)
        if mishap.overtaken:
            await self._be_overtaken()
        send = self._by_http if self.url else self._by_socket
        answer = await send(envelope, mishap.copies)
        passed, self._passed = self._passed, asyncio.Event()
        passed.set()
        if mishap.late >= self.ack_seconds:
            return Answer(TIMEOUT)
        if mishap.late:
            await asyncio.sleep(mishap.late)
        return answer

    async def _be_overtaken(self) -> None:
        """Wait until another envelope has been acknowledged, but leave time for this one."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._passed.wait(), self.ack_seconds / 3)

    async def _by_socket(self, envelope: Envelope, copies: int) -> Answer:
        message: Json = {
            "type": envelope.kind,
            "payload": envelope.payload,
            "accepts_response_payload": envelope.kind != "events_api",
        }
        if envelope.kind == "events_api":
            reason = "timeout" if envelope.retry else ""
            message |= {"retry_attempt": envelope.retry, "retry_reason": reason}
        try:
            async with asyncio.timeout(self.ack_seconds):
                return Answer(body=await self._socket.send(message, copies))
        except TimeoutError:
            return Answer(TIMEOUT)
        except ConnectionError:
            return Answer(FAILED)

    async def _by_http(self, envelope: Envelope, copies: int) -> Answer:
        content_type, body = _encode(envelope)
        headers = {"Content-Type": content_type, "User-Agent": _AGENT, **self._signature(body)}
        if envelope.retry:
            headers |= {"X-Slack-Retry-Num": str(envelope.retry)}
            headers |= {"X-Slack-Retry-Reason": "http_error"}
        answers = await asyncio.gather(*(self._post(body, headers) for _ in range(copies)))
        # An app may refuse a copy it has seen before, and copies may overtake each other.
        return next((answer for answer in answers if not answer.problem), answers[0])

    def _signature(self, body: bytes) -> dict[str, str]:
        stamp = str(int(time.time()))  # the app compares it with its own, real time
        base = b"v0:" + stamp.encode() + b":" + body
        digest = hmac.new(self._secret.encode(), base, hashlib.sha256).hexdigest()
        return {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": f"v0={digest}"}

    async def _post(self, body: bytes, headers: dict[str, str]) -> Answer:
        if self._session is None:
            self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=None))
        try:
            async with asyncio.timeout(self.ack_seconds):
                async with self._session.post(
                    self.url or "", data=body, headers=headers, allow_redirects=False
                ) as response:
                    return _read(response.status, await response.read(), response.headers)
        except TimeoutError:
            return Answer(TIMEOUT)
        except aiohttp.ClientError:
            return Answer(FAILED)


def _encode(envelope: Envelope) -> tuple[str, bytes]:
    if envelope.kind == "events_api":
        return "application/json", json.dumps(envelope.payload).encode()
    fields = envelope.payload
    if envelope.kind == "interactive":
        fields = {"payload": json.dumps(envelope.payload)}
    return "application/x-www-form-urlencoded", urlencode(fields).encode()


def _read(status: int, body: bytes, headers: Mapping[str, str]) -> Answer:
    no_retry = headers.get("X-Slack-No-Retry") == "1"
    if status != 200:
        return Answer(FAILED, no_retry=no_retry)
    text = body.decode("utf-8", "replace").strip()
    if "json" in headers.get("Content-Type", "") and text:
        try:
            return Answer(body=json.loads(text), no_retry=no_retry)
        except ValueError:
            return Answer(FAILED, no_retry=no_retry)
    return Answer(body=text or None, no_retry=no_retry)

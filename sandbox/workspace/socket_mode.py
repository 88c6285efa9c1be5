"""Socket Mode: the WebSocket over which an app may receive its envelopes.

An address is good for one connection; an app may hold up to ten, and each envelope goes to one of
them at random. The rule: this file carries messages and counts connections, and reads none of them.
"""

import asyncio
import json
import random
import secrets
import uuid
from dataclasses import dataclass
from typing import Any

from aiohttp import WSCloseCode, WSMsgType, web

from sandbox.workspace.wire import Json

_MOST = 10
_HOST = "applink-sandbox"


@dataclass(eq=False)
class Connection:
    """One open WebSocket."""

    socket: web.WebSocketResponse
    number: int
    retiring: bool = False
    """Told to go away; it receives no more envelopes."""
    request: web.Request | None = None

    def cut(self) -> None:
        """Let it die without a word."""
        if self.request is not None and self.request.transport is not None:
            self.request.transport.abort()


class SocketMode:
    """The connections of the app."""

    def __init__(self, seed: int, app_id: str) -> None:
        self.answer_pings = True
        self.refuse_handshakes = 0
        """How many of the next handshakes fail with status 408."""
        self.connections: list[Connection] = []
        self._dice = random.Random(seed)
        self._app_id = app_id
        self._tickets: set[str] = set()
        self.given: list[str] = []
        """The tickets of all addresses that were given out."""
        self._waiting: dict[str, asyncio.Future[Any]] = {}
        self._changed = asyncio.Event()
        self._count = 0

    def new_address(self, base: str) -> str:
        """An address for one connection."""
        ticket = secrets.token_urlsafe(12)
        self._tickets.add(ticket)
        self.given.append(ticket)
        return f"{base.replace('http', 'ws', 1)}/socket?ticket={ticket}&app_id={self._app_id}"

    async def send(self, message: Json, copies: int = 1) -> Any:
        """Send an envelope and wait for its acknowledgement; returns the payload that came with it.

        Raises `ConnectionError` when the app has no open connection.
        """
        ready = [item for item in self.connections if not item.retiring]
        if not ready:
            raise ConnectionError("no open Socket Mode connection")
        envelope_id = str(uuid.uuid4())
        acknowledged = asyncio.get_running_loop().create_future()
        self._waiting[envelope_id] = acknowledged
        try:
            for _ in range(copies):
                chosen = self._dice.choice(ready)
                await chosen.socket.send_json({"envelope_id": envelope_id, **message})
            return await acknowledged
        finally:
            del self._waiting[envelope_id]

    async def connected(self, count: int = 1, within: float = 10.0) -> None:
        """Wait until the app holds so many usable connections."""
        async with asyncio.timeout(within):
            while sum(not item.retiring for item in self.connections) < count:
                await self._changed.wait()

    async def disconnect(self, reason: str = "refresh_requested", *, most: int = _MOST) -> None:
        """Tell connections to go away: `warning`, `refresh_requested`, `link_disabled`.

        After a warning nothing else happens; after `link_disabled` the connection is closed.
        """
        for item in self.connections[:most]:
            await _say_goodbye(item.socket, reason)
            item.retiring = reason != "warning"
            if reason == "link_disabled":
                await item.socket.close()

    def cut(self) -> None:
        """Let every connection die without a word, as a network does."""
        for item in list(self.connections):
            item.retiring = True
            item.cut()

    def expire_addresses(self) -> None:
        """Make every address worthless that was given out and not used yet."""
        self._tickets.clear()

    async def close(self) -> None:
        """Close every connection."""
        for item in list(self.connections):
            await item.socket.close(code=WSCloseCode.GOING_AWAY)

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """Hold one connection until it ends."""
        if self.refuse_handshakes:
            self.refuse_handshakes -= 1
            return web.Response(status=408)
        ticket = request.query.get("ticket", "")
        if ticket not in self._tickets:
            return web.Response(status=404, text="unknown or used ticket")
        self._tickets.remove(ticket)
        socket = web.WebSocketResponse(autoping=False, max_msg_size=1_000_000)
        await socket.prepare(request)
        if len(self.connections) >= _MOST:
            await _say_goodbye(socket, "too_many_websockets")
            await socket.close()
            return socket
        await self._hold(socket, request)
        return socket

    async def _hold(self, socket: web.WebSocketResponse, request: web.Request) -> None:
        self._count += 1
        connection = Connection(socket, self._count, request=request)
        self.connections.append(connection)
        try:
            await socket.send_json(self._hello())
            await socket.ping(f"Ping from {_HOST}".encode())
            self._announce()
            async for message in socket:
                if message.type is WSMsgType.PING and self.answer_pings:
                    await socket.pong(message.data)
                elif message.type is WSMsgType.TEXT:
                    self._take(message.data)
        finally:
            self.connections.remove(connection)
            self._announce()

    def _hello(self) -> Json:
        return {
            "type": "hello",
            "num_connections": len(self.connections),
            "debug_info": {
                "host": _HOST,
                "build_number": 1,
                "approximate_connection_time": 18060,
            },
            "connection_info": {"app_id": self._app_id},
        }

    def _take(self, text: str) -> None:
        try:
            acknowledgement = json.loads(text)
        except ValueError:
            return
        if not isinstance(acknowledgement, dict):
            return
        waiting = self._waiting.get(str(acknowledgement.get("envelope_id")))
        if waiting is not None and not waiting.done():
            waiting.set_result(acknowledgement.get("payload"))

    def _announce(self) -> None:
        changed, self._changed = self._changed, asyncio.Event()
        changed.set()


async def _say_goodbye(socket: web.WebSocketResponse, reason: str) -> None:
    debug = {"host": _HOST}
    await socket.send_json({"type": "disconnect", "reason": reason, "debug_info": debug})

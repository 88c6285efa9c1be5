"""A network between a client and its Redis server that can be made to fail.

    async with between(server.url) as network:      # network.url is what the client is given
        network.cut()                               # every connection dies now
        network.next("EVALSHA", "lose_reply")       # the server does it; the answer never arrives
        network.next("EXEC", "lose_command")        # the server never hears of it
        network.latency = 0.2                       # every command takes so much longer
        network.refuse = True                       # nobody gets through until it is False again
        network.lead_to(other.url)                  # new connections lead to another server

A command is named by one of its words as a whole (its name, a key), `*` names any. `behind` is a
low seeded rate of both losses for a whole suite of tests. The rule: bytes are passed on and looked
at, never understood; what the server itself can do wrong (read-only, full, stopped) is done to the
server.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from random import Random
from typing import Literal, get_args
from urllib.parse import urlsplit

from sandbox.server import LOOPBACK

Kind = Literal["lose_command", "lose_reply"]
_CHUNK = 64 * 1024
_PATIENCE = 2.0
"""Seconds that the server gets to answer what is lost then."""


class Network:
    """Every connection between the clients and the server."""

    def __init__(self, server: str) -> None:
        self.latency = 0.0
        self.refuse = False
        self.url = ""
        self.struck = 0
        """How many commands have met trouble."""
        self._server = server
        self._orders: deque[tuple[bytes, Kind]] = deque()
        self._open: set[asyncio.StreamWriter] = set()
        self._dice: Random | None = None
        self._rate, self._spared, self._left_alone = 0.0, 0, 0

    def next(self, word: str, kind: Kind, times: int = 1) -> None:
        """Lose the next commands that hold a word, or their answers; the connection dies of it."""
        if kind not in get_args(Kind):
            raise ValueError(f"There is no trouble called {kind!r}.")
        whole = b"*" if word == "*" else f"\r\n{word.upper()}\r\n".encode()
        self._orders.extend([(whole, kind)] * times)

    def behind(self, rate: float, *, seed: int, spared: int = 50) -> None:
        """Lose a command or its answer at a low rate, and spare so many after each."""
        self._dice, self._rate, self._spared = Random(seed), rate, spared

    def lead_to(self, server: str) -> None:
        """Lead new connections to another server; those that are open stay where they are."""
        self._server = server

    def cut(self) -> None:
        """Let every open connection die."""
        for writer in list(self._open):
            writer.transport.abort()

    @property
    def left(self) -> int:
        """How many of the ordered losses have not happened yet."""
        return len(self._orders)

    async def carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Carry one connection until either end or some trouble ends it."""
        if self.refuse:
            writer.transport.abort()
            return
        try:
            far_reader, far_writer = await _reach(self._server)
        except OSError:
            writer.transport.abort()
            return
        self._open |= {writer, far_writer}
        line = _Line()
        there = asyncio.create_task(self._there(reader, far_writer, line))
        back = asyncio.create_task(_back(far_reader, writer, line))
        try:
            await asyncio.wait({there, back}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (there, back):
                task.cancel()
            await asyncio.gather(there, back, return_exceptions=True)
            self._open -= {writer, far_writer}
            writer.transport.abort()
            far_writer.transport.abort()

    async def _there(
        self, reader: asyncio.StreamReader, server: asyncio.StreamWriter, line: "_Line"
    ) -> None:
        """Pass commands on; returns when one of them meets trouble, or the client has gone."""
        with suppress(OSError):
            while chunk := await reader.read(_CHUNK):
                kind = self._strike(chunk)
                if kind == "lose_command":
                    return
                if self.latency:
                    await asyncio.sleep(self.latency)
                line.silent = kind == "lose_reply"
                server.write(chunk)
                await server.drain()
                if line.silent:
                    server.write_eof()  # the server carries out what was sent before the end
                    with suppress(TimeoutError):
                        await asyncio.wait_for(line.answered.wait(), _PATIENCE)
                    return

    def _strike(self, chunk: bytes) -> Kind | None:
        kind = self._ordered(chunk.upper()) or self._drawn()
        self.struck += kind is not None
        return kind

    def _ordered(self, chunk: bytes) -> Kind | None:
        for order in self._orders:
            word, kind = order
            if word == b"*" or word in chunk:
                self._orders.remove(order)
                return kind
        return None

    def _drawn(self) -> Kind | None:
        if self._dice is None:
            return None
        if self._left_alone:
            self._left_alone -= 1
            return None
        if self._dice.random() >= self._rate:
            return None
        self._left_alone = self._spared
        return self._dice.choice(get_args(Kind))


class _Line:
    """What the two directions of one connection tell each other."""

    def __init__(self) -> None:
        self.silent = False
        """Whether answers get lost."""
        self.answered = asyncio.Event()
        """Set when the server has answered what is to get lost."""


async def _back(server: asyncio.StreamReader, client: asyncio.StreamWriter, line: _Line) -> None:
    """Pass answers on, unless they get lost; returns when the server has gone."""
    with suppress(OSError):
        while chunk := await server.read(_CHUNK):
            if line.silent:
                line.answered.set()
                await asyncio.Event().wait()  # whoever commands ends the connection now
            client.write(chunk)
            await client.drain()


async def _reach(server: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    where = urlsplit(server)
    if where.scheme == "unix":
        return await asyncio.open_unix_connection(where.path)
    return await asyncio.open_connection(where.hostname or LOOPBACK, where.port or 6379)


@asynccontextmanager
async def between(server: str) -> AsyncIterator[Network]:
    """Lay a network in front of a server, on a free port of the loopback address."""
    network = Network(server)
    listening = await asyncio.start_server(network.carry, LOOPBACK, 0)
    port = listening.sockets[0].getsockname()[1]
    where = urlsplit(server)
    rest = f"?{where.query}" if where.query else ""
    path = where.path if where.scheme != "unix" else ""
    login, at, _ = where.netloc.rpartition("@")
    network.url = f"redis://{login}{at}{LOOPBACK}:{port}{path}{rest}"
    try:
        yield network
    finally:
        listening.close()
        network.cut()
        await asyncio.sleep(0)

"""The boundaries of a process, seen from outside the bot: what it sends, and what comes back.

Each Redis command or pipeline and each HTTP request passes three of them: *before* it is sent, when
it is *sent* and nothing has come back, and when it is *answered*. The front's own answer to Slack
has two. A boundary is named after the function of the bot that is behind it, so that it is found
again in another run although everything runs side by side.
"""

import json
import re
import sys
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from types import FrameType
from typing import Any, Final, Literal, NamedTuple
from urllib.parse import urlsplit

import aiohttp
from aiohttp.http_writer import StreamWriter
from redis.asyncio.connection import AbstractConnection

from handlers.web import Front

Phase = Literal["before", "sent", "answered"]

_ENGINE: Final = "engine"
_UNTOLD: Final = frozenset(
    {"HELLO", "CLIENT", "AUTH", "SELECT", "PING", "READONLY", "MULTI", "EXEC", "TIME"}
)
"""What keeps a connection, or is only the frame of what is sent."""
_SHOWN: Final = 2
"""So many commands of a pipeline are named."""
_NAMES: Final = re.compile(
    r"R-[0-9A-Z]{6}(\.\d+)?"  # requests
    r"|[0-9a-f]{8}-[0-9a-f-]{27}|[0-9a-f]{16,}"  # guids and digests
    r"|(?<=/users/)\w+|(?<=replicationProtectedItems/)[\w-]+|(?<=subscriptions/)[\w-]+"
    r"|(?<=#)\d+|(?<=:)[\w-]+#\d+",
)


class Point(NamedTuple):
    """One boundary: whose it is, what is sent, which side of it, and the how-manieth such."""

    who: str
    what: str
    phase: Phase
    nth: int

    @property
    def words(self) -> str:
        """The point as the table names it."""
        again = f" (no. {self.nth})" if self.nth > 1 else ""
        when = {"before": "before", "sent": "sent, not answered:", "answered": "answered:"}
        return f"{self.who}: {when[self.phase]} {self.what}{again}"


PassBy = Callable[[str, str, Phase], None]
"""Hears of a boundary: whose it is, what is sent, and which side of it."""

_sending: ContextVar[tuple[str, str] | None] = ContextVar("sending", default=None)


def watch(pass_by: PassBy) -> None:
    """Call `pass_by` at every boundary of this process from now on."""
    _watch_redis(pass_by)
    _watch_http(pass_by)
    _watch_front(pass_by)


def named(packed: bytes) -> str:
    """Name what is about to be written to Redis; '' for what only keeps a connection."""
    commands = list(_commands(packed))
    if [words[0].upper() for words in commands] == [b"TIME"]:
        return "TIME"
    wanted = list(dict.fromkeys(name for words in commands if (name := _command(words))))
    more = " + …" if len(wanted) > _SHOWN else ""
    return " + ".join(wanted[:_SHOWN]) + more


def _watch_redis(pass_by: PassBy) -> None:
    connection: Any = AbstractConnection
    send, read = connection.send_packed_command, connection.read_response
    due: dict[int, tuple[str, str, int]] = {}

    async def sending(self: Any, command: Any, check_health: bool = True) -> None:
        parts = [command] if isinstance(command, bytes) else list(command)
        packed = b"".join(parts)
        what = named(packed)
        if not what:
            await send(self, parts, check_health)
            return
        who = _who()
        pass_by(who, what, "before")
        await send(self, parts, check_health)
        due[id(self)] = (who, what, len(list(_commands(packed))))
        pass_by(who, what, "sent")

    async def reading(self: Any, *arguments: Any, **named: Any) -> Any:
        answer = await read(self, *arguments, **named)
        if found := due.pop(id(self), None):
            who, what, left = found
            if left > 1:
                due[id(self)] = (who, what, left - 1)
            else:
                pass_by(who, what, "answered")
        return answer

    connection.send_packed_command, connection.read_response = sending, reading


def _watch_http(pass_by: PassBy) -> None:
    session: Any = aiohttp.ClientSession
    writer: Any = StreamWriter
    ask, write_eof, set_eof = session._request, writer.write_eof, writer.set_eof

    async def asking(self: Any, method: str, url: Any, **named: Any) -> Any:
        what = f"{method} {_NAMES.sub('…', _short(str(url)))}"
        who = _who()
        pass_by(who, what, "before")
        mark = _sending.set((who, what))
        try:
            answer = await ask(self, method, url, **named)
        finally:
            _sending.reset(mark)
        pass_by(who, what, "answered")
        return answer

    def sent() -> None:
        if found := _sending.get():
            pass_by(*found, "sent")

    async def writing(self: Any, chunk: bytes = b"") -> None:
        await write_eof(self, chunk)
        sent()

    def ending(self: Any) -> None:
        set_eof(self)
        sent()

    session._request, writer.write_eof, writer.set_eof = asking, writing, ending


def _watch_front(pass_by: PassBy) -> None:
    front: Any = Front
    events = front.events

    async def receiving(self: Any, request: Any) -> Any:
        pass_by("front", "what Slack delivered", "before")
        answer = await events(self, request)
        pass_by("front", "the acknowledgement", "before")
        return answer

    front.events = receiving


def _commands(packed: bytes) -> Iterator[list[bytes]]:
    """Take apart what is about to be written to Redis."""
    at = 0

    def number(at: int) -> tuple[int, int]:
        end = packed.index(b"\r\n", at)
        return int(packed[at + 1 : end]), end + 2

    while at < len(packed):
        count, at = number(at)
        words = []
        for _ in range(count):
            length, at = number(at)
            words.append(packed[at : at + length])
            at += length + 2
        yield words


def _command(words: list[bytes]) -> str:
    name = words[0].decode().upper()
    if name in _UNTOLD:
        return ""
    if name in {"EVALSHA", "EVAL"}:
        keys = words[3 : 3 + int(words[2])]
        for argument in words[3 + len(keys) :]:
            if argument.startswith(b"{") and b'"prevhash"' in argument:
                entry = json.loads(json.loads(argument)["entry"])
                return f"commit of {str(entry['type']).removeprefix('dr.')}"
        name = "script"
    else:
        keys = words[1:2]
    key = keys[0].decode("utf-8", "replace") if keys else ""
    return f"{name} {_NAMES.sub('…', key)}".strip()[:60]


def _short(path: str) -> str:
    """Keep the end of a path, which says what is asked."""
    parts = urlsplit(path).path.split("/")
    if "api" in parts or "response" in parts:
        return parts[-1] if "api" in parts else "response_url"
    kinds = [number for number, part in enumerate(parts) if part.startswith("replication")]
    return "/".join(parts[kinds[-1] :]) if kinds else parts[-1]


def _who() -> str:
    """Name the function of the bot on whose behalf something is sent."""
    names: list[str] = []
    frame: FrameType | None = sys._getframe(2)
    while frame is not None:
        module = str(frame.f_globals.get("__name__", ""))
        name = frame.f_code.co_name
        inside = module.startswith(("bot.", "handlers."))
        if inside and not module.startswith("bot.gateways") and not name.startswith("<"):
            names.append(name.strip("_"))
        frame = frame.f_back
    if not names:
        return _ENGINE
    quiet = {"run", "answered", "outcome", "once", "work", "until_told", "change", "write"}
    told = [name for name in reversed(names) if name not in quiet] or names[:1]
    return told[0] if len(told) == 1 else f"{told[0]} › {told[-1]}"

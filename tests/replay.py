"""Recorded exchanges with Azure, served again at their own URLs, on loopback.

A recording is a JSON object with `exchanges`, a list of `request` (`method`, `url`, `body`) and
`response` (`status`, `headers`, `body`; JSON bodies as they are, an empty one is null). What was
asked several times is answered in the order in which it was recorded, and the last answer stays.
Versions of the API and other parameters than those that turn a page do not matter.

A gateway that reads a vault asks for lists that a recording may not have: there the vault-wide list
of items is forbidden, and the fabrics and containers are those of which a list of items is known.
"""

import json
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qsl, unquote, urlsplit

from aiohttp import web

from bot.gateways import azure as gateway
from bot.gateways.azure import Azure
from sandbox.server import serve

_TOKEN: Final = "/replay/token"
_ITEMS: Final = "/replicationProtectedItems".casefold()
_NOT_OURS: Final = frozenset(
    {"content-length", "content-encoding", "transfer-encoding", "connection", "date", "server"}
)
"""Headers of a connection that is no more."""


@dataclass(frozen=True)
class Exchange:
    """One request and what Azure answered."""

    method: str
    url: str
    sent: Any
    status: int
    headers: dict[str, Any]
    body: Any

    @property
    def path(self) -> str:
        """The path of the URL, as a resource id."""
        return unquote(urlsplit(self.url).path)

    @property
    def page(self) -> str:
        """What names a further page of a list, '' for the first."""
        return _page(dict(parse_qsl(urlsplit(self.url).query)))

    @property
    def key(self) -> tuple[str, str, str]:
        """What it is found by."""
        return self.method, self.path.casefold(), self.page

    def header(self, name: str) -> str:
        """Return the first header of that name, '' when there is none."""
        found = [v for k, v in self.headers.items() if k.casefold() == name.casefold()]
        return str(found[0][0] if found and isinstance(found[0], list) else (found or [""])[0])


@dataclass
class Recording:
    """A file of exchanges, and what was asked of it since it is served."""

    exchanges: list[Exchange]
    asked: list[tuple[str, str, Any]] = field(default_factory=list)
    """Method, path and body of every request that reached a recorded answer."""
    served: list[Exchange] = field(default_factory=list)
    _next: dict[tuple[str, str, str], int] = field(default_factory=dict)

    def answer(self, method: str, path: str, page: str, body: Any) -> Exchange | None:
        """Return the next answer to a request; None when none is recorded."""
        key = (method, path.casefold(), page)
        found = [one for one in self.exchanges if one.key == key]
        if not found:
            return None
        self.asked.append((method, path, body))
        turn = self._next.get(key, 0)
        self._next[key] = turn + 1
        self.served.append(found[min(turn, len(found) - 1)])
        return self.served[-1]

    def containers(self, below: str) -> list[str]:
        """Return the ids of the containers below something whose items were listed."""
        listed = (x.path for x in self.exchanges if x.path.casefold().endswith(_ITEMS))
        inside = (path[: -len(_ITEMS)] for path in listed if "containers/" in path.casefold())
        return sorted({one for one in inside if one.casefold().startswith(below.casefold() + "/")})


def load(file: Path) -> Recording:
    """Read a recording."""
    content = json.loads(file.read_text("utf-8"))
    return Recording(
        [
            Exchange(
                method=one["request"]["method"],
                url=one["request"]["url"],
                sent=one["request"].get("body"),
                status=one["response"]["status"],
                headers=one["response"].get("headers") or {},
                body=one["response"].get("body"),
            )
            for one in content["exchanges"]
        ]
    )


@asynccontextmanager
async def replayed(recording: Recording) -> AsyncIterator[Azure]:
    """Serve a recording and give the gateway to it; its tokens are had there, too."""
    application = web.Application()
    application.router.add_get(_TOKEN, _token)

    async def receive(request: web.Request) -> web.Response:
        return await _receive(recording, request)

    application.router.add_route("*", "/{tail:.*}", receive)
    async with serve(application) as address:
        os.environ |= {"IDENTITY_ENDPOINT": address + _TOKEN, "IDENTITY_HEADER": "replay"}
        async with gateway.opened(address, sandbox=True) as azure:
            yield azure


async def _receive(recording: Recording, request: web.Request) -> web.Response:
    text = await request.text()
    body = json.loads(text) if text else None
    found = recording.answer(request.method, request.path, _page(dict(request.query)), body)
    return _replay(found) if found else _made_up(recording, request)


def _replay(exchange: Exchange) -> web.Response:
    body = exchange.body
    text = body if isinstance(body, str) else "" if body is None else json.dumps(body)
    answer = web.Response(status=exchange.status, text=text)
    for name, value in exchange.headers.items():
        if name.casefold() in _NOT_OURS:
            continue
        answer.headers.popall(name, None)
        for one in value if isinstance(value, list) else [value]:
            answer.headers.add(name, str(one))
    return answer


def _made_up(recording: Recording, request: web.Request) -> web.Response:
    """Answer what the recorded client did not ask, so that the recorded lists are reached."""
    above, _, kind = request.path.rpartition("/")
    containers = recording.containers(above) if request.method == "GET" else []
    if kind == "replicationFabrics":
        fabrics = sorted({one.rsplit("/", 2)[0] for one in containers})
        return _list_of(fabrics)
    if kind == "replicationProtectionContainers":
        return _list_of(containers)
    if kind == "replicationProtectedItems" and "Containers/" in above:
        return _list_of([])
    status = 403 if kind == "replicationProtectedItems" else 404
    error = {"code": "NotRecorded", "message": f"There is no recording of {request.path}."}
    return web.json_response({"error": error}, status=status)


def _list_of(ids: list[str]) -> web.Response:
    return web.json_response({"value": [{"id": one} for one in ids], "nextLink": None})


def _page(query: dict[str, str]) -> str:
    named = {name.casefold().lstrip("$"): value for name, value in query.items()}
    return named.get("skiptoken", "")


async def _token(_request: web.Request) -> web.Response:
    return web.json_response(
        {
            "access_token": "replay",
            "expires_on": "4102444800",
            "resource": "https://management.azure.com",
            "token_type": "Bearer",
        }
    )

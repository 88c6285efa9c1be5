"""`/__trouble`: how somebody at a terminal makes trouble in a sandbox that runs.

    curl -s <address>/__trouble                                   what there is, and what is ordered
    curl -s <address>/__trouble -d '{"path": …, "kind": …}'       order some
    curl -s -X DELETE <address>/__trouble                         call it all off

It is there for whoever can reach the loopback address; a page of another web site cannot.
"""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeVar

from aiohttp import web

PATH = "/__trouble"
_MOST = 10_000

Word = TypeVar("Word", bound=str)


class Order:
    """What somebody ordered; every reader refuses what it cannot understand."""

    def __init__(self, wanted: object) -> None:
        if not isinstance(wanted, dict):
            raise ValueError("An order is a JSON object.")  # noqa: TRY004 - answered like the rest
        self._wanted: dict[str, Any] = wanted

    def has(self, name: str) -> bool:
        """Whether something is said about this."""
        return name in self._wanted

    def word(self, name: str, otherwise: str | None = None) -> str:
        """A word; one that must be there when there is none to take otherwise."""
        found = self._wanted.get(name, otherwise)
        if not isinstance(found, str) or (not found and otherwise is None):
            raise ValueError(f"'{name}' must be a word.")
        return found

    def kind(self, known: Sequence[Word] = ()) -> Any:
        """The kind of trouble; one of those that are known, where they are a closed list."""
        found = self.word("kind")
        if known and found not in known:
            raise ValueError(f"There is no trouble called '{found}'. There is: {', '.join(known)}.")
        return found

    def times(self) -> int:
        """How often it is to strike: once when nothing is said."""
        found = self._wanted.get("times", 1)
        if not isinstance(found, int) or isinstance(found, bool) or not 1 <= found <= _MOST:
            raise ValueError(f"'times' must be a number from 1 to {_MOST}.")
        return found

    def rate(self) -> float:
        """Which share of the requests it is to meet."""
        return self.number("rate", 0.0, most=1.0)

    def number(self, name: str, otherwise: float, *, most: float) -> float:
        """A number from 0 to so many."""
        found = self._wanted.get(name, otherwise)
        if not isinstance(found, int | float) or isinstance(found, bool) or not 0 <= found <= most:
            raise ValueError(f"'{name}' must be a number from 0 to {most:g}.")
        return float(found)


class Door:
    """The three requests, whatever the trouble is in."""

    def __init__(
        self,
        order: Callable[[Order], Awaitable[None]],
        calm: Callable[[], None],
        orders: Callable[[], Sequence[object]],
        kinds: Sequence[str],
    ) -> None:
        self._order = order
        self._calm = calm
        self._orders = orders
        self._kinds = kinds

    def add_routes(self, application: web.Application) -> None:
        """Open the door."""
        application.router.add_get(PATH, self._show)
        application.router.add_post(PATH, self._take)
        application.router.add_delete(PATH, self._call_off)

    async def _show(self, _request: web.Request) -> web.Response:
        return web.json_response({"kinds": list(self._kinds), "ordered": list(self._orders())})

    async def _take(self, request: web.Request) -> web.Response:
        if _foreign(request):
            return web.Response(status=403, text="This door is not for web pages.")
        try:
            await self._order(Order(await request.json()))
        except ValueError as error:
            return web.json_response({"ok": False, "error": str(error)}, status=400)
        return web.json_response({"ok": True, "ordered": list(self._orders())})

    async def _call_off(self, request: web.Request) -> web.Response:
        if _foreign(request):
            return web.Response(status=403, text="This door is not for web pages.")
        self._calm()
        return web.json_response({"ok": True, "ordered": list(self._orders())})


def _foreign(request: web.Request) -> bool:
    """Whether a browser sent it for a page: a terminal names no origin."""
    return "Origin" in request.headers

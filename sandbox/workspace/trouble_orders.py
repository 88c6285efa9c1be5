"""What may be ordered at the workspace's `/__trouble`: for calls, for envelopes, for connections.

`path` names a method of the Web API (or `response_url`), or is `envelopes` or `socket`.
"""

from collections.abc import Callable

from sandbox.trouble_door import Order
from sandbox.workspace import trouble as calls
from sandbox.workspace.socket_mode import SocketMode
from sandbox.workspace.trouble import Trouble

_ENVELOPES: dict[str, Callable[[Trouble, int], None]] = {
    "duplicate": Trouble.duplicate_envelopes,
    "lose": Trouble.lose_envelopes,
    "reorder": Trouble.reorder_envelopes,
    "late": lambda trouble, times: trouble.delay_acks(2.0, times),
}
_SOCKET = ("warning", "refresh_requested", "link_disabled", "cut", "refuse", "expire", "deaf")

KINDS = (
    *calls.KINDS,
    "<any error of Slack's>",
    *(f"envelopes: {kind}" for kind in _ENVELOPES),
    *(f"socket: {kind}" for kind in _SOCKET),
)


async def order(wanted: Order, trouble: Trouble, socket: SocketMode) -> None:
    """Make the trouble that was ordered; raises `ValueError` for one that there is not."""
    path = wanted.word("path")
    if path == "envelopes":
        _ENVELOPES[wanted.kind(tuple(_ENVELOPES))](trouble, wanted.times())
    elif path == "socket":
        await _order_socket(wanted.kind(_SOCKET), wanted.times(), socket)
    elif wanted.has("rate"):
        trouble.sometimes(path, wanted.kind(), wanted.rate())
    else:
        wait = int(wanted.number("retry_after", 1, most=3600))
        trouble.next(path, wanted.kind(), times=wanted.times(), retry_after=wait)


async def _order_socket(kind: str, times: int, socket: SocketMode) -> None:
    if kind == "cut":
        socket.cut()
    elif kind == "refuse":
        socket.refuse_handshakes += times
    elif kind == "expire":
        socket.expire_addresses()
    elif kind == "deaf":
        socket.answer_pings = False
    else:
        await socket.disconnect(kind)

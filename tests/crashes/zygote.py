"""A parent that has imported everything and forks a process of the bot in milliseconds.

It is spoken to in lines of JSON: in come what to launch, out come what was launched, what froze and
what ended. When its input ends, it ends what it began.
"""

import asyncio
import gc
import json
import os
import select
import signal
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from tests.crashes.boundaries import Point

_KEPT: Final = ("PATH", "HOME", "TMPDIR", "LANG")
_STOP_SECONDS: Final = 10.0


@dataclass
class Launched:
    """A process of the bot."""

    pid: int
    log: Path
    frozen: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when it has stopped itself at its point; clear it before waiting again."""
    ended: asyncio.Event = field(default_factory=asyncio.Event)
    status: int = 0
    """How it ended: the exit code, or the negative number of a signal."""

    @property
    def said(self) -> str:
        """Everything it has written so far."""
        return self.log.read_text("utf-8", "replace") if self.log.exists() else ""

    def signal(self, number: signal.Signals) -> None:
        """Send it a signal, if it is still there."""
        if not self.ended.is_set():
            with suppress(ProcessLookupError):
                os.kill(self.pid, number)

    async def stop(self) -> None:
        """Have it finish what it does; end it when it takes too long."""
        self.signal(signal.SIGCONT)
        self.signal(signal.SIGTERM)
        try:
            await asyncio.wait_for(self.ended.wait(), _STOP_SECONDS)
        except TimeoutError:
            await self.kill()

    async def kill(self) -> None:
        """End it as a power cut would."""
        self.signal(signal.SIGKILL)
        await self.ended.wait()


class Zygote:
    """The parent, as the one who uses it holds it."""

    def __init__(self, process: asyncio.subprocess.Process, folder: Path) -> None:
        self.opening = asyncio.Lock()
        """Azure's identity is found through this process's environment: one world opens at once."""
        self._process = process
        self._folder = folder
        self._launched: dict[int, Launched] = {}
        self._asked: dict[int, asyncio.Future[Launched]] = {}
        self._number = 0

    async def launch(
        self,
        name: str,
        environment: Mapping[str, str],
        *,
        at: Point | None = None,
        freeze: bool = False,
        trace: Path | None = None,
        armed: bool = True,
    ) -> Launched:
        """Start `dr <name>`, which kills itself `at` a point, or freezes there."""
        self._number += 1
        number = self._number
        log = self._folder / f"{name}-{number}.log"
        kept = {key: os.environ[key] for key in _KEPT if key in os.environ}
        order = {
            "number": number,
            "name": name,
            "environment": kept | dict(environment),
            "log": str(log),
            "how": {
                "at": at,
                "signal": signal.SIGSTOP if freeze else signal.SIGKILL,
                "trace": str(trace) if trace else "",
                "armed": armed,
            },
        }
        self._asked[number] = asyncio.get_running_loop().create_future()
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(order).encode() + b"\n")
        return await self._asked[number]

    async def listen(self) -> None:
        """Hear what becomes of what was launched, until the parent has nothing more to say."""
        assert self._process.stdout is not None
        async for line in self._process.stdout:
            told: dict[str, Any] = json.loads(line)
            if told["what"] == "launched":
                log = self._folder / told["log"]
                one = self._launched[told["pid"]] = Launched(told["pid"], log)
                self._asked.pop(told["number"]).set_result(one)
            elif told["what"] == "frozen":
                self._launched[told["pid"]].frozen.set()
            else:
                one = self._launched.pop(told["pid"])
                one.status = told["status"]
                one.ended.set()


@asynccontextmanager
async def bred(folder: Path) -> AsyncIterator[Zygote]:
    """Start a parent; at the end it and everything that it launched are gone."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.crashes.zygote",
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    zygote = Zygote(process, folder)
    listening = asyncio.create_task(zygote.listen())
    try:
        yield zygote
    finally:
        assert process.stdin is not None
        process.stdin.close()
        await listening
        await process.wait()


def main() -> None:
    """Fork what is asked for, until the input ends."""
    from tests.crashes.launch import become

    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    signal.set_wakeup_fd(writing, warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    gc.collect()
    gc.freeze()
    running: set[int] = set()
    unread = b""
    while True:
        ready, _, _ = select.select([0, reading], [], [])
        if reading in ready:
            os.read(reading, 4096)
            _reap(running)
        if 0 in ready:
            read = os.read(0, 65536)
            if not read:
                break
            *lines, unread = (unread + read).split(b"\n")
            for line in lines:
                order = json.loads(line)
                pid = os.fork()
                if pid == 0:
                    _be_born(order, become, reading, writing)
                running.add(pid)
                log = Path(order["log"]).name
                _tell({"what": "launched", "number": order["number"], "pid": pid, "log": log})
    for pid in running:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    while running:
        _reap(running, wait=True)


def _be_born(order: dict[str, Any], become: Any, *inherited: int) -> None:
    """Be the child: nothing of the parent's loop comes along, and nothing returns to it."""
    code = 1
    try:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        for descriptor in inherited:
            os.close(descriptor)
        log = os.open(order["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        nothing = os.open(os.devnull, os.O_RDONLY)
        for source, target in ((nothing, 0), (log, 1), (log, 2)):
            os.dup2(source, target)
        become(order["name"], order["environment"], order["how"])
        code = 0
    except BaseException:
        import traceback

        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _reap(running: set[int], *, wait: bool = False) -> None:
    """Tell what became of the children since the last look."""
    flags = os.WUNTRACED | (0 if wait else os.WNOHANG)
    while running:
        pid, status = os.waitpid(-1, flags)
        if pid == 0:
            return
        if os.WIFSTOPPED(status):
            _tell({"what": "frozen", "pid": pid})
            continue
        running.discard(pid)
        _tell({"what": "ended", "pid": pid, "status": os.waitstatus_to_exitcode(status)})
        if wait:
            return


def _tell(what: dict[str, Any]) -> None:
    with suppress(BrokenPipeError):
        os.write(1, json.dumps(what).encode() + b"\n")


if __name__ == "__main__":
    main()

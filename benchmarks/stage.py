"""What benchmarks need around them, started on loopback and stopped again, the last first.

A Valkey server with an append-only file that it syncs every second, the sandbox, processes of ours.
"""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import redis

from benchmarks.caller import Caller, Unanswered
from sandbox import valkey
from tests.ports import free_port

_START_SECONDS: Final = 30.0
_STOP_SECONDS: Final = 15.0


@dataclass(frozen=True)
class Stage:
    """The far ends, and how a process of the bot is told of them."""

    environment: Mapping[str, str]
    folder: Path

    @property
    def redis_url(self) -> str:
        """Where Redis is."""
        return self.environment["REDIS_URL"]

    @property
    def page(self) -> str:
        """Where people act in the workspace."""
        return self.environment["SLACK_API_URL"].removesuffix("/api/")

    @property
    def secret(self) -> str:
        """What Slack signs with."""
        return self.environment["SLACK_SIGNING_SECRET"]

    @property
    def said(self) -> str:
        """Everything that the processes have written so far."""
        return (self.folder / "log").read_text("utf-8", "replace")

    def sync(self, when: str) -> None:
        """Have Valkey sync its append-only file `always`, before it answers, or `everysec`."""
        with redis.Redis.from_url(self.redis_url) as client:
            client.config_set("appendfsync", when)

    @contextmanager
    def process(self, *module: str, **more: str) -> Iterator[subprocess.Popen[bytes]]:
        """Run a module as a process that knows the far ends, and end it with the block."""
        with (self.folder / "log").open("ab") as log:
            running = subprocess.Popen(
                [sys.executable, "-m", *module],
                env={**self.environment, **more},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        try:
            yield running
        finally:
            _end(running)

    @contextmanager
    def web(self) -> Iterator[int]:
        """Run `dr web` until the end of the block; yields its port once it is ready."""
        port = free_port()
        with self.process("handlers", "web", PORT=str(port)):
            self.until(lambda: answers(port, "/readyz"), pause=0.05)
            yield port

    def until(self, condition: Callable[[], bool], *, pause: float = 0.005) -> None:
        """Wait for a condition; end with what the processes said when it does not come."""
        deadline = time.monotonic() + _START_SECONDS
        while not condition():
            if time.monotonic() > deadline:
                raise SystemExit(f"What was waited for did not come:\n{self.said[-2000:]}")
            time.sleep(pause)


@contextmanager
def set_up(*options: str) -> Iterator[Stage]:
    """Start the far ends, the sandbox with these options; stop them behind whatever was started on
    this stage."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="dr-bench-")))
        server = stack.enter_context(valkey.running(folder / "valkey"))
        kept = {
            k: v for k, v in os.environ.items() if not k.startswith(("AZURE_", "SLACK_", "DR_"))
        }
        announcement = folder / "sandbox.json"
        alone = Stage(kept, folder)
        stack.enter_context(alone.process("sandbox", "--announce", str(announcement), *options))
        alone.until(announcement.exists, pause=0.05)
        told: dict[str, str] = json.loads(announcement.read_text("utf-8"))
        stage = Stage(kept | _environment(told, server.url), folder)
        stage.sync("everysec")
        yield stage


def answers(port: int, path: str) -> bool:
    """Whether a server answers with 200 there."""
    try:
        with Caller(port) as caller:
            return caller.get(path).status == 200
    except (OSError, Unanswered):
        return False


def _environment(told: Mapping[str, str], redis_url: str) -> dict[str, str]:
    return {
        "DR_SANDBOX": "1",
        "SLACK_API_URL": told["slack_api_url"],
        "SLACK_BOT_TOKEN": told["bot_token"],
        "SLACK_SIGNING_SECRET": told["signing_secret"],
        "AZURE_RESOURCE_MANAGER_URL": told["vault"],
        "IDENTITY_ENDPOINT": told["identity_endpoint"],
        "IDENTITY_HEADER": told["identity_header"],
        "REDIS_URL": redis_url,
        "DR_VAULTS": told["vault_id"],
        "DR_CHANNEL": f"#{told['incident_channel']}",
    }


def _end(running: subprocess.Popen[bytes]) -> None:
    running.send_signal(signal.SIGTERM)
    try:
        running.wait(_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        running.kill()
        running.wait()

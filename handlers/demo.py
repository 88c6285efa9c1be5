"""`dr demo`: the whole bot on this machine, against a sandbox, with nothing installed by hand.

The processes are the real ones: a Valkey server, the sandbox, `dr web` and `dr worker`, which know
of the sandbox only the addresses in their environment. With `--gallery` it is the sandbox alone,
which shows the reviewed examples of every message: as JSON, for the bot and the sandbox do not
know each other, and modals and whole boards could not be posted one by one.
"""

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import aiohttp

from bot.errors import Misconfigured, Unavailable
from handlers.demo_script import play
from sandbox import valkey

_SPEED: Final = 20.0
_SCRIPT_SPEED: Final = 120.0
_POLICY: Final = Path(__file__).with_name("demo_policy.toml")
_START_SECONDS: Final = 30.0
_STOP_SECONDS: Final = 15.0
_EXAMPLES: Final = Path(__file__).parent.parent / "tests/gallery/reviewed"


@dataclass(frozen=True)
class Stage:
    """Where everything is."""

    page: str
    vault: str
    vault_id: str
    identity_endpoint: str
    identity_header: str


async def demo(*, script: bool, speed: float | None, port: int) -> int:
    """Run the demo until Ctrl-C, or play the script; returns the exit code."""
    stopping = _told_to_stop()
    async with _set_up(speed or (_SCRIPT_SPEED if script else _SPEED), port) as stage:
        if not script:
            _say(f"\n  The demo is at  {stage.page}\n")
            _say("  Type  /dr failover vm-web01 because West Europe is down  as Alice, then")
            _say("  approve as Bo and as Carla. Ctrl-C ends it.\n")
            _say("  To make trouble (sandbox/README.md says how):")
            _say(f"  {stage.page}/__trouble  and  {stage.vault}/__trouble\n")
            await stopping.wait()
            return 0
        playing = asyncio.create_task(
            play(
                stage.page,
                vault=stage.vault,
                vault_id=stage.vault_id,
                identity=(stage.identity_endpoint, stage.identity_header),
            )
        )
        waiting = asyncio.create_task(stopping.wait())
        await asyncio.wait({playing, waiting}, return_when=asyncio.FIRST_COMPLETED)
        waiting.cancel()
        if not playing.done():
            playing.cancel()
            return 130
        return playing.result()


async def gallery(*, port: int) -> int:
    """Show the reviewed examples until Ctrl-C; returns the exit code."""
    if not _EXAMPLES.is_dir():
        raise Misconfigured("The gallery is in the checkout, and not in what was installed.")
    stopping = _told_to_stop()
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="dr-demo-")))
        told = await _start_sandbox(
            stack, folder, *("--workspace-port", str(port)), *("--gallery", str(_EXAMPLES))
        )
        _say(f"\n  The gallery is at  {told['workspace']}/gallery\n")
        _say("  It shows tests/gallery/reviewed; `make gallery` renews that. Ctrl-C ends it.\n")
        await stopping.wait()
    return 0


def _told_to_stop() -> asyncio.Event:
    stopping = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    return stopping


@asynccontextmanager
async def _set_up(speed: float, port: int) -> AsyncIterator[Stage]:
    """Start everything, the server first; stop everything, the server last."""
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="dr-demo-")))
        url = (
            os.environ.get("REDIS_URL")
            or stack.enter_context(valkey.running(folder / "valkey")).url
        )
        web_port = _free_port()
        told = await _start_sandbox(
            stack,
            folder,
            *("--deliver-to", f"http://127.0.0.1:{web_port}/slack/events"),
            *("--speed", str(speed)),
            *("--estate", "full"),
            *("--workspace-port", str(port)),
        )
        environment = _environment(told, url, web_port)
        for name in ("web", "worker"):
            log = stack.enter_context((folder / f"{name}.log").open("wb"))
            await stack.enter_async_context(
                _process([sys.executable, "-m", "handlers", name], environment, log.fileno())
            )
        await _answers(f"http://127.0.0.1:{web_port}/readyz", folder / "web.log")
        yield Stage(
            page=told["workspace"],
            vault=told["vault"],
            vault_id=told["vault_id"],
            identity_endpoint=told["identity_endpoint"],
            identity_header=told["identity_header"],
        )


async def _start_sandbox(stack: AsyncExitStack, folder: Path, *options: str) -> dict[str, str]:
    announcement = folder / "sandbox.json"
    log = stack.enter_context((folder / "sandbox.log").open("wb"))
    command = [sys.executable, "-m", "sandbox", *options, "--announce", str(announcement)]
    await stack.enter_async_context(_process(command, os.environ, log.fileno()))
    await _appears(announcement, folder / "sandbox.log")
    told: dict[str, str] = json.loads(announcement.read_text("utf-8"))
    return told


def _environment(told: Mapping[str, str], redis_url: str, port: int) -> dict[str, str]:
    """Tell the bot where everything is, as an operator would in production."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("AZURE_", "SLACK_", "DR_"))
    }
    return kept | {
        "DR_SANDBOX": "1",
        "SLACK_API_URL": told["slack_api_url"],
        "SLACK_BOT_TOKEN": told["bot_token"],
        "SLACK_SIGNING_SECRET": told["signing_secret"],
        "AZURE_RESOURCE_MANAGER_URL": told["vault"],
        "IDENTITY_ENDPOINT": told["identity_endpoint"],
        "IDENTITY_HEADER": told["identity_header"],
        "REDIS_URL": redis_url,
        "PORT": str(port),
        "DR_VAULTS": told["vault_id"],
        "DR_CHANNEL": f"#{told['incident_channel']}",
        "DR_POLICY": str(_POLICY),
    }


@asynccontextmanager
async def _process(
    command: list[str], environment: Mapping[str, str], log: int
) -> AsyncIterator[None]:
    """Run a process in a session of its own, and end it in an orderly way."""
    process = await asyncio.create_subprocess_exec(
        *command,
        env=dict(environment),
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=log,
        start_new_session=True,
    )
    try:
        yield
    finally:
        if process.returncode is None:
            process.terminate()
            try:
                await asyncio.wait_for(process.wait(), _STOP_SECONDS)
            except TimeoutError:
                process.kill()
                await process.wait()


async def _appears(path: Path, log: Path) -> None:
    deadline = asyncio.get_running_loop().time() + _START_SECONDS
    while not await asyncio.to_thread(path.exists):
        if asyncio.get_running_loop().time() > deadline:
            raise Unavailable("The sandbox did not start.", advice=_tail(log))
        await asyncio.sleep(0.05)


async def _answers(url: str, log: Path) -> None:
    deadline = asyncio.get_running_loop().time() + _START_SECONDS
    async with aiohttp.ClientSession() as session:
        while True:
            try:
                async with session.get(url) as answer:
                    if answer.status == 200:
                        return
            except aiohttp.ClientError:
                pass  # not listening yet
            if asyncio.get_running_loop().time() > deadline:
                raise Unavailable("The bot did not start.", advice=_tail(log))
            await asyncio.sleep(0.05)


def _tail(log: Path) -> str:
    return log.read_text("utf-8", errors="replace")[-2000:]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _say(text: str) -> None:
    print(text, flush=True)  # noqa: T201 - the demo talks to whoever started it

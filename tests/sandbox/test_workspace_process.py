"""`python -m sandbox` announces itself in one line and ends when it is told to."""

import asyncio
import json
import signal
import stat
import sys
from pathlib import Path

from slack_sdk.web.async_client import AsyncWebClient

from sandbox.people import People


async def test_the_sandbox_runs_as_a_process(tmp_path: Path) -> None:
    """The line holds all an app needs; the file says the same and is private."""
    announced = tmp_path / "sandbox.json"
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "sandbox", "--speed", "30", "--announce", str(announced)),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        assert process.stdout is not None
        line = await asyncio.wait_for(process.stdout.readline(), 30)
        said = json.loads(line)
        assert json.loads(announced.read_text()) == said
        assert stat.S_IMODE(announced.stat().st_mode) == 0o600
        client = AsyncWebClient(said["bot_token"], base_url=f"{said['workspace']}/api/")
        assert (await client.auth_test())["team"] == "Northwind"
        async with People(said["workspace"]) as people:
            await people.alice.types("hello")
            await people.bo.sees("hello")
        assert said["vault_id"].startswith("/subscriptions/")
    finally:
        process.send_signal(signal.SIGTERM)
        rest, complaints = await asyncio.wait_for(process.communicate(), 10)
    assert (process.returncode, rest, complaints) == (0, b"", b"")

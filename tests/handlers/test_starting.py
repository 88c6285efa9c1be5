"""A process that cannot work says why in one sentence and ends at once, with exit code 2."""

import logging
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from handlers.command_line import main
from tests.processes import run, started
from tests.world import World

COMPLETE = {
    "SLACK_BOT_TOKEN": "xoxb-very-secret-1",
    "SLACK_SIGNING_SECRET": "very-secret-2",
    "SLACK_APP_TOKEN": "xapp-very-secret-3",
    "REDIS_URL": "redis://:very-secret-4@127.0.0.1:9/0",
    "DR_VAULTS": "/subscriptions/s/resourceGroups/g/providers/Microsoft.RecoveryServices/vaults/v",
    "DR_CHANNEL": "#incidents",
    "DR_SANDBOX": "",
}

WRONG = [
    *((process, {name: ""}, f"{name} is not set.")
      for process in ("web", "socket", "worker", "doctor")
      for name in ("SLACK_BOT_TOKEN", "REDIS_URL", "DR_VAULTS", "DR_CHANNEL")),
    ("web", {"SLACK_SIGNING_SECRET": ""}, "SLACK_SIGNING_SECRET is not set."),
    ("socket", {"SLACK_APP_TOKEN": ""}, "SLACK_APP_TOKEN is not set."),
    ("web", {"PORT": "http"}, "PORT is 'http'"),
    ("worker", {"DR_VAULTS": "vault-dr"}, "DR_VAULTS holds 'vault-dr'"),
    ("worker", {"DR_POLICY": "/nowhere/policy.toml"}, "The policy file /nowhere/policy.toml"),
    ("web", {"SLACK_API_URL": "http://127.0.0.1:9/api/"}, "SLACK_API_URL points at a host"),
    ("worker", {"AZURE_RESOURCE_MANAGER_URL": "https://evil.example"}, "AZURE_RESOURCE_MANAGER"),
    ("worker", {"DR_LOG_LEVEL": "LOUD"}, "DR_LOG_LEVEL is 'LOUD'."),
    ("audit verify", {"REDIS_URL": ""}, "REDIS_URL is not set."),
    ("audit export", {"REDIS_URL": "http://x"}, "REDIS_URL is not a Redis address."),
    ("audit verify", {}, "Redis does not answer."),
]  # fmt: skip


@pytest.fixture
def own_logging() -> Iterator[None]:
    """Give the root logger back as it was: a process that starts sets it up for itself."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)


@pytest.mark.usefixtures("own_logging")
@pytest.mark.parametrize(("process", "changes", "said"), WRONG, ids=str)
def test_what_is_missing_is_named(
    process: str,
    changes: Mapping[str, str],
    said: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """One sentence on standard error that names the setting and shows no secret."""
    for name in ("DR_POLICY", "PORT", "SLACK_API_URL", "AZURE_RESOURCE_MANAGER_URL"):
        monkeypatch.delenv(name, raising=False)
    for name, value in (COMPLETE | dict(changes)).items():
        monkeypatch.setenv(name, value)
    assert main(process.split()) == 2
    words = capsys.readouterr().err
    assert words.startswith(f"dr: {said}")
    assert words.count("\n") == 1
    assert "very-secret" not in words


async def test_a_process_of_its_own_says_the_same(quiet: World, tmp_path: Path) -> None:
    """Started from a shell: exit code 2, one line, no traceback."""
    code, words = await run("web", {**quiet.environment, "DR_CHANNEL": ""}, tmp_path)
    assert (code, words.count("\n")) == (2, 1)
    assert words.startswith("dr: DR_CHANNEL is not set.")


async def test_a_worker_without_redis_ends_with_a_sentence(quiet: World, tmp_path: Path) -> None:
    """Nothing can be done without Redis: whoever runs the worker starts it again later."""
    nowhere = {**quiet.environment, "REDIS_URL": "redis://127.0.0.1:9/0"}
    code, words = await run("worker", nowhere, tmp_path)
    assert code == 2
    assert words.strip().splitlines()[-1] == "dr: Redis does not answer. (DR-FAR-01)"
    assert "Traceback" not in words


async def test_a_front_without_slack_waits_for_it(quiet: World, tmp_path: Path) -> None:
    """Slack is away while the front starts: it listens all the same, and works when Slack does."""
    quiet.workspace.trouble.next("auth.test", "503", times=1)
    environment = {**quiet.environment, "PORT": str(quiet.settings.port + 1)}
    async with started("web", environment, tmp_path, ready="listening") as front:
        assert "Traceback" not in front.said

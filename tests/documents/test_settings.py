"""`.env.example` and `Procfile` say what the processes really read and are."""

import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from bot.settings import CLOUDS, SHIPPED_POLICY, SLACK_API_URL, Settings
from handlers.command_line import main

AZURE_IDENTITY = {
    "AZURE_TENANT_ID",
    "AZURE_CLIENT_ID",
    "AZURE_CLIENT_SECRET",
    "AZURE_AUTHORITY_HOST",
}
"""What azure-identity reads by itself, and people have to be told of."""

_LINE = re.compile(r"^(?P<mark># )?(?P<name>[A-Z][A-Z_]+)=(?P<value>.*)$")


class Listening(dict[str, str]):
    """An environment that remembers what it was asked for."""

    def __init__(self, content: Mapping[str, str]) -> None:
        super().__init__(content)
        self.asked: set[str] = set()

    def get(self, name: str, default: str = "") -> str:  # type: ignore[override]
        """Remember the name."""
        self.asked.add(name)
        return super().get(name, default)


def lines(checkout: Path) -> list[str]:
    """Return the lines of the example."""
    return (checkout / ".env.example").read_text("utf-8").splitlines()


def example(checkout: Path) -> Mapping[str, str]:
    """Read the lines that are set, as a shell would."""
    found = [_LINE.match(line) for line in lines(checkout)]
    return {one["name"]: one["value"] for one in found if one and not one["mark"]}


def test_the_example_names_every_setting_and_no_other(checkout: Path) -> None:
    """Each variable that a process asks for has its line, once."""
    environ = Listening(example(checkout))
    Settings.read(environ)
    named = [found["name"] for line in lines(checkout) if (found := _LINE.match(line))]
    assert sorted(named) == sorted(environ.asked | AZURE_IDENTITY)


def test_every_setting_of_the_example_is_explained(checkout: Path) -> None:
    """The line above each variable is a sentence about it."""
    before = ""
    for line in lines(checkout):
        if _LINE.match(line):
            assert re.match(r"^# [A-Z1].*\.$|^# .*/$", before), f"nothing explains {line}"
        before = line


def test_the_example_can_be_read(checkout: Path) -> None:
    """Filled in, it is complete and well-formed, and what it leaves out has the default it says."""
    settings = Settings.read(example(checkout))
    assert settings.channel == "#incidents"
    found = [_LINE.match(line) for line in lines(checkout)]
    said = {one["name"]: one["value"] for one in found if one and one["mark"]}
    assert said["SLACK_API_URL"] == SLACK_API_URL == settings.slack_api_url
    assert int(said["PORT"]) == settings.port
    assert CLOUDS[said["AZURE_RESOURCE_MANAGER_URL"]] == settings.arm_url
    assert said["DR_LOG_LEVEL"] == settings.log_level
    assert said["DR_SANDBOX"] == "0"
    assert not settings.sandbox
    assert settings.policy == SHIPPED_POLICY


def test_the_procfile_starts_processes_that_exist(
    checkout: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A platform that reads it runs the web front and the worker."""
    text = (checkout / "Procfile").read_text("utf-8")
    processes = dict(line.split(": ", 1) for line in text.splitlines())
    assert set(processes) == {"web", "worker"}
    for command in processes.values():
        program, *arguments = command.split()
        assert program == "dr"
        with pytest.raises(SystemExit) as ended:
            main([*arguments, "--help"])
        assert ended.value.code == 0
    assert "usage: dr web" in capsys.readouterr().out

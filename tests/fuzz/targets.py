"""What must hold of a reader, whatever it is given: the properties that every way to fuzz shares.

Each takes an input and fails with an assertion or with the exception that got out. They are what
`test_*` in this folder try by Hypothesis, and `coverage_guided` by atheris.
"""

import os
import tempfile
import time
from pathlib import Path
from typing import Final

from bot.domain.grammar import Command, parse
from bot.domain.operations import CATALOGUE
from bot.domain.policy import read
from bot.domain.sanity import findings
from bot.domain.unseen import unseen
from bot.errors import Misconfigured, Misunderstood
from bot.messages import answers
from bot.queries import VERBS
from tests.hostile import inert

_SECONDS: Final = 2.0
"""Nobody may hold a front up for longer with one line or one file."""
_FOLDER: Final = Path(tempfile.gettempdir())


def a_command(text: str) -> Command | None:
    """Any line is a command that means the same when it is typed again, or a refusal by code."""
    began = time.process_time()
    try:
        command = parse(text, VERBS)
    except Misunderstood as error:
        _is_answered(error)
        return None
    finally:
        assert time.process_time() - began < _SECONDS, f"{len(text)} characters take too long"
    assert command.verb in {*VERBS, ""}
    for word in (*command.targets, command.reason, command.line, *command.options.values()):
        assert not any(unseen(character) for character in word if character not in "\u200d\ufe0f")
        assert word.splitlines() in ([], [word])
    assert not command.verb or set(command.options) <= set(_options(command.verb))
    again = parse(typed(command), VERBS)
    assert again == command, typed(command)
    return command


def _is_answered(error: Misunderstood) -> None:
    assert error.refusal.id
    assert 0 < len(error.sentence) < 400, error.sentence
    inert(answers.sorry(error).text)


def _names(path: Path, error: Misconfigured) -> None:
    assert str(path) in error.sentence


def _options(verb: str) -> list[str]:
    return [option.name for option in VERBS[verb].options]


def typed(command: Command) -> str:
    """Write a command as somebody would type it, and as Slack would send that."""
    if command.line:
        said = f"{command.verb} {command.line}"
    else:
        words = [command.verb, *map(_quoted, command.targets)]
        for name, value in [*command.options.items(), *command.also.items()]:
            words += [f"--{name}", _quoted(value)] if value else []
        said = " ".join(words)
        said += f" because {command.reason}" if command.reason else ""
    return said.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _quoted(word: str) -> str:
    return word if '"' in word else f'"{word}"'


def a_policy(text: str) -> bool:
    """Any file is a policy of which sanity can judge, or is wrong in places that are named."""
    path = _FOLDER / f"policy-{os.getpid()}.toml"
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    began = time.process_time()
    try:
        policy, wrong = read(path)
    except Misconfigured as error:
        _names(path, error)
        return False
    finally:
        assert time.process_time() - began < _SECONDS, f"{len(text)} characters take too long"
        path.unlink()
    assert (policy is None) is bool(wrong)
    for mistake in wrong:
        assert mistake.key
        assert mistake.line or mistake.sentence == "it is missing." or mistake.key == "the file"
        assert mistake.line <= text.count("\n") + 1
        assert mistake.sentence.endswith((".", "?"))
    if policy is None:
        return False
    findings(policy)
    assert policy.version
    for operation in CATALOGUE:
        policy.who_may_ask(operation)
    return True

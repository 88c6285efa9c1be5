"""`make check`: style, types, floors, known holes, and what the documents claim. Changes nothing.

Prints a line for each check, then what the failed ones said; ends with 1 when any failed. A check
that could not be made says why, and fails nothing.
"""

import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.vulnerabilities import SKIPPED

CHECKOUT: Final = Path(__file__).parent.parent
_BIN: Final = Path(sys.executable).parent
_PYTHON: Final = [sys.executable, "-m"]
_LONGEST: Final = 600
"""Seconds after which a check is given up."""

CHECKS: Final[Mapping[str, Sequence[str]]] = {
    "the layout of the code": [*_PYTHON, "ruff", "format", "--check", "."],
    "the style of the code": [*_PYTHON, "ruff", "check", "."],
    "the types": [*_PYTHON, "mypy"],
    "the floors": [str(_BIN / "lint-imports"), "--no-logo"],
    "the dependencies": [*_PYTHON, "tests.vulnerabilities"],
    "the documents": [*_PYTHON, "pytest", "-q", "tests/documents"],
}
"""Each check by what it is about, and the command that makes it."""


@dataclass(frozen=True)
class Ended:
    """How a check ended."""

    mark: str
    """`ok`, `skip` or `FAIL`."""
    said: str

    @property
    def failed(self) -> bool:
        """Whether something is wrong."""
        return self.mark == "FAIL"


def main() -> int:
    """Run every check; returns the exit code."""
    failed: dict[str, str] = {}
    for about, command in CHECKS.items():
        start = time.monotonic()
        ended = made(command)
        why = f": {ended.said.strip()}" if ended.mark == "skip" else ""
        _say(f"{ended.mark:<4}  {about} ({time.monotonic() - start:.1f} s){why}")
        if ended.failed:
            failed[about] = ended.said
    for about, said in failed.items():
        _say(f"\n--- {about}: {' '.join(CHECKS[about][1:])}\n{said.rstrip()}")
    _say(f"\n{len(failed)} of {len(CHECKS)} checks failed." if failed else "\nAll is well.")
    return 1 if failed else 0


def made(command: Sequence[str]) -> Ended:
    """Run the command of a check to its end."""
    try:
        ended = subprocess.run(
            command,
            cwd=CHECKOUT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=_LONGEST,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return Ended("FAIL", f"It did not end within {_LONGEST} s.")
    except OSError as error:
        return Ended("FAIL", f"It could not be started: {error}.")
    return Ended({0: "ok", SKIPPED: "skip"}.get(ended.returncode, "FAIL"), ended.stdout)


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())

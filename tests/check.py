"""`make check`: style, types, floors, and everything the documents claim. Changes nothing.

Prints a line for each check, then what the failed ones said; ends with 1 when any failed.
"""

import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

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
    "the documents": [*_PYTHON, "pytest", "-q", "tests/documents"],
}
"""Each check by what it is about, and the command that makes it."""


def main() -> int:
    """Run every check; returns the exit code."""
    failed: dict[str, str] = {}
    for about, command in CHECKS.items():
        start = time.monotonic()
        said = _complaint(command)
        mark = "ok  " if said is None else "FAIL"
        _say(f"{mark}  {about} ({time.monotonic() - start:.1f} s)")
        if said is not None:
            failed[about] = said
    for about, said in failed.items():
        _say(f"\n--- {about}: {' '.join(CHECKS[about][1:])}\n{said.rstrip()}")
    _say(f"\n{len(failed)} of {len(CHECKS)} checks failed." if failed else "\nAll is well.")
    return 1 if failed else 0


def _complaint(command: Sequence[str]) -> str | None:
    """Run a command; returns what it said when it failed, else None."""
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
        return f"It did not end within {_LONGEST} s."
    except OSError as error:
        return f"It could not be started: {error}."
    return ended.stdout if ended.returncode else None


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())

"""Known holes in what the locks install: `python -m tests.vulnerabilities`, a part of `make check`.

pip-audit asks a vulnerability service about each package of the locks, by the very versions that
are pinned there; nothing is resolved or installed. Ends with 1 when a hole is known, and with
`SKIPPED` when nobody could be asked: who works on a train is not kept from working.
"""

import json
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

CHECKOUT: Final = Path(__file__).parent.parent
LOCKS: Final = (CHECKOUT / "requirements.lock", CHECKOUT / "audit.lock")
SKIPPED: Final = 77
"""The exit code of a check that could not be made; that of automake, and of nothing else here."""
PATIENCE: Final = 20.0
"""Seconds for all of it."""
_SERVICES: Final = ("pypi", "osv")
_SOCKET: Final = 5
"""Seconds that one answer may take."""
_UNANSWERED: Final = "no vulnerability service answers"


@dataclass(frozen=True)
class Verdict:
    """What came of asking: the exit code, and what is said."""

    code: int
    said: str


def program() -> str | None:
    """Find pip-audit: in the environment that `make check` makes for it, else on the path."""
    own = CHECKOUT / ".venv-audit/bin/pip-audit"
    return str(own) if own.exists() else shutil.which("pip-audit")


def asked(pip_audit: str | None, patience: float = PATIENCE) -> Verdict:
    """Ask one service after the other, until one knows the packages."""
    if pip_audit is None:
        return Verdict(
            SKIPPED, "pip-audit is not installed; make check installs it from audit.lock"
        )
    until = time.monotonic() + patience
    for service in _SERVICES:
        packages = _answer(pip_audit, service, until - time.monotonic())
        if any("vulns" in one for one in packages):
            return _judged(packages)
    return Verdict(SKIPPED, _UNANSWERED)


def _answer(pip_audit: str, service: str, seconds: float) -> list[dict[str, Any]]:
    """Return what a service says of each package; nothing when it does not answer.

    pip-audit ends with 1 for a hole and for a network that is away; only its output tells.
    """
    locks = [part for lock in LOCKS for part in ("--requirement", str(lock))]
    how = ["--require-hashes", "--disable-pip", "--progress-spinner", "off", "--desc", "off"]
    ask = ["--vulnerability-service", service, "--timeout", str(_SOCKET), "--format", "json"]
    try:
        ended = subprocess.run(
            [pip_audit, *locks, *how, *ask],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=max(seconds, 0.0),
            check=False,
        )
        return list(json.loads(ended.stdout)["dependencies"])
    except (subprocess.TimeoutExpired, ValueError, LookupError, TypeError):
        return []


def _judged(packages: list[dict[str, Any]]) -> Verdict:
    holes = [
        f"{one['name']} {one['version']} has {hole['id']}; "
        + (f"mended in {', '.join(hole['fix_versions'])}" if hole["fix_versions"] else "not mended")
        for one in packages
        for hole in one.get("vulns", ())
    ]
    unknown = sorted({one["name"] for one in packages if "vulns" not in one})
    lines = [*holes, *([f"nothing is known of {', '.join(unknown)}"] if unknown else [])]
    return Verdict(1 if holes else 0, "\n".join(lines))


def main() -> int:
    """Say what is known; returns the exit code."""
    verdict = asked(program())
    sys.stdout.write(f"{verdict.said}\n" if verdict.said else "")
    return verdict.code


if __name__ == "__main__":
    sys.exit(main())

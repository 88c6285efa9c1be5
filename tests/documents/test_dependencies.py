"""What is installed: pinned with hashes, from no address in particular, and asked about."""

import json
import re
import sys
import time
import tomllib
from pathlib import Path
from typing import Any

import pytest

from tests.check import made
from tests.documents.redraw import CHECKOUT
from tests.vulnerabilities import LOCKS, SKIPPED, asked, program

_PINNED = re.compile(
    r"(?P<name>[A-Za-z0-9._-]+)(?:\[[^\]]*\])?==[^\s;]+(?: ; .+?)?(?: +--hash=sha256:[0-9a-f]{64})+"
)

# What the real one (2.10.1) prints with `--format json`, cut to a few packages.
CLEAN = {"dependencies": [{"name": "idna", "version": "3.20", "vulns": []}], "fixes": []}
HOLE = {"id": "PYSEC-2024-60", "fix_versions": ["3.7"], "aliases": ["CVE-2024-3651"]}
VULNERABLE = {"dependencies": [{"name": "idna", "version": "3.6", "vulns": [HOLE]}], "fixes": []}
UNMENDED = {
    "dependencies": [{"name": "idna", "version": "3.6", "vulns": [HOLE | {"fix_versions": []}]}],
    "fixes": [],
}
UNKNOWN = {
    "name": "idna",
    "skip_reason": "Dependency not found on PyPI and could not be audited: idna (3.20)",
}
NO_TRACE = {"dependencies": [UNKNOWN], "fixes": []}
PARTLY = {"dependencies": [*CLEAN["dependencies"], UNKNOWN | {"name": "ours"}], "fixes": []}


def entries(lock: Path) -> list[str]:
    """Return each entry of a lock on one line."""
    return lock.read_text("utf-8").replace("\\\n", "").strip().splitlines()


def normal(name: str) -> str:
    """Write the name of a package as registries compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_every_package_is_pinned_with_hashes(lock: Path) -> None:
    """An entry is a name, one version, perhaps a condition, and nothing but SHA-256 behind it."""
    assert len(entries(lock)) > 10
    for line in entries(lock):
        assert _PINNED.fullmatch(line)


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_no_address_is_in_a_lock(lock: Path) -> None:
    """Where packages come from is for whoever installs them to say; a hash holds for anywhere."""
    text = lock.read_text("utf-8")
    assert "://" not in text
    assert " @ " not in text
    assert not re.search(r"^ *-(?!-hash)", text, re.MULTILINE)


def test_everything_that_is_asked_for_is_pinned() -> None:
    """All of pyproject.toml is in a lock: what the bot and its tests need, and what looks at it."""
    read = tomllib.loads((CHECKOUT / "pyproject.toml").read_text("utf-8"))
    extras = [one for some in read["project"]["optional-dependencies"].values() for one in some]
    groups = [one for some in read["dependency-groups"].values() for one in some]
    wanted = [read["project"]["dependencies"] + extras, groups]
    for lock, requirements in zip(LOCKS, wanted, strict=True):
        pinned = {normal(m["name"]) for line in entries(lock) if (m := _PINNED.fullmatch(line))}
        names = {normal(re.split(r"[^A-Za-z0-9._-]", one)[0]) for one in requirements}
        assert names <= pinned, lock.name


def test_what_runs_the_bot_does_not_bring_pip_audit() -> None:
    """Who looks for holes brings sixteen packages, and none of them beside the bot."""
    assert not [line for line in entries(LOCKS[0]) if line.startswith("pip")]


@pytest.fixture
def stub(tmp_path: Path) -> Any:
    """Make a stand-in for pip-audit, which says what the real one prints and ends as it does."""

    def make(*answers: object, code: int = 0, seconds: float = 0, noise: str = "") -> str:
        said = {one: json.dumps(two) for one, two in zip(("pypi", "osv"), answers, strict=False)}
        path = tmp_path / "pip-audit"
        path.write_text(
            f"#!{sys.executable}\nimport sys, time\n"
            f"open({str(tmp_path / 'asked')!r}, 'a').write(' '.join(sys.argv[1:]) + '\\n')\n"
            f"time.sleep({seconds})\nsys.stderr.write({noise!r})\n"
            f"service = sys.argv[sys.argv.index('--vulnerability-service') + 1]\n"
            f"sys.stdout.write({said!r}.get(service, ''))\nsys.exit({code})\n",
            "utf-8",
        )
        path.chmod(0o755)
        return str(path)

    return make


def test_without_a_hole_nothing_is_said(stub: Any, tmp_path: Path) -> None:
    """The first service that answers is enough; both locks are asked about, by their hashes."""
    verdict = asked(stub(CLEAN, VULNERABLE))
    assert (verdict.code, verdict.said) == (0, "")
    lines = (tmp_path / "asked").read_text("utf-8").splitlines()
    assert len(lines) == 1
    assert "--require-hashes --disable-pip" in lines[0]
    assert all(str(lock) in lines[0] for lock in LOCKS)


def test_a_hole_fails_with_what_mends_it(stub: Any) -> None:
    """The package, its version, the hole, and the version that is without it."""
    verdict = asked(stub(VULNERABLE, code=1, noise="Found 1 known vulnerability in 1 package\n"))
    assert verdict.code == 1
    assert verdict.said == "idna 3.6 has PYSEC-2024-60; mended in 3.7"


def test_a_hole_that_nobody_mended_fails_too(stub: Any) -> None:
    """It is said that there is no version to go to."""
    verdict = asked(stub(UNMENDED, code=1))
    assert (verdict.code, verdict.said) == (1, "idna 3.6 has PYSEC-2024-60; not mended")


def test_without_a_network_it_is_passed_over(stub: Any) -> None:
    """pip-audit ends with 1 then, as for a hole, and prints nothing but how it died."""
    verdict = asked(stub(code=1, noise="requests.exceptions.ConnectionError: Max retries exceeded"))
    assert (verdict.code, verdict.said) == (SKIPPED, "no vulnerability service answers")


def test_an_index_that_knows_no_holes_is_no_answer(stub: Any) -> None:
    """A mirror says of each package that it is not there; so the second service is asked."""
    assert asked(stub(NO_TRACE)).code == SKIPPED
    assert asked(stub(NO_TRACE, CLEAN)).code == 0
    assert asked(stub(NO_TRACE, VULNERABLE)).code == 1


def test_what_a_service_does_not_know_is_named(stub: Any) -> None:
    """Nobody takes silence about one package for a clean one."""
    verdict = asked(stub(PARTLY))
    assert (verdict.code, verdict.said) == (0, "nothing is known of ours")


def test_a_service_that_hangs_is_not_waited_for(stub: Any) -> None:
    """All of it ends in time, however many there are to ask."""
    start = time.monotonic()
    assert asked(stub(CLEAN, seconds=60), patience=0.5).code == SKIPPED
    assert time.monotonic() - start < 10


def test_without_pip_audit_it_says_where_that_is_from() -> None:
    """Who runs the checks without make has not installed it, perhaps."""
    verdict = asked(None)
    assert verdict.code == SKIPPED
    assert "audit.lock" in verdict.said


@pytest.mark.parametrize(("code", "mark"), [(0, "ok"), (SKIPPED, "skip"), (1, "FAIL"), (2, "FAIL")])
def test_a_check_that_could_not_be_made_is_no_failure(code: int, mark: str) -> None:
    """Only `SKIPPED` is passed over."""
    ended = made([sys.executable, "-c", f"print('so it was'); raise SystemExit({code})"])
    assert (ended.mark, ended.said) == (mark, "so it was\n")


@pytest.mark.skipif(program() is None, reason="pip-audit is not installed")
def test_the_real_one_takes_what_it_is_told() -> None:
    """The stand-in would take any option; the real one has each of those that it is given."""
    said = made([str(program()), "--help"]).said
    for option in ("--require-hashes", "--disable-pip", "--vulnerability-service", "--timeout"):
        assert option in said

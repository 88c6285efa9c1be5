"""SECURITY.md: what it claims is in code that exists, and is tried by tests that exist."""

import re
from collections.abc import Iterator

import pytest

from tests.documents.redraw import CHECKOUT

TEXT = (CHECKOUT / "SECURITY.md").read_text("utf-8")
_NAMED = re.compile(
    r"`((?:bot|handlers|sandbox|tests|docs)/[\w./-]+|[\w-]+\.(?:yml|lock))(?:::(\w+))?`"
)


def claims() -> Iterator[str]:
    """Return each row of a table that says by what it is shown."""
    shown = False
    for line in TEXT.splitlines():
        if line.startswith("| ") and line.endswith("|"):
            if "Shown by" in line:
                shown = True
            elif shown and not line.startswith("| ---"):
                yield line
        else:
            shown = False


def test_there_are_claims() -> None:
    """The tables are found."""
    assert len(list(claims())) >= 40


@pytest.mark.parametrize(
    "claim", list(claims()), ids=lambda claim: claim.split("|")[1].strip()[:60]
)
def test_a_claim_names_its_code_and_a_test(claim: str) -> None:
    """In its last cell: at least a file that does it, and a test function that tries it."""
    named = _NAMED.findall(claim.split("|")[-2])
    assert [path for path, test in named if not test], claim
    assert [path for path, test in named if test], claim


def test_everything_that_is_named_exists() -> None:
    """Each file, and in it each test function."""
    named = _NAMED.findall(TEXT)
    gone = {path for path, _ in named if not (CHECKOUT / path).exists()}
    assert not gone
    missing = [
        f"{path}::{test}"
        for path, test in named
        if test
        and not re.search(
            rf"^(?:async )?def {test}\(", (CHECKOUT / path).read_text("utf-8"), re.MULTILINE
        )
    ]
    assert not missing

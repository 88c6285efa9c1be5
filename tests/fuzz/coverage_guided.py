"""The grammar and the policy by atheris, which looks for inputs that reach new lines of code.

    python -m tests.fuzz.coverage_guided grammar|policy <libFuzzer options>

atheris is no part of the lock, for it has wheels for Linux on x86 alone: `pip install atheris`.
"""

import sys
from collections.abc import Callable
from typing import Final

import atheris  # type: ignore[import-untyped]  # and no part of the lock

with atheris.instrument_imports(include=["bot.domain", "tomllib"]):
    from tests.fuzz import targets

TARGETS: Final[dict[str, Callable[[str], object]]] = {
    "grammar": targets.a_command,
    "policy": targets.a_policy,
}


def main() -> None:
    """Run one target until libFuzzer is told to stop, or something gets out of it."""
    target = TARGETS[sys.argv.pop(1)]

    def once(data: bytes) -> None:
        target(data.decode("utf-8", "surrogateescape"))

    atheris.Setup(sys.argv, once)
    atheris.Fuzz()


if __name__ == "__main__":
    main()

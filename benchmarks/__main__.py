"""Every benchmark, one after the other: `python -m benchmarks [name …] [--rounds N]`."""

import argparse
import asyncio
import importlib
import inspect
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from benchmarks.results import Result, drawn, summary, write

BENCHMARKS: Final = {
    "acknowledge": "until a command is acknowledged",
    "vote_to_post": "from the last vote until Azure has the call",
    "inventory": "listing the machines of a vault",
    "names": "finding and suggesting a machine by its name",
    "burst": "hundreds of failovers at once, against Azure's allowance",
    "following": "following jobs that run",
    "votes": "votes through the one door, and reading the audit log over",
    "slack": "one chat.update over TLS",
    "starting": "start-up and memory",
}
"""The modules of this package that measure something, in the order in which they run."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, draw and write what was asked for; a target that is missed fails nothing."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description="; ".join(f"{name}: {about}" for name, about in BENCHMARKS.items()),
    )
    parser.add_argument("names", nargs="*", metavar="name", help="which (default: all of them)")
    parser.add_argument("--rounds", type=int, default=5, choices=range(1, 51), metavar="1-50")
    parser.add_argument("--folder", type=Path, default=Path(".bench"), help="where the JSON goes")
    options = parser.parse_args(arguments)
    if unknown := set(options.names) - set(BENCHMARKS):
        parser.error(f"there is no benchmark {', '.join(sorted(unknown))}")
    results = []
    for name in options.names or BENCHMARKS:
        result = _measured(name, options.rounds)
        write(options.folder, name, result)
        print(f"## {name}: {BENCHMARKS[name]}\n\n{drawn(result)}\n", flush=True)
        results.append(result)
    print(summary(results))
    return 0


def _measured(name: str, rounds: int) -> Result:
    """Run a benchmark; none is imported before its turn, so that none pays for another."""
    measure = importlib.import_module(f"benchmarks.{name}").measure
    found = measure(rounds)
    result: Result = asyncio.run(found) if inspect.iscoroutine(found) else found
    return result


if __name__ == "__main__":
    sys.exit(main())

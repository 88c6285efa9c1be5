"""`make soak`: random operators, random trouble, and an account that has to come out even.

Ends with 1 when a promise was broken. The same seed makes the same choices; what comes of them
depends on how fast the machine is.
"""

import argparse
import asyncio
import logging
import sys
from collections import Counter

from tests.soak.run import Soaked, soak


def main() -> int:
    """Run a soak and print its report; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=5.0)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--machines", type=int, default=200)
    options = parser.parse_args()
    logging.disable(logging.CRITICAL)
    soaked = asyncio.run(soak(options.minutes * 60, options.seed, options.machines, _progress))
    sys.stderr.write("\n")
    _say(report(soaked))
    return 0 if soaked.kept else 1


def report(soaked: Soaked) -> str:
    """Write the report."""
    made = soaked.account
    lines = [
        f"Soak of {soaked.seconds / 60:g} minutes, seed {soaked.seed}; "
        f"calm after {soaked.calmed:.0f} s more",
        "",
        f"people     {_counted(soaked.done)}",
        f"requests   {made.requests}: {_counted(made.states)}",
        f"decisions  {made.decisions} counted, {made.refusals} refused",
        f"jobs       {made.jobs}",
        f"entries    {made.entries} in the audit log",
        f"faults     {sum(soaked.struck.values())}",
        *(f"           {count:5} {kind}" for kind, count in sorted(soaked.struck.items())),
        *(f"memory     {role}: {_lives(lives)}" for role, lives in soaked.memory.items()),
        f"twice      {made.second_cards} cards were posted, {made.told_twice} lines said",
        "",
    ]
    for name, broken in (
        ("lost", made.lost),
        ("doubled", made.doubled),
        ("untrue cards", made.untrue),
        ("leaked keys", made.leaked),
        ("broken entries", made.broken),
        ("tracebacks", soaked.said),
    ):
        lines += [f"{name:14} {len(broken)}", *(f"    {one}" for one in broken[:20])]
    verdict = "Every promise was kept." if soaked.kept else "A PROMISE WAS BROKEN."
    return "\n".join([*lines, "", verdict])


def _counted(counter: Counter[str]) -> str:
    return ", ".join(f"{count} {name}" for name, count in counter.most_common()) or "nothing"


def _lives(lives: list[tuple[int, int]]) -> str:
    """The longest of its lives, for one that was killed at once says nothing."""
    first, last = max(lives, key=lambda life: life[1])
    return f"{first / 1024:.0f} → {last / 1024:.0f} MiB in the largest of {len(lives)} lives"


def _progress(line: str) -> None:
    sys.stderr.write(f"\r{line:70}")
    sys.stderr.flush()


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())

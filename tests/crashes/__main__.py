"""`make crashes`: die at every boundary there is, and print what became of each.

Ends with 1 when a promise was broken.
"""

import argparse
import asyncio
import logging
import sys
import time
from collections import Counter
from typing import Final, get_args

from tests.crashes.matrix import matrix
from tests.crashes.outcome import Outcome, Victim

_TITLES: Final = {
    "worker": "A worker dies between the last vote and the final card",
    "redis": "Redis is killed under a worker, and started again on the same files",
    "vote": "A front dies between a click and its answer; the person presses again",
    "ask": "A front dies between a command and its answer; the person types it again",
}


def main() -> int:
    """Run the matrix; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.crashes", description=__doc__)
    parser.add_argument("--lanes", type=int, default=6, help="how many die at the same time")
    parser.add_argument("--only", choices=get_args(Victim), help="one part of the matrix")
    parser.add_argument("--like", default="", help="only points whose name holds this")
    options = parser.parse_args()
    logging.disable(logging.CRITICAL)  # what the sound half of the world says of the deaths
    victims = [options.only] if options.only else list(get_args(Victim))
    return asyncio.run(_all(victims, options.lanes, options.like))


async def _all(victims: list[Victim], lanes: int, like: str) -> int:
    outcomes: list[Outcome] = []
    began = time.monotonic()
    async with matrix(lanes) as one:
        for victim in victims:
            _say(f"\n{_TITLES[victim]}\n")
            points = [point for point in await one.points(victim) if like in point.words]
            found = await one.deaths(victim, points, _progress)
            sys.stderr.write("\n")
            for outcome in found:
                _say(_row(outcome))
            outcomes += found
    _say(f"\n{_summary(outcomes)}, in {time.monotonic() - began:.0f} s")
    return 0 if all(one.kept for one in outcomes) else 1


def _row(outcome: Outcome) -> str:
    mark = "ok  " if outcome.kept else "FAIL"
    words = outcome.point.words if outcome.point else "nobody died"
    extra = f", {outcome.told_twice} lines told twice" if outcome.told_twice else ""
    extra += f", {outcome.cards} cards" if outcome.cards > 1 else ""
    row = f"{mark}  {outcome.seconds:4.1f} s  {words}  →  {outcome.became}{extra}"
    return "\n      ".join([row, *outcome.wrong])


def _summary(outcomes: list[Outcome]) -> str:
    kinds = Counter(one.victim for one in outcomes)
    parts = ", ".join(f"{count} {victim}" for victim, count in kinds.items())
    passed = sum(not one.reached for one in outcomes)
    twice = sum(one.told_twice for one in outcomes)
    cards = sum(one.cards > 1 for one in outcomes)
    broken = sum(not one.kept for one in outcomes)
    return (
        f"{len(outcomes)} points ({parts}); {passed} were not passed again; "
        f"{broken} broke a promise; {twice} lines were told twice, {cards} cards were posted twice"
    )


def _progress(outcome: Outcome) -> None:
    sys.stderr.write("." if outcome.kept else f"\n{_row(outcome)}\n")
    sys.stderr.flush()


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())

"""Dying at each boundary in turn, and looking at what became of it.

A run without a death gives the boundaries and their names. Then a process dies at each of them,
another goes on, and every promise is looked at.
"""

import asyncio
import json
import tempfile
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.crashes.boundaries import Point
from tests.crashes.lanes import MACHINES, lane
from tests.crashes.outcome import Outcome, Victim
from tests.crashes.plays import play
from tests.crashes.zygote import Zygote, bred

_OFTEN: Final = 2
"""So many occurrences are tried of what is only a clock's tick."""
_CHANGES: Final = ("commit", "POST", "what Slack delivered", "the acknowledgement")
_TICKS: Final = ("engine", "sweep", "watch", "keep_outside", "judge")


@dataclass
class Matrix:
    """Lanes side by side, each with a world of its own."""

    zygote: Zygote
    folder: Path
    lanes: int

    async def points(self, victim: Victim) -> list[Point]:
        """Run once without a death; returns every boundary in the order in which it was passed."""
        async with lane(self.zygote) as one:
            trace = self.folder / f"{victim}.trace"
            outcome = await play(one, victim, None, trace)
            assert outcome.kept, outcome.wrong
        return chosen(victim, [Point(*json.loads(text)) for text in trace.read_text().splitlines()])

    async def deaths(
        self, victim: Victim, points: Sequence[Point], told: Callable[[Outcome], None]
    ) -> list[Outcome]:
        """Die at each point; `told` hears of each as it ends."""
        waiting = list(reversed(points))
        outcomes: list[Outcome] = []

        async def one_after_the_other() -> None:
            while waiting:
                async with lane(self.zygote) as one:
                    for _ in range(MACHINES):
                        if not waiting:
                            return
                        outcome = await play(one, victim, waiting.pop(), None)
                        outcomes.append(outcome)
                        told(outcome)
                        if not outcome.kept:
                            break  # what is broken is not to be carried into the next run

        await asyncio.gather(*(one_after_the_other() for _ in range(self.lanes)))
        order = {point: number for number, point in enumerate(points)}
        return sorted(outcomes, key=lambda one: order[one.point] if one.point else -1)


@asynccontextmanager
async def matrix(lanes: int) -> AsyncIterator[Matrix]:
    """Start the parent of all who will die."""
    with tempfile.TemporaryDirectory(prefix="dr-crashes-") as folder:
        async with bred(Path(folder)) as zygote:
            yield Matrix(zygote, Path(folder), lanes)


def chosen(victim: Victim, passed: Iterable[Point]) -> list[Point]:
    """Keep the boundaries at which it makes a difference to die.

    Before something is sent that changes nothing, all is as it was after the last answer.
    """
    return [
        point
        for point in dict.fromkeys(passed)
        if (point.nth <= _OFTEN or not point.who.startswith(_TICKS))
        and (point.phase != "before" or point.what.startswith(_CHANGES))
        and (victim != "redis" or (point.phase != "answered" and _is_redis(point)))
    ]


def _is_redis(point: Point) -> bool:
    return not point.what.startswith(("GET ", "POST ")) or "{" in point.what

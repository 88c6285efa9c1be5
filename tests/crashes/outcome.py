"""What became of one death."""

from dataclasses import dataclass, field
from typing import Literal

from tests.crashes.boundaries import Point

Victim = Literal["worker", "redis", "vote", "ask"]
"""What dies: a worker; the Redis server under a worker; a front while somebody votes or asks."""


@dataclass
class Outcome:
    """What became of one death."""

    victim: Victim
    point: Point | None
    reached: bool = True
    became: str = ""
    wrong: list[str] = field(default_factory=list)
    told_twice: int = 0
    cards: int = 1
    seconds: float = 0.0

    @property
    def kept(self) -> bool:
        """Whether every promise was kept."""
        return not self.wrong

"""What of all machines would go wrong in a failover: the little that belongs on a first page.

Forgotten cleanups of test failovers come first: each of them keeps a real failover from being
offered, and is mended in minutes. The same judgement as `/dr ready`, which has all of it.
"""

from collections.abc import Sequence
from datetime import datetime

from bot.domain.data import Data
from bot.domain.machines import Machine
from bot.domain.readiness import Weight, concerns, vault_concerns
from bot.domain.vaults import Surroundings


class Risk(Data):
    """One thing that somebody should do something about."""

    name: str
    """The machine's, '' for what is about a vault."""
    sentence: str
    advice: str = ""
    blocks: bool = False
    """Whether a failover is not possible now."""
    forgotten: bool = False
    """Whether it is a test failover that was not cleaned up."""


class Risks(Data):
    """How ready all machines are, in numbers, and the gravest of what is wrong."""

    at: int
    """When they were judged, in milliseconds."""
    machines: int
    blocked: int
    risky: int
    away: int
    """How many have failed over already."""
    busy: int = 0
    """On how many Azure is doing something now."""
    top: tuple[Risk, ...]
    more: int
    """How many machines more something speaks against."""
    troubles: tuple[str, ...] = ()
    """One sentence for each vault that could not be read."""

    @property
    def ready(self) -> int:
        """How many could be failed over now as far as anybody knows."""
        return self.machines - self.blocked - self.risky - self.away - self.busy


def weigh(
    machines: Sequence[Machine],
    around: Sequence[Surroundings],
    troubles: Sequence[str],
    now: datetime,
    most: int,
) -> Risks:
    """Judge all machines, and keep the `most` grave: forgotten cleanups, what blocks, the rest."""
    places = {one.vault.casefold(): one.model_copy(update={"location": ""}) for one in around}
    found: list[Risk] = []
    blocked = risky = away = busy = 0
    for machine in machines:
        if machine.scenario:
            busy += 1
            continue
        grave = [
            one
            for one in concerns(machine, now, places.get(machine.vault.casefold()))
            if one.weight is not Weight.NOTE
        ]
        if not grave:
            away += machine.active == "Recovery"
            continue
        worst = grave[0]
        stops = worst.weight is Weight.BLOCKS
        blocked, risky = blocked + stops, risky + (not stops)
        more = f" And {len(grave) - 1} more." if len(grave) > 1 else ""
        found.append(
            Risk(
                name=machine.name,
                sentence=f"{worst.sentence}{more}",
                advice=worst.advice,
                blocks=stops,
                forgotten=machine.testing,
            )
        )
    found.sort(key=lambda one: (not one.forgotten, not one.blocks))
    burning = [
        Risk(name="", sentence=one.sentence, advice=one.advice)
        for one in vault_concerns(machines, around)
    ]
    forgotten = [one for one in found if one.forgotten]
    listed = [*forgotten, *burning, *(one for one in found if not one.forgotten)]
    return Risks(
        at=int(now.timestamp() * 1000),
        machines=len(machines),
        blocked=blocked,
        risky=risky,
        away=away,
        busy=busy,
        top=tuple(listed[:most]),
        more=max(0, len(listed) - most),
        troubles=tuple(troubles),
    )

"""Who would be down together with whom: the region that something is in, and what it saves."""

import re
from collections.abc import Iterable
from typing import Final

from bot.domain.data import Data
from bot.domain.machines import A2A, Machine
from bot.domain.vaults import same_region

_MANAGED: Final = re.compile(
    r"^[^.]+\.(?P<region>[a-z0-9]+)\.(redis\.azure\.net|redisenterprise\.cache\.azure\.net)$"
)
"""Azure Managed Redis, and its forerunner Enterprise: both have the region in their names."""


class Exposure(Data):
    """The machines that run where something else is, which is to save them."""

    region: str
    """The region's name, as people call it."""
    home: tuple[str, ...] = ()
    """The names of those that were first protected there."""
    away: tuple[str, ...] = ()
    """The names of those that were failed over to there."""

    @property
    def words(self) -> str:
        """`West Europe, where vm-a, vm-b and 3 more run`."""
        names = self.home or self.away
        more = f" and {len(names) - 3} more" if len(names) > 3 else ""
        return f"{self.region}, where {', '.join(names[:3])}{more} run"


def exposure(regions: Iterable[str], machines: Iterable[Machine]) -> tuple[Exposure, ...]:
    """Find the regions whose end takes something along that is in these `regions` and no other.

    What is in several regions outlives each of them.
    """
    here = list(regions)
    found: dict[str, Exposure] = {}
    for machine in machines:
        region = machine.runs_in
        if machine.provider != A2A or not here:
            continue
        if not all(same_region(one, region) for one in here):
            continue
        known = found.setdefault(region, Exposure(region=machine.here))
        side = "away" if machine.away else "home"
        names = (*getattr(known, side), machine.name)
        found[region] = known.model_copy(update={side: names})
    return tuple(found.values())


def region_of_redis(host: str) -> str:
    """Return the region that the name of a Redis host tells, '' when it tells none."""
    named = _MANAGED.match(host.casefold())
    return named["region"] if named else ""

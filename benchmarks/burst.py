"""Hundreds of failovers that are approved at once, against Azure's allowance: benchmark 4.

Azure lets a subscription make two hundred changes and ten more a second. The real bot, with one
worker and with two, is measured beside what a script would do: the SDK's own call for every machine
in one `gather`, with the SDK's own retries. The floor is the time that the bucket itself takes.
"""

import argparse
import asyncio
import json
import os
import re
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from azure.core.exceptions import AzureError
from azure.identity.aio import DefaultAzureCredential
from azure.mgmt.recoveryservicessiterecovery.aio import SiteRecoveryManagementClient

from benchmarks.night import Night, fallen

BURST: Final = 200
PER_SECOND: Final = 10
SLOWER: Final = 1.10
"""The bar: how much longer than the bucket itself all of it may take."""
TURNED_AWAY: Final = 0.01
"""The bar: the share of the calls that may be answered 429."""
STALL_MS: Final = 50.0
"""The bar: for how long the event loop of a worker may stand still."""
_PATIENCE: Final = 110.0
_PAUSE: Final = 0.5


@dataclass(frozen=True)
class Burst:
    """One burst, and what became of it."""

    who: str
    machines: int
    retry_after: int
    accepted: int
    twice: int
    """Machines that were accepted more than once."""
    turned_away: int
    """Changes that were answered 429."""
    reads_turned_away: int
    first: float
    """Seconds from the last vote, or the start of the script, until Azure began the first."""
    wall: float
    """Seconds until Azure began the last."""
    stall_ms: float

    @property
    def floor(self) -> float:
        """The seconds that the bucket alone takes."""
        return max(0, self.machines - BURST) / PER_SECOND


async def ours(machines: int, *, workers: int, retry_after: int) -> Burst:
    """Have people approve one request for so many machines, and wait until all are sent."""
    async with fallen(machines, workers=workers, retry_after=retry_after) as night:
        title = f"Failover of {machines} machines"
        await night.people.alice.types("/dr failover vm-0* because West Europe is down")
        await night.people.alice.sees(title, "0 of 2")
        await night.people.bo.presses("Approve", on=title)
        await night.look()
        night.watch()
        start = time.time()
        await night.people.carla.presses("Approve", on=title)
        await _all_accepted(night, machines)
    who = f"the bot, {workers} worker{'s' if workers > 1 else ''}"
    return _burst(who, night, machines, retry_after, start, night.stall)


async def naive(machines: int, *, retry_after: int) -> Burst:
    """Call the SDK for every machine at once, and let its own policy try again."""
    async with fallen(machines, retry_after=retry_after) as night:
        told = night.environment
        os.environ |= {
            "IDENTITY_ENDPOINT": told["identity_endpoint"],
            "IDENTITY_HEADER": told["identity_header"],
        }
        subscription = night.vault_id.split("/")[2]
        async with (
            DefaultAzureCredential() as credential,
            SiteRecoveryManagementClient(
                credential,
                subscription,
                base_url=night.vault,
                credential_scopes=["https://management.azure.com/.default"],
            ) as client,
        ):
            places = await _places(client, night.vault_id, machines)
            await night.look()
            start = time.time()
            calls = [_fail_over(client, *place) for place in places]
            stall = await _stalled(asyncio.gather(*calls, return_exceptions=True))
            await night.look()
    return _burst("the SDK in a gather", night, machines, retry_after, start, stall)


async def _all_accepted(night: Night, machines: int) -> None:
    deadline = time.monotonic() + _PATIENCE
    while len(night.accepted) < machines and time.monotonic() < deadline:
        await asyncio.sleep(_PAUSE)
        await night.look()


async def _places(client: Any, vault_id: str, machines: int) -> list[tuple[str, ...]]:
    parts = vault_id.split("/")
    found: list[tuple[str, ...]] = []
    async for item in client.replication_protected_items.list(
        parts[4], parts[8], enforce_https=False
    ):
        if re.fullmatch(r"vm-0\d{3}", item.properties.friendly_name):
            words = item.id.split("/")
            found.append((parts[4], parts[8], words[10], words[12], words[14]))
    assert len(found) == machines
    return found


async def _fail_over(client: Any, *place: str) -> None:
    body = {
        "properties": {
            "failoverDirection": "PrimaryToRecovery",
            "sourceSiteOperations": "NotRequired",
            "providerSpecificDetails": {"instanceType": "A2A"},
        }
    }
    await client.replication_protected_items.begin_unplanned_failover(
        *place, body, polling=False, enforce_https=False
    )


async def _stalled(work: asyncio.Future[list[Any]]) -> float:
    """Await some work; returns for how many milliseconds the loop stood still at most."""
    longest = 0.0
    while not work.done():
        asleep = time.monotonic()
        await asyncio.sleep(0.005)
        longest = max(longest, time.monotonic() - asleep - 0.005)
    for problem in await work:
        if isinstance(problem, BaseException) and not isinstance(problem, AzureError):
            raise problem
    return longest * 1000


def _burst(
    who: str, night: Night, machines: int, retry_after: int, start: float, stall: float
) -> Burst:
    accepted = night.accepted
    times = [post.at - start for post in accepted] or [0.0]
    return Burst(
        who=who,
        machines=machines,
        retry_after=retry_after,
        accepted=len(accepted),
        twice=len(accepted) - len({post.path for post in accepted}),
        turned_away=sum(post.status == 429 for post in night.posts),
        reads_turned_away=night.throttled_reads,
        first=round(min(times), 3),
        wall=round(max(times), 2),
        stall_ms=round(stall, 1),
    )


def met(burst: Burst) -> bool:
    """Whether a burst of ours is what we promise."""
    calls = burst.accepted + burst.turned_away
    return (
        (burst.accepted, burst.twice) == (burst.machines, 0)
        and burst.turned_away <= TURNED_AWAY * calls
        and burst.wall <= max(burst.floor * SLOWER, burst.machines / BURST * 10)
        and burst.stall_ms <= STALL_MS
    )


def main() -> int:
    """Measure, print, and end with 1 when the bar is not met."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.burst", description=__doc__)
    parser.add_argument("--machines", type=int, nargs="+", default=[100, 300, 500])
    parser.add_argument("--retry-after", type=int, nargs="+", default=[1, 5, 10, 30])
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--without-sdk", action="store_true", help="measure the bot alone")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there too")
    options = parser.parse_args()
    bursts = asyncio.run(
        measure(options.machines, options.retry_after, options.workers, not options.without_sdk)
    )
    print(table(bursts))
    good = all(met(one) for one in bursts if one.who.startswith("the bot"))
    if options.json:
        figures = [asdict(one) | {"floor": one.floor} for one in bursts]
        options.json.write_text(json.dumps(figures, indent=2) + "\n")
    return 0 if good else 1


async def measure(
    sizes: Sequence[int], waits: Sequence[int], workers: Sequence[int], beside: bool
) -> list[Burst]:
    """Measure every size, and the largest with every `Retry-After`."""
    cases = [(size, waits[0]) for size in sizes[:-1]] + [(sizes[-1], wait) for wait in waits]
    bursts: list[Burst] = []
    for size, wait in cases:
        bursts += [await ours(size, workers=count, retry_after=wait) for count in workers]
        if beside:
            bursts.append(await naive(size, retry_after=wait))
    return bursts


def table(bursts: Sequence[Burst]) -> str:
    """Draw what became of each burst."""
    width = max(len(one.who) for one in bursts)
    lines = [
        f"{'':{width}}  machines  Retry-After  accepted  twice  429s  reads 429"
        "  first s  last s  floor s  stall ms"
    ]
    lines += [
        f"{one.who:{width}}  {one.machines:8}  {one.retry_after:9} s  {one.accepted:8}"
        f"  {one.twice:5}  {one.turned_away:4}  {one.reads_turned_away:9}"
        f"  {one.first:7.2f}  {one.wall:6.1f}  {one.floor:7.1f}  {one.stall_ms:8.0f}"
        for one in bursts
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())

"""Hundreds of failovers that are approved at once, against Azure's allowance.

Azure lets a subscription make two hundred changes and ten more a second. The real bot, with one
worker and with two, is measured beside what a script would do: the SDK's own call for every machine
in one `gather`, with the SDK's own retries. The floor is the time that the bucket itself takes.
"""

import asyncio
import os
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from azure.core.exceptions import AzureError
from azure.identity.aio import DefaultAzureCredential
from azure.mgmt.recoveryservicessiterecovery.aio import SiteRecoveryManagementClient

from benchmarks.night import Night, fallen
from benchmarks.results import Result, Table, Target

SIZES: Final = (100, 300, 500)
WAITS: Final = (1, 5, 10, 30)
"""The seconds that a 429 asks for."""
NAIVE: Final = "the SDK in a gather"
BURST: Final = 200
PER_SECOND: Final = 10
SLOWER: Final = 1.10
"""The bar: how much longer than the bucket itself all of it may take."""
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
        names = ("IDENTITY_ENDPOINT", "IDENTITY_HEADER")
        os.environ |= {name: night.environment[name] for name in names}
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
    return _burst(NAIVE, night, machines, retry_after, start, stall)


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


async def measure(_rounds: int) -> Result:
    """Measure three sizes, and the largest with every `Retry-After`; once, for it takes minutes."""
    bursts = []
    for size, wait in [
        *((size, WAITS[0]) for size in SIZES[:-1]),
        *((SIZES[-1], w) for w in WAITS),
    ]:
        bursts.append(await ours(size, workers=1, retry_after=wait))
        if wait == WAITS[0]:
            bursts.append(await ours(size, workers=2, retry_after=wait))
        bursts.append(await naive(size, retry_after=wait))
    heads = (
        *("", "machines", "Retry-After", "accepted", "twice", "429", "reads 429"),
        *("first, s", "last, s", "floor, s", "stall, ms"),
    )
    rows = tuple(
        (
            *(one.who, one.machines, one.retry_after, one.accepted, one.twice, one.turned_away),
            *(one.reads_turned_away, one.first, one.wall, one.floor, one.stall_ms),
        )
        for one in bursts
    )
    return Result((Table("So many failovers with one vote", heads, rows),), _targets(bursts))


def _targets(bursts: Sequence[Burst]) -> tuple[Target, ...]:
    """Judge the worst of ours at the largest size."""
    largest = [one for one in bursts if one.who != NAIVE and one.machines == SIZES[-1]]
    away = max(one.turned_away / (one.accepted + one.turned_away) for one in largest)
    slower = max(one.wall / one.floor for one in largest)
    what = f"{SIZES[-1]} failovers"
    return (
        Target(f"{what}, accepted", min(one.accepted for one in largest), SIZES[-1], "", True),
        Target(f"{what}, accepted twice", max(one.twice for one in largest), 0, ""),
        Target(f"{what}, answered 429", away * 100, 1, "%"),
        Target(f"{what}, beside the bucket's own time", slower, SLOWER, "x"),
        Target(f"{what}, longest stall", max(one.stall_ms for one in largest), STALL_MS, "ms"),
    )

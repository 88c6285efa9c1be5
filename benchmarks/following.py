"""What it costs to follow jobs that run: ours, beside one GET of the SDK for each job.

The requests are in a real Valkey, the jobs in a vault in a process of its own, where time stands
still. A tick is one look at all of them, as a worker makes at the pace that Azure asks for. Calls
are counted, and processor time and the longest stall of the event loop are measured, in this
process, in turns.
"""

import asyncio
import gc
import os
import statistics
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Final

from azure.identity.aio import DefaultAzureCredential
from azure.mgmt.recoveryservicessiterecovery.aio import SiteRecoveryManagementClient

from benchmarks.results import Result, Table, Target
from benchmarks.running import vault_of
from bot.domain.audit import BOT, Fact
from bot.domain.catalogue import Ground
from bot.domain.fleets import child
from bot.domain.jobs import Job
from bot.domain.machines import Machine
from bot.domain.progress import FEW
from bot.domain.request import Request, State, Submission
from bot.gateways.redis import Verdict, Write
from bot.jobs.follow import follow_vault
from bot.metrics import AZURE_CALLS
from bot.runtime import Bot, opened
from bot.settings import Settings
from sandbox import valkey
from tests.bot.samples import request

SIZES: Final = (10, 100, 1000)
_PACE: Final = 20
"""Seconds between two looks where Azure does not say otherwise."""
_WHOLE: Final = "R-BENCH0"
_SCOPE: Final = "https://management.azure.com/.default"

Tick = Callable[[], Awaitable[None]]
"""Looks once at everything that runs."""


@dataclass
class Cost:
    """What ticks of one kind cost."""

    calls: list[float] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    """Of processor time."""
    stalls: list[float] = field(default_factory=list)

    def row(self, name: str, jobs: int) -> tuple[str, int, float, float, float, float]:
        """Show the medians: of a tick, and of a minute."""
        calls, seconds = statistics.median(self.calls), statistics.median(self.seconds)
        ticks = 60 / _PACE
        stall = statistics.median(self.stalls) * 1000
        return name, jobs, calls, seconds * 1000, stall, calls * ticks


async def measure(rounds: int) -> Result:
    """Follow ten, a hundred and a thousand jobs."""
    gc.freeze()  # as our processes do
    costs: dict[tuple[str, int], Cost] = {}
    for size in SIZES:
        with vault_of(size) as told, valkey.running() as server:
            for name, cost in (await _costs(told, server.url, size, rounds)).items():
                costs[name, size] = cost
    ours = costs["ours", SIZES[-1]]
    heads = ("", "jobs", "calls a tick", "ms of CPU a tick", "longest stall, ms", "calls a minute")
    rows = tuple(cost.row(name, size) for (name, size), cost in sorted(costs.items()))
    share = statistics.median(ours.seconds) / _PACE * 100
    return Result(
        (Table("Following jobs, one look every 20 s", heads, rows),),
        (
            Target("a tick over 1,000 jobs", statistics.median(ours.seconds) * 1000, 30, "ms CPU"),
            Target("its longest stall", statistics.median(ours.stalls) * 1000, 5, "ms"),
            Target("reads, 1,000 jobs", statistics.median(ours.calls) / _PACE, 2, "a second"),
            Target("a worker, 1,000 jobs", share, 15, "% of a core"),
        ),
    )


async def _costs(told: dict[str, str], redis_url: str, size: int, rounds: int) -> dict[str, Cost]:
    async with _running(told, redis_url, size) as (bot, jobs), _sdk(bot, jobs) as each:

        async def ours() -> None:
            await follow_vault(bot, bot.vaults[0])

        ticks: dict[str, Tick] = {"ours": ours, "SDK, one GET a job": each}
        costs = {name: Cost() for name in ticks}
        for number in range(rounds + 1):
            for name, tick in ticks.items():
                calls, seconds, stall = await _cost(tick)
                if number:  # the first round warms up
                    costs[name].calls.append(calls if name == "ours" else size)
                    costs[name].seconds.append(seconds)
                    costs[name].stalls.append(stall)
        return costs


async def _cost(tick: Tick) -> tuple[float, float, float]:
    """Return the calls, the processor time and the longest stall of one tick."""
    calls, watching = _calls(), asyncio.create_task(_longest_stall())
    await asyncio.sleep(0.05)
    start = time.process_time()
    await tick()
    spent = time.process_time() - start
    watching.cancel()
    return _calls() - calls, spent, await watching


async def _longest_stall() -> float:
    longest = 0.0
    try:
        while True:
            asleep = time.monotonic()
            await asyncio.sleep(0.001)
            longest = max(longest, time.monotonic() - asleep - 0.001)
    except asyncio.CancelledError:
        return longest


def _calls() -> float:
    """Count the calls that our gateway has made."""
    return sum(
        sample.value
        for metric in AZURE_CALLS.collect()
        for sample in metric.samples
        if sample.name.endswith("_count")
    )


@asynccontextmanager
async def _running(
    told: dict[str, str], redis_url: str, size: int
) -> AsyncIterator[tuple[Bot, list[Job]]]:
    """Give a bot whose requests all run."""
    os.environ |= {name: told[name] for name in ("IDENTITY_ENDPOINT", "IDENTITY_HEADER")}
    settings = Settings.read(
        told
        | {
            "DR_SANDBOX": "1",
            "SLACK_BOT_TOKEN": "xoxb-benchmark",
            "SLACK_API_URL": "http://127.0.0.1:1/api/",
            "REDIS_URL": redis_url,
            "DR_CHANNEL": "#incidents",
        }
    )
    async with opened(settings) as bot:
        machines = [
            one for one in await bot.azure.machines(bot.vaults[0])
            if one.provider == "A2A" and "UnplannedFailover" in one.allowed
        ][:size]  # fmt: skip
        yield bot, [await _begin(bot, one, number, size) for number, one in enumerate(machines, 1)]


async def _begin(bot: Bot, machine: Machine, number: int, among: int) -> Job:
    """Begin the failover of a machine, and store the request that runs because of it."""
    id_ = child(_WHOLE, number) if among > FEW else f"R-B{number:05}"
    one = request(
        id=id_,
        parent=_WHOLE if among > FEW else "",
        among=among,
        ground=Ground(target=machine),
        target_id=machine.id,
    )
    accepted = await bot.azure.submit(one.sends, f"benchmark-{number}")
    job = await bot.azure.job(machine.vault, accepted.job)
    before = await bot.redis.requests.snapshot()
    sent = Submission(attempt=1, client_request_id=f"{number}", at=before.now, claim="", pace=_PACE)
    running = one.model_copy(update={"state": State.RUNNING, "attempts": (sent,), "job": job})
    await _store(bot, running)
    return job


async def _store(bot: Bot, running: Request) -> None:
    before = await bot.redis.requests.snapshot()
    fact = Fact(type="benchmark", subject=running.id, actor=BOT)
    verdict, detail = await bot.redis.requests.write(before, Write(fact=fact, request=running))
    if verdict is not Verdict.DONE:
        raise SystemExit(f"{running.id} could not be stored: {verdict} {detail}")


@asynccontextmanager
async def _sdk(bot: Bot, jobs: list[Job]) -> AsyncIterator[Tick]:
    """Give what somebody would do without us: read each job with the SDK."""
    subscription, group, vault = (bot.vaults[0].split("/")[n] for n in (2, 4, 8))
    async with (
        DefaultAzureCredential() as credential,
        SiteRecoveryManagementClient(
            credential,
            subscription,
            base_url=bot.settings.arm_url,
            credential_scopes=[_SCOPE],
        ) as client,
    ):

        async def each() -> None:
            await asyncio.gather(
                *(
                    client.replication_jobs.get(group, vault, one.name, enforce_https=False)
                    for one in jobs
                )
            )

        yield each

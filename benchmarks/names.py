"""How long a name takes among thousands of machines.

The vault is listed once over HTTP; then names are looked up in what is known of it, as every
command does. A suggestion is what somebody who types into a form waits for: asked of the real
`dr web` in signed requests, with what is typed changing each time.
"""

import asyncio
import gc
import os
import random
import statistics
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import aiohttp
from redis.asyncio import Redis

from benchmarks.results import Cell, Result, Table, Target
from bot.domain.rolls import named, select
from bot.inventory import everything, nearly
from bot.runtime import Bot, opened
from bot.settings import Settings
from sandbox import valkey
from sandbox.people import People
from tests.processes import started
from tests.wire import interactive, signed
from tests.world import sandboxed, until

SIZES: Final = (100, 1000, 5000)
RESOLVE_MS: Final = 5.0
"""What an exact name is to take at the most, at every size."""
SUGGEST_MS: Final = 100.0
"""What a suggestion is to take at the most."""
_TIMES: Final = 12
"""So often each question is asked in a round."""

Figures = dict[str, list[float]]
"""What was measured, in milliseconds, by what it is."""


@dataclass(frozen=True)
class _Stage:
    bot: Bot
    redis: Redis
    url: str
    """Where `dr web` takes what Slack sends."""
    secret: str
    payload: dict[str, Any]
    """What Slack sends while somebody types."""


async def measure(rounds: int) -> Result:
    """Look names up among a hundred, a thousand and five thousand machines."""
    found = {size: await _measure(size, rounds) for size in SIZES}
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (what, *[statistics.median(one[what]) for one in found.values()])
        for what in found[SIZES[0]]
    )
    table = Table("A name, in ms", ("", *(f"{size:,} machines" for size in SIZES)), rows)
    exact, typed = (
        max(statistics.median(one[what]) for one in found.values())
        for what in ("exact name", "suggestion over HTTP")
    )
    return Result(
        (table,),
        (
            Target("an exact name, at any size", exact, RESOLVE_MS, "ms"),
            Target("a suggestion, at any size", typed, SUGGEST_MS, "ms"),
        ),
    )


async def _measure(machines: int, rounds: int) -> Figures:
    async with _stage(machines) as stage:
        gc.freeze()  # as our processes do
        typed = await _type(stage, machines, rounds)  # while the front's list is new
        return await _look_up(stage.bot, rounds) | {"suggestion over HTTP": typed}


async def _look_up(bot: Bot, rounds: int) -> Figures:
    """Look names up in what is known, as long as a list is good."""
    dice = random.Random(7)
    known = await everything(bot, fresh=True)
    names = [machine.name for machine in known.machines]

    async def exact() -> None:
        assert named(dice.choice(names), (await everything(bot)).rolls)

    async def pattern() -> None:
        assert select([dice.choice(names)[:-2] + "*"], (await everything(bot)).rolls)[0]

    async def anywhere() -> None:
        assert select([f"*{dice.choice(names)[-2:]}"], (await everything(bot)).rolls)[0]

    async def near() -> None:
        await nearly(_mistyped(dice.choice(names)), known.rolls)

    questions = {"exact name": exact, "vm-00*": pattern, "*42": anywhere, "did you mean": near}
    figures = {}
    for what, question in questions.items():
        await everything(bot, fresh=True)
        figures[what] = await _times(question, rounds)
    figures["longest wait of others"] = [await _stall(near)]
    return figures


async def _times(question: Callable[[], Awaitable[object]], rounds: int) -> list[float]:
    """Ask some times; the first warms up and is not counted."""
    spent = []
    for _ in range(rounds * _TIMES + 1):
        start = time.perf_counter()
        await question()
        spent.append((time.perf_counter() - start) * 1e3)
    return spent[1:]


async def _stall(question: Callable[[], Awaitable[object]]) -> float:
    """Return how long others waited for their turn at most, while a question was answered."""
    waits: list[float] = []

    async def other() -> None:
        while True:
            start = time.perf_counter()
            await asyncio.sleep(0)
            waits.append((time.perf_counter() - start) * 1e3)

    task = asyncio.create_task(other())
    await question()
    task.cancel()
    return max(waits)


def _mistyped(name: str) -> str:
    """Swap two letters in the middle."""
    at = len(name) // 2
    return name[: at - 1] + name[at] + name[at - 1] + name[at + 1 :]


async def _type(stage: _Stage, machines: int, rounds: int) -> list[float]:
    """Type into the form that is open, each time something else."""
    dice = random.Random(7)
    spent = []
    async with aiohttp.ClientSession() as session:
        for _ in range(rounds * _TIMES + 1):
            async for key in stage.redis.scan_iter("{dr}:often:*"):
                await stage.redis.delete(key)  # people do not type that fast; all are answered
            typed = f"{dice.randrange(machines):04}"[: dice.randint(1, 4)]
            body = interactive(stage.payload | {"value": typed})
            headers = signed(stage.secret, body)
            start = time.perf_counter()
            async with session.post(stage.url, data=body, headers=headers) as answer:
                found = await answer.json()
            spent.append((time.perf_counter() - start) * 1e3)
            assert found["options"], found
    return spent[1:]


@asynccontextmanager
async def _stage(machines: int) -> AsyncIterator[_Stage]:
    """Start a vault and the real `dr web`, and have a form opened in which one may type."""
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="dr-bench-")))
        server = stack.enter_context(valkey.running(folder / "valkey"))
        far_end = sandboxed(server.url, machines=machines)
        workspace, _, page, environment = await stack.enter_async_context(far_end)
        os.environ |= {name: environment[name] for name in ("IDENTITY_ENDPOINT", "IDENTITY_HEADER")}
        bot = await stack.enter_async_context(opened(Settings.read(environment)))
        await stack.enter_async_context(started("web", environment, folder, ready="listening"))
        redis = await stack.enter_async_context(Redis.from_url(server.url, decode_responses=True))
        people = await stack.enter_async_context(People(page))
        await people.alice.types("/dr failover")

        async def knows() -> bool:
            found = await people.alice.searches("0", of="target")
            return bool(found) and "is not read yet" not in found[-1].label

        await until(knows, "the front does not know the machines", within=60, pause=0.5)
        yield _Stage(
            bot=bot,
            redis=redis,
            url=f"http://127.0.0.1:{environment['PORT']}/slack/events",
            secret=workspace.signing_secret,
            payload=workspace.delivered[-1].payload,
        )

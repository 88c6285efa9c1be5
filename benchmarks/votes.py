"""How many votes a second go through the one door, and how fast the audit log is read over.

The votes are real ones, by `approvals.approve`, each on a request of which it is the first or the
last vote that is needed. Only who people are is known beforehand: Slack allows a hundred of those
questions a minute. All processes share one Valkey whose append-only file is synced every second.
"""

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from benchmarks.filling import fill
from benchmarks.results import Result, Table, Target
from benchmarks.stage import Stage, set_up
from bot import approvals
from bot.clicks import Click
from bot.domain.audit import Entry, chain
from bot.gateways.redis.keys import AUDIT_HEAD, AUDIT_STREAM
from bot.gateways.slack import Account, Home, Slack
from bot.lifecycle import note
from bot.runtime import Bot, opened
from bot.settings import Settings
from tests.bot.samples import BO, CARLA, GROUPS, TEAM, fact

_PROCESSES: Final = (1, 2, 8)
_SIZES: Final = (1_000, 10_000, 100_000)
"""Entries of the log that is read over."""
_VOTES: Final = 600
"""In each round, by all processes together; and so many entries are noted."""
_AT_ONCE: Final = 5
"""Votes that one process has in hand at the same time."""
_PAGE: Final = 2000


class _Known(Slack):
    """Slack, as far as a vote asks it, answered from memory."""

    async def home(self) -> Home:
        return Home(teams=frozenset({TEAM}), user="UBOT", team_name="bench")

    async def account(self, user_id: str, *, fresh: bool = False) -> Account:
        return Account(person=BO if user_id == BO.id else CARLA, address="")

    async def groups(self, handles: Iterable[str], *, age: float = 0) -> dict[str, frozenset[str]]:
        return {handle: GROUPS.get(handle, frozenset()) for handle in handles}


def measure(rounds: int) -> Result:
    """Vote from ever more processes, note entries, then read a long log over."""
    with set_up() as stage:
        votes = {many: _best(stage, many, rounds) for many in _PROCESSES}
        entries = _rate(stage, "note", 8, ["x"] * _VOTES)
    with set_up() as stage:
        seconds = {many: asyncio.run(_verified(stage, many)) for many in _SIZES}
    one = votes[1]
    return Result(
        tables=(
            Table(
                "Votes through the one door",
                ("processes", "votes/s", "ratio"),
                tuple((f"{many}", rate, f"{rate / one:.2f}x") for many, rate in votes.items()),
                f"Entries that change nothing else, from 8 processes: {entries:,.0f}/s.",
            ),
            Table(
                "`dr audit verify`, the start of the process included",
                ("entries", "s", "µs an entry"),
                tuple((f"{many:,}", took, took / many * 1e6) for many, took in seconds.items()),
            ),
        ),
        targets=(
            Target("votes from 8 processes", votes[8], 500, "votes/s", at_least=True),
            Target("verifying 100,000 entries", seconds[100_000], 5.0, "s"),
        ),
    )


def _best(stage: Stage, processes: int, rounds: int) -> float:
    """Return the median rate of some rounds."""
    rates = []
    for _ in range(min(rounds, 3)):
        ids = asyncio.run(fill(stage.environment, _numbers(_VOTES // 2)))
        rates.append(_rate(stage, "vote", processes, [one for one in ids for _ in range(2)]))
    return sorted(rates)[len(rates) // 2]


_given: list[int] = [0]


def _numbers(many: int) -> range:
    first = _given[0]
    _given[0] += many
    return range(first, first + many)


def _rate(stage: Stage, what: str, processes: int, ids: Sequence[str]) -> float:
    """Have some processes do all of it between them; returns how many a second."""
    with ExitStack() as stack:
        runners = [
            stack.enter_context(
                subprocess.Popen(
                    [sys.executable, "-m", "benchmarks.votes", what],
                    env=dict(stage.environment),
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    text=True,
                )
            )
            for _ in range(processes)
        ]
        for number, runner in enumerate(runners):
            mine = [(one, at % 2) for at, one in enumerate(ids) if at % processes == number]
            _tell(runner, json.dumps(mine))
        for runner in runners:
            _hear(runner)
        for runner in runners:
            _tell(runner, "go")
        spans: list[list[float]] = [json.loads(_hear(runner)) for runner in runners]
    began, ended = min(one for one, _ in spans), max(one for _, one in spans)
    return len(ids) / (ended - began)


def _tell(runner: "subprocess.Popen[str]", line: str) -> None:
    assert runner.stdin
    print(line, file=runner.stdin, flush=True)


def _hear(runner: "subprocess.Popen[str]") -> str:
    assert runner.stdout
    return runner.stdout.readline()


async def _run(what: str, environment: Mapping[str, str]) -> None:
    """Be one of the processes: get ready, wait for the word, do it, say from when to when."""
    todo = iter(json.loads(sys.stdin.readline()))
    async with opened(Settings.read(environment)) as opened_bot:
        known = _Known(opened_bot.slack.client, opened_bot.slack._session, "")
        bot = replace(opened_bot, slack=known)
        await bot.redis.ping()
        print("ready", flush=True)
        sys.stdin.readline()
        began = time.monotonic()

        async def some() -> None:
            for request, who in todo:
                if what == "note":
                    await note(bot, fact())
                else:
                    await _vote(bot, request, (BO if who else CARLA).id)

        await asyncio.gather(*(some() for _ in range(_AT_ONCE)))
        print(json.dumps([began, time.monotonic()]), flush=True)


async def _vote(bot: Bot, request: str, user: str) -> None:
    await approvals.approve(bot, Click(id=f"{request}-{user}", user=user, request=request))


async def _verified(stage: Stage, many: int) -> float:
    """Write a log of so many entries and time how long it takes to read it over."""
    async with opened(Settings.read(stage.environment)) as bot:
        client: Any = bot.redis.client
        await client.delete(AUDIT_STREAM, AUDIT_HEAD)
        last: Entry | None = None
        for start in range(0, many, _PAGE):
            async with client.pipeline(transaction=False) as pipe:
                for number in range(start + 1, min(start + _PAGE, many) + 1):
                    last = chain(
                        fact(correlation={"revision": f"{number}"}, policy="0123456789ab"),
                        sequence=number,
                        prevhash=last.hash if last else "0" * 64,
                        time="2026-03-01T12:00:00.000+00:00",
                    )
                    pipe.xadd(AUDIT_STREAM, {"entry": last.model_dump_json()})
                await pipe.execute()
        assert last
        await client.hset(AUDIT_HEAD, mapping={"hash": last.hash, "sequence": last.sequence})
    began = time.perf_counter()
    command = [str(Path(sys.executable).with_name("dr")), "audit", "verify"]
    subprocess.run(  # noqa: ASYNC221 - nothing else goes on
        command, env=dict(stage.environment), check=True, stdout=subprocess.DEVNULL
    )
    return time.perf_counter() - began


if __name__ == "__main__":
    import os

    asyncio.run(_run(sys.argv[1], os.environ))

"""What goes wrong in a soak: at Azure, at Slack, on the way to Redis, in it, in our processes.

Calls meet trouble at a rate; the rest happens every second or two. Everything that struck is
counted by its kind, where it struck.
"""

import asyncio
import signal
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import suppress
from random import Random
from typing import Any, Final

from sandbox.vault.trouble import Kind
from tests.soak.stage import Stage

_POSTS: Final[dict[Kind, float]] = {
    "throttle": 0.04,
    "unavailable": 0.03,
    "unavailable_after_accept": 0.05,
    "drop": 0.04,
    "drop_after_accept": 0.06,
    "slow_after_accept": 0.04,
    "broken_after_accept": 0.03,
    "conflict": 0.02,
    "fail_job": 0.05,
    "cancel_job": 0.03,
    "slow_job": 0.02,
}
_READS: Final[dict[Kind, float]] = {
    "throttle": 0.004,
    "unavailable": 0.004,
    "broken": 0.004,
    "drop": 0.006,
    "slow_body": 0.002,
    "malformed": 0.002,
}
_SLACK: Final = {
    "ratelimited": 0.01,
    "503": 0.01,
    "500": 0.005,
    "drop_before": 0.01,
    "html": 0.003,
    "slow": 0.003,
}
_LOST_POST: Final = 0.002
"""A share of Slack's answers is lost after the work was done."""
_DOWN: Final = (0.2, 2.0)
"""Seconds for which something is away."""


class Faults:
    """Makes trouble until it is over, and counts what struck."""

    def __init__(self, stage: Stage) -> None:
        self.struck: Counter[str] = Counter()
        self._stage = stage
        self._dice = Random(stage.dice.random())
        self._whole: dict[str, asyncio.Lock] = {}

    async def work(self, over: asyncio.Event) -> None:
        """Make trouble until it is over; everything works again when this returns."""
        self._at_rates()
        acts: dict[str, tuple[float, Callable[[], Awaitable[None]]]] = {
            "process killed": (3, self._kill),
            "process frozen": (2, self._freeze),
            "process told to stop": (1, self._stop),
            "Redis killed": (1, self._kill_redis),
            "Redis cut off": (2, self._cut_redis),
            "Redis command lost": (4, self._lose_command),
            "Redis answer lost": (4, self._lose_reply),
            "Redis slow": (1, self._slow_redis),
            "envelope doubled": (2, self._double),
            "envelope lost": (1, self._lose),
            "Slack away": (0.5, self._slack_away),
        }
        names, weights = list(acts), [weight for weight, _ in acts.values()]
        while not over.is_set():
            [name] = self._dice.choices(names, weights)
            self.struck[name] += 1
            await acts[name][1]()
            with suppress(TimeoutError):
                await asyncio.wait_for(over.wait(), self._dice.uniform(0.3, 2.0))
        self._calm()

    def _at_rates(self) -> None:
        vault, workspace = self._stage.world.vault, self._stage.world.workspace
        vault.trouble.slow_seconds = workspace.trouble.slow_seconds = 1.0
        for kind, rate in _POSTS.items():
            vault.trouble.sometimes("*", kind, rate, method="POST")
        for kind, rate in _READS.items():
            vault.trouble.sometimes("*", kind, rate, method="GET")
        for name, rate in _SLACK.items():
            workspace.trouble.sometimes("*", name, rate)
        workspace.trouble.sometimes("*", "drop_after", _LOST_POST)
        azure, slack = vault.trouble.strike, workspace.trouble.for_call

        def at_azure(method: str, path: str) -> Kind | None:
            kind = azure(method, path)
            if kind:
                self.struck[f"Azure {method} {kind}"] += 1
            return kind

        def at_slack(method: str) -> Any:
            mishap = slack(method)
            if mishap:
                self.struck[f"Slack {mishap.kind}"] += 1
            return mishap

        vault.trouble.strike = at_azure  # type: ignore[method-assign]  # only counted
        workspace.trouble.for_call = at_slack  # type: ignore[method-assign]  # only counted

    def _calm(self) -> None:
        self._stage.world.vault.trouble.calm()
        self._stage.world.workspace.trouble.clear()
        self._stage.network.latency, self._stage.network.refuse = 0.0, False

    async def _kill(self) -> None:
        role = self._one()
        await self._stage.processes[role].kill()
        await asyncio.sleep(self._dice.uniform(0.0, 0.5))  # until somebody notices
        self._stage.avoid(role)
        await self._pause()
        await self._stage.start(role)

    async def _stop(self) -> None:
        role = self._one()
        self._stage.avoid(role)
        await self._stage.processes[role].stop()
        await self._stage.start(role)

    async def _freeze(self) -> None:
        one = self._stage.processes[self._one()]
        one.signal(signal.SIGSTOP)
        await asyncio.sleep(self._dice.uniform(0.5, 4.0))
        one.signal(signal.SIGCONT)

    async def _kill_redis(self) -> None:
        await asyncio.to_thread(self._stage.server.kill)
        await self._pause()
        await asyncio.to_thread(self._stage.server.start)

    async def _cut_redis(self) -> None:
        self._stage.network.refuse = True
        self._stage.network.cut()
        await self._pause()
        self._stage.network.refuse = False

    async def _lose_command(self) -> None:
        self._stage.network.next(self._dice.choice(["EVALSHA", "EXEC", "*"]), "lose_command")

    async def _lose_reply(self) -> None:
        self._stage.network.next(self._dice.choice(["EVALSHA", "EXEC", "*"]), "lose_reply")

    async def _slow_redis(self) -> None:
        self._stage.network.latency = 0.05
        await self._pause()
        self._stage.network.latency = 0.0

    async def _double(self) -> None:
        self._stage.world.workspace.trouble.duplicate_envelopes()

    async def _lose(self) -> None:
        self._stage.world.workspace.trouble.lose_envelopes()

    async def _slack_away(self) -> None:
        self._stage.world.workspace.trouble.next("*", "503", times=20)

    async def _pause(self) -> None:
        await asyncio.sleep(self._dice.uniform(*_DOWN))

    def _one(self) -> str:
        return self._dice.choice(list(self._stage.processes))

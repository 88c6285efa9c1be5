"""How long somebody waits until `/dr …` is acknowledged.

Slack gives three seconds; a person notices a tenth of one. The real `dr web`, against the sandbox
and a Valkey with an append-only file, is measured beside two yardsticks in the same run: a bare
Bolt app, and a handler that checks the signature alone. After each burst the benchmark waits until
the bot has answered every command in full, so that all did their whole work. It is measured again
while requests wait in Redis, for what nobody asks about may not cost anything, and with a Valkey
that has every write on disk before it answers.
"""

import asyncio
import hashlib
import hmac
import itertools
import json
import statistics
import time
import urllib.parse
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from typing import Final

import redis

from benchmarks.caller import Caller, post
from benchmarks.filling import fill
from benchmarks.results import Result, Table, Target, p99
from benchmarks.stage import Stage, answers, set_up
from benchmarks.yardsticks import BOLT, COUNT, RAW, SINK
from sandbox.workspace.seed import TEAM, user_id
from tests.ports import free_port

AT_ONCE: Final = 50
IN_A_ROW: Final = 60
_IDLE: Final = (0, 100, 1000)
"""So many requests wait in Redis."""
_FIRST_FORM, _LAST_FORM = "dr.option", "dr.deny"
"""What is listened to first, and last."""
_PEOPLE: Final = [user_id(name) for name in ("alice", "bo", "carla", "dmitri", "erin")]

_numbers = itertools.count(1)


@dataclass
class Case:
    """One thing that is measured, and how long it took each time, in milliseconds."""

    name: str
    caller: Caller
    write: Callable[[], bytes]
    answers: bool = True
    """Whether it answers every command after acknowledging it."""
    alone: list[float] = field(default_factory=list)
    together: list[float] = field(default_factory=list)

    def row(self, beside: "Case") -> tuple[str | float, ...]:
        """Say how long it took, and how that compares."""
        return (
            self.name,
            statistics.median(self.alone),
            p99(self.alone),
            f"{statistics.median(self.alone) / statistics.median(beside.alone):.2f}x",
            statistics.median(self.together),
            p99(self.together),
            f"{statistics.median(self.together) / statistics.median(beside.together):.2f}x",
        )


class _Bench:
    """The processes, and a count of what the bot has answered."""

    def __init__(self, stage: Stage, ours: Caller, beside: Caller, sink: str) -> None:
        self._stage = stage
        self.ours = ours
        self.beside = beside
        self.sink = sink
        self._redis = redis.Redis.from_url(stage.redis_url)

    def measure(self, cases: Sequence[Case], rounds: int) -> None:
        """Ask all in turns; the first round warms up and is not counted."""
        for number in range(rounds + 1):
            turn = number % len(cases)
            for case in [*cases[turn:], *cases[:turn]]:
                alone = [self._burst(case, 1)[0] for _ in range(IN_A_ROW)]
                together = self._burst(case, AT_ONCE)
                if number:
                    case.alone += alone
                    case.together += together

    def _burst(self, case: Case, many: int) -> list[float]:
        """Send some at the same instant, and wait until all the work behind them is done."""
        if often := [*self._redis.scan_iter("{dr}:often:*", count=10_000)]:
            self._redis.delete(*often)  # people do not type that often
        before = self._answered()
        found = case.caller.all_at_once([case.write() for _ in range(many)])
        assert all(one.status == 200 for one in found), f"{case.name}: {found}"
        if case.answers:
            self._stage.until(lambda: self._answered() >= before + many, pause=0)
        return [one.waited for one in found]

    def _answered(self) -> int:
        return int(self.beside.get(COUNT).body)

    def command(self, text: str, path: str = "/slack/events") -> bytes:
        """Write a slash command as Slack does, signed now; no two are the same."""
        number = next(_numbers)
        return self._signed(
            path,
            {
                "command": "/dr",
                "text": text,
                "team_id": TEAM,
                "user_id": _PEOPLE[number % len(_PEOPLE)],
                "channel_id": "C0INCIDENTS",
                "trigger_id": f"{number}.bench",
                "response_url": self.sink,
            },
        )

    def form(self, kind: str) -> bytes:
        """Write a form that is sent off with something wrong in it, which is answered at once."""
        number = next(_numbers)
        block = {"because": {"value": ""}, "point": {"value": "when?"}}
        payload = {
            "type": "view_submission",
            "team": {"id": TEAM},
            "user": {"id": _PEOPLE[number % len(_PEOPLE)]},
            "view": {
                "id": f"V{number}",
                "type": "modal",
                "callback_id": kind,
                "private_metadata": "R-BENCH2",
                "state": {"values": {name: {name: one} for name, one in block.items()}},
            },
        }
        return self._signed("/slack/events", {"payload": json.dumps(payload)})

    def _signed(self, path: str, content: dict[str, str]) -> bytes:
        body = urllib.parse.urlencode(content).encode()
        stamp = str(int(time.time()))
        signed = f"v0:{stamp}:".encode() + body
        digest = hmac.new(self._stage.secret.encode(), signed, hashlib.sha256)
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "X-Slack-Request-Timestamp": stamp,
            "X-Slack-Signature": f"v0={digest.hexdigest()}",
        }
        return post(path, body, headers)


def measure(rounds: int) -> Result:
    """Measure both yardsticks and `dr web`, then `dr web` again with ever more that waits."""
    with set_up() as stage, ExitStack() as stack:
        port, other = stack.enter_context(stage.web()), free_port()
        stack.enter_context(stage.process("benchmarks.yardsticks", str(other)))
        stage.until(lambda: answers(other, COUNT))
        ours, beside = (stack.enter_context(Caller(one)) for one in (port, other))
        bench = _Bench(stage, ours, beside, f"http://127.0.0.1:{other}{SINK}")
        compared = [
            Case("raw signed handler", beside, lambda: bench.command("help", RAW), answers=False),
            Case("bare Bolt app", beside, lambda: bench.command("help", BOLT), answers=False),
            Case("dr web, /dr help", ours, lambda: bench.command("help")),
            Case("dr web, first form", ours, lambda: bench.form(_FIRST_FORM), answers=False),
            Case("dr web, last form", ours, lambda: bench.form(_LAST_FORM), answers=False),
        ]
        bench.measure(compared, rounds)
        idle, there = [], 0
        for many in _IDLE:
            asyncio.run(fill(stage.environment, range(there, many)))
            there = many
            cases = [
                Case(f"{many:,} wait, /dr {text}", ours, partial(bench.command, text))
                for text in ("help", "requests")
            ]
            bench.measure(cases, rounds)
            idle += cases
        stage.sync("always")
        cases = [Case("every write on disk first", ours, lambda: bench.command("help"))]
        bench.measure(cases, rounds)
    return _result(compared, [*idle, *cases])


def _result(compared: Sequence[Case], idle: Sequence[Case]) -> Result:
    heads = ("", "alone p50", "p99", "ratio", f"{AT_ONCE} at once p50", "p99", "ratio")
    _raw, bolt, ours, first, last = compared
    none_waits, most_wait = idle[0], idle[-3]
    of_many = statistics.median(last.alone) / statistics.median(first.alone)
    grown = statistics.median(most_wait.alone) / statistics.median(none_waits.alone)
    return Result(
        tables=(
            Table(
                "Acknowledged after so many ms",
                heads,
                tuple(case.row(bolt) for case in compared),
                f"A ratio compares a median with that of the {bolt.name}.",
            ),
            Table(
                "`dr web` again, while requests wait in Redis",
                heads,
                tuple(case.row(none_waits) for case in idle),
                "A ratio compares with /dr help while none waits.",
            ),
        ),
        targets=(
            Target("acknowledged alone, p50", statistics.median(ours.alone), 0.8, "ms"),
            Target("acknowledged alone, p99", p99(ours.alone), 2.0, "ms"),
            Target("acknowledged among 50, p99", p99(ours.together), 100.0, "ms"),
            Target("the last of many that are listened to, beside the first", of_many, 1.15, "x"),
            Target("acknowledged while 1,000 wait, beside none", grown, 1.15, "x"),
        ),
    )

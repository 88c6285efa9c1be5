"""How long a process takes to be ready, and how much memory it holds then.

The first start of each is not counted: it writes the bytecode, where `make install` has not.
"""

import os
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Final

from benchmarks.results import Result, Table, Target
from benchmarks.stage import Stage, answers, set_up
from tests.ports import free_port

_IMPORTS: Final = {
    "nothing": "pass",
    "aiohttp, Bolt and redis-py": "import aiohttp, redis.asyncio, slack_bolt.async_app",
    "the same and Azure's SDK": (
        "import aiohttp, redis.asyncio, slack_bolt.async_app, azure.identity.aio, "
        "azure.mgmt.recoveryservicessiterecovery.aio"
    ),
}
"""What it is compared with: a process that imports what any such bot would."""


def measure(rounds: int) -> Result:
    """Start everything in turns."""
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    imports: dict[str, list[float]] = {name: [] for name in _IMPORTS}
    helps: list[float] = []
    ready: dict[str, list[float]] = {"web": [], "worker": []}
    memory: dict[str, list[float]] = {"web": [], "worker": []}
    with set_up() as stage:
        for number in range(rounds + 1):
            for name, code in _IMPORTS.items():
                imports[name] += _timed([sys.executable, "-c", code])[:number]
            helps += _timed([str(Path(sys.executable).with_name("dr")), "--help"])[:number]
            for process in ready:
                took, mebibytes = _started(stage, process)
                ready[process] += [took][:number]
                memory[process] += [mebibytes][:number]
    base = statistics.median(imports["the same and Azure's SDK"])
    seconds = {
        **{f"python -c, {name}": times for name, times in imports.items()},
        "dr --help": helps,
        **{f"dr {name}, ready": times for name, times in ready.items()},
    }
    held = {name: statistics.median(found) for name, found in memory.items()}
    return Result(
        tables=(
            Table(
                "Started",
                ("", "s", "ratio"),
                tuple(
                    (name, statistics.median(times), f"{statistics.median(times) / base:.2f}x")
                    for name, times in seconds.items()
                ),
                "A ratio compares with importing what any such bot would.",
            ),
            Table(
                "Memory once ready",
                ("", "MiB"),
                tuple((f"dr {name}", found) for name, found in held.items()),
            ),
        ),
        targets=(
            Target("dr web ready", statistics.median(ready["web"]), 1.0, "s"),
            Target("dr web holds", held["web"], 90.0, "MiB"),
            Target("dr worker holds", held["worker"], 130.0, "MiB"),
            Target("dr --help", statistics.median(helps), 0.25, "s"),
        ),
    )


def _timed(command: list[str]) -> list[float]:
    began = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return [time.perf_counter() - began]


def _started(stage: Stage, process: str) -> tuple[float, float]:
    """Start a process; returns the seconds until it was ready, and the MiB that it holds then."""
    port = free_port()
    began = time.perf_counter()
    with stage.process("handlers", process, PORT=str(port), DR_METRICS_PORT=str(port)) as running:
        stage.until(lambda: answers(port, "/readyz"))
        took = time.perf_counter() - began
        status = Path(f"/proc/{running.pid}/status").read_text("ascii")
        kibibytes = status.partition("VmRSS:")[2].split()[0]
        return took, int(kibibytes) / 1024

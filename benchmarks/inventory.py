"""What it costs to list the machines of a vault: `python -m benchmarks.inventory`.

Ours (parts of the SDK's pipeline, its bytes read straight into our models) beside the SDK's own
typed list and beside the bytes alone through its whole pipeline, in the same process, interleaved,
in processor time. The vault runs in a process of its own, so that its work is not counted.
"""

import argparse
import asyncio
import contextlib
import gc
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Final

from azure.core.rest import HttpRequest
from azure.identity.aio import DefaultAzureCredential
from azure.mgmt.recoveryservicessiterecovery.aio import SiteRecoveryManagementClient

from bot.gateways.azure import API_VERSION, opened
from sandbox.clock import Clock
from sandbox.server import serve
from sandbox.vault import Vault

GOAL: Final = 20.0
"""How many times as much the SDK's typed list is to cost, at least."""
_SCOPE: Final = "https://management.azure.com/.default"

Listing = Callable[[], Awaitable[int]]
"""Lists everything once; returns how many machines there were."""


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.inventory", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5, choices=range(1, 51), metavar="1-50")
    parser.add_argument("--machines", type=int, default=1000, metavar="N")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there too")
    parser.add_argument("--serve", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.serve is not None:
        asyncio.run(_serve(options.serve))
        return 0
    with _far_end(options.machines) as told:
        gc.freeze()  # as our processes do
        figures = asyncio.run(_measure(told, options.rounds))
    ours = figures["ours"]
    print(
        f"Listing {options.machines} machines, processor time a machine ({options.rounds} rounds)"
    )
    for name, microseconds in figures.items():
        print(f"{name:20} {microseconds:8.1f} µs {microseconds / ours:6.1f}x")
    ratio = figures["SDK, typed list"] / ours
    print(f"The SDK's typed list costs {ratio:.1f} times as much as ours; {GOAL:.0f} is the goal.")
    if options.json:
        options.json.write_text(json.dumps({"ratio": ratio, "us": figures}, indent=2) + "\n")
    return 0


async def _measure(told: dict[str, str], rounds: int) -> dict[str, float]:
    """Take turns; the first round warms up and is not counted."""
    async with _listings(told) as listings:
        spent: dict[str, list[float]] = {name: [] for name in listings}
        for number in range(rounds + 1):
            for name, listing in listings.items():
                start = time.process_time()
                count = await listing()
                if number:
                    spent[name].append((time.process_time() - start) / count * 1e6)
        return {name: statistics.median(times) for name, times in spent.items()}


@asynccontextmanager
async def _listings(told: dict[str, str]) -> AsyncIterator[dict[str, Listing]]:
    os.environ |= {"IDENTITY_ENDPOINT": told["identity"], "IDENTITY_HEADER": told["header"]}
    subscription, group, vault = (told["vault"].split("/")[n] for n in (2, 4, 8))
    async with (
        opened(told["url"], sandbox=True) as azure,
        DefaultAzureCredential() as credential,
        SiteRecoveryManagementClient(
            credential, subscription, base_url=told["url"], credential_scopes=[_SCOPE]
        ) as client,
    ):

        async def ours() -> int:
            return len(await azure.machines(told["vault"]))

        async def typed() -> int:
            pages = client.replication_protected_items.list(group, vault, enforce_https=False)
            return len([one async for one in pages])

        async def bytes_alone() -> int:
            link, size = f"{told['vault']}/replicationProtectedItems?api-version={API_VERSION}", 0
            while link:
                request = HttpRequest("GET", link)
                answer = await client.send_request(request, stream=True, enforce_https=False)
                body = await answer.read()
                size += body.count(b'"friendlyName"')
                link = _next(body)
            return size

        yield {"ours": ours, "SDK, typed list": typed, "bytes alone": bytes_alone}


def _next(body: bytes) -> str:
    """Find the next link without reading the rest."""
    _, found, rest = body.rpartition(b'"nextLink": "')
    return rest.partition(b'"')[0].decode() if found else ""


@contextmanager
def _far_end(machines: int) -> Iterator[dict[str, str]]:
    """Run the vault in a process of its own."""
    process = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.inventory", "--serve", str(machines)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert process.stdout is not None
    try:
        yield json.loads(process.stdout.readline())
    finally:
        process.communicate()  # it ends when its input does


async def _serve(machines: int) -> None:
    vault = Vault(Clock(), extra_machines=machines)
    async with serve(vault.application()) as url:
        print(
            json.dumps(
                {
                    "url": url,
                    "vault": vault.resource_id,
                    "identity": f"{url}/msi/token",
                    "header": vault.identity_header,
                }
            ),
            flush=True,
        )
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    sys.exit(main())

"""A vault in a process of its own, whose time stands still: `python -m benchmarks.running 1000`.

Prints where it is as a line of JSON, and ends when its input does.
"""

import asyncio
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from sandbox.clock import Clock
from sandbox.server import serve
from sandbox.vault import Vault


@contextmanager
def vault_of(machines: int) -> Iterator[dict[str, str]]:
    """Run it with so many machines more than the demo's; yields its addresses."""
    process = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.running", str(machines)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert process.stdout is not None
    try:
        yield json.loads(process.stdout.readline())
    finally:
        process.communicate()


async def _serve(machines: int) -> None:
    vault = Vault(Clock.by_hand(), extra_machines=machines)
    async with serve(vault.application()) as url:
        told = {"AZURE_RESOURCE_MANAGER_URL": url, "DR_VAULTS": vault.resource_id}
        told |= {"IDENTITY_ENDPOINT": f"{url}/msi/token", "IDENTITY_HEADER": vault.identity_header}
        print(json.dumps(told), flush=True)
        await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(_serve(int(sys.argv[1])))

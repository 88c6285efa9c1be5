"""What it costs to list the machines of a vault, in processor time for each.

Ours (parts of the SDK's pipeline, its bytes read straight into our models) beside the SDK's own
typed list, beside the bytes alone through its whole pipeline, and beside aiohttp without any of it,
in the same process, interleaved. The vault runs in a process of its own, so that its work is not
counted.
"""

import gc
import os
import statistics
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Final

import aiohttp
from azure.core.rest import HttpRequest
from azure.identity.aio import DefaultAzureCredential
from azure.mgmt.recoveryservicessiterecovery.aio import SiteRecoveryManagementClient

from benchmarks.results import Result, Table, Target
from benchmarks.running import vault_of
from bot.gateways.azure import API_VERSION, opened

_SIZES: Final = (100, 1000, 5000)
_SLOW: Final = 2
"""Rounds in which the SDK's typed list takes part: it takes seconds."""
_TYPED, _OURS, _RAW = "the SDK's typed list", "the bot", "aiohttp, bytes alone"
_SCOPE: Final = "https://management.azure.com/.default"

Listing = Callable[[], Awaitable[int]]
"""Lists everything once; returns how many machines there were."""


async def measure(rounds: int) -> Result:
    """List vaults of several sizes in all ways."""
    figures = {}
    for machines in _SIZES:
        with vault_of(machines) as told:
            gc.collect()
            gc.freeze()  # as our processes do
            figures[machines] = await _measure(told, rounds)
            gc.unfreeze()
    ours = {machines: found[_OURS] for machines, found in figures.items()}
    dearer = figures[1000][_TYPED] / ours[1000]
    return Result(
        tables=(
            Table(
                "Listing machines, processor time for each in µs",
                ("", *(f"{head}" for n in _SIZES for head in (f"{n:,}", "ratio"))),
                tuple(
                    (
                        name,
                        *(
                            cell
                            for one in _SIZES
                            for cell in (
                                figures[one][name],
                                f"{figures[one][name] / ours[one]:.1f}x",
                            )
                        ),
                    )
                    for name in figures[_SIZES[0]]
                ),
                "A ratio compares with the bot.",
            ),
        ),
        targets=(
            Target("listing 1,000, for each machine", ours[1000], 35.0, "µs"),
            Target("listing 5,000, beside 1,000, for each", ours[5000] / ours[1000], 1.15, "x"),
            Target("the SDK's typed list, beside it", dearer, 20.0, "x", at_least=True),
        ),
    )


async def _measure(told: dict[str, str], rounds: int) -> dict[str, float]:
    """Take turns; the first round warms up and is not counted."""
    async with _listings(told) as listings:
        spent: dict[str, list[float]] = {name: [] for name in listings}
        for number in range(rounds + 1):
            for name, listing in listings.items():
                if name == _TYPED and number > _SLOW:
                    continue
                start = time.process_time()
                count = await listing()
                if number:
                    spent[name].append((time.process_time() - start) / count * 1e6)
        return {name: statistics.median(times) for name, times in spent.items()}


@asynccontextmanager
async def _listings(told: dict[str, str]) -> AsyncIterator[dict[str, Listing]]:
    os.environ |= {name: told[name] for name in ("IDENTITY_ENDPOINT", "IDENTITY_HEADER")}
    url, vault_id = told["AZURE_RESOURCE_MANAGER_URL"], told["DR_VAULTS"]
    subscription, group, vault = (vault_id.split("/")[n] for n in (2, 4, 8))
    async with (
        opened(url, sandbox=True) as azure,
        DefaultAzureCredential() as credential,
        SiteRecoveryManagementClient(
            credential,
            subscription,
            base_url=url,
            credential_scopes=[_SCOPE],
        ) as client,
    ):

        async def ours() -> int:
            return len(await azure.machines(vault_id))

        async def typed() -> int:
            pages = client.replication_protected_items.list(group, vault, enforce_https=False)
            return len([one async for one in pages])

        async def bytes_alone() -> int:
            link, size = (
                f"{vault_id}/replicationProtectedItems?api-version={API_VERSION}",
                0,
            )
            while link:
                request = HttpRequest("GET", link)
                answer = await client.send_request(request, stream=True, enforce_https=False)
                body = await answer.read()
                size += body.count(b'"friendlyName"')
                link = _next(body)
            return size

        async with aiohttp.ClientSession() as session:

            async def aiohttp_alone() -> int:
                link, size = f"{vault_id}/replicationProtectedItems", 0
                link = f"{url}{link}?api-version={API_VERSION}"
                while link:
                    async with session.get(link, headers=authorized) as answer:
                        body = await answer.read()
                    size += body.count(b'"friendlyName"')
                    link = _next(body)
                return size

            token = await credential.get_token(_SCOPE)
            authorized = {"Authorization": f"Bearer {token.token}"}
            yield {
                _OURS: ours,
                _TYPED: typed,
                "the SDK's pipeline, bytes alone": bytes_alone,
                _RAW: aiohttp_alone,
            }


def _next(body: bytes) -> str:
    """Find the next link without reading the rest."""
    _, found, rest = body.rpartition(b'"nextLink": "')
    return rest.partition(b'"')[0].decode() if found else ""

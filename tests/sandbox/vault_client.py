"""A client of the vault for its tests: the real SDK and the real identity library, on loopback."""

import os
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import Any, cast

import aiohttp
from aiohttp import web
from azure.core.rest import HttpRequest
from azure.identity.aio import DefaultAzureCredential
from azure.mgmt.recoveryservicessiterecovery.aio import SiteRecoveryManagementClient

from sandbox.vault import Vault

API_VERSION = "2025-08-01"
WEST = "asr-a2a-default-westeurope"
NORTH = "asr-a2a-default-northeurope"
FORWARD = {"failoverDirection": "PrimaryToRecovery", "sourceSiteOperations": "NotRequired"}
Json = dict[str, Any]  # wire bodies, whose shapes are what these tests are about


@dataclass
class Reply:
    """An answer as it came: nothing interpreted."""

    status: int
    body: Json
    headers: Mapping[str, str]
    request_ids: list[str]


@dataclass
class Visitor:
    """Somebody with a token, at the vault's door."""

    vault: Vault
    address: str
    sdk: Any  # a SiteRecoveryManagementClient; its models call every single field optional
    session: aiohttp.ClientSession
    token: str
    second: Any  # the same for the second vault's subscription

    @property
    def there(self) -> tuple[str, str]:
        """The first two arguments of every SDK operation."""
        return self.vault.resource_group, self.vault.name

    def place(self, name: str) -> tuple[str, str, str, str, str]:
        """The arguments with which the SDK finds a machine's item where it is now."""
        parts = self.vault.machine(name).item_id.split("/")
        return (*self.there, parts[10], parts[12], parts[14])

    async def ask(self, method: str, path: str, body: object = None, **headers: str) -> Reply:
        """Send a request with a token and the api-version, and take the answer as it comes."""
        if path.startswith("http"):
            url = path
        else:
            url = self.address + (
                path if path.startswith("/") else f"{self.vault.resource_id}/{path}"
            )
        query = {} if "api-version=" in url else {"api-version": API_VERSION}
        given = {"Authorization": f"Bearer {self.token}"} | {
            name.replace("_", "-"): value for name, value in headers.items()
        }
        async with self.session.request(
            method, url, params=query or None, json=body, headers=given
        ) as response:
            text = await response.text()
            return Reply(
                response.status,
                await response.json() if text else {},
                response.headers.copy(),
                response.headers.getall("x-ms-request-id", []),
            )

    async def operate(self, machine: str, operation: str, body: object = None) -> Reply:
        """Ask for an operation on a machine's item."""
        return await self.ask("POST", f"{self.vault.machine(machine).item_id}/{operation}", body)

    async def done(self, begin: Callable[..., Any], *arguments: object) -> str:
        """Start something with the SDK, let all of its time pass, and tell how its job ended."""
        job_id = await self.start(begin, *arguments)
        self.vault.clock.advance(1500)
        return self.vault.job(job_id).state

    async def job(self, job_id: str) -> Json:
        """Read a job's properties, whole."""
        return cast(Json, (await self.send(f"replicationJobs/{job_id}"))["properties"])

    async def item(self, name: str) -> Any:
        """Read the properties of a machine's item with the SDK."""
        items = self.sdk.replication_protected_items
        return (await items.get(*self.place(name), enforce_https=False)).properties

    async def start(self, begin: Callable[..., Any], *arguments: object) -> str:
        """Start something with the SDK; give back the job's id from the first answer."""
        answers: list[Any] = []
        await begin(
            *arguments,
            enforce_https=False,
            retry_total=0,
            raw_response_hook=lambda answer: answers.append(answer.http_response),
        )
        return cast(str, answers[0].headers["Azure-AsyncOperation"].split("?")[0].split("/")[-1])

    async def send(self, path: str) -> Json:
        """Read something through the SDK's own pipeline."""
        url = f"{self.vault.resource_id}/{path}?api-version={API_VERSION}"
        response = await self.sdk.send_request(HttpRequest("GET", url), enforce_https=False)
        return cast(Json, response.json())


@asynccontextmanager
async def visit(vault: Vault) -> AsyncIterator[Visitor]:
    """Serve a vault on a free port of the loopback address for as long as the visit lasts."""
    runner = web.AppRunner(vault.application())
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    address = f"http://127.0.0.1:{runner.addresses[0][1]}"
    environment = {
        "IDENTITY_ENDPOINT": f"{address}/msi/token",
        "IDENTITY_HEADER": vault.identity_header,
    }
    with _environment(environment):
        credential = DefaultAzureCredential()
    sdk, second = (
        SiteRecoveryManagementClient(credential, each, base_url=address, polling_interval=0)
        for each in (vault.subscription_id, vault.second.subscription_id)
    )
    try:
        async with credential, sdk, second, aiohttp.ClientSession() as session:
            token = await credential.get_token("https://management.azure.com/.default")
            yield Visitor(vault, address, sdk, session, token.token, second)
    finally:
        await runner.cleanup()


@contextmanager
def _environment(settings: dict[str, str]) -> Iterator[None]:
    """Set environment variables for a moment: credentials read them only when they are made."""
    before = {name: os.environ.get(name) for name in settings}
    os.environ.update(settings)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value

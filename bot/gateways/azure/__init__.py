"""Azure Site Recovery: reading through the SDK's own parts, changing through its operations.

Lists are read as raw bytes straight into our shapes (the generated models cost about fifty times
as much and hold up the loop). A change is sent exactly once: its POST is never repeated by a retry
policy, and what comes back is the job's id, or `AnswerLost`.
"""

import asyncio
import math
import re
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit
from urllib.request import getproxies

from azure.core.credentials_async import AsyncTokenCredential
from azure.core.exceptions import AzureError
from azure.core.rest import HttpRequest
from azure.identity.aio import DefaultAzureCredential

from bot.domain.catalogue import CREATE, Call
from bot.domain.data import Data
from bot.domain.jobs import Job
from bot.domain.machines import Disk, Machine, Point, segment, vault_of
from bot.domain.outside import Source
from bot.domain.plans import Plan
from bot.domain.sites import ContainerMapping, Replica, Site
from bot.errors import AnswerLost, AzureRefused, TurnedAway, Unavailable
from bot.gateways.azure.answers import (
    left,
    refusal,
    retry_after,
    trouble,
    turned_away,
)
from bot.gateways.azure.around import Around
from bot.gateways.azure.listings import Listings
from bot.gateways.azure.once import once
from bot.gateways.azure.operations import operations, place
from bot.gateways.azure.permissions import Permissions
from bot.gateways.azure.protected import Protected
from bot.gateways.azure.reads import reads
from bot.gateways.azure.spare import Spare
from bot.gateways.azure.timed import timed
from bot.gateways.azure.unprotected import COMPUTE_VERSION, Unprotected
from bot.gateways.azure.wire import ShapeT, read, unswept
from bot.gateways.azure.wire_items import ItemShape, PointShape
from bot.gateways.azure.wire_jobs import JobShape, ListedJobShape
from bot.gateways.azure.wire_places import VmShape
from bot.gateways.azure.wire_plans import PlanShape
from bot.gateways.azure.wire_sites import ReplicaShape, SiteShape
from bot.gateways.dates import ahead
from bot.settings import CLOUDS
from bot.slices import slices

if TYPE_CHECKING:
    from azure.mgmt.recoveryservicessiterecovery.aio import SiteRecoveryManagementClient

API_VERSION: Final = "2025-08-01"
POST_TIMEOUT: Final = 30.0
"""Seconds after which a POST without an answer counts as lost."""
_READ_TIMEOUT: Final = 30.0
_REMEMBERED: Final = 10_000
"""Jobs whose activity is remembered before it is begun anew."""


class Accepted(Data):
    """What Azure's 202 told us."""

    job: str
    """The guid of the job."""
    pace: int
    """Seconds to wait between two looks at it."""
    left: int | None = None
    """How many changes the subscription may make now, by what Azure says."""


class Azure:
    """All vaults; one SDK client per subscription."""

    def __init__(self, credential: AsyncTokenCredential, url: str, *, sandbox: bool) -> None:
        self._credential = credential
        self._url = url
        self._scope = f"{CLOUDS['public'] if sandbox else url}/.default"
        self._https: dict[str, Any] = {"enforce_https": False} if sandbox else {}
        self._clients: dict[str, SiteRecoveryManagementClient] = {}
        self._reads = reads(credential, url, self._scope, proxied=_proxied())
        self._spare = Spare()
        self._activities: dict[str, str] = {}
        self._protected = Protected(self._pages, self._list)
        self.ahead: float | None = None
        """The seconds that Azure's clock was ahead of ours at its newest answer."""
        self.rolls = Listings(self._protected.read)
        """The machines of each vault, by name."""
        self.plan_lists = Listings(self.plans)
        """The recovery plans of each vault, for suggestions."""
        self.around = Around(self._get, self._list)
        self.permissions = Permissions(self._list)
        self.unprotected = Unprotected(self._get, self._list)

    async def close(self) -> None:
        """Close every client."""
        await self.rolls.close()
        await self.plan_lists.close()
        await self._reads.close()
        for client in self._clients.values():
            await client.close()

    async def prepare(self) -> None:
        """Load the SDK's operations before they are needed, beside whatever else goes on."""
        await asyncio.to_thread(_sdk)

    async def machines(self, vault: str, *, fresh: bool = True) -> tuple[Machine, ...]:
        """List the machines of a vault.

        Without `fresh` a list of the last seconds will do, so that fifty people who look at once
        cost one reading.
        """
        return (await self.rolls.get(vault, fresh=fresh)).machines

    def reads_by_container(self, vault: str) -> bool:
        """Whether a vault had to be read container by container, for want of a right."""
        return vault in self._protected.by_container

    async def warm(self) -> None:
        """Fetch a token before somebody waits for it; raises `Unavailable`."""
        try:
            await self._credential.get_token(self._scope)
        except AzureError as error:
            raise trouble(error) from error

    async def machine(self, machine_id: str) -> Machine:
        """Read one machine afresh; raises `AzureRefused` with status 404 when it is gone."""
        item = read(ItemShape, await self._get(machine_id))
        return item.machine(vault_of(machine_id))

    async def points(self, machine_id: str) -> tuple[Point, ...]:
        """List the recovery points of a machine, the newest first."""
        shapes = await self._list(f"{machine_id}/recoveryPoints", PointShape)
        points = [point for shape in shapes if (point := shape.point())]
        return tuple(sorted(points, key=lambda point: point.at, reverse=True))

    async def plans(self, vault: str) -> tuple[Plan, ...]:
        """List the recovery plans of a vault."""
        shapes = await self._list(f"{vault}/replicationRecoveryPlans", PlanShape)
        return tuple(shape.plan(vault) for shape in shapes)

    async def plan(self, plan_id: str) -> Plan:
        """Read one plan afresh; raises `AzureRefused` with status 404 when it is gone."""
        return read(PlanShape, await self._get(plan_id)).plan(vault_of(plan_id))

    async def jobs(self, vault: str) -> tuple[Job, ...]:
        """List the jobs of a vault: without steps, errors and activity, which only `job` has."""
        jobs: list[Job] = []
        async for page in self._pages(f"{vault}/replicationJobs", ListedJobShape):
            async for some in slices(page):
                with unswept():
                    jobs += [shape.job() for shape in some]
        return tuple(jobs)

    async def job(self, vault: str, name: str) -> Job:
        """Read one job with its steps and errors; it waits while others need Azure's answers more.

        Hundreds of jobs may be asked for at once.
        """
        await self._spare.wait(vault)
        return read(JobShape, await self._get(f"{vault}/replicationJobs/{name}")).job()

    async def source(self, vault: str, name: str) -> Source:
        """Read where a job comes from."""
        return read(JobShape, await self._get(f"{vault}/replicationJobs/{name}")).source()

    async def activity(self, vault: str, name: str) -> str:
        """Return the activity of a job: read once and remembered, for it never changes."""
        key = f"{vault}/{name}".casefold()
        if key not in self._activities:
            activity = (await self.job(vault, name)).activity
            if not activity:
                return ""
            if len(self._activities) >= _REMEMBERED:
                self._activities.clear()
            self._activities[key] = activity
        return self._activities[key]

    async def mappings(self, container: str) -> tuple[ContainerMapping, ...]:
        """List the mappings that a container takes part in, in both directions."""
        return await self.unprotected.mappings(container)

    async def site(self, container: str) -> Site:
        """Read the fabric that a container is in: the servers that stand at a site."""
        fabric = re.split("/replicationProtectionContainers/", container, flags=re.IGNORECASE)[0]
        return read(SiteShape, await self._get(fabric)).site()

    async def replicas(self, container: str) -> tuple[Replica, ...]:
        """List how each machine of a container replicates."""
        shapes = await self._list(f"{container}/replicationProtectedItems", ReplicaShape)
        return tuple(shape.replica() for shape in shapes)

    async def replica(self, machine_id: str) -> Replica:
        """Read how one machine replicates."""
        return read(ReplicaShape, await self._get(machine_id)).replica()

    async def vm_disks(self, vm_id: str) -> tuple[Disk, ...]:
        """Read the managed disks of a virtual machine."""
        return read(VmShape, await self._get(vm_id, COMPUTE_VERSION)).disks()

    async def submit(self, call: Call, client_request_id: str, *, by: float = math.inf) -> Accepted:
        """Send a change, once, and not at all after `by`, in monotonic seconds.

        Raises `AzureRefused` when Azure said no, `TurnedAway` when it was too busy to look at it,
        else `AnswerLost`.
        """
        with timed("PUT" if call.action == CREATE else "POST", call.resource):
            return await self._submit(call, client_request_id, by)

    async def _submit(self, call: Call, client_request_id: str, by: float) -> Accepted:
        answers: list[Any] = []
        try:
            async with asyncio.timeout(POST_TIMEOUT):
                await self._begin(
                    call,
                    raw_response_hook=lambda answer: answers.append(answer.http_response),
                    headers={"x-ms-client-request-id": client_request_id},
                    retry_total=0,
                    middlewares=(once(by),),
                    permit_redirects=False,
                    **self._https,
                )
        except (AzureError, TimeoutError, ValueError) as error:  # the SDK stumbles over headers too
            if answers and answers[0].status_code in {200, 202}:
                return _accepted(answers)
            said = trouble(error) if isinstance(error, AzureError) else None
            if isinstance(said, AzureRefused) and said.status >= 300:
                raise said from error
            if isinstance(said, Unavailable) and turned_away(getattr(error, "response", None)):
                raise TurnedAway(said.sentence, retry_after=said.retry_after) from error
            raise AnswerLost(
                f"{said.sentence if said else 'Azure did not answer in time.'} "
                "Whether the operation began is not known yet.",
                retry_after=said.retry_after if isinstance(said, Unavailable) else None,
            ) from error
        return _accepted(answers)

    async def _begin(self, call: Call, **options: Any) -> None:
        await self.prepare()
        client = self._client(call.resource)
        begin = operations(client, call.resource)[call.action]
        body = () if call.body is None else (call.body,)
        await begin(*place(call.resource), *body, **options)

    async def _list(self, path: str, shape: type[ShapeT]) -> list[ShapeT]:
        return [one async for page in self._pages(path, shape) for one in page]

    async def _pages(self, path: str, shape: type[ShapeT]) -> AsyncIterator[list[ShapeT]]:
        """Read every page: an empty one may still have a next."""
        link, seen = path, set[str]()
        while link:
            seen.add(link)
            page, link = shape.page(await self._get(link))
            yield page
            link = _local(link)
            if link in seen:
                raise Unavailable("Azure's list has no end: a page of it leads back.")

    async def _get(self, path: str, version: str = API_VERSION) -> bytes:
        """GET a path below the resource manager, with the pipeline's token and retries."""
        with timed("GET", path):
            return await self._got(path, version)

    async def _got(self, path: str, version: str) -> bytes:
        url = path
        if "api-version=" not in path:
            url = f"{path}{'&' if '?' in path else '?'}api-version={version}"
        try:
            async with asyncio.timeout(_READ_TIMEOUT):
                url = url.replace("{", "%7B").replace("}", "%7D")  # format_url fills those in
                request = HttpRequest("GET", self._reads.format_url(url))
                answer = await self._reads.send_request(request, stream=True, **self._https)
                try:
                    body = await answer.read()
                finally:
                    await answer.close()
        except AzureError as error:
            raise trouble(error) from error
        except TimeoutError as error:
            raise Unavailable("Azure did not answer in time.") from error
        self.ahead = ahead(answer.headers.get("Date"), time.time())
        self._spare.heard(path, answer.headers)
        if answer.status_code >= 300:
            raise refusal(answer.status_code, answer.headers, body)
        return body

    def _client(self, resource_id: str) -> "SiteRecoveryManagementClient":
        subscription = segment(resource_id, "subscriptions")
        if subscription not in self._clients:
            self._clients[subscription] = _sdk()(
                self._credential,
                subscription,
                base_url=self._url,
                credential_scopes=[self._scope],
                api_version=API_VERSION,
                use_env_settings=_proxied(),
            )
        return self._clients[subscription]


@asynccontextmanager
async def opened(url: str, *, sandbox: bool) -> AsyncIterator[Azure]:
    """Open the gateway with azure-identity's default credential chain."""
    async with AsyncExitStack() as stack:
        credential = await stack.enter_async_context(DefaultAzureCredential())
        azure = Azure(credential, url, sandbox=sandbox)
        stack.push_async_callback(azure.close)
        yield azure


def _sdk() -> type["SiteRecoveryManagementClient"]:
    """Import the SDK when something is changed: it is large, and a front hardly ever needs it."""
    from azure.mgmt.recoveryservicessiterecovery.aio import SiteRecoveryManagementClient

    return SiteRecoveryManagementClient


def _accepted(answers: list[Any]) -> Accepted:
    """Read the job's id from the first answer: three headers end with it."""
    headers = answers[0].headers if answers else {}
    for name in ("Azure-AsyncOperation", "Location", "x-ms-request-id"):
        value = str(headers.get(name, "")).split(", ")[0]
        if job := urlsplit(value).path.rpartition("/")[2]:
            pace = int(retry_after(headers) or 0) or _no_pace(headers)
            return Accepted(job=job, pace=pace, left=left(headers))
    raise AnswerLost("Azure accepted the operation but did not name its job.")


def _no_pace(headers: Mapping[str, str]) -> int:
    return 0 if headers.get("Retry-After") == "0" else 20


def _proxied() -> bool:
    """Whether the environment names a proxy: asking it afresh for every call takes a thread."""
    return bool(getproxies().keys() - {"no"})


def _local(link: str) -> str:
    """Keep path and query of a next link: our token goes to no other host than ours."""
    try:
        parts = urlsplit(link)
    except ValueError as error:
        raise Unavailable("Azure's link to the next page of a list could not be read.") from error
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


__all__ = ["Accepted", "Azure", "opened"]

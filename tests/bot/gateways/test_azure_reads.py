"""Reading the vault: with few rights, in pages, with odd dates and strangers, and no token lost."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from aiohttp import web

from bot.domain.catalogue import Ground
from bot.domain.operations import CATALOGUE
from bot.errors import AzureRefused, Unavailable
from bot.gateways.azure import Azure
from bot.gateways.azure.wire import read
from bot.gateways.azure.wire_items import ItemShape, PointShape
from bot.gateways.azure.wire_jobs import JobShape
from sandbox.server import serve
from sandbox.vault import Vault
from tests.bot.gateways.test_azure_changes import CRID, SAID, impostor
from tests.bot.samples import ITEM, VAULT


async def test_every_machine_is_listed_and_an_empty_page_is_no_end(
    azure: Azure, vault: Vault
) -> None:
    """The vault-wide list has an empty page in the middle."""
    machines = await azure.machines(vault.resource_id)
    assert sorted(m.name for m in machines) == sorted(m.friendly_name for m in vault.machines)
    assert not azure.reads_by_container(vault.resource_id)
    pages = [s for s in vault.journal if s.path.endswith("/replicationProtectedItems")]
    assert len(pages) > 2


async def test_a_site_recovery_operator_reads_container_by_container(
    azure: Azure, vault: Vault
) -> None:
    """The vault-wide list is refused once, and not asked for again."""
    vault.role = "operator"
    for _ in range(2):
        machines = await azure.machines(vault.resource_id)
        assert sorted(m.name for m in machines) == sorted(m.friendly_name for m in vault.machines)
    assert azure.reads_by_container(vault.resource_id)
    assert [seen.status for seen in vault.journal].count(403) == 1


async def test_a_refusal_that_is_not_about_rights_is_not_worked_around(
    azure: Azure, vault: Vault
) -> None:
    """A vault that does not exist is refused with Azure's words."""
    with pytest.raises(AzureRefused) as caught:
        await azure.machines(vault.resource_id + "-typo")
    assert (caught.value.status, caught.value.code) == (404, "ResourceNotFound")


async def test_a_stranger_is_shown_and_hides_nobody(azure: Azure, vault: Vault) -> None:
    """An unknown provider in an unknown state, allowing unknown things, is read as it is."""
    stranger = await azure.machine(vault.admit_stranger())
    assert (stranger.name, stranger.provider) == ("vm-stranger", "OrbitalReplica")
    assert stranger.state == "ReplicationHeldByOrbitalAlignment"
    assert stranger.allowed == ("Teleport", "DisableProtection")
    machines = await azure.machines(vault.resource_id)
    assert len(machines) == len(vault.machines) + 1


async def test_a_machine_that_is_gone_is_a_404(azure: Azure, vault: Vault) -> None:
    """So that whoever looks after it can look for it elsewhere."""
    with pytest.raises(AzureRefused) as caught:
        await azure.machine(vault.machine("vm-web01").item_id + "x")
    assert (caught.value.status, caught.value.code) == (404, "ArmResourceDoesNotExist")


async def test_points_come_newest_first(azure: Azure, vault: Vault) -> None:
    """Whatever order Azure has them in."""
    points = await azure.points(vault.machine("vm-web01").item_id)
    assert len(points) > 3
    assert [one.at for one in points] == sorted((one.at for one in points), reverse=True)
    assert {one.kind for one in points} >= {"CrashConsistent", "ApplicationConsistent"}


async def test_the_activity_of_a_job_is_read_once(azure: Azure, vault: Vault) -> None:
    """It never changes, and it is asked for again and again while an answer is lost."""
    machine = await azure.machine(vault.machine("vm-web01").item_id)
    call = CATALOGUE["failover"].call(Ground(target=machine), SAID)
    accepted = await azure.submit(call, CRID)
    vault.journal.clear()
    for _ in range(3):
        assert (await azure.activity(vault.resource_id, accepted.job)).startswith(CRID)
    assert len(vault.journal) == 1


async def test_reads_are_repeated_and_then_given_up(azure: Azure, vault: Vault) -> None:
    """One 503 is not noticed; a vault that says nothing else is unavailable."""
    vault.trouble.next("replicationJobs", "unavailable")
    await azure.jobs(vault.resource_id)
    assert vault.trouble.left == 0


async def test_what_is_no_json_is_no_answer(azure: Azure, vault: Vault) -> None:
    """A body that breaks off is not taken for an empty list."""
    vault.trouble.next("replicationJobs", "malformed")
    with pytest.raises(Unavailable, match="could not be read"):
        await azure.jobs(vault.resource_id)


def page(link: str | None, *names: str) -> web.Response:
    """Write a page of jobs."""
    jobs = [{"id": f"{VAULT}/replicationJobs/{n}", "name": n, "properties": {}} for n in names]
    return web.json_response({"value": jobs, "nextLink": link})


@pytest.mark.parametrize("how", ["host", "scheme", "path", "redirect", "relative"])
@pytest.mark.usefixtures("address")
async def test_our_token_goes_to_no_other_host(how: str) -> None:
    """A next link or a redirect elsewhere is not followed with it."""
    stolen: list[Any] = []

    async def steal(request: web.Request) -> web.Response:
        stolen.append(request.headers.get("Authorization"))
        return page(None, "stolen")

    thief = web.Application()
    thief.router.add_route("*", "/{tail:.*}", steal)
    async with serve(thief) as elsewhere:
        host = elsewhere.removeprefix("http:")
        path = f"{VAULT}/replicationJobs?api-version=1&skipToken=2"
        links = {
            "host": elsewhere + path,
            "scheme": host + path,
            "path": f"http://127.0.0.1/{host}{path}",
            "relative": path,
            "redirect": f"/redirect{path}",
        }

        async def answer(request: web.Request) -> web.StreamResponse:
            if request.path.startswith("/redirect"):
                return web.Response(status=302, headers={"Location": elsewhere + path})
            return (
                page(None, "second") if "skipToken" in request.query else page(links[how], "first")
            )

        async with impostor(answer) as (azure, seen):
            if how == "redirect":
                with pytest.raises(AzureRefused, match="302"):
                    await azure.jobs(VAULT)
            else:
                assert [job.name for job in await azure.jobs(VAULT)] == ["first", "second"]
    assert not stolen, "somebody else was asked"
    assert len(seen) == 2


@pytest.mark.usefixtures("address")
async def test_a_token_is_in_no_error(vault: Vault) -> None:
    """Neither in what people are told, nor in what is logged with it."""
    tokens: list[str] = []

    async def answer(request: web.Request) -> web.StreamResponse:
        tokens.append(request.headers["Authorization"].removeprefix("Bearer "))
        return web.json_response({"error": {"code": "No", "message": "No."}}, status=403)

    async with impostor(answer) as (azure, _):
        with pytest.raises(AzureRefused) as caught:
            await azure.job(VAULT, "j1")
    shown = f"{caught.value} {caught.value!r} {caught.getrepr(showlocals=False, chain=True)}"
    assert tokens
    assert tokens[0] not in shown
    assert vault.identity_header not in shown


DATES = [
    ("2026-03-01T12:00:00.1234567Z", datetime(2026, 3, 1, 12, 0, 0, 123456, UTC)),
    ("2026-03-01T12:00:00Z", datetime(2026, 3, 1, 12, tzinfo=UTC)),
    ("2026-03-01T12:00:00", datetime(2026, 3, 1, 12, tzinfo=UTC)),
    ("2026-03-01T12:00:00+02:00", datetime(2026, 3, 1, 10, tzinfo=UTC)),
    ("2026-03-01T12:00:00-05:00", datetime(2026, 3, 1, 17, tzinfo=UTC)),
    ("2026-03-01", datetime(2026, 3, 1, tzinfo=UTC)),
    ("0001-01-01T00:00:00", None),
    ("1753-01-01T01:01:01Z", None),
    ("9999-12-31T23:59:59.9999999Z", None),
    ("9999-12-31T23:59:59.9999999", None),
    ("2026-13-45T99:00:00Z", None),
    ("soon", None),
    ("", None),
    (None, None),
    (1772366400, datetime(2026, 3, 1, 12, tzinfo=UTC)),
]


@pytest.mark.parametrize(("text", "meant"), DATES)
def test_odd_dates_are_aware_or_nothing(text: object, meant: datetime | None) -> None:
    """So that two of them can always be compared, and none hides a whole list."""
    job = {"id": "x", "name": "j", "properties": {"startTime": text, "endTime": text}}
    seen = read(JobShape, json.dumps(job).encode()).job()
    assert seen.started == seen.ended == meant
    point = {"id": "x", "name": "p", "properties": {"recoveryPointTime": text}}
    assert (read(PointShape, json.dumps(point).encode()).point() is None) is (meant is None)


def test_an_item_that_says_nothing_is_still_a_machine() -> None:
    """Nulls and missing fields are empty, never a crash."""
    body = f'{{"id": "{ITEM}", "name": "n", "properties": {{"friendlyName": null, '
    body += '"healthErrors": null, "currentScenario": null, "allowedOperations": null}}'
    seen = read(ItemShape, body.encode()).machine(VAULT)
    assert (seen.name, seen.provider, seen.findings, seen.allowed) == ("n", "", (), ())
    assert seen.here == "an unknown region"
    assert seen.rpo_seconds is None

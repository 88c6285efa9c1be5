"""What the gateway must make of a recorded answer: all that it says, in Azure's own words."""

from collections.abc import Awaitable, Callable, Iterator
from datetime import datetime
from typing import Any

import pytest

from bot.domain.data import Data
from bot.domain.machines import Machine, same_id, vault_of
from bot.errors import AzureRefused, Unavailable
from bot.gateways.azure import Azure
from tests.replay import Exchange, Recording

Reader = Callable[[Azure, Exchange], Awaitable[None]]


def reader_of(exchange: Exchange) -> Reader | None:
    """Return how the gateway reads an answer; None for what it has no use for."""
    if exchange.method != "GET" or exchange.page:
        return None
    above, kind, name = ["", *exchange.path.split("/")][-3:]
    if kind.casefold() == "virtualmachines":
        return reads_disks
    if not vault_of(exchange.path):
        return None
    single = {
        "replicationProtectedItems": reads_a_machine,
        "replicationRecoveryPlans": reads_a_plan,
        "replicationJobs": reads_a_job,
    }
    lists = {
        "recoveryPoints": reads_points,
        "replicationRecoveryPlans": reads_plans,
        "replicationJobs": reads_jobs,
    }
    if above == "replicationProtectionContainers":
        lists["replicationProtectionContainerMappings"] = reads_mappings
    return single.get(kind) or lists.get(name)


async def is_refused(reading: Awaitable[None], exchange: Exchange) -> None:
    """A refusal brings Azure's status, code and words; a passing trouble is no refusal."""
    with pytest.raises((AzureRefused, Unavailable)) as caught:
        await reading
    if isinstance(caught.value, AzureRefused):
        error = exchange.body["error"]
        words = error["message"], *(one["message"] for one in error.get("details") or ())
        assert caught.value.status == exchange.status
        assert any(one in caught.value.sentence for one in words)
    else:
        assert exchange.status in {408, 429} or exchange.status >= 500


async def reads_a_machine(azure: Azure, exchange: Exchange) -> None:
    """Read one machine."""
    is_true_to(await azure.machine(exchange.path), exchange.body)


async def reads_points(azure: Azure, exchange: Exchange) -> None:
    """Read the recovery points of a machine."""
    points = await azure.points(exchange.path.rpartition("/")[0])
    told = [one["id"] for one in exchange.body["value"]]
    assert {point.id for point in points} <= set(told)
    assert len(points) == len(told) or exchange.body.get("nextLink")
    are_our_dates(*points)


async def reads_plans(azure: Azure, exchange: Exchange) -> None:
    """Read the plans of a vault."""
    plans = await azure.plans(vault_of(exchange.path))
    assert [plan.id for plan in plans] == [one["id"] for one in exchange.body["value"]]
    are_our_dates(*plans)


async def reads_a_plan(azure: Azure, exchange: Exchange) -> None:
    """Read one plan."""
    plan = await azure.plan(exchange.path)
    told = exchange.body["properties"]
    assert same_id(plan.id, exchange.path)
    assert plan.name == told["friendlyName"]
    assert list(plan.allowed) == told["allowedOperations"]
    groups = told["groups"]
    assert [group.kind for group in plan.groups] == [one["groupType"] for one in groups]
    items = [one["id"] for group in groups for one in group["replicationProtectedItems"]]
    assert list(plan.items) == items
    are_our_dates(plan)


async def reads_jobs(azure: Azure, exchange: Exchange) -> None:
    """Read the jobs of a vault."""
    jobs = await azure.jobs(vault_of(exchange.path))
    told = {one["id"]: one["properties"]["state"] for one in exchange.body["value"]}
    assert told.items() <= {job.id: job.state for job in jobs}.items()
    are_our_dates(*jobs)


async def reads_a_job(azure: Azure, exchange: Exchange) -> None:
    """Read one job with its steps and errors."""
    name = exchange.path.rpartition("/")[2]
    job = await azure.job(vault_of(exchange.path), name)
    told = exchange.body["properties"]
    assert job.name == exchange.body["name"]  # a plan's job may answer to another name, too
    assert (job.state, job.scenario) == (told["state"], told["scenarioName"])
    assert [(one.name, one.depth) for one in job.steps] == list(tasks(told["tasks"]))
    assert all(one.state for one in job.steps)
    assert len(job.errors) == len(told["errors"])
    assert all(one.code and one.message for one in job.errors)
    assert list(job.actions) == (told["allowedActions"] or [])
    assert job.running is (not told.get("endTime") and told["state"] != "Failed")
    are_our_dates(job)


async def reads_mappings(azure: Azure, exchange: Exchange) -> None:
    """Read the mappings of a container."""
    mappings = await azure.mappings(exchange.path.rpartition("/")[0])
    assert len(mappings) == len(exchange.body["value"])
    assert all(one.source and one.target and one.policy for one in mappings)


async def reads_disks(azure: Azure, exchange: Exchange) -> None:
    """Read the disks of a virtual machine."""
    disks = await azure.vm_disks(exchange.path)
    told = exchange.body["properties"]["storageProfile"]
    expected = [told["osDisk"], *told["dataDisks"]]
    assert [disk.id for disk in disks] == [one["managedDisk"]["id"] for one in expected]
    assert all(disk.name for disk in disks)


def is_true_to(machine: Machine, body: Any) -> None:
    """What was read of a machine says what the answer says, in its own words."""
    told = body["properties"]
    assert same_id(machine.id, body["id"])
    assert machine.name == (told["friendlyName"] or body["name"])
    assert same_id(machine.vault, vault_of(machine.id))
    assert machine.provider == told["providerSpecificDetails"]["instanceType"]
    assert machine.state == told["protectionState"]
    assert machine.state_words == (told["protectionStateDescription"] or machine.state)
    assert list(machine.allowed) == (told["allowedOperations"] or [])
    assert len(machine.findings) == len(told.get("healthErrors") or [])
    assert all(finding.message for finding in machine.findings)
    assert bool(machine.job) is (told["currentScenario"]["scenarioName"] != "None")
    assert machine.here
    assert machine.there
    assert machine == Machine.model_validate(dict(machine)), "made of what was not validated"
    are_our_dates(machine)


def are_our_dates(*values: Data) -> None:
    """Every date is aware, and none is of the year 1, of 1753 or of 9999."""
    for date in dates(values):
        assert date.tzinfo is not None
        assert 1753 < date.year < 9999


def dates(value: object) -> Iterator[datetime]:
    """Go through all dates in a value, however deep."""
    if isinstance(value, datetime):
        yield value
    elif isinstance(value, Data):
        for _, inner in value:
            yield from dates(inner)
    elif isinstance(value, tuple):
        for inner in value:
            yield from dates(inner)


def tasks(told: Any, depth: int = 0) -> Iterator[tuple[str, int]]:
    """Go through all tasks of a job, however deep, as names and depths."""
    for task in told or ():
        yield task["friendlyName"] or task["name"], depth
        yield from tasks((task.get("groupTaskCustomDetails") or {}).get("childTasks"), depth + 1)


def lists_of_items(recording: Recording) -> list[Exchange]:
    """Return the answers that list items."""
    return [
        one
        for one in recording.exchanges
        if one.method == "GET"
        and one.status == 200
        and one.path.casefold().endswith("/replicationprotecteditems")
    ]

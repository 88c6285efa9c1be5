"""Disabling replication, as the portal and the real SDK do it: a job, and then no item."""

from collections.abc import AsyncIterator

import pytest

from sandbox.clock import Clock
from sandbox.vault import Vault
from tests.sandbox.vault_client import Visitor, visit

MACHINE = "vm-web02"
BODY = {
    "properties": {
        "disableProtectionReason": "NotSpecified",
        "replicationProviderInput": {"instanceType": "A2A"},
    }
}


@pytest.fixture
async def visitor() -> AsyncIterator[Visitor]:
    async with visit(Vault(Clock.by_hand())) as visitor:
        yield visitor


async def test_a_machine_is_gone_when_the_job_has_ended(visitor: Visitor) -> None:
    """204 seconds, three steps, and the item is not to be found any more."""
    items = visitor.sdk.replication_protected_items
    path = visitor.vault.machine(MACHINE).item_id
    job_id = await visitor.start(items.begin_delete, *visitor.place(MACHINE), BODY)
    job = await visitor.job(job_id)
    assert (job["scenarioName"], job["targetObjectName"]) == ("DisableDr", MACHINE)
    assert len(job["tasks"]) == 3
    visitor.vault.clock.advance(203)
    assert (await visitor.ask("GET", path)).status == 200
    assert (await visitor.operate(MACHINE, "remove", BODY)).status == 409
    visitor.vault.clock.advance(2)
    assert (await visitor.job(job_id))["state"] == "Succeeded"
    assert (await visitor.ask("GET", path)).status == 404
    assert (await visitor.ask("POST", f"{path}/remove", BODY)).status == 404


async def test_no_properties_are_enough(visitor: Visitor) -> None:
    """The Azure CLI sends none and is accepted."""
    assert (await visitor.operate(MACHINE, "remove", {"properties": {}})).status == 202


async def test_a_forgotten_job_is_on_no_list(visitor: Visitor) -> None:
    """What its events say stays."""
    vault = visitor.vault
    vault.fail_next_job(MACHINE, "DisableDr")
    job = vault.disable(MACHINE)
    vault.clock.advance(300)
    vault.forget_job(job.job_id)
    jobs = await visitor.send("replicationJobs")
    assert job.job_id not in {one["name"] for one in jobs["value"]}
    assert (await visitor.ask("GET", f"replicationJobs/{job.job_id}")).status == 404
    events = (await visitor.send("replicationEvents"))["value"]
    details = [one["properties"]["eventSpecificDetails"] or {} for one in events]
    told = [one for one in details if one.get("jobId", "").endswith(job.job_id)]
    assert [(one["jobFriendlyName"], one["jobStatus"]) for one in told] == [("DisableDr", "Failed")]

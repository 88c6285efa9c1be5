"""Two vaults behind one address: each in its own subscription, with its own machines and jobs."""

from collections.abc import AsyncIterator

import pytest

from sandbox.clock import Clock
from sandbox.vault import Vault
from sandbox.vault.limits import Limits
from tests.sandbox.vault_client import FORWARD, Json, Visitor, visit

BODY: Json = {"properties": FORWARD | {"providerSpecificDetails": {"instanceType": "A2A"}}}


@pytest.fixture
async def visitor() -> AsyncIterator[Visitor]:
    async with visit(Vault(Clock.by_hand())) as visitor:
        yield visitor


async def test_both_vaults_answer_at_one_address(visitor: Visitor) -> None:
    """Each lists its own machines, one name is in both, and all its ids are its own."""
    vault, second = visitor.vault, visitor.vault.second
    assert vault.resource_ids == (vault.resource_id, second.resource_id)
    assert vault.subscription_id != second.subscription_id
    there = (second.resource_group, second.name)
    items = visitor.second.replication_protected_items.list(*there, enforce_https=False)
    found = {item.properties.friendly_name: item async for item in items}
    assert sorted(found) == ["vm-depot01", "vm-scan01", "vm-web02"]
    twin = found["vm-web02"]
    assert twin.id != vault.machine("vm-web02").item_id
    assert twin.id[2:].startswith(second.resource_id[2:])
    details = twin.properties.provider_specific_details
    assert (details.primary_fabric_location, details.recovery_fabric_location) == (
        "uksouth",
        "ukwest",
    )
    assert second.subscription_id in details.fabric_object_id
    plans = visitor.second.replication_recovery_plans.list(*there, enforce_https=False)
    assert [plan async for plan in plans] == []


async def test_what_happens_in_one_vault_does_not_happen_in_the_other(visitor: Visitor) -> None:
    """A failover of the twin leaves its namesake alone, and its job is the second vault's."""
    vault, second = visitor.vault, visitor.vault.second
    twin = second.machine("vm-web02")
    reply = await visitor.ask("POST", f"{twin.item_id}/unplannedFailover", BODY)
    assert reply.status == 202
    job_id = reply.request_ids[0]
    assert second.name in job_id
    assert second.resource_group in reply.headers["Azure-AsyncOperation"]
    assert (await visitor.ask("GET", reply.headers["Azure-AsyncOperation"])).status == 200
    vault.clock.advance(139)
    assert (second.machine("vm-web02").region, vault.machine("vm-web02").region) == (
        "ukwest",
        "westeurope",
    )
    assert (vault.jobs, [job.state for job in second.jobs]) == ([], ["Succeeded"])
    job = await visitor.ask("GET", job_id)
    assert job.body["id"] == job_id
    elsewhere = job_id.replace(f"/{second.name}/", f"/{vault.name}/")
    assert (await visitor.ask("GET", elsewhere)).status == 404


async def test_the_addresses_of_two_subscriptions_are_kept_apart(visitor: Visitor) -> None:
    """A vault, a machine and a network are only found in their own subscription."""
    vault, second = visitor.vault, visitor.vault.second
    path = f"/subscriptions/{vault.subscription_id}/resourceGroups/{second.resource_group}"
    lost = await visitor.ask(
        "GET",
        f"{path}/providers/Microsoft.RecoveryServices/vaults/{second.name}/replicationFabrics",
    )
    assert (lost.status, lost.body["error"]["code"]) == (404, "ResourceGroupNotFound")
    nowhere = await visitor.ask(
        "GET", f"{second.resource_id}/replicationFabrics".replace("c4d9", "0000")
    )
    assert nowhere.body["error"]["code"] == "SubscriptionNotFound"
    source = second.machine("vm-web02")
    vm_id = source.vm_id(source.home)
    assert (await visitor.ask("GET", vm_id)).body["location"] == "uksouth"
    moved = vm_id.replace(second.subscription_id, vault.subscription_id)
    assert (await visitor.ask("GET", moved)).status == 404


async def test_each_subscription_has_its_own_allowance() -> None:
    """Who asks much of one vault is not throttled at the other."""
    vault = Vault(Clock())
    first, second = (vault.limits(each) for each in vault.resource_ids)
    assert isinstance(first, Limits)
    while first.reads.take():
        pass
    assert second.reads.take()
    assert vault.limits("/msi/token") is first


async def test_each_vault_tells_where_it_is(visitor: Visitor) -> None:
    """As a resource of Recovery Services; the second one is in the region it protects from."""
    places = []
    for vault in visitor.vault.resource_ids:
        reply = await visitor.ask("GET", vault)
        assert reply.body["type"] == "Microsoft.RecoveryServices/vaults"
        places.append(reply.body["location"])
    assert places == ["northeurope", "uksouth"]

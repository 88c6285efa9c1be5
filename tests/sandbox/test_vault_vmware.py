"""VMware machines: modern ones go to Azure and come home, classic ones only go."""

from collections.abc import AsyncIterator

import pytest
from azure.core.exceptions import HttpResponseError

from sandbox.clock import Clock
from sandbox.vault import Vault
from tests.sandbox.vault_client import FORWARD, Json, Visitor, visit

MODERN, CLASSIC = "vm-erp01", "vm-legacy01"


@pytest.fixture
async def visitor() -> AsyncIterator[Visitor]:
    async with visit(Vault(Clock.by_hand(), estate="full")) as visitor:
        yield visitor


def body(properties: Json, **provider: str) -> Json:
    return {"properties": properties | {"providerSpecificDetails": provider}}


def failover(**more: str) -> Json:
    return body(FORWARD, instanceType="InMageRcm", performShutdown="true", **more)


async def appliance(visitor: Visitor) -> Json:
    """Read the site's fabric, which names the servers that a reprotect has to name."""
    site = visitor.vault.machine(MODERN).original.fabric
    return (await visitor.send(f"replicationFabrics/{site}"))["properties"]["customDetails"]  # type: ignore[no-any-return]  # wire


def way_home(visitor: Visitor, agent: str, **changes: str) -> Json:
    details = {
        "instanceType": "InMageRcm",
        "reprotectAgentId": agent,
        "datastoreName": "datastore-01",
        "logStorageAccountId": visitor.vault.cache_accounts["northeurope"],
    }
    return body({"failoverDirection": "RecoveryToPrimary"}, **(details | changes))


async def test_a_modern_machine_goes_to_azure_and_comes_home(visitor: Visitor) -> None:
    """The item keeps its id; on the way home it is another provider's and Azure is primary."""
    vault, items, place = (
        visitor.vault,
        visitor.sdk.replication_protected_items,
        visitor.place(MODERN),
    )
    item = await visitor.item(MODERN)
    assert item.provider_specific_details.instance_type == "InMageRcm"
    assert item.provider_specific_details.last_recovery_point_id
    assert item.allowed_operations == ["UnplannedFailover", "DisableProtection", "TestFailover"]

    job = await visitor.start(items.begin_unplanned_failover, *place, failover())
    vault.clock.advance(636)
    assert vault.job(job).state == "InProgress"
    vault.clock.advance(1)
    assert vault.job(job).state == "Succeeded"
    assert vault.machine(MODERN).region == "northeurope"
    item = await visitor.item(MODERN)
    assert item.allowed_operations == [
        "CompleteMigration",
        "Commit",
        "DisableProtection",
        "ChangePit",
        "SwitchProtection",
    ]

    agent = (await appliance(visitor))["reprotectAgents"][0]["id"]
    job = await visitor.start(items.begin_reprotect, *place, way_home(visitor, agent))
    vault.clock.advance(721)
    assert vault.job(job).state == "Succeeded"
    item = await visitor.item(MODERN)
    assert (item.provider_specific_details.instance_type, item.active_location) == (
        "InMageRcmFailback",
        "Primary",
    )
    assert item.protection_state == "InitialReplicationInProgress"
    assert item.allowed_operations == ["DisableProtection"]
    assert vault.machine(MODERN).region == "northeurope"
    vault.clock.advance(480)
    assert (await visitor.item(MODERN)).allowed_operations == [
        "PlannedFailover",
        "DisableProtection",
    ]

    home = body({}, instanceType="InMageRcmFailback", recoveryPointType="CrashConsistent")
    assert await visitor.done(items.begin_planned_failover, *place, home) == "Succeeded"
    assert vault.machine(MODERN).region == "vmware-rotterdam"
    assert await visitor.done(items.begin_failover_commit, *place) == "Succeeded"

    server = (await appliance(visitor))["processServers"][0]["id"]
    policy = f"{vault.resource_id}/replicationPolicies/vmware-policy"
    back = body({}, instanceType="InMageRcmFailback", processServerId=server, policyId=policy)
    assert await visitor.done(items.begin_reprotect, *place, back) == "Succeeded"
    item = await visitor.item(MODERN)
    assert item.provider_specific_details.instance_type == "InMageRcm"
    assert (item.protection_state, vault.machine(MODERN).region) == (
        "Protected",
        "vmware-rotterdam",
    )
    assert visitor.place(MODERN) == place


@pytest.mark.parametrize(
    "wire",
    [
        body(FORWARD, instanceType="InMageRcm"),
        {
            "properties": FORWARD
            | {"providerSpecificDetails": {"instanceType": "InMageRcm", "performShutdown": True}}
        },
        body(FORWARD, instanceType="InMageRcm", performShutdown="yes"),
        body(FORWARD, instanceType="A2A", performShutdown="true"),
        failover(colour="red"),
    ],
)
async def test_the_shutdown_is_asked_for_in_a_word(visitor: Visitor, wire: Json) -> None:
    """`performShutdown` is required, and is a string."""
    assert (await visitor.operate(MODERN, "unplannedFailover", wire)).status == 400
    assert (await visitor.operate(MODERN, "unplannedFailover", failover())).status == 202


async def test_a_reprotect_names_what_the_site_has(visitor: Visitor) -> None:
    """The agent, the datastore and the direction must be right; nothing of it moves the item."""
    items, place = visitor.sdk.replication_protected_items, visitor.place(MODERN)
    assert await visitor.done(items.begin_unplanned_failover, *place, failover()) == "Succeeded"
    agent = (await appliance(visitor))["reprotectAgents"][0]["id"]
    forwards = way_home(visitor, agent)
    forwards["properties"]["failoverDirection"] = "PrimaryToRecovery"
    wrong = [
        way_home(visitor, "somebody"),
        way_home(visitor, agent, datastoreName="datastore-99"),
        way_home(visitor, agent, policyId=f"{visitor.vault.resource_id}/replicationPolicies/none"),
        way_home(visitor, agent, vmName="x"),
        forwards,
    ]
    for wire in wrong:
        assert (await visitor.operate(MODERN, "reProtect", wire)).status == 400, wire
    assert (await visitor.operate(MODERN, "reProtect", way_home(visitor, agent))).status == 202


async def test_the_point_is_named_twice_when_it_is_changed(visitor: Visitor) -> None:
    """The modern kind repeats the point in its own part, and both must be the same."""
    items, place = visitor.sdk.replication_protected_items, visitor.place(MODERN)
    assert await visitor.done(items.begin_unplanned_failover, *place, failover()) == "Succeeded"
    points = [
        point.id
        async for point in visitor.sdk.recovery_points.list_by_replication_protected_items(
            *place, enforce_https=False
        )
    ]
    once = body({"recoveryPointId": points[0]}, instanceType="InMageRcm")
    other = body(
        {"recoveryPointId": points[0]}, instanceType="InMageRcm", recoveryPointId=points[1]
    )
    twice = body(
        {"recoveryPointId": points[0]}, instanceType="InMageRcm", recoveryPointId=points[0]
    )
    assert (await visitor.operate(MODERN, "applyRecoveryPoint", once)).status == 400
    assert (await visitor.operate(MODERN, "applyRecoveryPoint", other)).status == 400
    assert await visitor.done(items.begin_apply_recovery_point, *place, twice) == "Succeeded"
    chosen = (await visitor.item(MODERN)).failover_recovery_point_id
    assert chosen.rsplit("/", 1)[-1] == points[0].rsplit("/", 1)[-1]


async def test_a_failed_failover_shows_on_the_machine_and_may_be_tried_again(
    visitor: Visitor,
) -> None:
    """A modern machine is left in a state of its own, at home, with everything allowed."""
    vault, items = visitor.vault, visitor.sdk.replication_protected_items
    place = visitor.place(MODERN)
    vault.fail_next_job(MODERN, "UnplannedFailover")
    assert await visitor.done(items.begin_unplanned_failover, *place, failover()) == "Failed"
    item = await visitor.item(MODERN)
    assert (item.protection_state, item.active_location) == ("UnplannedFailoverFailed", "Primary")
    assert "UnplannedFailover" in item.allowed_operations
    assert await visitor.done(items.begin_unplanned_failover, *place, failover()) == "Succeeded"


async def test_a_classic_machine_fails_over_and_stays(visitor: Visitor) -> None:
    """Test, cleanup, failover and commit work; a planned failover is refused."""
    vault, items = visitor.vault, visitor.sdk.replication_protected_items
    place = visitor.place(CLASSIC)
    planned = body({"failoverDirection": "PrimaryToRecovery"}, instanceType="InMageAzureV2")
    with pytest.raises(HttpResponseError, match="can't do 'plannedFailover'"):
        await visitor.start(items.begin_planned_failover, *place, planned)
    test = body(
        {
            "failoverDirection": "PrimaryToRecovery",
            "networkType": "VmNetworkAsInput",
            "networkId": vault.networks["northeurope"],
        },
        instanceType="InMageAzureV2",
    )
    assert await visitor.done(items.begin_test_failover, *place, test) == "Succeeded"
    assert (await visitor.item(CLASSIC)).allowed_operations == ["TestFailoverCleanup"]
    comments: Json = {"properties": {"comments": "seen"}}
    assert await visitor.done(items.begin_test_failover_cleanup, *place, comments) == "Succeeded"
    assert (
        await visitor.done(
            items.begin_unplanned_failover, *place, body(FORWARD, instanceType="InMageAzureV2")
        )
        == "Succeeded"
    )
    assert await visitor.done(items.begin_failover_commit, *place) == "Succeeded"
    item = await visitor.item(CLASSIC)
    assert item.provider_specific_details.instance_type == "InMageAzureV2"
    assert item.allowed_operations == ["CompleteMigration", "DisableProtection"]


@pytest.mark.parametrize("name", ["vm-web01", "hv-sql01", CLASSIC, MODERN])
async def test_a_test_needs_the_right_network(visitor: Visitor, name: str) -> None:
    """A network goes with one network type only, exists, and is in the target region."""
    networks = visitor.vault.networks
    provider = visitor.vault.machine(name).provider
    right = {"networkType": "VmNetworkAsInput", "networkId": networks["northeurope"]}
    wrong: list[dict[str, str]] = [
        {"networkType": "VmNetworkAsInput"},
        {"networkType": "NoNetworkAttachAsInput", "networkId": networks["northeurope"]},
        {"networkType": "AnyNetwork"},
        right | {"networkId": f"{networks['northeurope']}-gone"},
        right | {"networkId": networks["westeurope"]},
    ]
    way: Json = {"failoverDirection": "PrimaryToRecovery"}
    for each in wrong:
        wire = body(way | each, instanceType=provider)
        assert (await visitor.operate(name, "testFailover", wire)).status == 400, each
    alone = {"networkType": "NoNetworkAttachAsInput"}
    wire = body(way | alone, instanceType=provider)
    assert (await visitor.operate(name, "testFailover", wire)).status == 202

"""What the vault refuses: strangers, wrong addresses, wrong bodies, wrong moments, wrong roles."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from azure.core.exceptions import HttpResponseError, ResourceExistsError

from sandbox.clock import Clock
from sandbox.vault import Vault
from tests.sandbox.vault_client import API_VERSION, FORWARD, Json, Visitor, visit


@pytest.fixture
async def visitor() -> AsyncIterator[Visitor]:
    async with visit(Vault(Clock.by_hand())) as visitor:
        yield visitor


def body(properties: Json | None = None, **provider: Any) -> Json:
    details = {"instanceType": "A2A"} | provider
    return {"properties": FORWARD | (properties or {}) | {"providerSpecificDetails": details}}


def without(wire: Json, name: str) -> Json:
    return {"properties": {key: each for key, each in wire["properties"].items() if key != name}}


OTHER_POINT = (
    f"{Vault.resource_id}/replicationFabrics/f/replicationProtectionContainers/c"
    "/replicationProtectedItems/i/recoveryPoints/0a0b"
)


@pytest.mark.parametrize(
    "wire",
    [
        None,
        {},
        [],
        {"properties": {}},
        body() | {"more": 1},
        body({"colour": "red"}),
        body(colour="red"),
        body(performShutdown=True),
        body({"failoverDirection": "RecoveryToPrimary"}),
        body({"sourceSiteOperations": "Perhaps"}),
        body(instanceType="HyperVReplicaAzure"),
        body(instanceType="Sesame"),
        body(instanceType=None),
        body(recoveryPointId=""),
        body(recoveryPointId=7),
        body(recoveryPointId=OTHER_POINT),
        without(body(), "failoverDirection"),
        without(body(), "sourceSiteOperations"),
        without(body(), "providerSpecificDetails"),
    ],
)
async def test_a_body_that_is_not_exactly_right_is_refused(visitor: Visitor, wire: object) -> None:
    """400 in Site Recovery's envelope, and no job."""
    refused = await visitor.operate("vm-web01", "unplannedFailover", wire)
    assert refused.status == 400
    assert refused.body["error"]["code"] == "BadRequest"
    detail = refused.body["error"]["details"][0]
    assert {"code", "message", "possibleCauses", "recommendedAction", "activityId"} <= set(detail)
    assert visitor.vault.jobs == []


async def test_a_recovery_point_of_another_machine_is_refused(visitor: Visitor) -> None:
    """A point must be one of the very item that fails over."""
    other = visitor.vault.machine("vm-web02").item_id
    points = (await visitor.ask("GET", f"{other}/recoveryPoints")).body["value"]
    wire = body(recoveryPointId=points[-1]["id"])
    assert (await visitor.operate("vm-web01", "unplannedFailover", wire)).status == 400
    assert (await visitor.operate("vm-web02", "unplannedFailover", wire)).status == 202


async def test_what_is_not_allowed_now_is_refused(visitor: Visitor) -> None:
    """Commit before failover, failover before protection, planned failover of an Azure machine."""
    commit = await visitor.operate("vm-web01", "failoverCommit")
    assert commit.status == 400
    assert commit.body["error"]["details"][0]["code"] == "OperationNotAllowed"
    assert (await visitor.operate("vm-cache01", "unplannedFailover", body())).status == 400
    assert (await visitor.operate("vm-web01", "failoverCommit", {"properties": {}})).status == 400
    planned = {
        "properties": {
            "failoverDirection": "PrimaryToRecovery",
            "providerSpecificDetails": {"instanceType": "A2A"},
        }
    }
    assert (await visitor.operate("vm-web01", "plannedFailover", planned)).status == 400


async def test_two_operations_at_once_are_a_conflict(visitor: Visitor) -> None:
    """409, which the SDK raises as ResourceExistsError."""
    assert (await visitor.operate("vm-web01", "unplannedFailover", body())).status == 202
    items = visitor.sdk.replication_protected_items
    with pytest.raises(ResourceExistsError):
        await items.begin_unplanned_failover(
            *visitor.place("vm-web01"), body(), enforce_https=False, retry_total=0
        )


async def test_a_reprotect_must_name_the_right_things(visitor: Visitor) -> None:
    """The container, the disks of the running machine and a cache account where it runs."""
    vault = visitor.vault
    machine = vault.machine("vm-crm01")
    group = f"/subscriptions/{vault.subscription_id}/resourceGroups/rg-office"
    disk = {
        "primaryStagingAzureStorageAccountId": vault.cache_accounts["northeurope"],
        "recoveryResourceGroupId": group,
    }
    disks = [disk | {"diskId": machine.disk_id(each, machine.recovery)} for each in machine.disks]
    right = {
        "instanceType": "A2A",
        "recoveryContainerId": machine.home.container_id,
        "policyId": f"{vault.resource_id}/replicationPolicies/24-hour-retention-policy",
        "recoveryResourceGroupId": group,
        "vmManagedDisks": disks,
    }
    wrong: list[Json] = [
        {"recoveryContainerId": machine.recovery.container_id},
        {"policyId": f"{vault.resource_id}/replicationPolicies/none"},
        {"recoveryResourceGroupId": f"{group}-asr"},
        {"vmDisks": [{"diskUri": "x"}]},
        {"vmManagedDisks": disks[:1]},
        {"vmManagedDisks": [disk | {"diskId": machine.disk_id(machine.disks[0], machine.home)}]},
        {
            "vmManagedDisks": [
                each | {"primaryStagingAzureStorageAccountId": vault.cache_accounts["westeurope"]}
                for each in disks
            ]
        },
    ]
    path = f"{machine.home.container_id}/switchprotection"
    for change in wrong:
        wire = {
            "properties": {
                "replicationProtectedItemName": machine.item_name,
                "providerSpecificDetails": right | change,
            }
        }
        assert (await visitor.ask("POST", path, wire)).status == 400, change
    wire["properties"]["providerSpecificDetails"] = right
    assert (await visitor.ask("POST", path, wire)).status == 202


async def test_nobody_gets_in_without_a_token(visitor: Visitor) -> None:
    """No token, a made-up one, and the wrong secret at the identity endpoint."""
    url = f"{visitor.address}{visitor.vault.resource_id}/replicationFabrics?api-version=2025-08-01"
    for headers in ({}, {"Authorization": "Bearer guess"}):
        async with visitor.session.get(url, headers=headers) as response:
            assert response.status == 401
            assert response.headers["WWW-Authenticate"].startswith("Bearer ")
            error = (await response.json())["error"]
            assert error["code"] == "InvalidAuthenticationToken"
    token = f"{visitor.address}/msi/token?api-version=2019-08-01"
    query = "&resource=https://management.azure.com/"
    wrong = {"X-IDENTITY-HEADER": "guess"}
    async with visitor.session.get(token + query, headers=wrong) as response:
        assert response.status == 401
    right = {"X-IDENTITY-HEADER": visitor.vault.identity_header}
    async with visitor.session.get(token + query, headers=right) as response:
        assert (await response.json())["expires_on"].isdigit()
    async with visitor.session.get(
        token + "&resource=https://graph.microsoft.com", headers=right
    ) as response:
        assert response.status == 400


async def test_wrong_addresses_are_told_apart(visitor: Visitor) -> None:
    """ARM's own errors for what is outside Site Recovery, Site Recovery's for what is inside."""
    vault = visitor.vault.resource_id
    path = "replicationFabrics"

    async def code(url: str) -> tuple[int, str]:
        reply = await visitor.ask("GET", url)
        return reply.status, str(reply.body["error"]["code"])

    assert await code(f"{vault.replace('vault-dr', 'nope')}/{path}") == (404, "ResourceNotFound")
    assert await code(f"{vault.replace('rg-dr', 'nope')}/{path}") == (404, "ResourceGroupNotFound")
    unused = await visitor.ask("GET", f"{vault.replace('vault-dr', 'vault-unused')}/{path}")
    assert unused.status == 400
    assert unused.body["error"]["details"][0]["code"] == "SubscriptionIdNotRegisteredWithSrs"
    missing = await visitor.ask("GET", f"{path}/nope")
    assert missing.body["error"]["details"][0]["code"] == "FabricArmEntityMissing"
    assert await code(f"{vault}/{path}?api-version=") == (400, "MissingApiVersionParameter")


async def test_an_accepted_operation_is_answered_with_headers_only(visitor: Visitor) -> None:
    """202, nothing in it, the job's id in three headers, and poll addresses that must come back."""
    reply = await visitor.operate("vm-web01", "unplannedFailover", body())
    assert (reply.status, reply.body) == (202, {})
    assert reply.headers["Retry-After"] == "0"
    assert len(reply.request_ids) == 2
    assert reply.request_ids[0] == reply.request_ids[1]
    job_id = visitor.vault.jobs[0].job_id
    assert reply.request_ids[0].endswith(f"/replicationJobs/{job_id}")
    assert int(reply.headers["x-ms-ratelimit-remaining-subscription-writes"]) < 200
    for name in ("Azure-AsyncOperation", "Location"):
        address = reply.headers[name]
        assert "/Subscriptions/" in address
        assert f"/{job_id}?" in address
        assert (await visitor.ask("GET", address)).status in (200, 202)
        bare = f"{address.split('?')[0]}?api-version={API_VERSION}"
        assert (await visitor.ask("GET", bare)).status == 403


async def test_an_operator_may_act_but_not_look_at_everything(visitor: Visitor) -> None:
    """With the operator's role the vault-wide lists, the polls and machines answer 403."""
    vault = visitor.vault
    vault.role = "operator"
    reply = await visitor.operate("vm-web01", "unplannedFailover", body())
    assert reply.status == 202
    machine = vault.machine("vm-web01")
    for path in (
        "replicationProtectedItems",
        "replicationProtectionContainers",
        "replicationProtectionContainerMappings",
        "replicationVaultHealth",
        reply.headers["Azure-AsyncOperation"],
        reply.headers["Location"],
        machine.vm_id(machine.home),
    ):
        refused = await visitor.ask("GET", path)
        assert (refused.status, refused.body["error"]["code"]) == (403, "AuthorizationFailed")
    for path in (
        "replicationFabrics",
        machine.home.container_id,
        machine.item_id,
        f"{machine.home.container_id}/replicationProtectedItems",
        "replicationJobs",
    ):
        assert (await visitor.ask("GET", path)).status == 200
    items = visitor.sdk.replication_protected_items.list(*visitor.there, enforce_https=False)
    with pytest.raises(HttpResponseError, match="AuthorizationFailed"):
        [item async for item in items]

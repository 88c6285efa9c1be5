"""What would be sent to Azure, to the letter, and what is refused before anything could be."""

from typing import Any

import pytest

from bot.domain.catalogue import Ground
from bot.domain.machines import Machine
from bot.domain.offers import is_offered, offered, why_not
from bot.domain.operations import CATALOGUE
from bot.errors import Missing, Misunderstood, NotNow
from tests.bot.samples import (
    CACHE,
    GROUNDS,
    ITEM,
    NETWORK,
    POINT_NAME,
    POLICY,
    WEST,
    failed_over,
    hyper_v,
    machine,
    point,
    request,
    turned_round,
    way_back,
)

HYPER_V = hyper_v()
GROUP = "/subscriptions/5ab1/resourcegroups/rg-shop"
DISKS = f"{GROUP}-asr/providers/microsoft.compute/disks"


def unplanned(details: dict[str, str], shutdown: str = "NotRequired") -> dict[str, Any]:
    """Write the body of an unplanned failover as recorded clients send it."""
    return {
        "properties": {
            "failoverDirection": "PrimaryToRecovery",
            "sourceSiteOperations": shutdown,
            "providerSpecificDetails": details,
        }
    }


def test_a_failover_to_the_latest_point_names_no_point() -> None:
    """Azure then sends what is pending first."""
    call = request("failover").sends
    assert (call.action, call.resource) == ("unplannedFailover", ITEM)
    assert call.body == unplanned({"instanceType": "A2A"})


def test_a_failover_to_a_point_names_its_whole_id() -> None:
    """And asks for the shutdown of the source when told to."""
    call = request(
        ground=Ground(target=machine(), point=point()),
        arguments={"point": "app", "shutdown": "yes"},
    ).sends
    details = {
        "instanceType": "A2A",
        "recoveryPointId": f"{ITEM}/recoveryPoints/{POINT_NAME}",
    }
    assert call.body == unplanned(details, "Required")


def test_a_failback_is_a_failover_in_the_same_direction() -> None:
    """Never RecoveryToPrimary for Azure to Azure: the item itself has been turned round."""
    call = request("failback").sends
    assert (call.action, call.resource) == ("unplannedFailover", turned_round().id)
    assert call.body == unplanned({"instanceType": "A2A"})


def test_a_hyper_v_machine_fails_over_with_its_own_kind() -> None:
    """The same call, another instanceType."""
    call = request(ground=Ground(target=HYPER_V)).sends
    assert call.body == unplanned({"instanceType": "HyperVReplicaAzure"})


@pytest.mark.parametrize(
    ("operation", "ground", "said", "action", "properties"),
    [
        (
            "planned-failover",
            GROUNDS["planned-failover"],
            {},
            "plannedFailover",
            {
                "failoverDirection": "PrimaryToRecovery",
                "providerSpecificDetails": {"instanceType": "HyperVReplicaAzure"},
            },
        ),
        (
            "failback",
            Ground(target=hyper_v(active="Recovery", allowed=("Failback",))),
            {},
            "plannedFailover",
            {
                "failoverDirection": "RecoveryToPrimary",
                "providerSpecificDetails": {
                    "instanceType": "HyperVReplicaAzureFailback",
                    "dataSyncOption": "ForSynchronization",
                    "recoveryVmCreationOption": "NoAction",
                },
            },
        ),
        (
            "failback",
            Ground(target=machine(provider="InMageRcmFailback", allowed=("PlannedFailover",))),
            {},
            "plannedFailover",
            {
                "providerSpecificDetails": {
                    "instanceType": "InMageRcmFailback",
                    "recoveryPointType": "CrashConsistent",
                }
            },
        ),
        (
            "failback",
            Ground(target=machine(provider="InMageRcmFailback", allowed=("PlannedFailover",))),
            {"point": "app"},
            "plannedFailover",
            {
                "providerSpecificDetails": {
                    "instanceType": "InMageRcmFailback",
                    "recoveryPointType": "ApplicationConsistent",
                }
            },
        ),
        (
            "failback",
            Ground(target=hyper_v(active="Recovery", allowed=("Failback",))),
            {"sync": "before"},
            "plannedFailover",
            {
                "failoverDirection": "RecoveryToPrimary",
                "providerSpecificDetails": {
                    "instanceType": "HyperVReplicaAzureFailback",
                    "dataSyncOption": "ForDownTime",
                    "recoveryVmCreationOption": "NoAction",
                },
            },
        ),
        (
            "failback",
            Ground(target=machine(provider="InMage")),
            {"point": "app", "shutdown": "yes"},
            "unplannedFailover",
            {
                "failoverDirection": "RecoveryToPrimary",
                "sourceSiteOperations": "Required",
                "providerSpecificDetails": {
                    "instanceType": "InMage",
                    "recoveryPointType": "LatestTag",
                },
            },
        ),
        (
            "failback",
            Ground(target=machine(provider="InMage")),
            {},
            "unplannedFailover",
            {
                "failoverDirection": "RecoveryToPrimary",
                "sourceSiteOperations": "NotRequired",
                "providerSpecificDetails": {
                    "instanceType": "InMage",
                    "recoveryPointType": "LatestTime",
                },
            },
        ),
        (
            "failover",
            Ground(target=machine(provider="InMageRcm")),
            {"shutdown": "yes"},
            "unplannedFailover",
            {
                "failoverDirection": "PrimaryToRecovery",
                "sourceSiteOperations": "NotRequired",
                "providerSpecificDetails": {"instanceType": "InMageRcm", "performShutdown": "true"},
            },
        ),
        (
            "test-failover",
            GROUNDS["test-failover"],
            {},
            "testFailover",
            {
                "failoverDirection": "PrimaryToRecovery",
                "networkType": "VmNetworkAsInput",
                "networkId": NETWORK,
                "providerSpecificDetails": {"instanceType": "A2A"},
            },
        ),
        (
            "cleanup",
            GROUNDS["cleanup"],
            {},
            "testFailoverCleanup",
            {"comments": "Cleaned up through the DR bot."},
        ),
        (
            "change-point",
            GROUNDS["change-point"],
            {"point": POINT_NAME},
            "applyRecoveryPoint",
            {
                "recoveryPointId": point().id,
                "providerSpecificDetails": {"instanceType": "A2A"},
            },
        ),
    ],
)
def test_every_kind_of_machine_gets_its_own_body(
    operation: str, ground: Ground, said: dict[str, str], action: str, properties: dict[str, Any]
) -> None:
    """As recorded clients send it, to the letter."""
    call = request(operation, ground=ground, arguments=said).sends
    assert (call.action, call.resource) == (action, ground.machine.id)
    assert call.body == {"properties": properties}


@pytest.mark.parametrize(
    ("provider", "said", "words"),
    [
        ("A2A", {"sync": "before"}, "has no --sync before: only a Hyper-V machine"),
        ("InMageRcmFailback", {"sync": "downtime"}, "has no --sync downtime"),
        ("InMageRcmFailback", {"shutdown": "yes"}, "shut down in any case"),
        ("InMageRcmFailback", {"point": "before:13:55"}, "say --point latest or --point app"),
        ("InMage", {"point": POINT_NAME}, "say --point latest or --point app"),
        ("HyperVReplicaAzure", {"point": "app"}, "has no --point app: everything is sent"),
        ("HyperVReplicaAzure", {"shutdown": "yes"}, "shut down in any case"),
    ],
)
def test_a_choice_that_would_not_be_sent_is_refused(
    provider: str, said: dict[str, str], words: str
) -> None:
    """Nobody approves what Azure would not be told."""
    with pytest.raises(NotNow, match=words):
        CATALOGUE["failback"].call(Ground(target=machine(provider=provider)), said)


@pytest.mark.parametrize(
    ("operation", "ground", "what"),
    [
        ("test-failover", Ground(target=machine()), "network"),
        ("change-point", Ground(target=failed_over()), "point"),
    ],
)
def test_what_only_a_person_can_say_is_asked_for(operation: str, ground: Ground, what: str) -> None:
    """Nothing is guessed."""
    with pytest.raises(Missing) as caught:
        CATALOGUE[operation].call(ground, {})
    assert (caught.value.what, caught.value.target) == ((what,), ground.machine.id)


@pytest.mark.parametrize(
    ("operation", "action"),
    [("cancel-failover", "failoverCancel"), ("resynchronise", "repairReplication")],
)
def test_some_operations_have_no_body(operation: str, action: str) -> None:
    """They are posted to the item itself."""
    call = request(operation).sends
    assert (call.action, call.resource, call.body) == (action, ITEM, None)


def test_a_commit_has_no_body() -> None:
    """It is posted to the item itself."""
    call = request("commit").sends
    assert (call.action, call.resource, call.body) == ("failoverCommit", ITEM, None)


def test_a_reprotect_switches_the_container_with_the_disks_of_the_failed_over_machine() -> None:
    """Posted to the container where the item is now, which becomes the recovery side."""
    call = request("reprotect").sends
    assert (call.action, call.resource) == ("switchprotection", WEST)
    assert call.body == {
        "properties": {
            "replicationProtectedItemName": "item-web01",
            "providerSpecificDetails": {
                "instanceType": "A2A",
                "recoveryContainerId": WEST,
                "policyId": POLICY,
                "recoveryResourceGroupId": GROUP,
                "vmManagedDisks": [
                    {
                        "diskId": f"{DISKS}/os",
                        "primaryStagingAzureStorageAccountId": CACHE,
                        "recoveryResourceGroupId": GROUP,
                        "recoveryReplicaDiskAccountType": "Premium_LRS",
                        "recoveryTargetDiskAccountType": "Premium_LRS",
                    },
                    {
                        "diskId": f"{DISKS}/data",
                        "primaryStagingAzureStorageAccountId": CACHE,
                        "recoveryResourceGroupId": GROUP,
                    },
                ],
            },
        }
    }


@pytest.mark.parametrize(
    ("operation", "one", "words"),
    [
        ("failover", turned_round(), ["already runs away from home", "/dr failback vm-web01"]),
        ("failback", machine(), ["runs at home", "nothing to bring back", "/dr failover vm-web01"]),
        ("reprotect", HYPER_V, ["Reprotect is not possible", "/dr failover"]),
        ("reprotect", machine(provider="Orbit"), ["offered for A2A, HyperVReplicaAzure, InMage"]),
        ("reprotect", failed_over(), ["not committed", "/dr commit vm-web01"]),
        ("failover", machine(provider="OrbitalReplica"), ["OrbitalReplica", "offered for A2A"]),
        ("planned-failover", machine(), ["A2A", "offered for HyperVReplicaAzure"]),
    ],
)
def test_what_makes_no_sense_is_refused_with_what_does(
    operation: str, one: Machine, words: list[str]
) -> None:
    """Whatever Azure would allow."""
    reason = why_not(CATALOGUE[operation], one)
    assert reason is not None
    for each in words:
        assert each in str(reason)


def names(one: Machine) -> list[str]:
    """Return what a machine offers, by name."""
    return [operation.name for operation in offered(one)]


@pytest.mark.parametrize(
    ("one", "expected"),
    [
        (machine(), ["failover", "test-failover"]),
        (failed_over(), ["commit", "change-point"]),
        (GROUNDS["reprotect"].machine, ["reprotect"]),
        (turned_round(), ["failback", "test-failover"]),
        (turned_round(active="Recovery", allowed=("Commit",)), ["commit"]),
        (HYPER_V, ["failover", "planned-failover", "test-failover"]),
        (GROUNDS["cleanup"].machine, ["cleanup"]),
        (hyper_v(active="Recovery", allowed=("Failback",)), ["failback"]),
        (machine(provider="InMageRcmFailback", allowed=("PlannedFailover",)), ["failback"]),
        (machine(scenario="TestFailover"), []),
        (machine(allowed=()), []),
        (machine(allowed=("Teleport",)), []),
    ],
)
def test_what_a_machine_offers(one: Machine, expected: list[str]) -> None:
    """One thing at a time, all the way round."""
    assert names(one) == expected
    for operation in CATALOGUE.values():
        of_a_job = operation.about == "job"  # which the machine does not tell
        assert is_offered(operation, one) == (of_a_job or why_not(operation, one) is None)
        if operation.name in expected:
            assert why_not(operation, one) is None


def test_a_busy_machine_says_what_runs_on_it() -> None:
    """Two operations are never asked for at once."""
    reason = why_not(CATALOGUE["failover"], machine(scenario="TestFailover"))
    assert "Azure is running “Test failover” on vm-web01" in str(reason)


def test_an_operation_that_is_not_offered_says_what_is() -> None:
    """The state in Azure's words, the region, and what to type instead."""
    reason = why_not(CATALOGUE["failover"], failed_over())
    assert "“Unplanned failover finished” and runs in North Europe" in str(reason)
    assert "It offers now: /dr commit, /dr change-point." in str(reason)


def test_a_machine_that_offers_nothing_says_why() -> None:
    """A first replication is to be waited for; anything else is for the portal."""
    copying = machine(state="InitialReplicationInProgress", allowed=("DisableProtection",))
    assert "wait until it is protected" in str(why_not(CATALOGUE["failover"], copying))
    strange = machine(state="HeldByOrbit", allowed=("Teleport",))
    assert "see the portal" in str(why_not(CATALOGUE["failover"], strange))


def test_every_operation_says_what_it_destroys() -> None:
    """With the names and numbers of this machine."""
    said = {name: one.destroys(GROUNDS[name]) for name, one in CATALOGUE.items()}
    assert "started in North Europe" in said["failover"]
    assert "Deletes the 24 recovery points of vm-web01" in said["commit"]
    assert "Overwrites the disks of vm-web01 in West Europe" in said["reprotect"]
    uncounted = CATALOGUE["commit"].destroys(Ground(target=failed_over()))
    assert "Deletes the recovery points of vm-web01" in uncounted


def test_a_cache_account_is_a_storage_account_or_nothing() -> None:
    """Its id is checked before anybody is asked to approve it."""
    option = next(o for o in CATALOGUE["reprotect"].verb.options if o.name == "cache")
    assert option.argument.check(CACHE) == CACHE
    assert option.argument.check("") == ""
    for wrong in ("stcache", CACHE + "/blobServices", CACHE.replace("Storage", "Compute")):
        with pytest.raises(Misunderstood):
            option.argument.check(wrong)


def test_the_way_back_is_part_of_what_is_approved() -> None:
    """Another cache account is another call, and so another fingerprint."""
    other = way_back().model_copy(update={"disks": way_back().disks[:1]})
    changed = Ground(target=GROUNDS["reprotect"].machine, way_back=other)
    assert request("reprotect", ground=changed).fingerprint != request("reprotect").fingerprint

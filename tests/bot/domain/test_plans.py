"""What would be sent for a recovery plan, and what a plan refuses before anything could be."""

from typing import Any

import pytest

from bot.domain.catalogue import Ground
from bot.domain.drift import drift
from bot.domain.machines import CLASSIC, HYPER_V, RCM
from bot.domain.offers import by_machine, offered_on, why_not, why_not_all
from bot.domain.operations import CATALOGUE
from bot.domain.plans import Plan, PlanGroup, members
from bot.errors import Missing, NotNow
from tests.bot.samples import ITEM, NETWORK, VAULT, failed_over, hyper_v, machine, turned_round

PLAN_ID = f"{VAULT}/replicationRecoveryPlans/plan-shop"


def plan(*providers: str, **more: Any) -> Plan:
    """Make plan-shop with one group of one machine."""
    given: dict[str, Any] = {
        "id": PLAN_ID,
        "name": "plan-shop",
        "vault": VAULT,
        "providers": providers or ("A2A",),
        "primary": "West Europe",
        "recovery": "North Europe",
        "allowed": ("UnplannedFailover", "TestFailover"),
        "groups": (PlanGroup(kind="Shutdown"), PlanGroup(kind="Boot", items=(ITEM,))),
    }
    return Plan(**given | more)


def sent(operation: str, ground: Ground, **said: str) -> dict[str, Any]:
    """Build what would be sent; returns its properties."""
    entry = CATALOGUE[operation]
    defaults = {option.name.replace("-", "_"): option.default for option in entry.verb.options}
    call = entry.call(ground, defaults | said)
    assert call.resource == PLAN_ID
    return dict((call.body or {}).get("properties", {}))


@pytest.mark.parametrize(
    ("provider", "point", "details"),
    [
        ("A2A", "latest", {"recoveryPointType": "Latest"}),
        ("A2A", "processed", {"recoveryPointType": "LatestProcessed"}),
        (HYPER_V, "app", {"recoveryPointType": "LatestApplicationConsistent"}),
        (
            "A2A",
            "multivm",
            {
                "recoveryPointType": "LatestProcessed",
                "multiVmSyncPointOption": "UseMultiVmSyncRecoveryPoint",
            },
        ),
        (RCM, "multivm", {"recoveryPointType": "LatestProcessed", "useMultiVmSyncPoint": "true"}),
        (CLASSIC, "app", {"recoveryPointType": "LatestApplicationConsistent"}),
    ],
)
def test_a_plan_names_a_sort_of_point_for_each_provider(
    provider: str, point: str, details: dict[str, str]
) -> None:
    """And whether its machines are shut down first."""
    ground = Ground(target=plan(provider), machines=(machine(provider=provider),))
    assert sent("failover", ground, point=point, shutdown="yes") == {
        "failoverDirection": "PrimaryToRecovery",
        "sourceSiteOperations": "Required",
        "providerSpecificDetails": [{"instanceType": provider} | details],
    }


@pytest.mark.parametrize("point", ["before:13:55", "7c9e6679-7425-40de-944b-e07fc1f90ae7"])
def test_a_point_of_one_machine_is_none_of_a_plan(point: str) -> None:
    """It is refused with what there is."""
    ground = Ground(target=plan(), machines=(machine(),))
    with pytest.raises(NotNow, match="no recovery point in common"):
        sent("failover", ground, point=point)


def test_hyper_v_has_no_consistency_groups() -> None:
    """So none of its plans can be failed over to a point that they share."""
    with pytest.raises(NotNow, match="no consistency groups"):
        sent("failover", Ground(target=plan(HYPER_V), machines=(hyper_v(),)), point="multivm")


def test_a_test_of_a_plan_takes_the_network_that_all_its_machines_have() -> None:
    """Where they have several or none, somebody has to say which."""
    both = (machine(test_network=NETWORK), machine(name="vm-web02", test_network=NETWORK))
    assert sent("test-failover", Ground(target=plan(), machines=both))["networkId"] == NETWORK
    with pytest.raises(Missing):
        sent("test-failover", Ground(target=plan(), machines=(*both, machine(test_network="x"))))


def test_a_cleanup_carries_the_notes() -> None:
    """Azure keeps them with the job."""
    assert sent("cleanup", Ground(target=plan()), notes="It came up") == {"comments": "It came up"}
    assert sent("cleanup", Ground(target=plan())) == {"comments": "Cleaned up through the DR bot."}


@pytest.mark.parametrize("operation", ["commit", "cancel-failover", "reprotect"])
def test_what_has_no_body_has_none(operation: str) -> None:
    """Commit, cancel and reprotect of a plan."""
    assert CATALOGUE[operation].call(Ground(target=plan(HYPER_V)), {}).body is None


def test_azure_machines_are_brought_home_one_by_one() -> None:
    """Azure does not reprotect or fail back their plans; Hyper-V's it does."""
    assert by_machine(CATALOGUE["reprotect"], plan())
    assert by_machine(CATALOGUE["failback"], plan())
    assert by_machine(CATALOGUE["failover"], plan("A2A", "Novel"))
    assert not by_machine(CATALOGUE["reprotect"], plan(HYPER_V))
    assert by_machine(CATALOGUE["failover"], plan(providers=()))


def test_a_plan_offers_what_azure_and_all_its_machines_allow() -> None:
    """A plan that offers a failover while one of its machines does not would fail in Azure."""
    mixed = Ground(target=plan(HYPER_V), machines=(hyper_v(), hyper_v(name="b", allowed=())))
    assert why_not(CATALOGUE["failover"], mixed.target) is None  # type: ignore[arg-type]
    reason = why_not_all(CATALOGUE["failover"], mixed)
    assert reason
    assert reason.advice == "Those that can, by themselves: /dr failover vm-web01"
    assert "failover" not in [one.name for one in offered_on(mixed)]


def test_a_plan_finds_its_machines_after_they_moved() -> None:
    """An item keeps its name in the other container."""
    assert [m.name for m in members(plan(), (turned_round(), machine(id="x", item="y")))] == [
        "vm-web01"
    ]


def test_a_plan_that_changed_drifts() -> None:
    """Its groups, and each of its machines."""
    before = Ground(target=plan(), machines=(machine(),))
    regrouped = plan(groups=(PlanGroup(kind="Boot", items=(ITEM, "other")),))
    assert [
        one.words for one in drift(before, Ground(target=regrouped, machines=(machine(),)))
    ] == [
        "group 1, other: not in it → in it",
    ]
    moved = Ground(target=plan(), machines=(failed_over(),))
    assert drift(before, moved)[0].words.startswith("vm-web01: Protected, runs in West Europe → ")
    assert drift(before, before) == ()

"""People, machines and requests to begin with; a test says only what is different about its own.

The times are fixed, so that whole cards can be compared.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

from bot.domain.audit import Actor, Fact
from bot.domain.ballots import Vote
from bot.domain.break_glass import Glass, Review
from bot.domain.candidates import Candidate, Volume
from bot.domain.catalogue import Ground
from bot.domain.drift import Change
from bot.domain.jobs import RUNNING_JOB_STATES, Job, JobError, JobStep
from bot.domain.machines import Disk, Finding, Learnt, Machine, Point, WayBack
from bot.domain.operations import CATALOGUE
from bot.domain.people import Person
from bot.domain.request import Request, State, Submission, fingerprint
from bot.domain.terms import Terms
from bot.domain.votes import Standing

TEAM = "T0HOME"
KEY = b"s" * 32
"""What requests are sealed with."""
NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
NOW = int(NOON.timestamp() * 1000)
VAULT = (
    "/subscriptions/5ab1/resourceGroups/rg-dr/providers/Microsoft.RecoveryServices/vaults/vault-dr"
)
WEST = (
    f"{VAULT}/replicationFabrics/asr-a2a-default-westeurope"
    "/replicationProtectionContainers/asr-a2a-default-westeurope-container"
)
NORTH = WEST.replace("westeurope", "northeurope")
ITEM = f"{WEST}/replicationProtectedItems/item-web01"
POLICY = f"{VAULT}/replicationPolicies/24-hour-retention-policy"
SOURCE = "/subscriptions/5ab1/resourcegroups/rg-shop/providers/microsoft.compute/virtualmachines/w"
NETWORK = "/subscriptions/5ab1/resourceGroups/rg/providers/Microsoft.Network/virtualNetworks/vnet"
POINT_NAME = "7c9e6679-7425-40de-944b-e07fc1f90ae7"
CACHE = "/subscriptions/5ab1/resourceGroups/rg/providers/Microsoft.Storage/storageAccounts/stcache"


def person(name: str, **more: Any) -> Person:
    """Make a full member whose id is made of the name."""
    return Person(**{"team": TEAM, "id": f"U{name.upper()}", "name": name} | more)


ANN, BO, CARLA, DAN = person("Ann"), person("Bo"), person("Carla"), person("Dan")
ERIN = person("Erin")


def machine(**more: Any) -> Machine:
    """Make vm-web01, protected and at home in West Europe."""
    given: dict[str, Any] = {
        "id": ITEM,
        "name": "vm-web01",
        "item": "item-web01",
        "vault": VAULT,
        "provider": "A2A",
        "state": "Protected",
        "state_words": "Protected",
        "active": "Primary",
        "allowed": ("UnplannedFailover", "TestFailover"),
        "health": "Normal",
        "primary_region": "westeurope",
        "recovery_region": "northeurope",
        "home_region": "westeurope",
        "region_names": {"westeurope": "West Europe", "northeurope": "North Europe"},
        "rpo_seconds": 70,
        "rpo_at": NOON - timedelta(minutes=1),
        "source_vm": SOURCE,
        "failed_over_vm": SOURCE.replace("rg-shop", "rg-shop-asr"),
        "recovery_container": NORTH,
        "recovery_network": NETWORK,
        "policy": POLICY,
    }
    return Machine(**given | more)


def hyper_v(**more: Any) -> Machine:
    """Make vm-web01 as a Hyper-V machine, protected at its site."""
    given: dict[str, Any] = {
        "provider": "HyperVReplicaAzure",
        "primary_region": "site",
        "home_region": "site",
        "region_names": {},
        "allowed": ("UnplannedFailover", "PlannedFailover", "TestFailover"),
    }
    return machine(**given | more)


def failed_over(**more: Any) -> Machine:
    """Make vm-web01 as it is after a failover, in North Europe and not committed."""
    given: dict[str, Any] = {
        "active": "Recovery",
        "state": "UnplannedFailoverCompleted",
        "state_words": "Unplanned failover finished",
        "allowed": ("Commit", "ChangePit", "SwitchProtection"),
    }
    return machine(**given | more)


def turned_round(**more: Any) -> Machine:
    """Make vm-web01 as it is after a reprotect: away from home and replicating back."""
    given: dict[str, Any] = {
        "id": ITEM.replace("westeurope", "northeurope"),
        "primary_region": "northeurope",
        "recovery_region": "westeurope",
    }
    return machine(**given | more)


def point(**more: Any) -> Point:
    """Make a recovery point, ten minutes old at noon."""
    given: dict[str, Any] = {
        "id": f"{ITEM}/recoveryPoints/{POINT_NAME}",
        "name": POINT_NAME,
        "at": NOON - timedelta(minutes=10),
        "kind": "ApplicationConsistent",
    }
    return Point(**given | more)


def way_back() -> WayBack:
    """Make what a reprotect needs to know: two disks, a policy and a cache account."""
    disks = f"{SOURCE.replace('rg-shop', 'rg-shop-asr').partition('/virtualmachines/')[0]}/disks"
    return WayBack(
        disks=(
            Disk(id=f"{disks}/os", name="os", cache_account=CACHE, account_type="Premium_LRS"),
            Disk(id=f"{disks}/data", name="data", cache_account=CACHE),
        ),
        learnt=(
            learnt("primaryStagingAzureStorageAccountId", CACHE, "Cache storage account"),
            learnt("policyId", POLICY, "Replication policy", source="from the container mapping"),
        ),
    )


VM = (
    "/subscriptions/5ab1/resourceGroups/rg-shop/providers/Microsoft.Compute"
    "/virtualMachines/vm-new01"
)
RECOVERY_GROUP = "/subscriptions/5ab1/resourceGroups/rg-shop-asr"


def candidate(**more: Any) -> Candidate:
    """Make vm-new01, which runs in West Europe and is not protected."""
    given: dict[str, Any] = {
        "id": VM,
        "name": "vm-new01",
        "vault": VAULT,
        "provider": "A2A",
        "place": "westeurope",
        "here": "West Europe",
        "there": "North Europe",
        "container": WEST,
        "os": "Linux",
        "volumes": (
            Volume(id=f"{VM}-os", name="os", account_type="Premium_LRS", gigabytes=64, system=True),
            Volume(id=f"{VM}-data", name="data", gigabytes=256),
        ),
    }
    return Candidate(**given | more)


def hyper_v_candidate(**more: Any) -> Candidate:
    """Make hv-new01, which runs at a Hyper-V site and is not protected."""
    site = f"{VAULT}/replicationFabrics/site/replicationProtectionContainers/cloud_1"
    given: dict[str, Any] = {
        "id": f"{site}/replicationProtectableItems/vm-guid",
        "name": "hv-new01",
        "provider": "HyperVReplicaAzure",
        "place": "site",
        "here": "site",
        "there": "Microsoft Azure",
        "container": site,
        "host_vm": "vm-guid",
        "volumes": (Volume(id="vhd-guid", name="hv-new01", gigabytes=127),),
    }
    return candidate(**given | more)


def onset() -> WayBack:
    """Make what protecting vm-new01 has to name."""
    return WayBack(
        learnt=(
            learnt("policyId", POLICY, "Replication policy", "from the container mapping"),
            learnt("recoveryContainerId", NORTH, "Recovery container"),
            learnt("recoveryResourceGroupId", RECOVERY_GROUP, "Recovery resource group"),
            learnt("primaryStagingAzureStorageAccountId", CACHE, "Cache storage account"),
            learnt("recoveryAzureNetworkId", NETWORK, "Recovery network"),
        )
    )


def learnt(field: str, value: str, title: str = "", source: str = "named by the asker") -> Learnt:
    """Make one thing that a reprotect or a protection names."""
    return Learnt(field=field, title=title or field, value=value, source=source)


def terms(**more: Any) -> Terms:
    """Make the terms of the shipped policy, with user ids in place of groups."""
    given: dict[str, Any] = {
        "rule": "default",
        "policy": "0123456789ab",
        "approvals": 2,
        "may_ask": ("@dr-operators",),
        "may_approve": ("@dr-approvers",),
        "request_lifetime": 3600,
        "approval_lifetime": 1800,
    }
    return Terms(**given | more)


def broken(**more: Any) -> Terms:
    """Make the terms of a broken glass: one of those approvals, and two reviews of Dan and Erin."""
    glass = Glass(
        instead_of=terms().quorum,
        may_review=("@dr-reviewers",),
        reviewers=("S0REVIEWERS",),
        reviews=2,
        review_within=3 * 86400,
        tell=("S0APPROVERS", DAN.id),
    )
    return terms(**{"approvals": 1, "glass": glass} | more)


def reviewed(who: Person, note: str = "Nobody else could be reached", **more: Any) -> Review:
    """Make somebody's review."""
    given: dict[str, Any] = {"justified": True, "at": NOW + 7_200_000, "click": f"r-{who.id}"}
    return Review(**{"person": who, "note": note} | given | more)


GROUPS = {
    "@dr-operators": frozenset({ANN.id, CARLA.id}),
    "@dr-approvers": frozenset({ANN.id, BO.id, CARLA.id, DAN.id}),
    "@dr-reviewers": frozenset({ANN.id, BO.id, DAN.id, ERIN.id}),
}


def standing(who: Person, **more: Any) -> Standing:
    """Make what is known of somebody who presses a button."""
    given: dict[str, Any] = {"person": who, "home_teams": frozenset({TEAM}), "groups": GROUPS}
    return Standing(**given | more)


def request(
    operation: str = "failover",
    *,
    ground: Ground | None = None,
    arguments: dict[str, str] | None = None,
    **more: Any,
) -> Request:
    """Make a waiting request by Ann, asked at noon for an hour."""
    ground = ground or GROUNDS[operation]
    entry = CATALOGUE[operation]
    said = {option.name: option.default for option in entry.verb.options} | (arguments or {})
    call, under = entry.call(ground, said), more.get("terms") or terms()
    given: dict[str, Any] = {
        "id": "R-7K2M9P",
        "operation": operation,
        "target_id": ground.target.id,
        "arguments": said,
        "ground": ground,
        "call": call,
        "terms": under,
        "fingerprint": fingerprint(operation, said, ground, call, under, ANN),
        "reason": "West Europe is down",
        "asker": ANN,
        "channel": "C0INCIDENTS",
        "asked_at": NOW,
        "expires_at": NOW + 3_600_000,
    }
    return Request(**given | more)


STEPS = (
    JobStep(
        name="Prerequisite check",
        state="Succeeded",
        started=NOON,
        ended=NOON + timedelta(seconds=20),
    ),
    JobStep(name="Shut down the source", state="Skipped"),
    JobStep(name="Start failover", state="InProgress", started=NOON + timedelta(seconds=20)),
    JobStep(name="vm-web01", state="InProgress", depth=1, started=NOON + timedelta(seconds=25)),
    JobStep(name="Start the replica virtual machine", state="NotStarted"),
)


def _ended(step: JobStep, state: str, at: datetime) -> JobStep:
    """Make a step as it is once its job has ended: the last that was begun ended like the job."""
    if step.state == "NotStarted" and state == "Succeeded":
        return step.model_copy(update={"state": state, "started": at, "ended": at})
    if step.state == "InProgress":
        return step.model_copy(update={"state": state, "ended": at})
    return step


def job(state: str = "InProgress", **more: Any) -> Job:
    """Make the job of a failover that began at noon; it ends 139 s later unless it runs."""
    name = "0a3b5c7d-1111-2222-3333-444455556666"
    ended = None if state in RUNNING_JOB_STATES else NOON + timedelta(seconds=139)
    steps = STEPS if ended is None else tuple(_ended(one, state, ended) for one in STEPS)
    given: dict[str, Any] = {
        "id": f"{VAULT}/replicationJobs/{name}",
        "name": name,
        "scenario": "UnplannedFailover",
        "state": state,
        "started": NOON,
        "ended": ended,
        "steps": steps,
    }
    return Job(**given | more)


GROUNDS = {
    "failover": Ground(target=machine(), points=24),
    "commit": Ground(target=failed_over(), points=24),
    "reprotect": Ground(
        target=failed_over(state="FailoverCommitted", allowed=("SwitchProtection",)),
        way_back=way_back(),
    ),
    "failback": Ground(target=turned_round(), points=3),
    "planned-failover": Ground(target=hyper_v()),
    "test-failover": Ground(target=machine(test_network=NETWORK), points=24),
    "cleanup": Ground(
        target=machine(test_state="WaitingForCompletion", allowed=("TestFailoverCleanup",))
    ),
    "change-point": Ground(target=failed_over(), point=point(), points=24),
    "cancel-failover": Ground(target=hyper_v(active="Recovery", allowed=("CancelFailover",))),
    "resynchronise": Ground(target=machine(allowed=("RepairReplication",))),
    "protect": Ground(target=candidate(), way_back=onset()),
    "cancel-job": Ground(target=job(actions=("Cancel",), target="vm-web01")),
    "restart-job": Ground(target=job("Failed", actions=("Restart",), target="vm-web01")),
    "resume-job": Ground(target=job("Suspended", actions=("Resume",), target="vm-web01")),
}
"""For each operation, a machine that it is possible for."""

JOB_ERROR = JobError(
    code="28092",
    message="The virtual machine could not be started.",
    causes="The quota of the region is used up.",
    action="Ask for more cores, then ask again.",
)


def vote(who: Person, *, approves: bool = True, at: int = NOW + 60_000) -> Vote:
    """Make somebody's word."""
    return Vote(person=who, approves=approves, at=at, click=f"click-{who.id}")


SUBMISSION = Submission(attempt=1, client_request_id="c1", at=NOW + 90_000, claim="w1")


def in_state(state: State, operation: str = "failover", **more: Any) -> Request:
    """Make a request as it may look in a state, with everything that the state brings along."""
    votes = {"votes": (vote(BO), vote(CARLA)), "approved_at": NOW + 60_000}
    sent = votes | {"attempts": (SUBMISSION,)}
    after = {"failover": failed_over(), "commit": GROUNDS["reprotect"].machine}
    given: dict[State, dict[str, Any]] = {
        State.WAITING: {},
        State.APPROVED: votes,
        State.SUBMITTING: sent,
        State.UNKNOWN: sent | {"why": "Azure answered 503. Whether it began is not known yet."},
        State.RUNNING: sent | {"job": job()},
        State.SUCCEEDED: sent
        | {"job": job("Succeeded"), "after": Ground(target=after.get(operation, turned_round()))},
        State.FAILED: sent
        | {
            "job": job("Failed", errors=(JOB_ERROR,)),
            "why": JOB_ERROR.message,
            "advice": JOB_ERROR.action,
            "after": Ground(target=machine()),
        },
        State.CANCELLED: sent | {"job": job("Cancelled"), "why": "Azure says: Cancelled."},
        State.DENIED: {"votes": (vote(BO, approves=False),), "why": "Bo denied it."},
        State.WITHDRAWN: {"why": "Ann withdrew it."},
        State.EXPIRED: {"why": "It was not approved in time.", "advice": "Ask again."},
        State.VOID: votes
        | {
            "why": "What was approved is no longer so. Nothing was sent.",
            "changes": (
                Change(what="state", before="a", after="b"),
                Change(what="bo may no longer approve this"),
            ),
        },
    }
    extra = given[state]
    if state not in {State.WAITING, State.APPROVED, State.SUBMITTING, State.UNKNOWN, State.RUNNING}:
        extra = extra | {"closed_at": NOW + 240_000}
    return request(operation, **{"state": state} | extra | more)


FINDINGS = tuple(
    Finding(code=f"7802{n}", level="Critical" if n == 3 else "Warning", message=f"Finding {n}.")
    for n in range(5)
)


def fact(kind: str = "request.ask", subject: str = "R-7K2M9P", **more: Any) -> Fact:
    """Make a fact for the audit log."""
    given: dict[str, Any] = {
        "type": kind,
        "subject": subject,
        "actor": Actor(team=TEAM, id=ANN.id, name=ANN.name),
        "words": "Ann asked for a failover of vm-web01.",
    }
    return Fact(**given | more)

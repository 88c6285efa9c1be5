"""What is no longer as it was: found whatever it is called, and told in words that people read."""

from typing import Any

import pytest

from bot.domain.catalogue import Ground
from bot.domain.drift import Change, drift, facts, gone_point, sent_otherwise, watched, worse
from bot.domain.plans import Plan, PlanAction, PlanGroup
from tests.bot.samples import (
    GROUNDS,
    NOON,
    candidate,
    failed_over,
    job,
    machine,
    point,
    terms,
    way_back,
)

APP, DATA = machine(name="vm-app", item="a", id="x/a"), machine(name="vm-data", item="d", id="x/d")
ASK = PlanAction(name="Check the shop", kind="manual", words="Open the page.")
BOOT = PlanGroup(kind="Boot", items=("x/a", "x/d"), before=(ASK,))


def plan(*groups: PlanGroup) -> Plan:
    """Make a plan of some groups."""
    return Plan(
        id="p", name="p", vault="v", providers=("A2A",), primary="a", recovery="b", allowed=(),
        groups=groups,
    )  # fmt: skip


def of_plan(*groups: PlanGroup, machines: Any = (APP, DATA)) -> Ground:
    """Make the ground of a plan."""
    return Ground(target=plan(*groups), machines=machines)


def words(changes: tuple[Change, ...]) -> list[str]:
    """Read changes as the audit log tells them."""
    return [one.words for one in changes]


def test_drift_names_what_is_no_longer_so() -> None:
    """One for each fact, from what it was to what it is, as people call it."""
    assert drift(Ground(target=machine()), Ground(target=machine(health="Warning"))) == ()
    found = drift(Ground(target=machine(), point=point()), Ground(target=failed_over()))
    assert words(found) == [
        "state: Protected → Unplanned failover finished",
        "active side: Primary → Recovery",
        "runs in: West Europe → North Europe",
        "recovery point: app-consistent, of 2026-03-01 11:50:00 UTC → none",
    ]


def test_what_people_call_the_same_is_told_apart_by_azure_s_words() -> None:
    """Two states of one name, and two points of one moment."""
    odd = machine(state="NovelState")
    assert words(drift(Ground(target=machine()), Ground(target=odd))) == [
        "state: Protected → NovelState"
    ]
    before = Ground(target=machine(), point=point(id="one"))
    after = Ground(target=machine(), point=point(id="other"))
    assert words(drift(before, after)) == ["recovery point: one → other"]


def test_drift_tells_machines_of_one_name_apart() -> None:
    """A plan may hold two of them, and neither hides what became of the other."""
    one, other = machine(item="item-1"), machine(item="item-2", id=f"{machine().id}-2")
    before = of_plan(machines=(one, other))
    after = of_plan(machines=(one.model_copy(update={"state": "Odd"}), other))
    assert words(drift(before, after)) == [
        "vm-web01 (item-1): Protected, runs in West Europe → Odd, runs in West Europe"
    ]


def test_a_machine_cannot_stand_for_a_fact_of_its_plan() -> None:
    """Whatever it is called."""
    assert facts(of_plan(machines=(machine(name="plan"),)))["plan"] == "p"


def test_drift_does_not_mind_the_casing_of_ids() -> None:
    """Azure returns the same id in another casing whenever it likes."""
    shouted = machine(id=machine().id.upper())
    before = Ground(target=machine(), point=point())
    after = Ground(target=shouted, point=point(id=point().id.upper()))
    assert drift(before, after) == ()


def test_a_job_that_ended_has_drifted() -> None:
    """There is nothing to cancel any more."""
    before, after = Ground(target=job()), Ground(target=job("Succeeded"))
    assert words(drift(before, after)) == ["job state: InProgress → Succeeded"]


def test_an_unprotected_machine_that_changed_is_told_by_its_disks() -> None:
    """Its container by name, its disks by theirs."""
    disks = candidate().volumes
    before = Ground(target=candidate())
    after = Ground(target=candidate(volumes=disks[:1], container="x/other"))
    assert words(drift(before, after)) == [
        "protected in: asr-a2a-default-westeurope-container → other",
        "its disks: os, data → os",
    ]


@pytest.mark.parametrize(
    ("now", "said"),
    [
        ((BOOT.model_copy(update={"items": ("x/a",)}),), ["group 1, vm-data: in it → not in it"]),
        (
            (BOOT.model_copy(update={"items": ("x/d", "x/a")}),),
            ["group 1, order: vm-app, vm-data → vm-data, vm-app"],
        ),
        (
            (BOOT.model_copy(update={"before": ()}),),
            ["group 1, action before it: “Check the shop” (manual) Open the page. → none"],
        ),
        (
            (BOOT.model_copy(update={"before": (), "after": (ASK,)}),),
            [
                "group 1, action before it: “Check the shop” (manual) Open the page. → none",
                "group 1, action after it: none → “Check the shop” (manual) Open the page.",
            ],
        ),
        (
            (BOOT.model_copy(update={"before": (ASK.model_copy(update={"words": "Skip."}),)}),),
            [
                "group 1, action before it: “Check the shop” (manual) Open the page. → "
                "“Check the shop” (manual) Skip."
            ],
        ),
        (
            (BOOT, PlanGroup(kind="Shutdown", after=(ASK,))),
            ["the shutdown, action after it: none → “Check the shop” (manual) Open the page."],
        ),
        (
            (PlanGroup(kind="Boot"), BOOT),
            [
                "group 1, vm-app: in it → not in it",
                "group 1, vm-data: in it → not in it",
                "group 1, action before it: “Check the shop” (manual) Open the page. → none",
                "group 2, vm-app: not in it → in it",
                "group 2, vm-data: not in it → in it",
                "group 2, action before it: none → “Check the shop” (manual) Open the page.",
            ],
        ),
    ],
)
def test_a_plan_that_changed_says_where(now: tuple[PlanGroup, ...], said: list[str]) -> None:
    """By group, machine and action."""
    assert words(drift(of_plan(BOOT), of_plan(*now))) == said


def test_what_no_word_tells_is_told_by_digest() -> None:
    """A group that was renamed in Azure's words alone: something is said, whatever it is."""
    moved = BOOT.model_copy(update={"items": ("y/a", "y/d")})
    [change] = drift(of_plan(BOOT), of_plan(moved))
    assert change.what == "its groups and actions"
    assert change.before != change.after


def test_another_call_is_told_by_what_it_names() -> None:
    """A reprotect that would use another cache account; or at least that it is another."""
    ground = GROUNDS["reprotect"]
    way = way_back()
    other = way.learnt[0].model_copy(update={"value": "x/storageAccounts/stother"})
    after = ground.model_copy(
        update={"way_back": way.model_copy(update={"learnt": (other, way.learnt[1])})}
    )
    assert words(sent_otherwise(ground, after)) == ["Cache storage account: stcache → stother"]
    fewer = way.model_copy(update={"disks": way.disks[:1]})
    assert words(sent_otherwise(ground, ground.model_copy(update={"way_back": fewer}))) == [
        "disk data: stcache → none"
    ]
    plain = GROUNDS["failover"]
    assert words(sent_otherwise(plain, plain)) == ["what would be sent to Azure changed"]


def test_a_point_that_is_gone_is_named() -> None:
    """By its sort and its moment."""
    gone = gone_point(Ground(target=machine(), point=point(at=NOON)))
    assert gone.words == "recovery point: app-consistent, of 2026-03-01 12:00:00 UTC → gone"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (70, 70 + 900, []),
        (70, 70 + 901, ["RPO: 1 min 10 s → 16 min"]),
        (70, 7980, ["RPO: 1 min 10 s → 2 h 13 min"]),
        (7980, 30, []),
        (30, None, ["RPO: 30 s → unknown"]),
        (None, 99_999, []),
        (None, None, []),
    ],
)
def test_an_rpo_may_grow_so_far(old: int | None, new: int | None, said: list[str]) -> None:
    """One that is unknown now has grown; one that was unknown when people approved has not."""
    before, after = Ground(target=machine(rpo_seconds=old)), Ground(target=machine(rpo_seconds=new))
    assert words(worse(terms(rpo_may_grow=900), before, after)) == said
    assert worse(terms(), before, after) == ()


@pytest.mark.parametrize(
    ("old", "new", "asks"),
    [
        ("Normal", "Normal", False),
        ("Normal", "Warning", True),
        ("Normal", "Critical", True),
        ("Warning", "Critical", True),
        ("Critical", "Warning", False),
        ("Critical", "Normal", False),
        ("Normal", "Novel", True),
        ("Critical", "", True),
        ("Novel", "Novel", False),
        ("Novel", "Normal", False),
        ("Novel", "Critical", True),
    ],
)
def test_health_may_not_worsen(old: str, new: str, asks: bool) -> None:
    """A word that we do not know is worse than one that we do."""
    before, after = Ground(target=machine(health=old)), Ground(target=machine(health=new))
    found = worse(terms(health_may_worsen=False), before, after)
    assert words(found) == ([f"replication health: {old} → {new or 'unknown'}"] if asks else [])
    assert worse(terms(), before, after) == ()


def test_the_machines_of_a_plan_are_told_by_name() -> None:
    """Each by itself."""
    ill = DATA.model_copy(update={"rpo_seconds": 2700, "health": "Warning"})
    under = terms(rpo_may_grow=900, health_may_worsen=False)
    found = worse(under, of_plan(BOOT), of_plan(BOOT, machines=(APP, ill)))
    assert words(found) == [
        "vm-data: RPO: 1 min 10 s → 45 min",
        "vm-data: replication health: Normal → Warning",
    ]


def test_a_stale_rpo_says_nothing() -> None:
    """That of a machine which failed over does not grow by itself."""
    under = terms(rpo_may_grow=60)
    before, after = failed_over(rpo_seconds=60), failed_over(rpo_seconds=9000)
    assert worse(under, Ground(target=before), Ground(target=after)) == ()


def test_only_what_the_policy_watches_is_watched() -> None:
    """Nothing by itself."""
    ground = of_plan(BOOT)
    assert watched(ground, terms()) == {}
    assert watched(ground, terms(rpo_may_grow=5)) == {"a": ["70", ""], "d": ["70", ""]}
    assert watched(ground, terms(health_may_worsen=False))["a"] == ["", "Normal"]

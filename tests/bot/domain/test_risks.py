"""What belongs on a first page: forgotten cleanups, then what blocks, then the rest."""

from datetime import timedelta

from bot.domain.machines import Machine
from bot.domain.risks import weigh
from tests.bot.samples import ITEM, NOON, failed_over, machine


def _forgotten() -> Machine:
    return machine(
        id=f"{ITEM}-9",
        item="item-test01",
        name="vm-test01",
        allowed=("TestFailoverCleanup",),
        test_state="WaitingForCompletion",
    )


def test_a_forgotten_cleanup_comes_before_what_is_at_risk() -> None:
    """However the machines are ordered; and it is counted as blocked."""
    late = machine(id=f"{ITEM}-2", item="item-db01", name="vm-db01", rpo_seconds=7980)
    found = weigh([late, _forgotten()], (), (), NOON, 12)
    assert [one.name for one in found.top] == ["vm-test01", "vm-db01"]
    assert found.top[0].forgotten
    assert (found.machines, found.blocked, found.risky, found.ready) == (2, 1, 1, 0)


def test_what_azure_works_on_is_no_risk() -> None:
    """It is counted apart: somebody has asked for it."""
    busy = machine(scenario="UnplannedFailover")
    found = weigh([busy], (), (), NOON, 12)
    assert (found.busy, found.blocked, found.ready, found.top) == (1, 0, 0, ())


def test_notes_are_left_out_and_what_is_away_is_not_ready() -> None:
    """A test that is long ago does not stand on a first page."""
    untested = machine(tested_at=NOON - timedelta(days=200))
    found = weigh([untested, failed_over()], (), ("vault-two could not be read.",), NOON, 12)
    assert (found.ready, found.away, found.top) == (1, 1, ())
    assert found.troubles == ("vault-two could not be read.",)


def test_more_than_fit_are_counted() -> None:
    """And all numbers are of all machines."""
    some = [
        machine(id=f"{ITEM}-{n}", item=f"item-{n}", name=f"vm-{n}", rpo_seconds=7980)
        for n in range(20)
    ]
    found = weigh(some, (), (), NOON, 12)
    assert (len(found.top), found.more, found.risky) == (12, 8, 20)

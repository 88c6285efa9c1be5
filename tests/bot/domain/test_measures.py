"""The clocks that matter are read from a request alone."""

from datetime import timedelta
from typing import Any

import pytest

from bot.domain.catalogue import Ground
from bot.domain.jobs import Job
from bot.domain.machines import Point
from bot.domain.measures import (
    Against,
    Clocks,
    Loss,
    clocks,
    commit_open_since,
    data_lost,
    done_at,
    rto_of_several,
    true_rto,
    unprotected_for,
    unprotected_since,
)
from bot.domain.request import Request, State, Submission
from bot.domain.validations import Validation, doubted
from tests.bot import samples
from tests.bot.samples import BO, NOON, NOW

MINUTE = 60_000


def job(started: float, ended: float | None = None) -> Job:
    """Make a failover job that ran between so many minutes after noon."""
    return Job(
        id="j",
        name="j",
        scenario="UnplannedFailover",
        state="InProgress" if ended is None else "Succeeded",
        started=NOON + timedelta(minutes=started),
        ended=None if ended is None else NOON + timedelta(minutes=ended),
    )


def sent(**more: Any) -> Request:
    """Make a failover asked at noon, approved at 12:04 and done at 12:14."""
    given: dict[str, Any] = {
        "state": State.SUCCEEDED,
        "asked_at": NOW,
        "approved_at": NOW + 4 * MINUTE,
        "attempts": (Submission(attempt=1, client_request_id="c", at=NOW + 5 * MINUTE, claim="c"),),
        "job": job(5, 14),
        "closed_at": NOW + 15 * MINUTE,
    }
    return samples.request(**given | more)


def said(at: int, *, works: bool, check: str = "") -> Validation:
    """Say so many minutes after noon that it works, or does not."""
    return Validation(works=works, at=NOW + at * MINUTE, person=None if check else BO, check=check)


def test_every_part_is_measured_up_to_where_it_has_come() -> None:
    """Deciding, approving, executing and validating follow each other without a gap."""
    declared, now = NOW - 10 * MINUTE, NOW + 3 * MINUTE
    waiting = samples.request(asked_at=NOW)
    assert clocks(waiting, now, declared) == Clocks(
        deciding=600, approving=180, running="approving"
    )
    running = sent(state=State.RUNNING, job=job(5), closed_at=0)
    assert clocks(running, NOW + 9 * MINUTE) == Clocks(
        approving=240, executing=300, running="executing"
    )
    done = clocks(sent(), NOW + 20 * MINUTE)
    assert done == Clocks(approving=240, executing=600, validating=360, running="validating")
    works = sent(validations=(said(30, works=True),))
    assert clocks(works, NOW + 99 * MINUTE) == Clocks(approving=240, executing=600, validating=960)


def test_what_was_never_approved_or_sent_has_no_later_clocks() -> None:
    """A denied request never was approved, and a void one never executed."""
    denied = samples.request(state=State.DENIED, asked_at=NOW, closed_at=NOW + MINUTE)
    assert clocks(denied, NOW + MINUTE) == Clocks()
    void = sent(state=State.VOID, attempts=(), job=None)
    assert clocks(void, NOW + 9 * MINUTE) == Clocks(approving=240)


@pytest.mark.parametrize(
    ("validations", "minutes"),
    [
        ((), 14),
        (((30, True),), 30),
        (((30, True), (40, True)), 30),
        (((30, True), (40, False)), 14),
        (((30, False), (40, True)), 40),
    ],
)
def test_the_true_rto_ends_when_it_is_said_to_work(
    validations: tuple[tuple[int, bool], ...], minutes: int
) -> None:
    """The later word counts; without one it ends with Azure's job."""
    request = sent(validations=tuple(said(at, works=works) for at, works in validations))
    assert true_rto(request) == minutes * 60
    assert true_rto(request, declared_at=NOW - 10 * MINUTE) == (minutes + 10) * 60


def test_a_check_is_evidence_and_ends_no_clock() -> None:
    """Only a person says that it works; a bad check is a doubt all the same."""
    request = sent(validations=(said(20, works=True, check="shop"),))
    assert true_rto(request) == 14 * 60
    assert not doubted(request.validations)
    assert doubted((said(1, works=True), said(2, works=False, check="shop")))
    assert not doubted((said(1, works=False), said(2, works=True)))


def test_what_is_not_back_has_no_rto() -> None:
    """Failed, running, or no failover at all."""
    assert true_rto(sent(state=State.FAILED)) is None
    assert true_rto(sent(state=State.RUNNING, job=job(5))) is None
    assert true_rto(sent(operation="commit")) is None


def test_several_machines_are_each_held_against_their_own_objective() -> None:
    """One makes it, one does not, and for one nothing is aimed at."""
    some = [
        sent(id="R-1.1"),
        sent(id="R-1.2", job=job(5, 70)),
        sent(id="R-1.3"),
        sent(id="R-1.4", state=State.FAILED),
    ]
    found = rto_of_several(some, {"R-1.1": 3600, "R-1.2": 3600})
    assert found == {
        "R-1.1": Against(seconds=840, objective=3600),
        "R-1.2": Against(seconds=4200, objective=3600),
        "R-1.3": Against(seconds=840),
    }
    assert [one.met for one in found.values()] == [True, False, None]


def test_data_lost_is_from_the_recovery_point_to_the_moment_of_failover() -> None:
    """A named point is exact; of the latest only the most is known, and sometimes nothing."""
    point = Point(id="p", name="p", at=NOON - timedelta(minutes=2), kind="CrashConsistent")
    ground = Ground(target=samples.machine(), point=point)
    assert data_lost(sent(ground=ground)) == Loss(seconds=420, exact=True)
    latest = Ground(target=samples.machine(rpo_seconds=70, rpo_at=NOON - timedelta(minutes=1)))
    assert data_lost(sent(ground=latest)) == Loss(seconds=430, exact=False)
    unknown = Ground(target=samples.machine(rpo_seconds=None))
    assert data_lost(sent(ground=unknown)) is None
    changed = sent(ground=ground, operation="change-point")
    assert data_lost(changed) is None
    assert data_lost(changed, NOW + 5 * MINUTE) == Loss(seconds=420, exact=True)


def test_a_failover_opens_the_commit_window_and_ends_the_protection() -> None:
    """Both are told by the request until it knows better."""
    request = sent()
    assert commit_open_since(request) == done_at(request) == NOW + 14 * MINUTE
    assert unprotected_since(request) == NOW + 5 * MINUTE
    assert unprotected_for(request, NOW + 25 * MINUTE) == 20 * 60
    again = sent(protected_at=NOW + 65 * MINUTE)
    assert unprotected_since(again) == 0
    assert unprotected_for(again, NOW + 99 * MINUTE) == 60 * 60
    for other in (sent(state=State.FAILED), sent(operation="test-failover")):
        assert commit_open_since(other) == unprotected_since(other) == 0
        assert unprotected_for(other, NOW) is None


def test_a_request_of_before_has_no_validations_and_is_read_all_the_same() -> None:
    """What an earlier version stored lacks the new fields."""
    kept = sent().model_dump(mode="json")
    for field in ("validations", "protected_at"):
        del kept[field]
    assert Request.model_validate(kept) == sent()

"""Who has to be read at a look at a vault, and when to look again."""

import pytest

from bot.domain.jobs import Job
from bot.domain.looks import (
    FINDING,
    LATE,
    SLOWEST,
    SOON,
    SUBMITTER_LOST,
    UNHURRIED,
    Look,
    due,
    few_alone,
    look_of,
    pace,
)
from bot.domain.progress import FEW
from bot.domain.request import State
from tests.bot.samples import NOW, in_state

MINUTES = 60_000
RUNS = Look(state=State.RUNNING, job="j", seen="InProgress", at=NOW, pace=20)
PART = RUNS.model_copy(update={"part": True})


def listed(state: str) -> Job:
    """Make a job as a list has it."""
    return Job(id="/v/replicationJobs/j", name="j", scenario="UnplannedFailover", state=state)


def test_a_look_says_in_short_how_a_request_stands() -> None:
    """The job and the state it was seen in, the pace, and whether it is one of many."""
    request = in_state(State.RUNNING)
    assert request.job
    assert request.submission
    look = look_of(request)
    assert (look.state, look.job, look.seen) == ("running", request.job.name, request.job.state)
    assert (look.pace, look.at) == (request.submission.pace, request.submission.at)
    assert (look.operation, look.provider, look.part) == ("failover", "A2A", False)
    for among, part in ((FEW, False), (FEW + 1, True)):
        one = request.model_copy(update={"parent": "R-WHOLE1", "among": among})
        assert look_of(one).part is part


@pytest.mark.parametrize(
    ("look", "state", "wanted"),
    [
        (RUNS, "InProgress", False),
        (RUNS, "Suspended", True),
        (RUNS, "Succeeded", True),
        (PART, "InProgress", False),
        (PART.model_copy(update={"seen": "NotStarted"}), "InProgress", False),
        (PART, "Suspended", True),
        (PART.model_copy(update={"seen": "Suspended"}), "InProgress", True),
        (PART, "Failed", True),
        (RUNS.model_copy(update={"state": State.UNKNOWN}), "InProgress", True),
        (None, "InProgress", True),
    ],
)
def test_a_request_is_read_when_its_job_has_changed(
    look: Look | None, state: str, wanted: bool
) -> None:
    """That one of many has begun to be worked on is no news, for nobody is shown its steps."""
    assert due(look, listed(state), NOW, shown=False) is wanted


def test_what_is_shown_step_by_step_is_always_read() -> None:
    """No list has the steps; those of one of many are shown to nobody."""
    assert due(RUNS, listed("InProgress"), NOW, shown=True)
    assert not due(PART, listed("InProgress"), NOW, shown=True)


def test_what_is_submitted_is_read_when_its_worker_must_be_lost() -> None:
    """Until then there is nothing to do for it, however many there are."""
    look = RUNS.model_copy(update={"state": State.SUBMITTING})
    assert not due(look, None, NOW + SUBMITTER_LOST - 1, shown=True)
    assert due(look, None, NOW + SUBMITTER_LOST, shown=True)


def test_a_job_that_the_list_does_not_have_is_given_a_moment() -> None:
    """Azure's lists are late; later on somebody has to find out why."""
    assert not due(RUNS, None, NOW + LATE, shown=False)
    assert due(RUNS, None, NOW + LATE + 1, shown=False)


def test_few_alone_counts_those_whose_steps_are_shown() -> None:
    """However many machines of another request run besides."""
    many = {f"R-WHOLE1.{number}": PART for number in range(500)}
    some = {f"R-{number}": RUNS for number in range(FEW)}
    assert few_alone(many | some)
    assert not few_alone(many | some | {"R-ONE": None})


@pytest.mark.parametrize(
    ("look", "elapsed", "wait"),
    [
        (RUNS, 0, 20),
        (PART, 0, 40),
        (PART, 4 * MINUTES, 40),
        (PART, 5 * MINUTES, 20),
        (PART.model_copy(update={"pace": 45}), 0, SLOWEST),
        (PART.model_copy(update={"operation": "commit"}), 0, 20),
        (RUNS.model_copy(update={"state": State.SUBMITTING}), 0, SOON),
        (PART.model_copy(update={"state": State.SUBMITTING}), 0, UNHURRIED),
        (RUNS.model_copy(update={"state": State.UNKNOWN}), 0, FINDING),
        (None, 0, SLOWEST),
    ],
)
def test_the_pace_is_azures_and_slower_far_from_the_end(
    look: Look | None, elapsed: int, wait: float
) -> None:
    """What usually takes ten minutes is looked at half as often in the first five."""

    def expected(one: Look) -> int | None:
        return None if one.operation == "commit" else 600

    assert pace({"R-1": look}, expected, NOW + elapsed) == wait


def test_the_most_urgent_sets_the_pace() -> None:
    """One that somebody watches is looked at as often as Azure asks, whatever else runs."""
    assert pace({"R-1": PART, "R-2": RUNS}, lambda _: 600, NOW) == 20

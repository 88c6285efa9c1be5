"""The table of a request's life: every step from every state, and what a request promises."""

import pytest

from bot.domain.catalogue import Ground
from bot.domain.request import (
    FINAL,
    OPEN,
    TABLE,
    State,
    Step,
    fingerprint,
    take,
)
from bot.errors import IllegalStep
from tests.bot.samples import (
    ANN,
    BO,
    GROUNDS,
    in_state,
    machine,
    point,
    request,
    terms,
)

PAIRS = [(state, step) for state in State for step in Step]
LEGAL = [(state, step, after) for state, steps in TABLE.items() for step, after in steps.items()]
ILLEGAL = [(state, step) for state, step in PAIRS if step not in TABLE[state]]


def test_the_table_speaks_of_every_state_and_step() -> None:
    """No state is forgotten, and no step is there that nothing can make."""
    assert set(TABLE) == set(State)
    assert {step for steps in TABLE.values() for step in steps} == set(Step)


@pytest.mark.parametrize(("state", "step", "after"), LEGAL)
def test_a_step_of_the_table_arrives_where_it_says(state: State, step: Step, after: State) -> None:
    """It changes the state, counts the revision, and brings along what it was given."""
    before = in_state(state)
    done = take(before, step, why="Because.")
    assert (done.state, done.rev, done.why) == (after, before.rev + 1, "Because.")
    assert before.state is state, "the request that was there before is as it was"


@pytest.mark.parametrize(("state", "step"), ILLEGAL)
def test_any_other_step_raises_and_changes_nothing(state: State, step: Step) -> None:
    """The sentence names the state and the step."""
    before = in_state(state)
    copy = before.model_copy(deep=True)
    with pytest.raises(IllegalStep) as caught:
        take(before, step, why="Never.")
    assert state in caught.value.sentence
    assert step in caught.value.sentence
    assert before == copy


def test_nobody_can_choose_state_or_revision_besides_the_table() -> None:
    """What a caller says about either is overruled."""
    done = take(request(), Step.DENY, state=State.APPROVED, rev=99)
    assert (done.state, done.rev) == (State.DENIED, 2)


def test_final_states_are_never_left_and_open_ones_can_be() -> None:
    """Open and final are two halves of all states."""
    assert set(State) == FINAL | OPEN
    assert not FINAL & OPEN
    assert {
        State.SUCCEEDED,
        State.FAILED,
        State.CANCELLED,
        State.DENIED,
        State.WITHDRAWN,
        State.EXPIRED,
        State.VOID,
    } == FINAL
    for state in OPEN:
        assert any(after is not state for after in TABLE[state].values())
        assert in_state(state).open
    assert not any(in_state(state).open for state in FINAL)


def test_every_open_state_leads_to_an_end() -> None:
    """From wherever a request is, some steps end it: none can be stuck by the table."""
    for state in OPEN:
        seen, new = {state}, {state}
        while new:
            new = {after for one in new for after in TABLE[one].values()} - seen
            seen |= new
        assert seen & FINAL, state


def test_submitting_can_only_be_reached_from_approved() -> None:
    """There is one door to Azure, and it is behind the approval."""
    doors = [
        (s, step) for s, steps in TABLE.items() for step in steps if steps[step] is State.SUBMITTING
    ]
    assert doors == [(State.APPROVED, Step.CLAIM)]


@pytest.mark.parametrize("state", State)
def test_workers_look_after_what_azure_may_be_working_on(state: State) -> None:
    """A request is followed from its submission to its end, and longer when it is watched."""
    busy = {State.SUBMITTING, State.UNKNOWN, State.RUNNING}
    assert in_state(state).followed is (state in busy)
    assert in_state(state, watching=True).followed


def test_the_fingerprint_covers_what_is_approved() -> None:
    """Another operation, target, argument, point, rule or asker makes another fingerprint."""
    ground, under, said = GROUNDS["failover"], terms(), {"point": "latest"}
    call = request().sends
    base = ("failover", said, ground, call, under, ANN)
    others = [
        ("failback", said, ground, call, under, ANN),
        ("failover", {"point": "app"}, ground, call, under, ANN),
        ("failover", said, Ground(target=machine(state="Odd")), call, under, ANN),
        ("failover", said, Ground(target=machine(), point=point()), call, under, ANN),
        ("failover", said, ground, call.model_copy(update={"action": "x"}), under, ANN),
        ("failover", said, ground, call, terms(approvals=1), ANN),
        ("failover", said, ground, call, under, BO),
    ]
    prints = {fingerprint(*one) for one in (base, *others)}
    assert len(prints) == len(others) + 1


def test_the_fingerprint_covers_what_the_policy_watches() -> None:
    """Where a rule limits the RPO or the health, people approved what they saw of it."""
    for under, ill in (
        (terms(rpo_may_grow=60), machine(rpo_seconds=7000)),
        (terms(health_may_worsen=False), machine(health="Critical")),
    ):
        seen, now = Ground(target=machine(), points=24), Ground(target=ill, points=24)
        before, after = request(terms=under, ground=seen), request(terms=under, ground=now)
        assert before.fingerprint != after.fingerprint


def test_the_fingerprint_is_blind_to_what_changes_by_itself() -> None:
    """Health and RPO move all the time; they were not what people approved."""
    worse = Ground(target=machine(health="Critical", rpo_seconds=7000), points=3)
    assert request(ground=worse).fingerprint == request().fingerprint

"""Two accounts of one human count once: at each click, and again before anything is sent."""

from collections.abc import Callable

import pytest

from bot.domain.jobs import MANUAL, JobStep
from bot.domain.people import Doubt, Person
from bot.domain.quorum import Need
from bot.domain.recount import no_longer_counts
from bot.domain.request import Request, State
from bot.domain.tally import count
from bot.domain.votes import (
    Standing,
    why_not_approve,
    why_not_ask,
    why_not_deny,
    why_not_nod,
    why_not_resubmit,
    why_not_withdraw,
)
from bot.errors import NotAllowed
from tests.bot.samples import (
    ANN,
    BO,
    CARLA,
    DAN,
    GROUPS,
    NOW,
    TEAM,
    in_state,
    job,
    request,
    standing,
    terms,
    vote,
)

HUMAN, OTHER = "3b0d7a7e-4f7c-4b86-9a63-0c6a5a1e2f10", "c8a1f0de-52f3-4d0b-8f0c-2a2b7c1d9e44"


def of(account: Person, human: str = HUMAN) -> Person:
    """Say whose account this is."""
    return account.model_copy(update={"entra": human})


def sentence(reason: NotAllowed | None) -> str:
    """Return what a refusal says, '' for none."""
    return reason.sentence if reason else ""


def doubtful(account: Person, doubt: Doubt = Doubt.HIDDEN) -> Person:
    """Let it be untold whose account this is."""
    return account.model_copy(update={"doubt": doubt})


def test_the_second_account_of_the_asker_is_the_asker() -> None:
    """It cannot approve, and is told as whom it asked; it does not deny but withdraws."""
    asked = request(asker=of(ANN))
    second = standing(of(BO))
    assert sentence(why_not_approve(asked, second)) == (
        "You asked for this yourself as Ann; somebody else has to approve it."
    )
    assert sentence(why_not_deny(asked, second)) == (
        "You asked for this yourself as Ann: press Withdraw instead."
    )
    assert why_not_withdraw(asked, second) is None
    assert why_not_approve(asked, standing(of(BO, OTHER))) is None
    assert why_not_withdraw(asked, standing(of(BO, OTHER)))


def test_a_second_account_does_not_approve_again() -> None:
    """Who has approved by one account has approved."""
    once = count(request(), vote(of(BO)))
    assert sentence(why_not_approve(once, standing(of(CARLA)))) == (
        "You have approved this already as Bo; every person counts once."
    )
    assert why_not_approve(once, standing(of(CARLA, OTHER))) is None
    assert why_not_deny(once, standing(of(CARLA))) is None


def test_votes_of_one_human_fill_one_place() -> None:
    """However they came into the record: the quorum is a matching of humans."""
    twice = request(votes=(vote(of(BO)), vote(of(CARLA))))
    assert twice.filled == ((BO.id,),)
    assert count(request(votes=(vote(of(BO)),)), vote(of(CARLA))).state is State.WAITING
    assert count(twice, vote(DAN)).state is State.APPROVED


APPROVED = in_state(State.APPROVED)


def now_counts(*people: Person, approved: Request = APPROVED) -> tuple[str, ...]:
    """Ask again, at execution, with what is known of these people by then."""
    known = {one.id: one for one in (ANN, BO, CARLA, DAN, *people)}
    return no_longer_counts(approved, known, {TEAM}, GROUPS)


def test_at_execution_two_voters_turn_out_to_be_one_human() -> None:
    """Which was not known when they pressed."""
    assert now_counts(of(BO), of(CARLA)) == ("Carla has approved by another account already",)
    assert now_counts(of(BO), of(CARLA, OTHER)) == ()


def test_at_execution_a_voter_turns_out_to_be_the_asker() -> None:
    """The four eyes were two."""
    assert now_counts(of(ANN), of(CARLA)) == ("Carla and Ann, who asked, are one person",)


def test_at_execution_a_third_vote_makes_up_for_a_second_account() -> None:
    """Two humans are left, which is enough."""
    spare = APPROVED.model_copy(update={"votes": (*APPROVED.votes, vote(DAN))})
    assert now_counts(of(BO), of(CARLA), approved=spare) == ()


def test_at_execution_a_human_serves_by_all_of_their_accounts() -> None:
    """One account is in the one list, one in the other: they fill either, and one of them alone."""
    needs = (Need(of=(BO.id,)), Need(of=(CARLA.id, DAN.id)))
    both = terms(needs=needs, approvals=2, may_approve=(BO.id, CARLA.id, DAN.id))
    votes = (vote(BO), vote(CARLA), vote(DAN))
    three = in_state(State.APPROVED, terms=both, votes=votes)
    assert now_counts(of(BO), of(CARLA), approved=three) == ()
    two = three.model_copy(update={"votes": votes[:2]})
    assert now_counts(of(BO), of(CARLA), approved=two)


@pytest.mark.parametrize("doubt", [one for one in Doubt if one])
def test_an_account_in_doubt_has_no_power(doubt: Doubt) -> None:
    """It might be the second one of somebody who has a say already; it can still stop things."""
    powers: list[Callable[[Standing], NotAllowed | None]] = [
        lambda who: why_not_ask(("everyone",), who),
        lambda who: why_not_approve(request(), who),
        lambda who: why_not_resubmit(in_state(State.APPROVED, needs_nod=True), who),
    ]
    for why_not in powers:
        assert why_not(standing(BO)) is None
        assert why_not(standing(doubtful(BO, doubt)))
    assert why_not_deny(request(), standing(doubtful(BO, doubt))) is None
    assert why_not_withdraw(request(), standing(doubtful(ANN, doubt))) is None


def test_an_account_in_doubt_does_not_let_a_job_go_on() -> None:
    """That gives power too."""
    manual = JobStep(name="Check it", state="InProgress", id="t1", kind=MANUAL)
    waits = job("Suspended", steps=(manual,), actions=("Resume",))
    running = in_state(State.RUNNING, job=waits)
    assert why_not_nod(running, standing(BO), NOW) is None
    assert why_not_nod(running, standing(doubtful(BO)), NOW)


def test_at_execution_doubt_counts_for_nothing() -> None:
    """Slack answers, and it cannot be told any more who somebody is."""
    assert now_counts(doubtful(CARLA)) == (
        "Carla may no longer approve this (it cannot be told which human that is)",
    )
    assert now_counts(doubtful(ANN)) == (
        "Ann may no longer ask for this (it cannot be told which human that is)",
    )

"""Whoever comes too late is told what became of the request, by whom and when."""

import pytest

from bot.domain.drift import Change
from bot.domain.latecomers import Wish, became, too_late
from bot.domain.request import State
from tests.bot.samples import BO, in_state, job, person, request, vote

APPROVED = "Bo and Carla approved it at 2026-03-01 12:01:00 UTC."
AT = "That was at 2026-03-01 12:04:00 UTC."
WORDS = {
    State.WAITING: "It waits for approval, 0 of 2 so far, until 2026-03-01 13:00:00 UTC.",
    State.APPROVED: f"{APPROVED} A worker takes it up now.",
    State.SUBMITTING: f"{APPROVED} It is being sent to Azure.",
    State.UNKNOWN: f"{APPROVED} Azure's answer was lost, and the bot is looking for the job.",
    State.RUNNING: f"{APPROVED} Azure works on it.",
    State.SUCCEEDED: f"{APPROVED} It has succeeded. {AT}",
    State.FAILED: f"{APPROVED} The virtual machine could not be started. {AT}",
    State.CANCELLED: f"{APPROVED} Azure says: Cancelled. {AT}",
    State.DENIED: f"Bo denied it. {AT}",
    State.WITHDRAWN: f"Ann withdrew it. {AT}",
    State.EXPIRED: f"It was not approved in time. {AT}",
    State.VOID: f"{APPROVED} What was approved is no longer so. Nothing was sent. "
    f"What has changed: state: a → b; bo may no longer approve this. {AT}",
}
CAN = {
    Wish.APPROVE: {State.WAITING},
    Wish.DENY: {State.WAITING},
    Wish.WITHDRAW: {State.WAITING, State.APPROVED},
    Wish.REVOKE: {State.WAITING, State.APPROVED},
    Wish.GIVE_UP: {State.UNKNOWN},
}


@pytest.mark.parametrize("state", State)
def test_every_end_is_told(state: State) -> None:
    """Who did it, when, and how it stands now."""
    assert became(in_state(state)) == WORDS[state]


@pytest.mark.parametrize("wish", CAN)
@pytest.mark.parametrize("state", State)
def test_what_can_be_had_is_not_too_late(wish: Wish, state: State) -> None:
    """And what cannot says so first."""
    said = too_late(in_state(state), wish)
    assert (said is None) == (state in CAN[wish])
    if said:
        assert said.sentence.startswith(f"This request is {state}; ")
        assert said.sentence.endswith(WORDS[state])


def test_what_needs_more_than_a_state() -> None:
    """Sending again, withdrawing the rest, a manual action."""
    stuck = in_state(State.APPROVED, needs_nod=True)
    assert too_late(stuck, Wish.RESUBMIT) is None
    assert "nothing to submit again" in str(too_late(in_state(State.APPROVED), Wish.RESUBMIT))
    assert "It never started" in became(stuck)
    assert "nothing left to withdraw" in str(too_late(in_state(State.RUNNING), Wish.WITHDRAW_REST))
    assert "does not wait for anybody" in str(too_late(in_state(State.RUNNING), Wish.NOD))
    assert too_late(in_state(State.RUNNING, job=job(actions=("Resume",))), Wish.NOD)


def test_a_crowd_is_not_listed() -> None:
    """Five names, and how many more."""
    crowd = tuple(vote(person(f"P{n}")) for n in range(9))
    assert became(in_state(State.APPROVED, votes=crowd)).startswith(
        "P0, P1, P2, P3, P4 and 4 more approved it"
    )
    one = in_state(State.APPROVED, votes=(vote(BO),))
    assert became(one).startswith("Bo approved it")


def test_a_change_is_told_with_what_waits_for_it() -> None:
    """In one line, for notifications."""
    change = Change(what="RPO", before="1 min", after="45 min")
    assert request(changes=(change,)).full_why == "What has changed: RPO: 1 min → 45 min."

"""Whose click counts: each decision with the sentence that the person reads."""

from typing import Any

import pytest

from bot.domain.catalogue import Ground
from bot.domain.drift import Change
from bot.domain.people import Person
from bot.domain.policy import EVERYONE
from bot.domain.recount import no_longer_counts
from bot.domain.request import State
from bot.domain.tally import ask_again, count, revoke
from bot.domain.votes import (
    why_not_approve,
    why_not_ask,
    why_not_deny,
    why_not_resubmit,
    why_not_revoke,
    why_not_withdraw,
)
from tests.bot.samples import (
    ANN,
    BO,
    CARLA,
    DAN,
    GROUPS,
    NOW,
    TEAM,
    in_state,
    machine,
    person,
    request,
    standing,
    terms,
    vote,
)

OPEN_TO_ALL = terms(may_ask=(EVERYONE,), may_approve=(EVERYONE,))
NOBODIES = [
    (person("Guest", guest=True), "Guests"),
    (person("Gone", deactivated=True), "deactivated"),
    (person("App", bot=True), "Bots"),
    (person("Other", team="T0OTHER"), "another organisation"),
    (person("Shared", outsider=True), "another organisation"),
]
LATE = [state for state in State if state is not State.WAITING]


def test_an_approver_may_approve() -> None:
    """A full member of the approvers' group who did not ask."""
    assert why_not_approve(request(), standing(BO)) is None
    assert why_not_deny(request(), standing(BO)) is None


def test_the_asker_never_counts() -> None:
    """Not even when the policy lists them among the approvers."""
    assert "yourself" in str(why_not_approve(request(), standing(ANN)))
    assert "Withdraw" in str(why_not_deny(request(), standing(ANN)))
    alone = request(terms=terms(may_approve=(ANN.id, EVERYONE)))
    assert "yourself" in str(why_not_approve(alone, standing(ANN)))


def test_a_person_counts_once() -> None:
    """A second click is told that the first one is recorded; changing to no is still possible."""
    once = count(request(), vote(BO))
    assert "counts once" in str(why_not_approve(once, standing(BO)))
    renamed = BO.model_copy(update={"name": "Bo the second"})
    assert "counts once" in str(why_not_approve(once, standing(renamed)))
    assert why_not_deny(once, standing(BO)) is None


@pytest.mark.parametrize(("nobody", "words"), NOBODIES)
def test_a_nobody_can_do_nothing(nobody: Person, words: str) -> None:
    """Guests, bots, strangers and the deactivated never count, though everyone may."""
    open_to_all = request(terms=OPEN_TO_ALL)
    approved = in_state(State.APPROVED, terms=OPEN_TO_ALL, needs_nod=True)
    who = standing(nobody)
    for reason in (
        why_not_approve(open_to_all, who),
        why_not_deny(open_to_all, who),
        why_not_withdraw(open_to_all.model_copy(update={"asker": nobody}), who),
        why_not_resubmit(approved, who),
        why_not_ask((EVERYONE,), who),
    ):
        assert reason
        assert words in reason.sentence


def test_without_a_known_home_everybody_is_a_stranger() -> None:
    """Should Slack not say which workspace is ours, nobody is let in."""
    lost = standing(BO, home_teams=frozenset())
    assert "another organisation" in str(why_not_approve(request(), lost))


@pytest.mark.parametrize(
    ("groups", "may_approve"),
    [
        (GROUPS | {"@dr-approvers": frozenset()}, ("@dr-approvers",)),
        ({}, ("@dr-approvers",)),
        (GROUPS, ()),
        (GROUPS, (CARLA.id,)),
    ],
)
def test_an_empty_list_or_group_means_nobody(groups: Any, may_approve: tuple[str, ...]) -> None:
    """Missing groups, empty groups and empty lists let nobody in, and the sentence names them."""
    asked = request(terms=terms(may_approve=may_approve))
    for reason in (
        why_not_approve(asked, standing(BO, groups=groups)),
        why_not_deny(asked, standing(BO, groups=groups)),
    ):
        assert reason
        assert "not among those" in reason.sentence
        assert (", ".join(may_approve) or "nobody") in reason.sentence


@pytest.mark.parametrize("state", LATE)
def test_after_waiting_it_is_too_late_to_vote(state: State) -> None:
    """The sentence says where the request is by now."""
    for reason in (
        why_not_approve(in_state(state), standing(DAN)),
        why_not_deny(in_state(state), standing(DAN)),
    ):
        assert reason
        assert f"is {state}" in reason.sentence
        assert "too late" in reason.sentence


@pytest.mark.parametrize("state", State)
def test_only_the_asker_withdraws_and_only_before_it_is_sent(state: State) -> None:
    """Waiting or approved: the asker may. Later: nobody. Somebody else: never."""
    early = state in {State.WAITING, State.APPROVED}
    assert (why_not_withdraw(in_state(state), standing(ANN)) is None) is early
    assert why_not_withdraw(in_state(state), standing(BO))


def test_only_what_never_started_can_be_sent_again() -> None:
    """By whoever may ask for it or approve it."""
    waits = in_state(State.APPROVED, needs_nod=True)
    assert why_not_resubmit(waits, standing(ANN)) is None
    assert why_not_resubmit(waits, standing(DAN)) is None
    assert "not among" in str(why_not_resubmit(waits, standing(person("Erin"))))
    assert "nothing to submit" in str(why_not_resubmit(in_state(State.APPROVED), standing(ANN)))
    assert "nothing to submit" in str(
        why_not_resubmit(in_state(State.RUNNING, needs_nod=True), standing(ANN))
    )


def test_who_may_ask_is_what_the_policy_says() -> None:
    """By group, by id, or everyone; the sentence names those who may."""
    assert why_not_ask(("@dr-operators",), standing(ANN)) is None
    assert why_not_ask((DAN.id,), standing(DAN)) is None
    assert "it lets @dr-operators" in str(why_not_ask(("@dr-operators",), standing(BO)))
    assert "it lets nobody" in str(why_not_ask((), standing(BO)))


def test_the_last_vote_of_the_quorum_approves() -> None:
    """One vote less waits; the one that completes it starts the clock of the approval."""
    first = count(request(), vote(BO))
    assert (first.state, first.approved_at) == (State.WAITING, 0)
    second = count(first, vote(CARLA, at=NOW + 5000))
    assert second.state is State.APPROVED
    assert second.approved_at == NOW + 5000
    assert second.expires_at == NOW + 5000 + 1_800_000


def test_a_denial_is_not_counted_as_an_approval() -> None:
    """Only a yes fills the quorum."""
    denied = request(votes=(vote(DAN, approves=False),))
    assert count(denied, vote(BO)).state is State.WAITING


APPROVED = in_state(State.APPROVED)
KNOWN = {one.id: one for one in (ANN, BO, CARLA)}


def now_counts(known: dict[str, Person], groups: Any = GROUPS) -> tuple[str, ...]:
    """Ask again, at execution."""
    return no_longer_counts(APPROVED, known, {TEAM}, groups)


def test_at_execution_everybody_still_counts() -> None:
    """Nothing changed, nothing is said."""
    assert now_counts(KNOWN) == ()


@pytest.mark.parametrize("change", [{"deactivated": True}, {"guest": True}, {"team": "T0OTHER"}])
def test_at_execution_an_approver_who_left_does_not_count(change: dict[str, Any]) -> None:
    """Their vote was good when it was cast; it is not good for sending."""
    gone = KNOWN | {CARLA.id: CARLA.model_copy(update=change)}
    assert now_counts(gone) == ("Carla may no longer approve this",)


def test_at_execution_an_approver_removed_from_the_group_does_not_count() -> None:
    """Nor when the whole group is gone: then nobody does."""
    smaller = GROUPS | {"@dr-approvers": frozenset({BO.id})}
    assert now_counts(KNOWN, smaller) == ("Carla may no longer approve this",)
    assert len(now_counts(KNOWN, {"@dr-operators": GROUPS["@dr-operators"]})) == 2


def test_at_execution_an_asker_who_may_not_ask_any_more_voids_it() -> None:
    """Whatever the approvers are."""
    assert now_counts(KNOWN, GROUPS | {"@dr-operators": frozenset()}) == (
        "Ann may no longer ask for this",
    )


def test_at_execution_a_spare_vote_makes_up_for_a_lost_one() -> None:
    """Three approved where two were needed: two are left, which is enough."""
    spare = APPROVED.model_copy(update={"votes": (*APPROVED.votes, vote(DAN))})
    known = KNOWN | {DAN.id: DAN, CARLA.id: CARLA.model_copy(update={"deactivated": True})}
    assert no_longer_counts(spare, known, {TEAM}, GROUPS) == ()


def test_at_execution_the_same_person_twice_is_one() -> None:
    """However a second vote of one person, or one of the asker, came into the record."""
    for intruder in (BO, ANN):
        forged = APPROVED.model_copy(update={"votes": (vote(BO), vote(intruder))})
        assert no_longer_counts(forged, KNOWN, {TEAM}, GROUPS)


def test_an_approval_can_be_taken_back_and_given_again() -> None:
    """It stays in the record, and counts for nothing; then the new one counts."""
    once = count(request(), vote(BO))
    assert why_not_revoke(once, standing(BO)) is None
    back = revoke(once, BO, NOW + 90_000, "k2")
    assert (back.state, back.approvals, back.filled) == (State.WAITING, (), ((),))
    assert [(one.ended_at, one.ended_by) for one in back.votes] == [(NOW + 90_000, "k2")]
    assert "nothing to take back" in str(why_not_revoke(back, standing(BO)))
    assert why_not_approve(back, standing(BO)) is None
    again = count(back, vote(BO, at=NOW + 95_000))
    assert [one.counts for one in again.votes] == [False, True]
    assert count(again, vote(CARLA)).state is State.APPROVED


def test_what_was_approved_waits_again_as_long_as_it_would_have() -> None:
    """With the deadline that it had as a request, and not with that of its approval."""
    full = count(count(request(), vote(BO)), vote(CARLA))
    assert full.expires_at == NOW + 60_000 + 1_800_000
    back = revoke(full, CARLA, NOW + 90_000, "k3")
    assert (back.state, back.expires_at) == (State.WAITING, NOW + 3_600_000)
    assert (back.approved_at, [one.person.id for one in back.approvals]) == (0, [BO.id])
    assert count(back, vote(DAN)).state is State.APPROVED


def test_nobody_takes_back_what_they_did_not_give() -> None:
    """Not another's approval, not a denial, and not the approval of what a worker has taken up."""
    once = count(request(), vote(BO))
    for who in (ANN, CARLA, person("Erin")):
        assert "nothing to take back" in str(why_not_revoke(once, standing(who)))
    for state in set(State) - {State.WAITING, State.APPROVED}:
        assert f"This request is {state}; it is too late to take an approval back." in str(
            why_not_revoke(in_state(state), standing(BO))
        )
    part = in_state(State.APPROVED, parent="R-7K2M9P", among=2)
    assert "too late" in str(why_not_revoke(part, standing(BO)))
    left = standing(BO, groups={"@dr-approvers": frozenset()})
    assert why_not_revoke(once, left) is None, "whoever left the group may still stop it"
    assert "deactivated" in str(why_not_revoke(once, standing(person("Bo", deactivated=True))))


def test_a_request_that_never_started_still_has_not_after_a_vote_was_taken_back() -> None:
    """It wants *Submit again* when it is approved anew."""
    stuck = in_state(State.APPROVED, needs_nod=True, why="Azure has no job of it.")
    back = revoke(stuck, BO, NOW + 90_000, "k4")
    again = count(back, vote(DAN))
    assert (again.state, again.needs_nod, again.why) == (State.APPROVED, True, stuck.why)


def test_asking_again_begins_anew() -> None:
    """On the new ground, with a new fingerprint, without a vote, and with the whole time."""
    under = terms(rpo_may_grow=60)
    full = count(count(request(terms=under), vote(BO)), vote(CARLA))
    ill = Ground(target=machine(rpo_seconds=2700), points=24)
    change = Change(what="RPO", before="1 min", after="45 min")
    again = ask_again(full, ill, (change,), NOW + 120_000)
    assert (again.state, again.approvals, again.changes) == (State.WAITING, (), (change,))
    assert (again.ground, again.expires_at) == (ill, NOW + 120_000 + 3_600_000)
    assert again.fingerprint not in {"", full.fingerprint}
    assert all(one.ended_at == NOW + 120_000 and not one.ended_by for one in again.votes)
    once = count(again, vote(BO))
    assert once.changes == (change,)
    assert count(once, vote(CARLA)).changes == (), "they have seen it"
    back = revoke(count(once, vote(CARLA)), CARLA, NOW + 130_000, "k5")
    assert back.expires_at == NOW + 120_000 + 3_600_000


def test_a_vote_that_was_taken_back_is_not_looked_at_before_sending() -> None:
    """Neither for the quorum, nor for who may have left since."""
    three = count(revoke(count(request(), vote(DAN)), DAN, NOW, "k6"), vote(BO))
    full = count(three, vote(CARLA))
    people = {one.id: one for one in (ANN, BO, CARLA)}
    assert no_longer_counts(full, people, {TEAM}, GROUPS) == ()


def test_an_approval_is_taken_back_by_whichever_account() -> None:
    """Two accounts of one human are one voice, for taking back as for giving."""
    first, second = person("Bo", entra="e-bo"), person("Bo2", entra="e-bo")
    once = count(request(), vote(first))
    assert why_not_revoke(once, standing(second)) is None
    assert revoke(once, second, NOW + 90_000, "k8").approvals == ()

"""A vote in somebody else's place: one seat, never more than the delegator has."""

from typing import Any

import pytest

from bot.domain.ballots import Vote
from bot.domain.delegations import Delegation, split
from bot.domain.people import Person
from bot.domain.places import as_of, may_still
from bot.domain.recount import lapsed, no_longer_counts
from bot.domain.request import Request, State
from bot.domain.tally import count
from bot.domain.votes import approving, denying, why_not_approve, why_not_resubmit
from tests.bot.samples import (
    ANN,
    BO,
    CARLA,
    DAN,
    GROUPS,
    NOW,
    TEAM,
    in_state,
    person,
    request,
    standing,
    terms,
    vote,
)

ERIN = person("Erin")
HOUR = 3_600_000


def delegation(by: Person = BO, to: Person = ERIN, **more: Any) -> Delegation:
    """Make one that holds for an hour."""
    given = {"id": "D-222222", "entry": 7, "by": by, "to": to, "at": NOW, "until": NOW + HOUR}
    return Delegation.model_validate(given | more)


def erin(*delegated: Delegation) -> Any:
    """Return Erin's standing, with what was delegated to her."""
    return standing(ERIN).model_copy(update={"delegated": delegated})


def vote_for(by: Person = BO, **more: Any) -> Vote:
    """Return Erin's vote in somebody's place."""
    return vote(ERIN).model_copy(update={"place": delegation(by).place, **more})


def check(one: Request, *delegated: Delegation, **changed: Person) -> tuple[str, ...]:
    """Ask who no longer counts, with some people as they are now."""
    people = {p.id: p for p in (ANN, BO, CARLA, DAN, ERIN)} | {p.id: p for p in changed.values()}
    return no_longer_counts(one, people, {TEAM}, GROUPS, delegated, NOW)


def test_a_delegate_has_the_say_of_the_delegator() -> None:
    """Yes and no, in his place and named so; nothing without it."""
    assert "not among those" in str(why_not_approve(request(), erin()))
    for decide in (approving, denying):
        say = decide(request(), erin(delegation()), NOW)
        assert say.why_not is None
        assert say.place is not None
        assert say.place.person == BO
    assert vote_for().who == "Erin for Bo"


REFUSED = [
    (delegation(until=NOW), "What Bo delegated has run out"),
    (delegation(only=("commit",)), "What Bo delegated is for commit alone"),
    (delegation(machines=("vm-db*",)), "is on vm-db* alone"),
    (delegation(only=("commit",), machines=("vm-*",)), "is for commit on vm-* alone"),
    (delegation(by=ANN), "Ann, who delegated, asked for this"),
    (delegation(by=person("Zoe")), "Zoe, who delegated, may not approve this either"),
    (delegation(by=BO.model_copy(update={"deactivated": True})), "may do nothing any more"),
    (delegation(by=BO.model_copy(update={"guest": True})), "may do nothing any more"),
]


@pytest.mark.parametrize(("one", "words"), REFUSED)
def test_it_gives_no_more_than_was_given(one: Delegation, words: str) -> None:
    """With the reason beside the usual one."""
    for say in (approving(request(), erin(one), NOW), denying(request(), erin(one), NOW)):
        assert "not among those" in str(say.why_not)
        assert words in str(say.why_not)


def test_the_first_that_gives_a_say_is_taken() -> None:
    """Of several that were delegated to one person."""
    say = approving(request(), erin(delegation(only=("commit",)), delegation(by=CARLA)), NOW)
    assert say.place is not None
    assert say.place.person == CARLA


def test_a_policy_without_delegations_knows_none() -> None:
    """The terms say so that were frozen when it was asked."""
    strict = request(terms=terms(may_delegate=False))
    assert "does not let anybody vote for Bo" in str(
        why_not_approve(strict, erin(delegation()), NOW)
    )


def test_whoever_asked_has_no_place_to_vote_from() -> None:
    """Not even another's."""
    own = request(asker=ERIN)
    assert "yourself" in str(why_not_approve(own, erin(delegation()), NOW))


def test_one_seat_and_one_human() -> None:
    """The two of them count once, and so does one who votes for two."""
    by_bo = count(request(), vote(BO))
    assert "Bo has a vote already (Bo)" in str(why_not_approve(by_bo, erin(delegation()), NOW))
    by_erin = count(request(), vote_for())
    assert "Erin has approved in your place" in str(why_not_approve(by_erin, standing(BO)))
    again = why_not_approve(by_erin, erin(delegation(by=CARLA)), NOW)
    assert "counts once" in str(again)


def test_it_decides_a_vote_and_nothing_else() -> None:
    """Sending again takes somebody who may do so themselves."""
    stuck = in_state(State.APPROVED, needs_nod=True)
    assert why_not_resubmit(stuck, erin(delegation()))


def approved() -> Request:
    """Make a request that Carla approved, and Erin for Bo."""
    return count(count(request(), vote_for()), vote(CARLA))


def test_it_counts_while_it_holds() -> None:
    """Two people, two seats."""
    assert approved().state is State.APPROVED
    assert check(approved(), delegation()) == ()


@pytest.mark.parametrize(
    ("holding", "changed", "words"),
    [
        ((), {}, "Erin for Bo no longer counts: the delegation has ended"),
        ((delegation(id="D-333333"),), {}, "the delegation has ended"),
        ((delegation(by=DAN),), {}, "the delegation has ended"),
        ((delegation(to=DAN),), {}, "the delegation has ended"),
        ((delegation(until=NOW),), {}, "has run out"),
        ((delegation(only=("commit",)),), {}, "is for commit alone"),
        ((delegation(),), {"bo": BO.model_copy(update={"deactivated": True})}, "may do nothing"),
        ((delegation(),), {"erin": ERIN.model_copy(update={"deactivated": True})}, "Erin may no"),
        ((delegation(),), {"erin": ERIN.model_copy(update={"guest": True})}, "Erin may no longer"),
    ],
)
def test_it_counts_no_longer_than_it_holds(
    holding: tuple[Delegation, ...], changed: dict[str, Person], words: str
) -> None:
    """Before anything is sent, both people and the delegation are looked at again."""
    (reason,) = check(approved(), *holding, **changed)
    assert words in reason


def test_a_delegator_who_left_the_group_gives_nothing() -> None:
    """Though the vote was good when it was cast."""
    people = {p.id: p for p in (ANN, BO, CARLA, ERIN)}
    groups = {**GROUPS, "@dr-approvers": frozenset({CARLA.id, DAN.id})}
    (reason,) = no_longer_counts(approved(), people, {TEAM}, groups, [delegation()], NOW)
    assert "Bo, who delegated, may not approve this either" in reason


def test_what_has_ended_is_known_without_slack() -> None:
    """Only where too few are left without it."""
    assert lapsed(approved(), [delegation()]) == ()
    assert lapsed(approved(), []) == ("Erin for Bo no longer counts: the delegation has ended",)
    three = approved().model_copy(update={"votes": (*approved().votes, vote(DAN))})
    assert lapsed(three, []) == ()


def test_a_seat_is_free_again_when_its_time_is_over() -> None:
    """What others voted stays, and so does a no."""
    both = count(request(terms=terms(approvals=3)), vote_for())
    both = count(both, vote(CARLA))
    assert as_of(both, NOW) == both
    later = as_of(both, NOW + HOUR)
    assert [one.who for one in later.approvals] == ["Carla"]
    assert why_not_approve(later, standing(BO)) is None


def test_a_card_names_who_may_still_vote() -> None:
    """Until one of the two has, and only those whose delegation fits."""
    one = delegation()
    assert may_still(request(), one, {TEAM}, GROUPS, NOW)
    assert not may_still(count(request(), vote(BO)), one, {TEAM}, GROUPS, NOW)
    assert not may_still(count(request(), vote_for(CARLA)), one, {TEAM}, GROUPS, NOW)
    assert not may_still(request(), delegation(to=DAN), {TEAM}, GROUPS, NOW)
    assert not may_still(request(), delegation(to=ANN), {TEAM}, GROUPS, NOW)
    assert not may_still(request(), delegation(only=("commit",)), {TEAM}, GROUPS, NOW)


def test_lists_are_typed_with_commas() -> None:
    """And said once each."""
    assert split("vm-a*,vm-b,,vm-a*") == ("vm-a*", "vm-b")
    assert split("") == ()

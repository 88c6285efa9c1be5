"""Delegations among people with several accounts: one human, one seat, once."""

from typing import Any

import pytest

from bot.domain.delegations import Delegation
from bot.domain.people import Doubt, Person
from bot.domain.places import as_of, may_still
from bot.domain.quorum import Need
from bot.domain.recount import no_longer_counts
from bot.domain.request import Request, State
from bot.domain.tally import count, revoke
from bot.domain.votes import (
    approving,
    denying,
    why_not_approve,
    why_not_review,
    why_not_revoke,
)
from bot.refusals import Appr
from tests.bot.domain.test_delegations import HOUR, delegation, vote_for
from tests.bot.samples import (
    ANN,
    BO,
    CARLA,
    DAN,
    ERIN,
    GROUPS,
    NOW,
    TEAM,
    broken,
    person,
    request,
    standing,
    terms,
    vote,
)

HUMAN = "3b0d7a7e-4f7c-4b86-9a63-0c6a5a1e2f10"
FRANK = person("Frank")


def one_human(*accounts: Person) -> tuple[Person, ...]:
    """Say that some accounts are of one human."""
    return tuple(one.model_copy(update={"entra": HUMAN}) for one in accounts)


def by(who: Person, *delegated: Delegation) -> Any:
    """Return how somebody stands to whom something was delegated."""
    return standing(who).model_copy(update={"delegated": delegated})


def refused(asked: Request, who: Any, code: Appr, words: str) -> None:
    """Expect that an approval does not count, and why."""
    reason = why_not_approve(asked, who, NOW)
    assert reason is not None
    assert (reason.refusal, words in reason.sentence) == (code, True), reason.sentence


def test_the_askers_second_account_is_no_delegate() -> None:
    """Whoever asked has no say by any account, neither for nor against it."""
    ann, erin = one_human(ANN, ERIN)
    asked = request(asker=ann)
    refused(asked, by(erin, delegation(to=erin)), Appr.OWN, "yourself as Ann")
    assert denying(asked, by(erin, delegation(to=erin)), NOW).why_not


def test_the_askers_second_account_gives_nothing_away() -> None:
    """Bo may approve, and is Ann, who asked: his place is worth nothing here."""
    ann, bo = one_human(ANN, BO)
    refused(
        request(asker=ann),
        by(ERIN, delegation(by=bo)),
        Appr.NOT_LISTED,
        "Bo, who delegated, asked for this",
    )


def test_the_delegates_second_account_votes_once() -> None:
    """Erin is Carla, who may approve: by either account, but not by both."""
    erin, carla = one_human(ERIN, CARLA)
    for_bo = count(request(), vote_for(person=erin))
    refused(for_bo, standing(carla), Appr.TWICE, "You have approved this already as Erin")
    own = count(request(), vote(carla))
    refused(own, by(erin, delegation(to=erin)), Appr.TWICE, "approved this already as Carla")


def test_the_delegators_second_account_has_the_same_seat() -> None:
    """Carla is Bo: what Erin approved for Bo is Carla's word, too, and the other way round."""
    bo, carla = one_human(BO, CARLA)
    for_bo = count(request(), vote_for(by=bo))
    refused(for_bo, standing(carla), Appr.PLACE_TAKEN, "Erin has approved in your place")
    own = count(request(), vote(carla))
    refused(own, by(ERIN, delegation(by=bo)), Appr.PLACE_TAKEN, "Bo has a vote already (Carla)")
    other = by(FRANK, delegation(by=carla, to=FRANK))
    refused(for_bo, other, Appr.PLACE_TAKEN, "Carla has a vote already (Erin for Bo)")


def test_nobody_delegates_to_themselves() -> None:
    """Erin is Bo: a second account in his place would be a vote of his own by another name."""
    bo, erin = one_human(BO, ERIN)
    refused(request(), by(erin, delegation(bo, erin)), Appr.NOT_LISTED, "is the same person")


def test_who_has_voted_for_another_lends_their_own_place_to_nobody() -> None:
    """Frank is Carla; he voted for Bo, so Erin does not vote for Carla beside it."""
    carla, frank = one_human(CARLA, FRANK)
    for_bo = count(request(), vote_for(person=frank))
    refused(
        for_bo, by(ERIN, delegation(by=carla)), Appr.PLACE_TAKEN, "Carla has a vote already (Frank"
    )


def test_of_two_places_the_free_one_is_taken() -> None:
    """Bo has voted himself; Erin votes for Carla, who delegated, too."""
    once = count(request(), vote(BO))
    say = approving(once, by(ERIN, delegation(), delegation(by=CARLA)), NOW)
    assert say.why_not is None
    assert say.place is not None
    assert say.place.person == CARLA


def test_the_place_counts_for_the_needs_of_its_owner() -> None:
    """Whoever delegated fills what they could, and nothing that the delegate could."""
    needs = (Need(of=(BO.id,)), Need(of=(CARLA.id,)))
    two = request(terms=terms(needs=needs, may_approve=(BO.id, CARLA.id)))
    once = count(two, vote_for(serves=(0,)))
    assert once.filled == ((BO.id,), ())
    refused(
        once, by(FRANK, delegation(to=FRANK)), Appr.PLACE_TAKEN, "Bo has a vote already (Erin for"
    )
    both = count(once, vote(CARLA).model_copy(update={"serves": (1,)}))
    assert both.state is State.APPROVED


@pytest.mark.parametrize("doubt", [Doubt.HIDDEN, Doubt.TWO, Doubt.UNLISTED])
def test_who_cannot_be_told_gives_and_gets_nothing(doubt: Doubt) -> None:
    """Of neither of the two may it be untold which human that is."""
    bo, erin = (one.model_copy(update={"doubt": doubt}) for one in (BO, ERIN))
    refused(request(), by(ERIN, delegation(by=bo)), Appr.NOT_LISTED, "cannot be told which human")
    assert why_not_approve(request(), by(erin, delegation(to=erin)), NOW)


def again(asked: Request, as_now: dict[str, Person], *holding: Delegation) -> tuple[str, ...]:
    """Count again, with some people as they are now."""
    people = {one.id: one for one in (ANN, BO, CARLA, DAN, ERIN, FRANK)} | as_now
    return no_longer_counts(asked, people, {TEAM}, GROUPS, holding, NOW)


def known(*accounts: Person) -> dict[str, Person]:
    """Turn out that some accounts are of one human."""
    return {one.id: one for one in one_human(*accounts)}


def test_what_turns_out_to_be_one_human_counts_once() -> None:
    """Whichever two of asker, delegate, delegator and approver they are."""
    asked = count(count(request(), vote_for()), vote(CARLA))
    assert again(asked, {}, delegation()) == ()
    for two, words in (
        ((ANN, ERIN), "Erin and Ann, who asked, are one person"),
        ((ANN, BO), "Bo, who delegated, asked for this"),
        ((ERIN, CARLA), "Carla has approved by another account already"),
        ((BO, CARLA), "Carla has approved by another account already"),
        ((BO, ERIN), "Bo, who delegated, is the same person"),
    ):
        (reason,) = again(asked, known(*two), delegation())
        assert words in reason


def test_one_human_does_not_vote_for_two() -> None:
    """Erin and Frank, who voted for Bo and for Carla, turn out to be one."""
    two = (delegation(), delegation(by=CARLA, to=FRANK, id="D-333333"))
    for_carla = vote(FRANK).model_copy(update={"place": two[1].place})
    asked = count(count(request(), vote_for()), for_carla)
    assert again(asked, {}, *two) == ()
    assert again(asked, known(ERIN, FRANK), *two) == (
        "Frank for Carla has approved by another account already",
    )


def test_a_delegate_in_doubt_counts_no_more() -> None:
    """Whoever delegated in doubt, neither."""
    asked = count(count(request(), vote_for()), vote(CARLA))
    erin, bo = (one.model_copy(update={"doubt": Doubt.HIDDEN}) for one in (ERIN, BO))
    assert again(asked, {erin.id: erin}, delegation()) == (
        "Erin may no longer approve this (it cannot be told which human that is)",
    )
    (reason,) = again(asked, {bo.id: bo}, delegation())
    assert "It cannot be told which human Bo is" in reason


def test_a_filled_need_names_every_human_once() -> None:
    """Though a record should hold two votes of one: it is the humans that count."""
    bo, carla = one_human(BO, CARLA)
    asked = request(votes=(vote_for(by=bo), vote(carla), vote(DAN)))
    assert asked.filled == ((bo.id, DAN.id),)


@pytest.mark.parametrize("who", [ERIN, BO])
def test_both_can_take_it_back(who: Person) -> None:
    """Whoever cast it, and in whose place it was cast; nobody else."""
    asked = count(count(request(), vote_for()), vote(CARLA))
    assert why_not_revoke(asked, standing(who)) is None
    after = revoke(asked, who, NOW, "back")
    assert [one.who for one in after.approvals] == ["Carla"]
    assert after.state is State.WAITING
    assert why_not_approve(after, standing(BO)) is None
    assert why_not_revoke(asked, standing(DAN))
    assert why_not_revoke(after, standing(who))


def test_the_second_account_can_take_it_back() -> None:
    """Of whoever delegated as well."""
    bo, dan = one_human(BO, DAN)
    asked = count(request(), vote_for(by=bo))
    assert why_not_revoke(asked, standing(dan)) is None
    assert revoke(asked, dan, NOW, "back").approvals == ()


def test_a_place_that_has_run_out_is_ended_when_it_did() -> None:
    """It stays on record, and no click takes it back."""
    late = as_of(count(request(), vote_for()), NOW + HOUR)
    (one,) = late.votes
    assert (one.ended_at, one.ended_by, one.ran_out) == (NOW + HOUR, "", True)
    assert late.approvals == ()
    assert why_not_revoke(late, standing(ERIN))


def test_neither_of_the_two_reviews_it() -> None:
    """A broken glass that Erin approved for Bo; nor does a delegate review for anybody."""
    glass = request(
        terms=broken(), votes=(vote_for(),), approved_at=NOW, state=State.SUCCEEDED, closed_at=NOW
    )
    for who, words in ((ERIN, "You approved this"), (BO, "Erin approved this in your place")):
        reason = why_not_review(glass, standing(who))
        assert reason is not None
        assert (reason.refusal, words in reason.sentence) == (Appr.OWN_REVIEW, True)
    reason = why_not_review(glass, by(FRANK, delegation(by=CARLA, to=FRANK)))
    assert reason is not None
    assert reason.refusal is Appr.NO_REVIEWER


def test_a_card_does_not_offer_the_place_of_a_second_account() -> None:
    """Of whoever has a part in a vote already."""
    bo, carla = one_human(BO, CARLA)
    once = count(request(), vote(carla))
    assert not may_still(once, delegation(by=bo), {TEAM}, GROUPS, NOW)
    assert may_still(once, delegation(by=DAN), {TEAM}, GROUPS, NOW)

"""Who fills what is needed: a matching of different people with places, not a count."""

from collections.abc import Mapping, Sequence
from itertools import combinations, permutations

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.quorum import Need, counted, fill, serves, still_open
from bot.domain.recount import no_longer_counts
from bot.domain.request import State
from bot.domain.tally import count
from bot.domain.votes import could_fill, why_not_approve
from bot.refusals import Appr
from tests.bot.samples import ANN, BO, CARLA, DAN, GROUPS, TEAM, request, standing, terms, vote

OWNERS = "@owners"
BOTH = GROUPS | {OWNERS: frozenset({CARLA.id, DAN.id})}
NEEDS = (Need(of=("@dr-approvers",)), Need(of=(OWNERS,)))
TERMS = terms(needs=NEEDS, may_approve=("@dr-approvers", OWNERS))

voters = st.dictionaries(
    st.sampled_from("abcdef"), st.lists(st.integers(0, 2), unique=True, max_size=3), max_size=6
)
counts = st.lists(st.integers(1, 3), min_size=3, max_size=3)


def needs_of(some: Sequence[int]) -> tuple[Need, ...]:
    """Make a need of each count."""
    return tuple(Need(count=one, of=("everyone",)) for one in some)


def brute_force(needs: Sequence[Need], could: Mapping[str, Sequence[int]]) -> int:
    """Try every way to seat people, and return how many can sit at most."""
    seats = [at for at, need in enumerate(needs) for _ in range(need.count)]
    for size in range(min(len(seats), len(could)), 0, -1):
        for chosen in set(combinations(seats, size)):
            for people in permutations(could, size):
                if all(at in could[who] for at, who in zip(chosen, people, strict=True)):
                    return size
    return 0


@given(counts, voters)
def test_as_many_count_as_can(some: list[int], could: dict[str, list[int]]) -> None:
    """The matching is as large as the best of all matchings, and a true one."""
    needs = needs_of(some)
    filled = fill(needs, could)
    assert counted(filled) == brute_force(needs, could)
    seated = [who for people in filled for who in people]
    assert len(seated) == len(set(seated))
    for at, people in enumerate(filled):
        assert len(people) <= needs[at].count
        assert all(at in could[who] for who in people)


@given(counts, voters)
def test_whoever_counts_goes_on_counting(some: list[int], could: dict[str, list[int]]) -> None:
    """Another vote moves people between needs, and pushes nobody out."""
    needs = needs_of(some)
    before: set[str] = set()
    for most in range(len(could) + 1):
        now = {who for people in fill(needs, dict(list(could.items())[:most])) for who in people}
        assert before <= now
        before = now


def test_one_person_in_both_groups_fills_one_need() -> None:
    """Carla is an approver and an owner: alone she is one of two."""
    asked = request(terms=TERMS)
    carla = vote(CARLA).model_copy(update={"serves": (0, 1)})
    once = count(asked, carla)
    assert once.state is State.WAITING
    assert counted(once.filled) == 1


def test_who_came_first_moves_over() -> None:
    """Carla sits with the approvers until Bo comes, who can sit nowhere else."""
    asked = request(terms=TERMS)
    once = count(asked, vote(CARLA).model_copy(update={"serves": (0, 1)}))
    assert once.filled == ((CARLA.id,), ())
    twice = count(once, vote(BO))
    assert twice.state is State.APPROVED
    assert twice.filled == ((BO.id,), (CARLA.id,))


def test_a_vote_that_fills_nothing_is_refused() -> None:
    """The sentence says what is still needed; who can fill that may go on."""
    once = count(request(terms=TERMS), vote(BO))
    only = BOTH | {"@dr-approvers": frozenset({BO.id, "UEVE"})}
    eve = BO.model_copy(update={"id": "UEVE", "name": "Eve"})
    reason = why_not_approve(once, standing(eve, groups=only))
    assert reason
    assert reason.refusal is Appr.FILLS_NOTHING
    assert "still needs is 1 of @owners; your approval would fill none" in reason.sentence
    assert why_not_approve(once, standing(DAN, groups=BOTH)) is None
    assert could_fill(once, standing(DAN, groups=BOTH)) == (0, 1)


def test_at_execution_the_needs_are_matched_anew() -> None:
    """An owner who is one no longer leaves that need open, though they may still approve."""
    votes = (vote(BO), vote(CARLA).model_copy(update={"serves": (0, 1)}))
    asked = request(terms=TERMS, votes=votes)
    known = {one.id: one for one in (ANN, BO, CARLA)}
    assert no_longer_counts(asked, known, {TEAM}, BOTH) == ()
    fewer = BOTH | {OWNERS: frozenset({DAN.id})}
    assert no_longer_counts(asked, known, {TEAM}, fewer) == (
        "only 1 of 2 approvals count: 1 of @owners is missing",
    )


def test_what_is_open_says_how_many_more() -> None:
    """A need of two with one there is a need of one."""
    needs = needs_of([2, 1, 1])
    assert [need.count for need in still_open(needs, (("a",), (), ("b",)))] == [1, 1]
    assert serves((Need(of=(BO.id,)), Need(of=("everyone",))), BO.id, {}) == (0, 1)

"""Break-glass: what a policy can grant, whose review counts, and what is owed until when."""

from pathlib import Path
from typing import Any

import pytest

from bot.domain.break_glass import BREAK_GLASS, strict, unwrapped
from bot.domain.grammar import parse
from bot.domain.operations import CATALOGUE
from bot.domain.people import Doubt, Person
from bot.domain.policy import Policy, load, read
from bot.domain.quorum import Need
from bot.domain.request import FINAL, OPEN, TABLE, Request, State, Step
from bot.domain.reviews import due_at, missing
from bot.domain.sanity import findings
from bot.domain.votes import gives_way, why_not_approve, why_not_review
from bot.errors import Misunderstood
from tests.bot.samples import (
    ANN,
    BO,
    CARLA,
    DAN,
    ERIN,
    NOW,
    broken,
    in_state,
    person,
    request,
    reviewed,
    standing,
    terms,
    vote,
)

A, B, C, D, E = "U0AAA", "U0BBB", "U0CCC", "U0DDD", "U0EEE"
RULE = """
[[rule]]
name = "x"
may_ask = ["@ops"]
may_approve = ["@approvers"]
[rule.break_glass]
"""
VERBS = {**{name: one.verb for name, one in CATALOGUE.items()}, BREAK_GLASS.name: BREAK_GLASS}
ENDED = [State.SUCCEEDED, State.FAILED, State.CANCELLED, State.WITHDRAWN, State.VOID]


def policy_of(text: str, folder: Path) -> Policy:
    """Read a policy from text."""
    path = folder / "policy.toml"
    path.write_text(text, "utf-8")
    return load(path)


def glass(state: State = State.SUCCEEDED, **more: Any) -> Request:
    """Make a request whose glass Bo broke for Ann."""
    given: dict[str, Any] = {"votes": (vote(BO),), "approved_at": NOW, "closed_at": NOW}
    return in_state(state, terms=broken(), **given | more)


def test_the_rule_behind_the_glass_takes_what_the_table_says(tmp_path: Path) -> None:
    """What it leaves out is the rule's; several needs become one count; a reason has to be."""
    text = RULE + 'may_review = ["@owners"]\n'
    behind = policy_of(text, tmp_path).rules[0].broken
    assert (behind.approvals, behind.reason) == (1, "required")
    assert (behind.may_ask, behind.may_approve) == (("@ops",), ("@approvers",))
    text = text.replace('may_approve = ["@approvers"]', "").replace(
        "[rule.break_glass]",
        f'[[rule.needs]]\nof = ["{A}"]\n[[rule.needs]]\nof = ["{B}"]\n[rule.break_glass]\n'
        'approvals = 1\nmay_ask = ["@oncall"]\nmay_approve = ["@leads"]',
    )
    rule = policy_of(text, tmp_path).rules[0]
    assert rule.quorum == (Need(of=(A,)), Need(of=(B,)))
    assert rule.broken.quorum == (Need(of=("@leads",)),)
    assert rule.lists == (("@ops",), (A, B), ("@oncall",), ("@leads",), ("@owners",))


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ("", "at rule.0.break_glass.may_review (line 6): it is missing"),
        ("may_review = []\naprovals = 1", "(line 8): there is no such key; did you mean “approv"),
        ("may_review = []\napprovals = 0", "at rule.0.break_glass.approvals (line 8)"),
        ("may_review = []\nreviews = 0", "at rule.0.break_glass.reviews (line 8)"),
        ('may_review = []\nreview_within = "soon"', "a duration is a number and a unit"),
        ('may_review = []\ntell = ["everyone"]', "at rule.0.break_glass.tell.0 (line 8)"),
        ('may_review = ["bo"]', "at rule.0.break_glass.may_review.0 (line 7)"),
        ("may_review = []\nneeds = []", "there is no such key"),
    ],
)
def test_a_wrong_table_is_named_with_its_line(more: str, said: str, tmp_path: Path) -> None:
    """And with the key, and the nearest word that there is."""
    path = tmp_path / "policy.toml"
    path.write_text(RULE + more, "utf-8")
    policy, wrong = read(path)
    assert policy is None
    assert said in "; ".join(map(str, wrong))


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ('may_review = ["@owners"]', ()),
        ('may_review = ["everyone"]', ()),
        (f'may_review = ["{A}", "{B}"]', ()),
        (f'may_review = ["{A}"]', (f"{A} is 1, of whom 0 may have asked or approved, and 2",)),
        ("may_review = []", ("an empty list is 0",)),
        ('may_review = ["@owners"]\napprovals = 2', ("2 approvals are not fewer than the 2",)),
        ('may_review = ["@owners"]\nmay_ask = []', ("nobody can break it",)),
        ('may_review = ["@owners"]\nmay_approve = []', ("nobody can approve",)),
        ('may_review = ["@owners"]\nmay_approve = ["everyone"]', ("second account",)),
        (f'may_review = ["@owners"]\nmay_approve = ["{A}"]', ("no more approvers than needed",)),
        (
            f'may_review = ["@owners"]\nmay_ask = ["{A}"]\nmay_approve = ["{A}", "{B}", "{C}"]',
            (f"{A} may both ask and approve",),
        ),
        (f'may_review = ["{A}", "{B}", "{C}"]\nmay_approve = ["{A}", "{B}"]', ()),
        (
            f'may_review = ["{A}", "{B}", "{C}"]\nmay_ask = ["everyone"]\n'
            f'may_approve = ["{A}", "@leads"]',
            ("of whom 2 may have asked or approved",),
        ),
        (
            f'may_review = ["{A}", "{B}", "{C}"]\nmay_ask = ["{C}"]\nmay_approve = ["{A}", "{B}"]',
            ("is 3, of whom 2 may have asked or approved, and 2 are needed",),
        ),
        (
            f'may_review = ["{A}", "{B}", "{C}", "{D}"]\nmay_ask = ["{C}"]\n'
            f'may_approve = ["{A}", "{B}"]',
            (),
        ),
    ],
)
def test_a_glass_that_is_less_than_it_seems_is_found(
    more: str, said: tuple[str, ...], tmp_path: Path
) -> None:
    """Not fewer approvals, nobody who could, one alone, or too few left to review it."""
    found = findings(policy_of(RULE + more, tmp_path))
    assert len(found) == len(said), found
    for finding, words in zip(found, said, strict=True):
        assert words in str(finding)
        assert finding.sentence.startswith("break-glass: ")


def test_reviewers_are_counted_when_their_group_is_known(tmp_path: Path) -> None:
    """The same people in all three groups: one asks, one approves, and two are to be left."""
    policy = policy_of(RULE + 'may_review = ["@owners"]', tmp_path)
    for people, sane in ((frozenset({A, B, C, D}), True), (frozenset({A, B, C}), False)):
        known = dict.fromkeys(("@ops", "@approvers", "@owners"), people)
        assert (findings(policy, known) == ()) is sane


def test_a_rule_may_be_for_broken_glass_alone(tmp_path: Path) -> None:
    """Nobody may ask under it otherwise, and that is no mistake."""
    text = RULE.replace('may_ask = ["@ops"]', "may_ask = []")
    text += f'may_review = ["{A}", "{B}"]\nmay_ask = ["@oncall"]\napprovals = 3'
    assert findings(policy_of(text, tmp_path)) == ()


def test_the_command_behind_it_is_read_as_ever() -> None:
    """With its options and its reason; it is marked, and nothing else is."""
    line = "breakglass failover vm-web01 --shutdown yes because it burns"
    command = unwrapped(parse(line, VERBS), strict(VERBS))
    plain = parse(line.removeprefix("breakglass "), VERBS)
    assert command == plain.model_copy(update={"glass": True})
    assert unwrapped(plain, strict(VERBS)) == plain


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("breakglass", "/dr breakglass needs a command"),
        ("breakglass breakglass failover vm-web01 because x", "/dr breakglass is none"),
        ("breakglass fialover vm-web01 because x", "Did you mean /dr failover"),
        ("breakglass commit vm-web01", "Type: /dr breakglass commit <machine>…"),
        ("breakglass commit vm-web01 --point x because y", "has no option --point"),
        ("breakglass because it burns", "There is a reason but no command"),
    ],
)
def test_what_cannot_be_behind_it_is_said(line: str, said: str) -> None:
    """With what to type instead, glass and all."""
    with pytest.raises(Misunderstood) as caught:
        unwrapped(parse(line, VERBS), strict(VERBS))
    assert said in str(caught.value)


@pytest.mark.parametrize("state", ENDED)
def test_who_had_no_part_in_it_reviews_it(state: State) -> None:
    """However it ended; those who asked or approved, and those who are not named, do not."""
    one = glass(state)
    for who, why in (
        (DAN, None),
        (ERIN, None),
        (ANN, "You asked for this yourself"),
        (BO, "You approved this"),
        (CARLA, "not among those who may review"),
        (person("Guest", guest=True), "Guests"),
    ):
        reason = why_not_review(one, standing(who))
        assert (reason is None) if why is None else (why in str(reason))


def test_a_person_reviews_once_and_no_more_than_are_needed() -> None:
    """The second of the same is refused, and so is a third of others."""
    once = glass(reviews=(reviewed(DAN),))
    assert "already" in str(why_not_review(once, standing(DAN)))
    assert (missing(once), why_not_review(once, standing(ERIN))) == (1, None)
    done = glass(reviews=(reviewed(DAN), reviewed(ERIN)), votes=(vote(CARLA),))
    assert (missing(done), due_at(done)) == (0, 0)
    assert "all of its 2 reviews" in str(why_not_review(done, standing(BO)))


def test_a_second_account_has_the_part_that_the_first_had() -> None:
    """Where the policy's directory knows that both are one human, and where it should and does not.

    The sentence names the account that had it.
    """
    one = glass(
        votes=(vote(BO.model_copy(update={"entra": "e-bo"})),),
        asker=ANN.model_copy(update={"entra": "e-ann"}),
        reviews=(reviewed(ERIN.model_copy(update={"entra": "e-erin"})),),
    )
    for entra, said in (
        ("e-bo", "You approved this as Bo"),
        ("e-ann", "You asked for this yourself as Ann"),
        ("e-erin", "You have reviewed this already as Erin"),
    ):
        second = DAN.model_copy(update={"entra": entra})
        assert said in str(why_not_review(one, standing(second)))
    unlisted = DAN.model_copy(update={"doubt": Doubt.UNLISTED})
    assert "in its directory" in str(why_not_review(one, standing(unlisted)))
    assert why_not_review(one, standing(DAN)) is None


def test_reviewers_are_counted_as_humans(tmp_path: Path) -> None:
    """Two accounts of one human are one reviewer, where the directory says so."""
    text = RULE + f'may_review = ["{A}", "{B}"]\n'
    assert findings(policy_of(text, tmp_path)) == ()
    one = "11111111-2222-4333-8444-555555555555"
    text += f'[directory.people]\n{A} = "{one}"\n{B} = "{one}"\n'
    [found] = findings(policy_of(text, tmp_path))
    assert "not enough people can review it: U0AAA, U0BBB is 1" in found.sentence


@pytest.mark.parametrize("state", [State.DENIED, State.EXPIRED, State.VOID, State.WITHDRAWN])
def test_what_was_never_approved_owes_nothing(state: State) -> None:
    """The approval breaks the glass, not the asking."""
    one = glass(state, votes=(), approved_at=0)
    assert (missing(one), due_at(one)) == (0, 0)
    assert "nothing to review" in str(why_not_review(one, standing(DAN)))


def test_an_ordinary_request_and_one_machine_of_several_owe_nothing() -> None:
    """The first has no glass, and for the second the whole is reviewed."""
    for one in (in_state(State.SUCCEEDED), glass(parent="R-2222AA")):
        assert missing(one) == 0
        assert "nothing to review" in str(why_not_review(one, standing(DAN)))


@pytest.mark.parametrize("state", sorted(OPEN - {State.WAITING}))
def test_a_review_waits_for_the_end_and_its_time_does_too(state: State) -> None:
    """It is owed from the approval on, and due so long after the end."""
    one = glass(state, closed_at=0)
    assert (missing(one), due_at(one)) == (2, 0)
    assert f"is {state}; it is reviewed when it has ended" in str(
        why_not_review(one, standing(DAN))
    )
    assert due_at(glass()) == NOW + 3 * 86_400_000


def test_a_review_changes_no_state() -> None:
    """It is a step of every end that an approved request can have, and of no other state."""
    for state, steps in TABLE.items():
        for step in (Step.REVIEW, Step.OVERDUE):
            assert steps.get(step) == (state if state in ENDED else None)
        assert (state in FINAL) is (state not in OPEN)


def test_whoever_breaks_the_glass_never_approves() -> None:
    """Though the policy lists them among the approvers: it takes two people."""
    alone = request(terms=broken(may_approve=(ANN.id,)))
    assert "yourself" in str(why_not_approve(alone, standing(ANN)))


@pytest.mark.parametrize(
    ("waiting", "who", "operation", "way"),
    [
        (request(), ANN, "failover", True),
        (request(), CARLA, "failover", False),
        (request(), ANN, "commit", False),
        (request(terms=broken()), ANN, "failover", False),
        (in_state(State.APPROVED), ANN, "failover", False),
        (in_state(State.RUNNING), ANN, "failover", False),
    ],
)
def test_what_gives_way(waiting: Request, who: Person, operation: str, *, way: bool) -> None:
    """One's own ordinary request for the same, while it waits for votes; nothing else."""
    assert gives_way(waiting, who, operation) is way


def test_what_is_approved_covers_the_glass() -> None:
    """Its terms are in the fingerprint: who reviews cannot be changed behind people's backs."""
    assert request(terms=broken()).fingerprint != request(terms=terms(approvals=1)).fingerprint

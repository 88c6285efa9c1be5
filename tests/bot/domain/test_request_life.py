"""A request under any sequence of clicks and events: what must hold holds at every moment."""

from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from bot.domain.ballots import Vote
from bot.domain.request import FINAL, TABLE, Request, State, Step, Submission, take
from bot.domain.tally import ask_again, count, revoke
from bot.domain.votes import (
    why_not_approve,
    why_not_deny,
    why_not_review,
    why_not_revoke,
    why_not_withdraw,
)
from bot.errors import IllegalStep
from tests.bot.samples import (
    ANN,
    BO,
    CARLA,
    DAN,
    NOW,
    broken,
    person,
    request,
    reviewed,
    standing,
    terms,
)

CROWD = (
    ANN,
    BO,
    CARLA,
    DAN,
    person("Guest", guest=True),
    person("Bot", bot=True),
    person("Gone", deactivated=True),
    person("Stranger", team="T0OTHER"),
    person("Erin"),
)
people = st.sampled_from(CROWD)


class Life(RuleBasedStateMachine):
    """People press whatever they like, and the workers do whatever the table lets them."""

    @initialize(approvals=st.integers(1, 3), glass=st.booleans())
    def ask(self, approvals: int, glass: bool) -> None:
        """Somebody asks; the approvers are a group and, by mistake, everybody who is dubious."""
        lists = ("@dr-approvers", *(who.id for who in CROWD[4:8]))
        make = broken if glass else terms
        self.request: Request = request(terms=make(approvals=approvals, may_approve=lists))
        self.steps = 0
        self.clicks = 0
        self.in_flight = 0

    @rule(who=people)
    def press_approve(self, who: Any) -> None:
        """Somebody presses Approve."""
        if why_not_approve(self.request, standing(who)) is None:
            self.clicks += 1
            vote = Vote(person=who, approves=True, at=NOW, click=f"k{self.clicks}")
            self._becomes(count(self.request, vote))

    @rule(who=people)
    def press_revoke(self, who: Any) -> None:
        """Somebody takes an approval back."""
        if why_not_revoke(self.request, standing(who)) is None:
            self.clicks += 1
            enough = self.request.state is State.APPROVED
            self._becomes(revoke(self.request, who, NOW, f"k{self.clicks}"))
            assert self.request.state is State.WAITING
            assert not enough or len(self.request.approvals) == self.request.terms.approvals - 1

    @precondition(lambda self: self.request.state is State.APPROVED)
    @rule()
    def a_worker_asks_again(self) -> None:
        """The RPO grew."""
        self._becomes(ask_again(self.request, self.request.ground, (), NOW))
        assert not self.request.approvals

    @rule(who=people)
    def press_deny(self, who: Any) -> None:
        """Somebody presses Deny."""
        if why_not_deny(self.request, standing(who)) is None:
            self._becomes(take(self.request, Step.DENY))

    @rule(who=people)
    def press_withdraw(self, who: Any) -> None:
        """Somebody presses Withdraw."""
        if why_not_withdraw(self.request, standing(who)) is None:
            assert who.id == ANN.id
            self._becomes(take(self.request, Step.WITHDRAW))

    @rule(
        step=st.sampled_from(
            [
                step
                for step in Step
                if step
                not in {
                    Step.VOTE,
                    Step.APPROVE,
                    Step.CLAIM,
                    Step.REVIEW,
                    Step.REVOKE,
                    Step.ASK_AGAIN,
                }
            ]
        )
    )
    def something_happens(self, step: Step) -> None:
        """Time runs out, Azure answers, or a worker finds something out, at the right moment."""
        if step in TABLE[self.request.state]:
            if step in {Step.ACCEPT, Step.REJECT, Step.FIND, Step.ABSENT}:
                self.in_flight = 0
            nod = {"needs_nod": step is Step.ABSENT} if step in {Step.ABSENT, Step.RESUBMIT} else {}
            self._becomes(take(self.request, step, **nod))

    @rule(who=people)
    def press_review(self, who: Any) -> None:
        """Somebody reviews it."""
        if why_not_review(self.request, standing(who)) is None:
            said = (*self.request.reviews, reviewed(who))
            self._becomes(take(self.request, Step.REVIEW, reviews=said))

    @invariant()
    def nobody_reviews_what_they_did(self) -> None:
        """Only where the glass was broken, when it has ended, each once, and no more than asked."""
        voices = {one.person.id for one in self.request.reviews}
        assert len(voices) == len(self.request.reviews) <= 2
        assert voices <= {BO.id, DAN.id, CROWD[-1].id}
        assert not voices & {vote.person.id for vote in self.request.approvals}
        if voices:
            assert self.request.terms.glass
            assert self.request.approved_at
            assert not self.request.open

    @precondition(lambda self: not self.request.needs_nod)
    @rule()
    def a_worker_claims(self) -> None:
        """A worker tries to claim it, whatever state it is in."""
        number = len(self.request.attempts) + 1
        claim = Submission(attempt=number, client_request_id=f"c{number}", at=NOW, claim="w")
        try:
            claimed = take(self.request, Step.CLAIM, attempts=(*self.request.attempts, claim))
        except IllegalStep:
            assert self.request.state is not State.APPROVED
        else:
            self.in_flight += 1
            self._becomes(claimed)

    @invariant()
    def the_revision_counts_the_steps(self) -> None:
        """Nothing changes without a new revision, and no revision is skipped."""
        assert self.request.rev == 1 + self.steps

    @invariant()
    def nobody_is_bypassed(self) -> None:
        """Past waiting there are enough distinct, true members, and the asker is not one."""
        voices = {vote.person.id for vote in self.request.approvals}
        assert len(voices) == len(self.request.approvals)
        assert voices <= {BO.id, CARLA.id, DAN.id}
        quiet = {State.WAITING, State.DENIED, State.WITHDRAWN, State.EXPIRED, State.VOID}
        if self.request.state not in quiet:
            assert len(voices) >= self.request.terms.approvals

    @invariant()
    def there_is_one_submission_at_a_time(self) -> None:
        """A second attempt begins only when the first is settled."""
        assert self.in_flight <= 1

    def _becomes(self, after: Request) -> None:
        assert self.request.state not in FINAL or after.state is self.request.state
        self.steps += 1
        self.request = after


Life.TestCase.settings = settings(max_examples=150, stateful_step_count=25, deadline=None)
test_a_life_of_clicks_and_events = Life.TestCase

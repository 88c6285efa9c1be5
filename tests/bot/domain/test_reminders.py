"""When people are told again: from the request and the time alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.reminders import Kind, due, next_due, waits
from bot.domain.request import Request, State
from bot.domain.votes import would_fill
from tests.bot.samples import ANN, BO, CARLA, GROUPS, NOW, in_state, request, terms, vote

MINUTE = 60_000
HOUR = 60 * MINUTE


def waiting(hours: int = 1, **more: object) -> Request:
    """Make a request that waits for so many hours, under terms with reminders."""
    given_terms = {"remind_after": 600} | more
    return request(terms=terms(**given_terms), expires_at=NOW + hours * HOUR)


@pytest.mark.parametrize(
    ("minutes", "mark"),
    [
        (0, ""), (9, ""), (10, "reminder:1"), (29, "reminder:1"), (30, "reminder:2"),
        (69, "reminder:2"), (70, "reminder:3"), (149, "reminder:3"), (150, "reminder:4"),
    ],
)  # fmt: skip
def test_the_pause_doubles(minutes: int, mark: str) -> None:
    """10, 20, 40, 80 minutes; of those that were missed there is only the latest."""
    found = due(waiting(hours=5), NOW + minutes * MINUTE, ())
    assert [one.mark for one in found] == ([mark] if mark else [])


def test_a_round_that_has_begun_is_not_due() -> None:
    """Whatever else is."""
    asked = waiting(escalate_after=1800, escalate_to=("@dr-owners",))
    both = due(asked, NOW + 30 * MINUTE, ())
    assert [one.kind for one in both] == [Kind.REMINDER, Kind.ESCALATION]
    rest = due(asked, NOW + 30 * MINUTE, {"reminder:2"})
    assert [one.mark for one in rest] == ["escalation"]
    assert due(asked, NOW + 50 * MINUTE, {"reminder:2", "escalation"}) == ()


def test_without_a_word_in_the_policy_nothing_is_due() -> None:
    """Nor when one of the two keys of an escalation is missing."""
    for more in ({}, {"escalate_after": 60}, {"escalate_to": ("@dr-owners",)}):
        asked = waiting(remind_after=0, **more)
        assert due(asked, NOW + 59 * MINUTE, ()) == ()
        assert next_due(asked, NOW) is None


@pytest.mark.parametrize("state", [one for one in State if one is not State.WAITING])
def test_what_does_not_wait_is_not_reminded_of(state: State) -> None:
    """In no other state."""
    asked = in_state(state).model_copy(update={"terms": waiting().terms})
    assert due(asked, NOW + 15 * MINUTE, ()) == ()
    assert next_due(asked, NOW) is None


def test_what_has_run_out_is_not_reminded_of() -> None:
    """Its end is told instead."""
    asked = waiting()
    assert waits(asked, NOW + HOUR - 1)
    assert not waits(asked, NOW + HOUR)
    assert due(asked, NOW + HOUR, ()) == ()
    assert next_due(asked, NOW + 31 * MINUTE) is None  # the third would come too late


@given(
    pause=st.integers(1, 7200),
    escalate=st.integers(0, 7200),
    at=st.integers(0, 4 * HOUR - 1),
)
def test_what_is_next_due_is_due_then_and_not_before(pause: int, escalate: int, at: int) -> None:
    """The agenda is never too late, and never for nothing."""
    asked = waiting(4, remind_after=pause, escalate_after=escalate, escalate_to=("@dr-owners",))
    now = NOW + at
    begun = {one.mark for one in due(asked, now, ())}
    coming = next_due(asked, now)
    if coming is None:
        assert due(asked, asked.expires_at - 1, begun) == ()
        return
    assert due(asked, coming - 1, begun) == ()
    assert due(asked, coming, begun)


def test_who_could_still_fill_something() -> None:
    """In a list, not the asker, not somebody who has voted."""
    asked = request()
    assert would_fill(asked, BO.id, GROUPS)
    assert not would_fill(asked, ANN.id, {"@dr-approvers": frozenset({ANN.id})})
    assert not would_fill(asked, "USTRANGER", GROUPS)
    voted = asked.model_copy(update={"votes": (vote(BO),)})
    assert not would_fill(voted, BO.id, GROUPS)
    assert would_fill(voted, CARLA.id, GROUPS)

"""The word that is typed to approve: which one it is, and that no other will do."""

import pytest

from bot.domain.catalogue import Ground
from bot.domain.confirmation import confirmations, why_not_confirmed
from bot.domain.fleets import Fleet, Member
from bot.domain.plans import Plan
from bot.domain.request import Request
from tests.bot.samples import VAULT, machine, request, terms

TYPED = terms(confirm="name")
PLAN = Plan(
    id=f"{VAULT}/replicationRecoveryPlans/shop", name="shop", vault=VAULT, providers=("A2A",),
    primary="we", recovery="ne", allowed=(),
)  # fmt: skip
MEMBER = Member(
    request="R-7K2M9P.1", id="x", name="vm-a", vault=VAULT, provider="A2A", here="West",
    there="North", state_words="Protected", health="Normal", fingerprint="f",
)  # fmt: skip


def about(ground: Ground) -> Request:
    """Make a request about something, to be approved by its name."""
    return request(terms=TYPED).model_copy(update={"ground": ground})


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        (request(terms=TYPED), ("vm-web01",)),
        (request("cancel-job", terms=TYPED), ("vm-web01",)),
        (about(Ground(target=PLAN, machines=(machine(), machine()))), ("shop", "2")),
        (about(Ground(target=Fleet(id="f", words="*", members=(MEMBER,) * 4))),
         ("4", "4 machines")),
    ],
)  # fmt: skip
def test_each_target_has_its_words(asked: Request, words: tuple[str, ...]) -> None:
    """Its name, or how many machines they are; the casing and spaces around do not matter."""
    assert confirmations(asked) == words
    for word in words:
        assert why_not_confirmed(asked, f" {word.upper()} ") is None
    for other in ("", "vm-web02", "3", f"{words[0]} {words[0]}"):
        reason = why_not_confirmed(asked, other)
        assert reason
        assert words[0] in reason.sentence


def test_where_nothing_has_to_be_typed_nothing_is_missing() -> None:
    """Most rules are content with a click."""
    assert why_not_confirmed(request(), "") is None

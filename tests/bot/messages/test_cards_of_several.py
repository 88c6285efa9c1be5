"""The cards of several machines, of plans and of jobs: such as are very large."""

import json
from pathlib import Path

import pytest

from bot.domain.fleets import Fleet, LeftOut
from bot.domain.request import Request, State
from bot.messages.card import preview
from tests.bot.messages.test_cards import HOSTILE, posts, sound
from tests.bot.samples import (
    DAN,
    broken,
    reviewed,
)
from tests.gallery.several import WAITS, drawn, fleet, of_plan, outcomes, plan, several

GOLDEN = Path(__file__).parent / "golden/several"
EACH = (
    State.APPROVED, State.SUBMITTING, State.UNKNOWN, State.RUNNING, State.SUCCEEDED, State.FAILED,
    State.CANCELLED, State.VOID, State.WITHDRAWN,
)  # fmt: skip
"""What one of several can be."""


SHOWN = (State.WAITING, State.RUNNING, State.SUCCEEDED, State.FAILED, State.DENIED)
TEXTS = ["vm-" + "x" * 77, *HOSTILE[:2], "&" * 3000, HOSTILE[-1]]


def huge(text: str) -> Fleet:
    """Make a thousand machines of that name, with all that can be said about them."""
    left = tuple(LeftOut(name=text, why=text) for _ in range(300))
    return fleet(1000, text, left_out=left, notes=(text,) * 300, words=text)


@pytest.mark.parametrize("text", TEXTS, ids=range(len(TEXTS)))
@pytest.mark.parametrize("state", SHOWN)
def test_slack_takes_the_card_of_a_thousand_machines(state: State, text: str) -> None:
    """Whatever they are called, however they stand and whatever was left out."""
    one = huge(text)
    request = several(state, one)
    known = outcomes(one, *EACH, why=text)
    stuck = {key: value.model_copy(update={"needs_nod": True}) for key, value in known.items()}
    for outcome in ({}, known, stuck):
        posts(drawn(request, outcome))
        posts(drawn(behind_glass(request, text), outcome))


def behind_glass(request: Request, text: str) -> Request:
    """Break the glass for a request, and have it half reviewed."""
    return request.model_copy(
        update={"terms": broken(rule=text), "reviews": (reviewed(DAN, text),)}
    )


@pytest.mark.parametrize("text", TEXTS, ids=range(len(TEXTS)))
@pytest.mark.parametrize("state", SHOWN)
def test_slack_takes_the_card_of_a_large_plan(state: State, text: str) -> None:
    """Sixty groups of twenty machines, a job of hundreds of steps, and hostile names."""
    ground = plan(60, 20, text)
    many = tuple(step.model_copy(update={"name": text}) for step in WAITS.steps * 60)
    request = of_plan(state, ground)
    if request.job:
        asks = WAITS.model_copy(update={"steps": many})
        request = request.model_copy(update={"job": asks})
    for one in (request, behind_glass(request, text)):
        posts(drawn(one))
        sound(preview(one, text))


def test_what_a_card_has_no_room_for_is_counted() -> None:
    """Nothing is left out in silence."""
    said = json.dumps(drawn(of_plan(State.WAITING, plan(60, 2))).blocks, ensure_ascii=False)
    assert "and 52 more groups" in said
    said = json.dumps(drawn(of_plan(State.WAITING, plan(60, 20))).blocks, ensure_ascii=False)
    assert "… and more: `/dr plan plan-shop`" in said
    assert "look in the portal" in json.dumps(
        drawn(of_plan(State.WAITING, plan(2, 25, "&" * 90))).blocks
    )
    notes = json.dumps(drawn(several(State.WAITING, huge("vm-"))).blocks, ensure_ascii=False)
    assert "*300 are left out*" in notes
    assert "and 292 more such groups" in notes

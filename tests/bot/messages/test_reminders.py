"""What people are told when a request waits: golden, taken by Slack, and inert.

The golden messages are in `golden/reminders/`; they are renewed like the golden cards.
"""

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.domain.quorum import Need
from bot.domain.reminders import Kind, Round
from bot.domain.request import Request, State
from bot.messages.blocks import Message
from bot.messages.reminders import asked_for, ended, escalated, in_thread, nudged
from tests.bot.messages.test_cards import HOSTILE, RENEW, hostile, sound
from tests.bot.samples import BO, CARLA, DAN, NOW, in_state, request, terms, vote

GOLDEN = Path(__file__).parent / "golden/reminders"
LINK = "https://northwind.slack.com/archives/C0INCIDENTS/p1700000000000100"
MINUTE = 60_000
FIRST = Round(mark="reminder:1", kind=Kind.REMINDER, at=NOW + 10 * MINUTE, number=1)
NUDGE = Round(mark="nudge:1", kind=Kind.NUDGE, at=NOW + 12 * MINUTE, by=CARLA)
ESCALATION = Round(mark="escalation", kind=Kind.ESCALATION, at=NOW + 30 * MINUTE)
TWO = terms(needs=(Need(of=("@dr-approvers",)), Need(of=("@business-owners", BO.id))))
COMING = NOW + 30 * MINUTE


def said_of(asked: Request) -> dict[str, Message]:
    """Draw everything that can be said about a request."""
    return {
        "reminder": asked_for(asked, FIRST, LINK, COMING),
        "nudge": asked_for(asked, NUDGE, LINK, None),
        "escalation-to-an-approver": asked_for(asked, ESCALATION, LINK, None),
        "escalation": escalated(asked, [BO.name, CARLA.name], LINK),
        "without-a-link": escalated(asked, [], ""),
        "in-thread": in_thread(asked, [BO.id, DAN.id], FIRST, everyone=True),
        "in-thread-escalated": in_thread(asked, [DAN.id], ESCALATION, everyone=False),
        "nudged": nudged(asked, [asked.asker.name] * 12, thread=False),
    }


GOLDENS = said_of(request()) | {
    "reminder-of-two-lists": asked_for(
        request(terms=TWO, votes=(vote(CARLA),)), FIRST, LINK, COMING
    ),
    "ended-by-a-vote": ended(request(votes=(vote(BO),)), BO.id, LINK),
    "ended-by-others": ended(request(votes=(vote(BO),)), DAN.id, LINK),
    "ended-approved": ended(in_state(State.RUNNING), BO.id, LINK),
    "ended-denied": ended(in_state(State.DENIED), BO.id, LINK),
    "ended-expired": ended(in_state(State.EXPIRED), BO.id, ""),
}


@pytest.mark.parametrize("name", GOLDENS)
def test_a_message_looks_as_it_did(name: str) -> None:
    """Compared as a whole."""
    message = GOLDENS[name]
    path = GOLDEN / f"{name}.json"
    drawn = json.dumps(
        {"text": message.text, "blocks": message.blocks}, indent=1, ensure_ascii=False
    )
    if RENEW:
        path.parent.mkdir(exist_ok=True)
        path.write_text(drawn + "\n", "utf-8")
    assert path.read_text("utf-8") == drawn + "\n"


def test_every_golden_message_is_compared() -> None:
    """None is left over from a message that is no longer drawn."""
    assert {path.stem for path in GOLDEN.glob("*.json")} == set(GOLDENS)


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("state", State)
def test_no_text_of_others_does_anything(text: str, state: State) -> None:
    """Whatever people and Azure call things."""
    asked = hostile(text, state, "failover")
    messages = [ended(asked, BO.id, LINK)]
    if state is State.WAITING:
        messages += said_of(asked).values()
    for message in messages:
        sound(_without_link(message))


def _without_link(message: Message) -> Message:
    """Take our own links out of a message, of which nothing else may be left."""
    said = re.sub(rf"<{re.escape(LINK)}\|([^<>|]*)>", r"\1", json.dumps(message.blocks))
    blocks: Any = json.loads(said)
    return replace(message, blocks=blocks)

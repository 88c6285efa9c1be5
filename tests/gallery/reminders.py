"""Reminders, nudges, escalations, and how they end."""

from collections.abc import Callable

from bot.domain.quorum import Need
from bot.domain.reminders import Kind, Round
from bot.domain.request import Request, State
from bot.messages.blocks import Message
from bot.messages.reminders import asked_for, ended, escalated, in_thread, nudged
from tests.bot.samples import BO, CARLA, DAN, NOW, in_state, request, terms, vote
from tests.gallery.example import Examples

LINK = "https://northwind.slack.com/archives/C0INCIDENTS/p1700000000000100"
MINUTE = 60_000
FIRST = Round(mark="reminder:1", kind=Kind.REMINDER, at=NOW + 10 * MINUTE, number=1)
NUDGE = Round(mark="nudge:1", kind=Kind.NUDGE, at=NOW + 12 * MINUTE, by=CARLA)
ESCALATION = Round(mark="escalation", kind=Kind.ESCALATION, at=NOW + 30 * MINUTE)
TWO = terms(needs=(Need(of=("@dr-approvers",)), Need(of=("@business-owners", BO.id))))
COMING = NOW + 30 * MINUTE


def said_of(asked: Request) -> dict[str, Callable[[], Message]]:
    """Draw everything that can be said about a request."""
    return {
        "reminder": lambda: asked_for(asked, FIRST, LINK, COMING),
        "nudge": lambda: asked_for(asked, NUDGE, LINK, None),
        "escalation-to-an-approver": lambda: asked_for(asked, ESCALATION, LINK, None),
        "escalation": lambda: escalated(asked, [BO.name, CARLA.name], LINK),
        "without-a-link": lambda: escalated(asked, [], ""),
        "in-thread": lambda: in_thread(asked, [BO.id, DAN.id], FIRST, everyone=True),
        "in-thread-escalated": lambda: in_thread(asked, [DAN.id], ESCALATION, everyone=False),
        "nudged": lambda: nudged(asked, [asked.asker.name] * 12, thread=False),
    }


EXAMPLES: Examples = said_of(request()) | {
    "reminder-of-two-lists": lambda: asked_for(
        request(terms=TWO, votes=(vote(CARLA),)), FIRST, LINK, COMING
    ),
    "ended-by-a-vote": lambda: ended(request(votes=(vote(BO),)), BO.id, LINK),
    "ended-by-others": lambda: ended(request(votes=(vote(BO),)), DAN.id, LINK),
    "ended-approved": lambda: ended(in_state(State.RUNNING), BO.id, LINK),
    "ended-denied": lambda: ended(in_state(State.DENIED), BO.id, LINK),
    "ended-expired": lambda: ended(in_state(State.EXPIRED), BO.id, ""),
}

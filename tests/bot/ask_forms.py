"""Forms for operations, with what they show; a test says only what is different about its own."""

from datetime import timedelta
from typing import Any

from bot.domain.operations import CATALOGUE
from bot.domain.suggestions import Suggestion, mark_of
from bot.messages.ask_fields import Around, fields_for
from bot.messages.ask_form import Form, Kept
from bot.messages.card import would_be
from tests.bot.samples import NETWORK, NOON, machine, point, request

KEPT = Kept(word="word", verb="failover", channel="C0INCIDENTS")
OLDER = "1c9e6679-7425-40de-944b-e07fc1f90ae8"
POINTS = (
    point(),
    point(name=OLDER, kind="CrashConsistent", at=NOON - timedelta(hours=2, minutes=5)),
)
TEMPLATES = ("Region down", "Drill", "Maintenance")


def form(operation: str = "failover", *, around: Around | None = None, **more: Any) -> Form:
    """Make the form for an operation of which nothing is chosen yet."""
    entry = CATALOGUE[operation]
    given: dict[str, Any] = {
        "kept": KEPT.model_copy(update={"verb": operation}),
        "title": entry.title,
        "kind": entry.about,
        "fields": fields_for(operation, entry.verb.options, {}, around or Around(), NOON),
        "reason_required": entry.verb.reason == "required",
    }
    return Form(**given | more)


def chosen(operation: str = "failover", why_not: str = "", **more: Any) -> Form:
    """Make the form with vm-web01 chosen, its recovery points, and what would be asked."""
    target = machine(test_network=NETWORK)
    around = Around(mark=mark_of(target), machine=target, points=POINTS, networks=(NETWORK,))
    drafted = request(operation, reason="")
    given: dict[str, Any] = {
        "target": Suggestion(target, "", able=True),
        "shown": tuple(would_be(drafted, why_not)),
    }
    return form(operation, around=around, **given | more)

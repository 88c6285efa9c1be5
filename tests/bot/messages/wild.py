"""Samples in which every text that somebody else can name is the same hostile one."""

from collections.abc import Mapping
from enum import Enum
from typing import Any, Final

from bot.domain.data import Data

_OURS: Final = frozenset(
    {
        *("Request.id", "Request.operation", "Request.channel", "Request.target_id"),
        *("Request.arguments", "Request.fingerprint", "Request.parent", "Member.request"),
        *("Person.id", "Person.team", "Entry.sequence", "Entry.time", "Entry.hash"),
        *("Terms.tell", "Terms.may_ask", "Terms.may_approve", "Glass.tell", "Glass.reviewers"),
        *("Glass.may_review", "Need.of", "Terms.escalate_to", "Terms.confirm", "Nod.task"),
        *("Lock.id", "Delegation.id", "Delegation.only", "HeldBy.id", "HeldBy.override"),
        *(
            "Place.delegation",
            "JobStep.id",
            "Frozen.override",
            "JobStep.kind",
            "Checkpoint.signature",
        ),
    }
)
"""What the bot makes itself, or takes only in a form that it has checked."""


def wild(value: Any, text: str) -> Any:
    """Put a text into every field of a value that somebody else can fill, however deep."""
    if isinstance(value, Data):
        kind = type(value).__name__
        changes = {
            name: wild(inner, text) for name, inner in value if f"{kind}.{name}" not in _OURS
        }
        if "sort" in changes:
            changes["sort"] = dict(value)["sort"]  # it tells the kinds apart
        return value.model_copy(update=changes)
    if isinstance(value, Enum):
        return value
    if isinstance(value, str):
        return text
    if isinstance(value, tuple | list):
        return type(value)(wild(one, text) for one in value)
    if isinstance(value, Mapping):
        return {
            f"{text}{number}" if number else text: wild(one, text)
            for number, one in enumerate(value.values())
        }
    return value

"""What the keys are called that requests, their entries and their indexes are kept under."""

from typing import Final

from bot.domain.data import digest

AUDIT_STREAM: Final = "{dr}:audit"
AUDIT_HEAD: Final = "{dr}:audit:head"
POLICY: Final = "{dr}:audit:policy"
"""The version of the policy that was recorded last."""
OUTBOX: Final = "{dr}:outbox"
OPEN: Final = "{dr}:requests:open"
ALL: Final = "{dr}:requests"
STATES: Final = "{dr}:states"
"""The state of each open request, to be counted without reading any."""
UNREVIEWED: Final = "{dr}:unreviewed"
"""The requests whose glass was broken and that still owe a review, by when it is due."""
TENDED: Final = "{dr}:tended"
"""The requests that are looked after since they failed something over, by when to look next."""
DIRTY_CARDS: Final = "{dr}:cards:dirty"
AGENDA: Final = "{dr}:reminding"
"""The requests that are looked after for reminders, each with when to look next."""
AGENDA_LIFE: Final = 400 * 24 * 3600 * 1000
BELL: Final = "{dr}:bell"
"""What the workers are called for, by when that was, in microseconds."""


def request_key(request_id: str) -> str:
    """Return the key of a request's document."""
    return f"{{dr}}:request:{request_id}"


def entries_key(request_id: str) -> str:
    """Return the key of the list of a request's audit entries."""
    return f"{{dr}}:request:{request_id}:entries"


def drafts_key(request_id: str) -> str:
    """Return the key of what was approved for each of several machines."""
    return f"{{dr}}:request:{request_id}:drafts"


def results_key(request_id: str) -> str:
    """Return the key of how each of several machines stands."""
    return f"{{dr}}:request:{request_id}:results"


def target_key(target_id: str) -> str:
    """Return the key of whoever keeps a machine, a plan or a job for itself."""
    return f"{{dr}}:target:{digest(target_id.casefold())[:32]}"
